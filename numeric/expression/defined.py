"""Where a formula has no value, though the numbers of floating point go on: 1/(1/z) at 0 is no number, not 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Add, Eq, Expr, KroneckerDelta, Mul, Piecewise, Pow, Sum, log
from sympy.core.function import AppliedUndef

from derive.building.formulas import DERIVATIVE
from derive.expression import walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import MatrixFunction, ProductOver
from derive.expression.rules import Rules

NOWHERE = sympy.S.Zero


def undefined(expression: Expr) -> Expr:
    """An expression that is positive where a part of a formula has no value, and 0 elsewhere.

    A quotient has none where its divisor is 0, a logarithm none at 0 and below. What is multiplied by a bracket counts
    only where the bracket is 1, as it does in the formula.
    """
    if not walks.holds(expression, Pow, log):
        return NOWHERE
    rule = RULES.of(expression)
    if rule is not None:
        return rule(expression)
    return NOWHERE if _is_measured(expression) else _within(expression)


def _nowhere(expression: Expr) -> Expr:
    return NOWHERE


def _within(expression: Expr) -> Expr:
    return Add(*(undefined(part) for part in expression.args if isinstance(part, Expr)))


def _of_range(total: Any) -> Expr:
    inside = undefined(total.function)
    return NOWHERE if inside == 0 else Sum(inside, *total.limits)


def _of_cases(cases: Piecewise) -> Expr:
    return Add(*(Piecewise((undefined(value), condition), (0, True)) for value, condition in cases.args))


def _of_product(product: Mul) -> Expr:
    return Mul(*(one for one in product.args if isinstance(one, Bracket | KroneckerDelta)), _within(product))


def _of_power(power: Pow) -> Expr:
    return _within(power) + (Bracket(Eq(power.base, 0)) if power.exp.is_negative else 0)


def _of_logarithm(logarithm: log) -> Expr:
    return _within(logarithm) + Bracket(logarithm.args[0] <= 0)


def _is_measured(call: Expr) -> bool:
    """Whether a call stands for a derivative, whose arguments are not computed where it stands."""
    return isinstance(call, AppliedUndef) and call.func.__name__ == DERIVATIVE


RULES: Rules[Callable[[Any], Expr]] = Rules(
    {
        Bracket | KroneckerDelta | MatrixFunction: _nowhere,
        Sum | Maximum | ArgMax | ProductOver: _of_range,
        Piecewise: _of_cases,
        Mul: _of_product,
        Pow: _of_power,
        log: _of_logarithm,
    }
)
"""Where each kind of expression has no value; another has none where its parts have none."""
