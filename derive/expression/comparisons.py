"""Comparisons of indices with whole numbers and sizes: solved for the index, and the tightest of several."""

from __future__ import annotations

from collections.abc import Iterable

import sympy
from sympy import Expr, Indexed
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The sign of a comparison whose sides have changed places."""


def solved(condition: Boolean) -> Boolean:
    """A comparison of sums that hold one index once, with the index alone on its left: i >= 2 for 3 - i <= 1."""
    if not isinstance(condition, Relational):
        return condition
    difference = sympy.expand(condition.lhs - condition.rhs)
    if not difference.free_symbols or not all(symbol.is_integer for symbol in difference.free_symbols):
        return condition
    letters = [symbol for symbol in difference.free_symbols if not symbol.is_positive]
    if len(letters) != 1 or not difference.is_polynomial() or condition.lhs.has(Indexed) or condition.rhs.has(Indexed):
        return condition
    (letter,) = letters
    if letter in condition.args:
        return condition
    factor = difference.coeff(letter)
    bound = sympy.expand(letter - difference / factor) if factor.is_Integer and factor != 0 else letter
    sign = condition.rel_op if factor.is_positive else MIRRORED[condition.rel_op]
    fractions = not all(number.is_Integer for number in bound.as_coefficients_dict().values())
    if bound.has(letter) or (fractions and (not bound.is_number or sign in ("==", "!="))):
        return condition
    if fractions:
        sign, bound = ("<=", sympy.floor(bound)) if sign in ("<", "<=") else (">=", sympy.ceiling(bound))
    if sign in ("<", ">"):
        bound, sign = bound + (1 if sign == ">" else -1), f"{sign}="
    made: Boolean = Relational(letter, bound, sign, evaluate=False)
    return made


def tightest(conditions: Iterable[Boolean]) -> list[Boolean]:
    """The conditions without those that another one of them implies: i >= 3 says i >= 2."""
    kept: list[Boolean] = []
    for condition in dict.fromkeys(conditions):
        if not any(_implies(other, condition) for other in kept):
            kept = [*(other for other in kept if not _implies(condition, other)), condition]
    return kept


def _implies(first: Boolean, second: Boolean) -> bool:
    """Whether a bound of an index is at least as tight as another one on the same side."""
    bounds = [_bound(first), _bound(second)]
    if None in bounds:
        return False
    (letter, sign, least), (other, way, most) = ((one[0], one[1], one[2]) for one in bounds if one is not None)
    distance = sympy.expand(least - most)
    return bool(
        letter == other and sign == way and distance.is_number and (distance >= 0 if sign > 0 else distance <= 0)
    )


def _bound(condition: Boolean) -> tuple[Expr, int, Expr] | None:
    """An index, 1 for a lower bound or -1 for an upper one, and the least or the most that the index may be."""
    if not isinstance(condition, Relational) or condition.rel_op in ("==", "!="):
        return None
    letter, bound = condition.args
    if not letter.is_Symbol or not letter.is_integer or letter.is_positive or not bound.is_integer:
        return None
    strict = condition.rel_op in ("<", ">")
    sign = 1 if condition.rel_op in (">", ">=") else -1
    return letter, sign, bound + sign if strict else bound
