"""Sums whose limits depend on indices, over a range that does not, with brackets for the limits."""

from __future__ import annotations

from collections.abc import Container

from sympy import Add, Expr, Max, Min, Mul, Sum

from derive.expression.functions import Bracket


def widened(total: Sum, axes: Container[Expr]) -> Sum:
    """The sum from the index-free part of each lower limit to that of each upper one.

    A limit such as Max(0, j - L + 1) with j an axis becomes 0 and the bracket [Max(0, j - L + 1) <= s], and one such
    as Max(0, j - L + 1) - 1 becomes -1. A limit without an index-free part stays as it is.
    """
    brackets: list[Expr] = []
    limits = []
    for letter, lower, upper in total.limits:
        low, high = _outer(lower, Max, axes), _outer(upper, Min, axes)
        brackets += [Bracket(lower <= letter)] if low != lower else []
        brackets += [Bracket(letter <= upper)] if high != upper else []
        limits.append((letter, low, high))
    return Sum(Mul(total.function, *brackets), *limits) if brackets else total


def _outer(limit: Expr, extreme: type[Max | Min], axes: Container[Expr]) -> Expr:
    """What the limit cannot pass, whatever the indices are."""
    if not any(symbol in axes for symbol in limit.free_symbols):
        return limit
    if isinstance(limit, Add):
        return Add(*(_outer(part, extreme, axes) for part in limit.args))
    if not isinstance(limit, extreme):
        return limit
    free = [part for part in limit.args if not any(symbol in axes for symbol in part.free_symbols)]
    return extreme(*free) if free else limit
