"""Scalar formulas in plain floating point of many digits, as a pocket calculator would have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import mpmath
import sympy
from sympy import Expr
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.expression.truth import COMPARISONS, holds
from numeric.errors import ExpressionError
from numeric.values.many_digits import ELEMENTARY

OPERATIONS: Mapping[Any, Callable[[Any, Any], Any]] = {
    sympy.Add: lambda first, second: first + second,
    sympy.Mul: lambda first, second: first * second,
    sympy.Pow: lambda first, second: first**second,
    sympy.Max: max,
    sympy.Min: min,
    sympy.Mod: lambda first, second: first - second * mpmath.floor(first / second),
}


def precise(expression: Expr, known: Mapping[Expr, Any], functions: Mapping[str, ScalarFunction]) -> Any:
    """The value at the precision of mpmath's context, which the caller chooses.

    ``known`` are the values of symbols.

    Raises:
        ExpressionError: it holds something that has no number here.
    """
    if expression in known:
        return known[expression]
    if expression.is_Rational:
        return mpmath.mpf(int(expression.p)) / int(expression.q)
    if expression in (sympy.pi, sympy.E):
        return +mpmath.pi if expression is sympy.pi else +mpmath.e
    if isinstance(expression, Bracket):
        compared = partial(_compared, known=known, functions=functions)
        return mpmath.mpf(int(holds(expression.args[0], compared)))
    arguments = [precise(argument, known, functions) for argument in expression.args]
    for kind, combine in OPERATIONS.items():
        if isinstance(expression, kind):
            return reduce(combine, arguments)
    name = expression.func.__name__
    if isinstance(expression, AppliedUndef) and name in functions:
        return precise(functions[name].formula, {functions[name].variable: arguments[0]}, functions)
    if isinstance(expression, sympy.atan2):
        return mpmath.atan2(*arguments)
    if expression.func not in ELEMENTARY:
        raise ExpressionError(f"the function {name} has no number here")
    return ELEMENTARY[expression.func](arguments[0])


def _compared(condition: Any, known: Mapping[Expr, Any], functions: Mapping[str, ScalarFunction]) -> bool:
    if not isinstance(condition, Relational):
        raise ExpressionError(f"{condition} is not a condition that has a truth value here")
    left, right = (precise(side, known, functions) for side in condition.args)
    return bool(COMPARISONS[condition.rel_op](left, right))
