"""What compiled functions do with values: constants, guarded products, quotients, remainders, sums along an axis."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from math import inf
from typing import Any

import numpy
from sympy import Expr

from numeric.arrays.axes import Axis, Evaluator, Scope, Value
from numeric.arrays.functions import real_part
from numeric.enclosed.arrays import divided, is_enclosed

LARGEST_EXACT = 2**53
"""Integers up to here are the same in floating point."""


@dataclass(frozen=True)
class Factors:
    """The factors of a product: those above and below a fraction line, and guards outside of which it is 0."""

    above: tuple[Evaluator, ...]
    below: tuple[Evaluator, ...]
    guards: tuple[Evaluator, ...]

    def value(self, scope: Scope) -> Value:
        """The product."""
        above, below, guards = ([part(scope) for part in parts] for parts in (self.above, self.below, self.guards))
        return self.multiplied(above, below, guards, scope)

    @staticmethod
    def multiplied(above: list[Value], below: list[Value], guards: list[Value], scope: Scope) -> Value:
        """The product of the values of the factors."""
        value: Value = reduce(operator.mul, above) if above else 1
        if below:
            # One division, so that a quotient of integers that is an integer comes out as one.
            value = quotient(value, reduce(operator.mul, below))
        return guarded(value, guards, scope) if guards else value


class Part:
    """A compiled part of an expression; one that occurs more than once is evaluated once."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.again = False

    def __call__(self, scope: Scope) -> Value:
        if not self.again:
            return self.evaluator(scope)
        if self not in scope.known:
            scope.known[self] = self.evaluator(scope)
        return scope.known[self]


def axis_of(position: int, first: Callable[[Scope], int], last: Callable[[Scope], int]) -> Axis:
    """The axis of an index that runs from and to what depends on where it stands."""
    return Axis(position, first, lambda scope: max(0, last(scope) - first(scope) + 1))


def constant(expression: Expr) -> Evaluator:
    """A number, whole where floating point holds it."""
    if expression.is_Integer and abs(expression) <= LARGEST_EXACT:
        whole = int(expression)
        return lambda scope: whole
    number = _float(expression)
    return lambda scope: number


def _float(expression: Expr) -> float:
    """The number in floating point, infinite where it is too large for that."""
    try:
        return expression.p / expression.q if expression.is_Rational else float(expression)
    except OverflowError:
        return inf if expression.is_positive else -inf


def guarded(value: Value, guards: list[Value], scope: Scope) -> Value:
    """The value where the guards hold, 0 elsewhere."""
    holds = reduce(numpy.logical_and, guards)
    array = value if isinstance(value, numpy.ndarray) else numpy.asarray(value, dtype=scope.real)
    return numpy.where(holds, array, numpy.zeros((), dtype=array.dtype))


def remainder(above: Value, below: Value) -> Value:
    """The remainder, with the slope of what is divided where a complex step moves it."""
    rest = numpy.mod(real_part(above), real_part(below))
    if not (numpy.iscomplexobj(above) or numpy.iscomplexobj(below)):
        return plain(rest)
    times = numpy.round((real_part(above) - rest) / real_part(below))
    return plain(above - below * times)


def power(base: Value, exponent: Value) -> Value:
    """A power."""
    return plain(numpy.power(base if isinstance(base, numpy.ndarray) else float(base), exponent))


def quotient(above: Value, below: Value) -> Value:
    """A quotient."""
    return divided(above, below) if is_enclosed(above) or is_enclosed(below) else plain(numpy.true_divide(above, below))


def plain(value: Any) -> Value:
    """A NumPy scalar as a Python number, which leaves the precision of the arrays it meets as it is."""
    return value.item() if isinstance(value, numpy.generic) else value


def summed(value: Value, axis: Axis, count: int) -> Value:
    """The sum along an axis."""
    if isinstance(value, numpy.ndarray) and value.ndim >= -axis.position:
        total: Value = value.sum(axis=0)
        # A body that does not depend on the index has length 1 there: each of its values counts `count` times.
        return total if value.shape[0] == count else total * count
    return value * count
