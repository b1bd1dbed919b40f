"""Quotients and remainders of indices whose ranges decide them: (o*g + k) mod o is k for every k below o."""

from __future__ import annotations

import sympy
from sympy import Add, Expr, KroneckerDelta, Mod, Mul, floor

from derive.calculus.bounds import Ranges, in_range
from derive.calculus.terms import Term
from derive.expression import walks


def digits_decided(term: Term, ranges: Ranges) -> Term:
    """The term with floors and remainders replaced by what the ranges of its indices say they are."""
    scope = {**ranges, **dict(term.bound)}
    return Term(tuple(_decided(factor, scope) for factor in term.factors), term.bound)


def digits_joined(term: Term, ranges: Ranges) -> Term:
    """The term with the digits of a number as the number: ``i = floor(a/m)`` and ``j = a mod m`` say a = m*i + j.

    Only digits that are indices count, of numbers that hold a bound index: these are about to be solved for it.
    """
    letters = {letter for letter, _ in term.bound}
    digits = [(factor, *parts) for factor in term.factors if (parts := _digit(factor)) is not None]
    for low, remainder, digit in digits:
        if not isinstance(remainder, Mod) or letters.isdisjoint(walks.free_symbols(remainder)):
            continue
        number, base = remainder.args
        if in_range(digit, base, {**ranges, **dict(term.bound)}):
            continue
        for high, quotient, other in digits:
            if isinstance(quotient, floor | Mod) and _rest(number, base, quotient) is not None:
                value = _rest(number, base, quotient)
                joined = KroneckerDelta(number, base * other + digit)
                if isinstance(value, Mod):
                    joined = KroneckerDelta(Mod(number, base * value.args[1]), base * other + digit)
                factors = tuple(factor for factor in term.factors if factor not in (low, high))
                return digits_joined(Term((*factors, joined), term.bound), ranges)
    return term


def _digit(factor: Expr) -> tuple[Expr, Expr] | None:
    """The quotient or the remainder that an equation says is equal to an index, and the index."""
    if not isinstance(factor, KroneckerDelta):
        return None
    for side, other in (factor.args, factor.args[::-1]):
        if isinstance(side, floor | Mod) and not walks.holds(other, floor, Mod):
            return side, other
    return None


def _rest(number: Expr, base: Expr, quotient: Expr) -> Expr | None:
    """The quotient, if it is ``floor(number/base)`` or a remainder of that."""
    whole = floor(number / base)
    if quotient == whole or (isinstance(quotient, Mod) and quotient.args[0] == whole):
        return quotient
    return None


def _decided(expression: Expr, ranges: Ranges) -> Expr:
    while parts := sorted(walks.parts(expression, floor, Mod), key=sympy.default_sort_key):
        known = {part: value for part in parts if (value := _value(part, ranges)) != part}
        known = known or _rejoined(expression)
        if not known:
            return expression
        expression = walks.replaced(expression, known)
    return expression


def _value(part: Expr, ranges: Ranges) -> Expr:
    """The value of ``floor(a/m)`` or ``a mod m`` where the part of ``a`` that m does not divide is below m."""
    quotient = part.args[0] / part.args[1] if isinstance(part, Mod) else part.args[0]
    if isinstance(part, floor) and (inner := _floor_within(quotient)) is not None:
        return inner
    terms = Add.make_args(sympy.expand(quotient))
    whole = Add(*(term for term in terms if term.is_integer))
    low, divisor = sympy.fraction(sympy.together(Add(*(term for term in terms if not term.is_integer))))
    if isinstance(part, Mod):
        low, divisor = sympy.expand(low * part.args[1] / divisor), part.args[1]
    if not low.is_integer or in_range(low, divisor, ranges):
        return part
    return low if isinstance(part, Mod) else whole


def _floor_within(quotient: Expr) -> Expr | None:
    """``floor(a/(m*n))`` for the quotient ``floor(a/m)/n``, whose floor it is."""
    whole, divisor = sympy.fraction(quotient)
    plain = isinstance(whole, floor) and divisor != 1 and divisor.is_integer and divisor.is_positive
    return floor(whole.args[0] / divisor) if plain else None


def _rejoined(expression: Expr) -> dict[Expr, Expr]:
    """Sums that hold ``m*floor(a/m) + a mod m``, which is a."""
    found: dict[Expr, Expr] = {}
    for total in walks.parts(expression, Add):
        for part in total.args:
            if isinstance(part, Mod):
                number, divisor = part.args
                quotient = Mul(divisor, floor(number / divisor))
                if quotient in total.args:
                    found[total] = Add(*(term for term in total.args if term not in (part, quotient)), number)
    return found
