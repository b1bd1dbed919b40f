"""The largest and the smallest of several values, told from the brackets that choose them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy
from sympy import Add, Expr, Mul

from derive.expression.functions import Bracket, largest, smallest

CHOICES: dict[str, Callable[..., Expr]] = {"max": largest, "min": smallest}


def extreme_of(expression: Add) -> tuple[str, tuple[Expr, ...]] | None:
    """``max`` or ``min`` with the values that it chooses from, if a sum of products with brackets is that."""
    chosen = [_chosen(term) for term in expression.args]
    if not all(chosen):
        return None
    # Of equal values the first is taken: each must be strictly beyond those that stand before it.
    values = [value for value, _ in sorted((one for one in chosen if one), key=lambda one: one[1])]
    for name, choose in CHOICES.items():
        for candidate in _with_zero(values):
            if choose(*candidate) == expression:
                return name, candidate
    return None


def _with_zero(values: list[Expr]) -> Iterator[tuple[Expr, ...]]:
    yield tuple(values)
    yield (sympy.S.Zero, *values)


def _chosen(term: Expr) -> tuple[Expr, int] | None:
    """A value with the number of values that it must be strictly beyond to be chosen."""
    factors = Mul.make_args(term)
    brackets = [factor for factor in factors if isinstance(factor, Bracket)]
    if len(brackets) != 1:
        return None
    conditions = sympy.And.make_args(brackets[0].args[0])
    strict = sum(isinstance(one, sympy.StrictGreaterThan | sympy.StrictLessThan) for one in conditions)
    return Mul(*(factor for factor in factors if factor is not brackets[0])), strict
