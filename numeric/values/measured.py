"""Values of formulas that hold derivatives and maxima, which are measured where they stand.

A derivative ``diff(f, z[i])`` and a slope ``sigma'(u)`` are the complex step of the formula that is differentiated:
no rule of calculus is used, so what a rule says can be compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
from sympy import Expr, Function, Indexed, Sum, Symbol
from sympy.core.function import AppliedUndef

from derive.building.as_written import built
from derive.building.formulas import DERIVATIVE
from derive.errors import DefinitionError
from derive.expression import symbols
from derive.expression.functions import Maximum
from derive.forward import Forward
from numeric.arrays.axes import Array
from numeric.expression.compiled import evaluate_expression
from numeric.expression.forward import run_from

STEP = 1e-30

Ranges = Mapping[Symbol, int]
"""The indices in scope, with the sizes of their ranges, in order."""


@dataclass(frozen=True)
class Measured:
    """Formulas at one point: the given tensors and scalars by name, and the values of the size symbols."""

    model: Forward
    given: Mapping[str, Any]
    sizes: Mapping[Symbol, int]
    dtype: Any = numpy.float64
    arrays: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def at(cls, model: Forward, given: Mapping[str, Any], sizes: Mapping[Symbol, int], dtype: Any) -> Measured:
        """The point at which the given tensors have these values, and rows what follows from them."""
        return cls(model, given, sizes, dtype, run_from(model, given, {}, dtype))

    def value(self, expression: Expr, ranges: Ranges) -> Array:
        """The values of a formula over the ranges of its free indices.

        Raises:
            DefinitionError: a derivative is not by an element of a given tensor or by a scalar.
            ArrayError: something that the formula reads has no value here.
        """
        plain = self._plain(expression, ranges)
        counts = tuple(ranges.values())
        return evaluate_expression(
            plain, tuple(ranges), counts, self.arrays, self.sizes, self.model.functions, self.dtype
        )

    def _plain(self, expression: Expr, ranges: Ranges) -> Expr:
        """The formula with what is measured in the place of derivatives and maxima."""
        if isinstance(expression, Maximum):
            return self._maximum(expression, ranges)
        if isinstance(expression, AppliedUndef):
            name = expression.func.__name__
            if name == DERIVATIVE:
                return self._derivative(*expression.args, ranges=ranges)
            if name.endswith("'"):
                return self._slope(name, expression.args[0], ranges)
        if isinstance(expression, Sum):
            inner = {**ranges, **self._limits(expression)}
            return Sum(self._plain(expression.function, inner), *expression.limits)
        if not expression.args or isinstance(expression, Indexed):
            return expression
        arguments = [self._plain(argument, ranges) for argument in expression.args]
        result: Expr = built(expression.func, *arguments)
        return result

    def _limits(self, expression: Expr) -> dict[Symbol, int]:
        return {k: int((high - low + 1).xreplace(dict(self.sizes))) for k, low, high in expression.limits}

    def _kept(self, array: Array, ranges: Ranges, subscripts: Sequence[Expr] = ()) -> Expr:
        """A name for the array, whose axes are the ranges and then the subscripts."""
        name = f"measured_{len(self.arrays)}"
        self.arrays[name] = array
        return symbols.element(name, (*ranges, *subscripts))

    def _maximum(self, expression: Maximum, ranges: Ranges) -> Expr:
        inner = self._limits(expression)
        values = self.value(expression.function, {**ranges, **inner})
        flat = values.reshape((*ranges.values(), -1))
        places = numpy.argmax(flat.real, axis=-1)
        return self._kept(numpy.take_along_axis(flat, places[..., None], axis=-1)[..., 0], ranges)

    def _slope(self, name: str, argument: Expr, ranges: Ranges) -> Expr:
        if name.endswith("''") or self.dtype == numpy.complex128:
            raise DefinitionError(f"{name} is a derivative of a derivative, which is not measured; write it out")
        inside = self.value(argument, ranges)
        point = Measured(self.model, {}, self.sizes, numpy.complex128, {"inside": inside + 1j * STEP})
        slope = point.value(Function(name[:-1])(symbols.element("inside", tuple(ranges))), ranges).imag / STEP
        return self._kept(slope, ranges)

    def _derivative(self, numerator: Expr, denominator: Expr, *, ranges: Ranges) -> Expr:
        if self.dtype == numpy.complex128:
            raise DefinitionError("a derivative of a derivative is not measured; write the inner one out")
        name, subscripts = self._source(denominator)
        base = numpy.asarray(self.given[name], dtype=numpy.float64)
        slopes = numpy.zeros((*ranges.values(), base.size))
        for position in range(base.size):
            moved = base.astype(numpy.complex128)
            moved.flat[position] += 1j * STEP
            given = {**self.given, name: moved}
            point = Measured.at(self.model, given, self.sizes, numpy.complex128)
            slopes[..., position] = point.value(numerator, ranges).imag / STEP
        return self._kept(slopes.reshape((*ranges.values(), *base.shape)), ranges, subscripts)

    def _source(self, denominator: Expr) -> tuple[str, tuple[Expr, ...]]:
        """The given tensor that a derivative is by, and which element of it."""
        if isinstance(denominator, Indexed | Symbol) and symbols.name_of(denominator) in self.given:
            return symbols.name_of(denominator), symbols.subscripts_of(denominator)
        known = ", ".join(sorted(self.given))
        raise DefinitionError(f"a derivative is by an element of what is given ({known}), not by {denominator}")
