"""The few functions that SymPy lacks: the Iverson bracket, and where a maximum over indices stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sympy
from sympy import Expr, Function, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import Boolean

from derive.expression import walks


class Bracket(Function):
    """Iverson's bracket: 1 where the condition holds, 0 where it does not.

    A bracket has no derivative of its own: it is constant on both sides of its boundary, and at the
    boundary it takes the side that its condition names. ``z*[z > 0]`` therefore has the slope 0 at 0,
    as PyTorch's ReLU has.

    Source: K. E. Iverson's convention in R. Graham, D. Knuth, O. Patashnik, Concrete Mathematics, 2.1.
    """

    nargs = 1

    @classmethod
    def eval(cls, condition: Any) -> Expr | None:
        """1 or 0 for a condition that is decided, nothing for one that is open."""
        if condition == sympy.true:
            return sympy.S.One
        if condition == sympy.false:
            return sympy.S.Zero
        if not isinstance(condition, Boolean):
            raise TypeError(f"a bracket holds a condition, not {condition!r}")
        return None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _eval_power(self, exponent: Expr) -> Expr | None:
        return self if exponent.is_positive else None


def largest(*values: Expr) -> Expr:
    """The largest of several values, a product with a bracket for each.

    Of equal ones it is the first, as a maximum over an index has it; a number comes before what can be differentiated,
    so that ``max(z, 0)`` has the slope 0 at 0, as ReLU has.
    """
    return _chosen(values, sympy.Gt, sympy.Ge)


def smallest(*values: Expr) -> Expr:
    """The smallest of several values, in the same way."""
    return _chosen(values, sympy.Lt, sympy.Le)


def _chosen(values: Sequence[Expr], beyond: Any, at_least: Any) -> Expr:
    """The value that is beyond those before it, and at least those behind it."""
    ordered = sorted(values, key=lambda value: not value.is_number)

    def first_wins(first: Expr, second: Expr) -> Boolean:
        return sympy.Not(beyond(second, first)) if first.is_number else at_least(first, second)

    terms = []
    for place, value in enumerate(ordered):
        conditions = [sympy.Not(first_wins(other, value)) for other in ordered[:place]]
        conditions += [first_wins(value, other) for other in ordered[place + 1 :]]
        terms.append(value * Bracket(sympy.And(*conditions)))
    return sympy.Add(*terms)


class ArgMax(ExprWithLimits):
    """Where an expression is largest over its bound indices: ``ArgMax(body, (m, 0, M - 1), (n, 0, N - 1))``.

    The value is the place in reading order, ``m*N + n``; of several places with the same value it is the
    first, as in PyTorch's pooling. It is constant but for jumps, so it has no derivative.
    """

    def _eval_is_integer(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool:
        return True


def coordinates(place: Expr, limits: Iterable[Sequence[Expr]]) -> dict[Symbol, Expr]:
    """The value of each index at a place in reading order: its digits, ``floor(place/N)`` and ``place mod N``."""
    found = {}
    inner, above = sympy.S.One, place
    outermost, *others = ((letter, upper - lower + 1) for letter, lower, upper in limits)
    for letter, length in reversed(others):
        found[letter] = sympy.Mod(above, length)
        inner *= length
        above = sympy.floor(place / inner)
    return {outermost[0]: above, **dict(reversed(found.items()))}


def coordinate_of(expression: Expr) -> tuple[ArgMax, Symbol] | None:
    """The maximum and the index whose value at its place the expression is, if it is one."""
    places = walks.parts(expression, ArgMax)
    if len(places) != 1 or expression in places:
        return None
    (place,) = places
    found = coordinates(place, place.limits)
    return next(((place, letter) for letter, value in found.items() if value == expression), None)


class Maximum(ExprWithLimits):
    """The largest value of an expression over its bound indices, as a forward equation writes it.

    Forward definitions hold it as two rows: where it stands (``ArgMax``), and the value that is read there.
    """
