"""Where a formula has no value, though the numbers of floating point go on: 1/(1/z) at 0 is no number, not 0."""

from __future__ import annotations

import sympy
from sympy import Add, Eq, Expr, KroneckerDelta, Mul, Piecewise, Pow, Sum, log
from sympy.core.function import AppliedUndef

from derive.building.formulas import DERIVATIVE
from derive.expression import walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import MatrixFunction, ProductOver

NOWHERE = sympy.S.Zero


def undefined(expression: Expr) -> Expr:
    """An expression that is positive where a part of a formula has no value, and 0 elsewhere.

    A quotient has none where its divisor is 0, a logarithm none at 0 and below. What is multiplied by a bracket counts
    only where the bracket is 1, as it does in the formula.
    """
    if not walks.holds(expression, Pow, log):
        return NOWHERE
    if isinstance(expression, Bracket | KroneckerDelta) or _is_measured(expression):
        return NOWHERE
    if isinstance(expression, MatrixFunction):
        return NOWHERE
    if isinstance(expression, Sum | Maximum | ArgMax | ProductOver):
        inside = undefined(expression.function)
        return NOWHERE if inside == 0 else Sum(inside, *expression.limits)
    if isinstance(expression, Piecewise):
        return Add(*(Piecewise((undefined(value), condition), (0, True)) for value, condition in expression.args))
    within = Add(*(undefined(part) for part in expression.args if isinstance(part, Expr)))
    if isinstance(expression, Mul):
        return Mul(*(factor for factor in expression.args if isinstance(factor, Bracket | KroneckerDelta)), within)
    if isinstance(expression, Pow) and expression.exp.is_negative:
        return within + Bracket(Eq(expression.base, 0))
    return within + Bracket(expression.args[0] <= 0) if isinstance(expression, log) else within


def _is_measured(call: Expr) -> bool:
    """Whether a call stands for a derivative, whose arguments are not computed where it stands."""
    return isinstance(call, AppliedUndef) and call.func.__name__ == DERIVATIVE
