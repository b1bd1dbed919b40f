"""Functions of a negative argument in the value at the positive one: sigma(-t) = 1 - sigma(t), tanh(-t) = -tanh(t)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import sympy
from sympy import Expr, exp
from sympy.core.function import AppliedUndef

from derive.expression import walks
from derive.expression.scalar import ScalarFunction
from derive.remembering import LIBRARY


def reflected(expression: Expr, functions: Iterable[ScalarFunction]) -> Expr:
    """The expression with functions of a negative argument in their values at the positive one, where these follow."""
    backwards = [
        application
        for application in walks.parts(expression, AppliedUndef)
        if len(application.args) == 1 and application.args[0].could_extract_minus_sign()
    ]
    known = {function.name: function for function in functions} if backwards else {}
    replaced = {}
    for application in backwards:
        function = known.get(application.func.__name__)
        total = None if function is None else sum_of_opposites(function)
        if total is not None:
            replaced[application] = total - application.func(-application.args[0])
    return walks.replaced(expression, replaced)


@lru_cache(maxsize=LIBRARY)
def sum_of_opposites(function: ScalarFunction) -> Expr | None:
    """The number ``f(u) + f(-u)``, where it is one for all u; None where it is not."""
    u = sympy.Symbol("_u", real=True)
    total = function.at(u) + function.at(-u)
    t = sympy.Symbol("_t", positive=True)
    rational = total.xreplace({exp(u): t, exp(-u): 1 / t})
    value = sympy.cancel(rational) if rational.is_rational_function(t) else None
    return value if value is not None and value.is_number else None
