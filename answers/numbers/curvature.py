"""Matrices of second derivatives at given numbers: the Hessian, and the Gauss-Newton matrix Jᵀ (∂²ℓ/∂a∂aᵀ) J.

They are computed exactly from what is derived, and compared with differences of the forward pass: second ones of the
loss, first ones of the value and second ones of the loss by the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy

from answers.errors import HomeworkContentError
from answers.numbers.given import Given
from answers.numbers.measured import floats
from derive.derivation import Derivation
from numeric.arrays.axes import Array
from numeric.enclosed.number import Arithmetic
from numeric.errors import ArrayError, ExpressionError
from numeric.measuring import point as measuring
from numeric.values.exact import ExactValues, in_enough_digits

STEP = 1e-3
"""The step of second differences, whose error is its fourth power."""

MOST = 30
"""Rows of a matrix that is printed."""

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Curvature:
    """A matrix of second derivatives by several tensors, one after the other, row by row."""

    given: Given
    names: tuple[str, ...]

    def counts(self) -> tuple[int, ...]:
        """How many elements each tensor has.

        Raises:
            HomeworkContentError: they are too many for a matrix on paper.
        """
        found = tuple(self.given.arrays[name].size for name in self.names)
        if sum(found) > MOST:
            raise HomeworkContentError(
                f"a matrix of second derivatives of {sum(found)} rows is not printed, {MOST} are"
            )
        return found

    def hessian(self, second: Callable[[str, str], Derivation]) -> Array:
        """The Hessian, from the second derivatives by each pair of tensors."""
        counts = self.counts()
        blocks = [
            [
                self._value(second(one, other)).reshape(rows, columns)
                for other, columns in zip(self.names, counts, strict=True)
            ]
            for one, rows in zip(self.names, counts, strict=True)
        ]
        return numpy.block(blocks)

    def gauss_newton(self, jacobian: Callable[[str], Derivation], second: Derivation) -> Array:
        """The Gauss-Newton matrix, from the Jacobians of a value by each tensor and the Hessian of the loss by it."""
        counts = self.counts()
        parts = [self._value(jacobian(name)).reshape(-1, count) for name, count in zip(self.names, counts, strict=True)]
        whole = numpy.concatenate(parts, axis=1)
        rows = len(whole)
        return whole.T.dot(self._value(second).reshape(rows, rows).dot(whole))

    def _value(self, derivation: Derivation) -> Array:
        def computed(arithmetic: Arithmetic) -> Array:
            values = ExactValues(derivation.forward, dict(self.given.arrays), self.given.sizes, arithmetic)
            return numpy.asarray(values.derivation(derivation), dtype=object)

        try:
            return in_enough_digits(computed)
        except (ArrayError, ExpressionError, ZeroDivisionError) as error:
            raise HomeworkContentError(f"{derivation.quantity.name} has no number here: {error}") from None

    def measured_hessian(self, top: str) -> Array:
        """The Hessian of a number by second differences of it."""
        sizes = self.counts()

        def at(moved: Array) -> float:
            parts = numpy.split(moved, numpy.cumsum(sizes)[:-1])
            arrays = {name: floats(array) for name, array in self.given.arrays.items()}
            for name, part in zip(self.names, parts, strict=True):
                arrays[name] = arrays[name] + part.reshape(arrays[name].shape)
            return float(measuring.Point(self.given.model, arrays, self.given.sizes).value(top))

        return _second_differences(at, sum(sizes))

    def measured_gauss_newton(self, of: str, top: str) -> Array:
        """The Gauss-Newton matrix by differences of a value, and second ones of a number by that value."""
        arrays = {name: floats(array) for name, array in self.given.arrays.items()}
        point = measuring.Point(self.given.model, arrays, self.given.sizes)
        value = point.value(of)

        def column(name: str, place: tuple[int, ...]) -> Array:
            return _slope(lambda moved: point.apply(moved, name, of), arrays[name], place).ravel()

        columns = [column(name, place) for name in self.names for place in numpy.ndindex(*arrays[name].shape)]
        jacobian = numpy.stack(columns, axis=1)
        inner = _second_differences(
            lambda moved: float(point.apply(value + moved.reshape(value.shape), of, top)), value.size
        )
        return jacobian.T @ inner @ jacobian


def error_of(matrix: Array, truth: Array) -> float:
    """How far two matrices are apart, beside the largest element."""
    scale = max(float(numpy.abs(truth).max(initial=0.0)), 1e-9)
    return float(numpy.abs(floats(matrix) - truth).max(initial=0.0)) / scale


def _slope(function: Callable[[Array], Array], at: Array, place: tuple[int, ...]) -> Array:
    """A difference of the fourth order."""
    way = numpy.zeros_like(at)
    way[place] = STEP
    near, far = (function(at + k * way) - function(at - k * way) for k in (1, 2))
    return (8 * near - far) / (12 * STEP)


WEIGHTS: Sequence[tuple[int, float]] = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))
"""First differences of the fourth order: those of second ones are products of them."""


def _second_differences(function: Callable[[Array], float], count: int) -> Array:
    """The second differences of a function at 0, of the fourth order."""
    result = numpy.zeros((count, count))
    for row in range(count):
        for column in range(row, count):
            total = 0.0
            for (first, weight), (second, other) in product(WEIGHTS, repeat=2):
                moved = numpy.zeros(count)
                moved[row] += first * STEP
                moved[column] += second * STEP
                total += weight * other * function(moved)
            result[row, column] = result[column, row] = total / STEP**2
    return result
