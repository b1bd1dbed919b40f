"""Dimensions by number, for many choices of sizes at once: expressions of sizes as functions of arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import Any

import numpy
import sympy
from sympy import Expr, Symbol

from derive.expression.rules import Rules
from derive.remembering import EXPRESSIONS
from numeric.arrays.axes import Array
from numeric.errors import ExpressionError

Choices = Mapping[Symbol, Any]
"""Values of the sizes: a number each, or arrays of equal length that hold one number for each choice."""
Dimension = Callable[[Choices], Any]
"""A dimension as a function of the sizes. It raises KeyError where a size in it is not known."""

BELOW = 1e-9
"""How far below an integer a quotient of sizes may come out in floating point; sizes that are tried are small."""


@lru_cache(maxsize=EXPRESSIONS)
def compiled(expression: Expr) -> Dimension:
    """The function of an expression of sizes.

    Raises:
        ExpressionError: the expression holds something that sizes are not made of.
    """
    if expression.is_Rational:
        number = expression.p / expression.q if expression.q != 1 else int(expression.p)
        return lambda sizes: number
    if expression.is_Symbol:
        return lambda sizes: sizes[expression]
    arguments = [compiled(argument) for argument in expression.args]
    if expression.is_Add:
        return lambda sizes: sum(argument(sizes) for argument in arguments)
    if expression.is_Mul:
        return lambda sizes: math.prod(argument(sizes) for argument in arguments)
    if expression.is_Pow and expression.exp.is_Integer:
        base, exponent = arguments[0], int(expression.exp)
        return lambda sizes: (base(sizes) * 1.0) ** exponent
    return _function(expression, arguments)


def _function(expression: Expr, arguments: list[Dimension]) -> Dimension:
    rule = FUNCTIONS.of(expression)
    if rule is None:
        raise ExpressionError(f"{expression} is not made of sizes")
    return rule(*arguments)


FUNCTIONS: Rules[Callable[..., Dimension]] = Rules(
    {
        sympy.floor: lambda inner: lambda sizes: numpy.floor(inner(sizes) + BELOW),
        sympy.ceiling: lambda inner: lambda sizes: numpy.ceil(inner(sizes) - BELOW),
        sympy.Mod: lambda above, below: lambda sizes: numpy.mod(above(sizes), below(sizes)),
        sympy.Max: lambda *inner: lambda sizes: reduce(numpy.maximum, (one(sizes) for one in inner)),
        sympy.Min: lambda *inner: lambda sizes: reduce(numpy.minimum, (one(sizes) for one in inner)),
    }
)
"""The functions that sizes are made of."""


def is_whole(values: Any) -> Array:
    """For each value whether it is an integer."""
    return numpy.abs(values - numpy.rint(values)) <= BELOW
