"""How large the numbers are that a formula adds up: what rounding is judged by where they cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Abs, Add, Expr, Function, Indexed, KroneckerDelta, Mul, Piecewise, Pow, Sum, Symbol
from sympy.core.function import AppliedUndef

from derive.building.formulas import DERIVATIVE
from derive.expression import special, walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import MatrixFunction, ProductOver
from derive.expression.multivariate import slope_of_several, taken_apart
from derive.expression.rules import Rules

ROUNDING = 1e-13
"""How far rounding takes a formula of a few hundred operations, relatively to the numbers that it adds up."""


def magnitude(expression: Expr) -> Expr:
    """An expression that times the relative error of a rounding bounds, to first order, what rounding does.

    A sum of terms has the sum of theirs, a product theirs multiplied, and a function of a number its own value and
    its slope times that of the number: 1 − p₀ − p₁ has 1 + |p₀| + |p₁|, though it may be 0.
    """
    if expression.is_number and not expression.has(AppliedUndef):
        return abs(expression)
    found = RULES.of(expression)
    return _size(expression) + _by_slope(expression) if found is None else found(expression)


def _as_it_is(guard: Expr) -> Expr:
    return guard  # as a factor of its own it guards the others, which need not be finite


def _of_cases(cases: Piecewise) -> Expr:
    return Piecewise(*((magnitude(value), condition) for value, condition in cases.args))


def _of_parts(expression: Expr) -> Expr:
    mapped: Expr = walks.mapped(expression, magnitude)
    return mapped


def _of_range(total: Any) -> Expr:
    within: Expr = total.func(magnitude(total.function), *total.limits)
    return within


def _of_power(power: Pow) -> Expr:
    base, exponent = power.as_base_exp()
    if not exponent.is_number:
        return magnitude(sympy.exp(exponent * sympy.log(base), evaluate=False))
    return _size(power) + abs(exponent) * _size(base) ** (exponent - 1) * magnitude(base)


def _by_slope(expression: Expr) -> Expr:
    """What a function makes of the magnitude of its argument."""
    name = expression.func.__name__
    if name == DERIVATIVE or name.endswith("'") or taken_apart(name)[1] or isinstance(expression, special.Pentagamma):
        return sympy.S.Zero
    if isinstance(expression, AppliedUndef | sympy.atan2) and len(expression.args) > 1:
        return Add(*(_size(_slope(expression, place)) * magnitude(each) for place, each in enumerate(expression.args)))
    if len(expression.args) != 1:
        return sympy.S.Zero
    (argument,) = expression.args
    if isinstance(expression, AppliedUndef):
        return _size(Function(f"{name}'")(argument)) * magnitude(argument)
    if isinstance(expression, sympy.Abs | sympy.sign | sympy.floor | sympy.ceiling):
        return magnitude(argument)
    return _size(expression.fdiff(1)) * magnitude(argument)


def _slope(expression: Expr, place: int) -> Expr:
    """The slope of a function of several numbers by one of them."""
    unknown = isinstance(expression, AppliedUndef)
    slope: Expr = slope_of_several(expression, place) if unknown else expression.fdiff(place + 1)
    return slope


def _size(expression: Expr) -> Expr:
    """The absolute value, which SymPy would take apart into real and imaginary parts of what it does not know."""
    return Abs(expression, evaluate=False)


RULES: Rules[Callable[[Any], Expr]] = Rules(
    {
        Bracket | KroneckerDelta: _as_it_is,
        Symbol | Indexed | ArgMax | MatrixFunction: _size,
        Piecewise: _of_cases,
        Add | Mul: _of_parts,
        Sum | Maximum | ProductOver: _of_range,
        Pow: _of_power,
    }
)
"""The magnitude of each kind of expression; what is none of them is a function."""
