"""The check of elements that are written out at given sizes: each against the element that is measured there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy
from sympy import Expr, ImmutableDenseMatrix, Indexed, KroneckerDelta

from derive.derivation import Derivation
from derive.elements import Elements
from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.steps import Quantity
from numeric.arrays.axes import Array
from numeric.checks.checking import Check, unknown_functions
from numeric.checks.comparison import Comparison, error_beside_rounding, floor_of, worst_of
from numeric.checks.outside import reads_outside
from numeric.checks.tolerances import DOUBLE
from numeric.errors import ArrayError, ExpressionError
from numeric.measuring.differences import EPSILON, Measured
from numeric.measuring.point import Point
from numeric.sampling.points import sample

Written: TypeAlias = Elements | ImmutableDenseMatrix

TIMES_FOR_CONDITIONS = 4
"""How many times as many points there are where elements hold conditions on values, as that one is the largest."""


def check_elements(
    derivation: Derivation, written: Written, sizes: Mapping[str, int], seed: int = 0, points: int = 3
) -> Check:
    """Check elements that are written out by number, at random points of the given sizes.

    There are more points where terms count under conditions on values, as in the gradient of a maximum.

    Every element is evaluated as it stands, with numbers for subscripts, and compared with the element of the quantity
    that is measured on the forward definition at its place: in an array of the quantity's shape, or in a matrix with a
    row for each element of a partial's numerator and a column for each of its denominator. One that reads outside of a
    tensor fails, since padding is 0 where elements are written out.

    Raises:
        ArrayError: no point of these sizes away from kinks was found, or ``points`` is not positive.
    """
    if points < 1:
        raise ArrayError(f"a check needs at least one point, not {points}")
    found = _Elements(derivation, written)
    numbers = {symbols.size(name): value for name, value in sizes.items()}
    count = points * (TIMES_FOR_CONDITIONS if found.is_conditional else 1)
    points_there = (
        Point(derivation.forward, sample(derivation.forward, seed + number, numbers), numbers)
        for number in range(count)
    )
    items = worst_of(item for point in points_there for item in found.items(point))
    return Check(
        count,
        items,
        unknown_functions(derivation.forward),
        (tuple((str(symbol), value) for symbol, value in numbers.items()),) * count,
    )


@dataclass(frozen=True)
class _Elements:
    """What is written out of a derivation."""

    derivation: Derivation
    written: Written

    def items(self, point: Point) -> Iterator[Comparison]:
        """Every element at a point."""
        truth = self._measured(point)
        if truth.value.shape != self._shape:
            shapes = f"{self._shape} elements are written out, expected {truth.value.shape}"
            yield Comparison.failed(shapes, DOUBLE, what="the elements")
            return
        floor = numpy.broadcast_to(floor_of(truth, DOUBLE), truth.value.shape)
        for place, element in zip(product(*map(range, self._shape)), self._elements, strict=True):
            yield self._item(point, place, element, truth.value[place], floor[place])

    @property
    def is_conditional(self) -> bool:
        """Whether some terms count only where a condition on values holds, and others elsewhere."""
        return any(part.has(Indexed) for one in self._elements for part in one.atoms(Bracket, KroneckerDelta))

    @property
    def _shape(self) -> tuple[int, ...]:
        return tuple(self.written.shape)

    @property
    def _elements(self) -> Sequence[Expr]:
        return self.written.elements if isinstance(self.written, Elements) else list(self.written)

    def _measured(self, point: Point) -> Measured:
        """The quantity, from the forward definition alone, in the shape in which its elements are written out."""
        quantity = self.derivation.quantity
        partial = quantity.partial
        if partial is None:
            value = point.value(quantity.name)
            return Measured(value, EPSILON * numpy.abs(value))
        truth = point.partial(quantity.name)
        if isinstance(self.written, Elements):
            return truth
        rows = point.value(partial.top).size
        noise = numpy.broadcast_to(truth.noise, truth.value.shape)
        return Measured(truth.value.reshape(rows, -1), noise.reshape(rows, -1))

    def _item(self, point: Point, place: tuple[int, ...], element: Expr, truth: float, floor: float) -> Comparison:
        what = f"element ({', '.join(map(str, place))})"
        alone = Quantity(self.derivation.quantity.name, (), ())

        def rounding() -> Array:
            return point.rounding(element, (), ())

        try:
            for name, count in reads_outside(self.derivation.forward, element, alone, frozenset()):
                if point.expression(count, (), ()).any():
                    raise ExpressionError(f"it reads {name} outside of its range")
            value = point.expression(element, (), ())
            error = error_beside_rounding(value, numpy.asarray(truth), numpy.asarray(floor), DOUBLE, rounding)
        except (ArrayError, ExpressionError) as reason:
            return Comparison.failed(str(reason), DOUBLE, what=what)
        return Comparison(error, DOUBLE, what=what)
