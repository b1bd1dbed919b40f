"""Indices that have one value only: sums over them are their one term, and elements along them need no subscript."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr, Sum, Symbol

from derive.expression import walks


def without_units(expression: Expr, indices: Sequence[Symbol] = (), shape: Sequence[Expr] = ()) -> Expr:
    """The expression with 0 for every index that runs over one place; ``indices`` are free and run over a ``shape``."""
    single = {index: sympy.S.Zero for index, length in zip(indices, shape, strict=True) if length == 1}
    return _summed_up(walks.replaced(expression, single))


def _summed_up(expression: Expr) -> Expr:
    """The expression with sums over one place replaced by what is summed there."""
    if not walks.holds(expression, Sum):
        return expression
    if not isinstance(expression, Sum):
        result: Expr = walks.mapped(expression, _summed_up, Expr)
        return result
    single = {letter: low for letter, low, high in expression.limits if low == high}
    body = _summed_up(walks.replaced(expression.function, single))
    return walks.total(body, [limit for limit in expression.limits if limit[0] not in single])
