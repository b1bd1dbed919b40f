"""Equalities and inequalities between formulas of numbers, decided by algebra where they are rational."""

from __future__ import annotations

import sympy
from sympy import Expr, Indexed, Sum, Symbol
from sympy.core.function import AppliedUndef

from derive.building.formulas import DERIVATIVE
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import MatrixFunction, ProductOver
from derive.forward import Forward
from derive.remembering import EXPRESSIONS, with_forward

OPAQUE = (Sum, Indexed, Bracket, Maximum, ArgMax, ProductOver, MatrixFunction, sympy.Piecewise, sympy.KroneckerDelta)
"""What algebra here does not look into."""


@with_forward(EXPRESSIONS)
def holds_exactly(model: Forward, left: Expr, relation: str, right: Expr) -> bool:
    """Whether the relation certainly holds for all real values of the symbols; False says nothing."""
    low, high = _written_out(left, model), _written_out(right, model)
    if low is None or high is None:
        return False
    difference = _reduced(high - low)
    if relation == "=":
        return bool(difference == 0)
    rising = difference if relation[0] == "<" else -difference
    sign = sympy.factor(rising)
    return bool(sign.is_nonnegative if len(relation) == 2 else sign.is_positive)


def _reduced(expression: Expr) -> Expr:
    return sympy.cancel(sympy.together(sympy.powsimp(sympy.expand_log(expression))))


def _written_out(expression: Expr, model: Forward) -> Expr | None:
    """The expression with functions and rows by their formulas and derivatives taken; None where it is opaque."""
    rows = {row.name: row.expression for row in model.rows if not row.indices}
    while found := [symbol for symbol in expression.atoms(Symbol) if symbol.name in rows]:
        expression = expression.xreplace({symbol: rows[symbol.name] for symbol in found})
    while applied := sorted(expression.atoms(AppliedUndef), key=sympy.count_ops):
        formula = _applied(applied[0], model)
        if formula is None:
            return None
        expression = expression.xreplace({applied[0]: formula})
    return None if expression.has(*OPAQUE) else expression


def _applied(application: Expr, model: Forward) -> Expr | None:
    name = application.func.__name__
    if name == DERIVATIVE:
        numerator, denominator = application.args
        return None if not isinstance(denominator, Symbol) or numerator.has(*OPAQUE) else numerator.diff(denominator)
    function = model.function.get(name.rstrip("'"))
    if function is None:
        return None
    formula = function.formula
    while inner := formula.atoms(AppliedUndef):
        known = {use: model.function[use.func.__name__].at(use.args[0]) for use in inner}
        formula = formula.xreplace(known)
    if name.endswith("'") and formula.has(*OPAQUE):
        return None
    slope = sympy.diff(formula, function.variable, len(name) - len(name.rstrip("'")))
    return slope.xreplace({function.variable: application.args[0]})
