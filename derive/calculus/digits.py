"""Quotients and remainders of indices whose ranges decide them: (o*g + k) mod o is k for every k below o."""

from __future__ import annotations

import sympy
from sympy import Add, Expr, Mod, Mul, floor

from derive.calculus.bounds import Ranges, in_range
from derive.calculus.terms import Term


def digits_decided(term: Term, ranges: Ranges) -> Term:
    """The term with floors and remainders replaced by what the ranges of its indices say they are."""
    scope = {**ranges, **dict(term.bound)}
    return Term(tuple(_decided(factor, scope) for factor in term.factors), term.bound)


def _decided(expression: Expr, ranges: Ranges) -> Expr:
    while parts := sorted(expression.atoms(floor, Mod), key=sympy.default_sort_key):
        known = {part: value for part in parts if (value := _value(part, ranges)) != part}
        known = known or _rejoined(expression)
        if not known:
            return expression
        expression = expression.xreplace(known)
    return expression


def _value(part: Expr, ranges: Ranges) -> Expr:
    """The value of ``floor(a/m)`` or ``a mod m`` where the part of ``a`` that m does not divide is below m."""
    quotient = part.args[0] / part.args[1] if isinstance(part, Mod) else part.args[0]
    terms = Add.make_args(sympy.expand(quotient))
    whole = Add(*(term for term in terms if term.is_integer))
    low, divisor = sympy.fraction(sympy.together(Add(*(term for term in terms if not term.is_integer))))
    if isinstance(part, Mod):
        low, divisor = sympy.expand(low * part.args[1] / divisor), part.args[1]
    if not low.is_integer or in_range(low, divisor, ranges):
        return part
    return low if isinstance(part, Mod) else whole


def _rejoined(expression: Expr) -> dict[Expr, Expr]:
    """Sums that hold ``m*floor(a/m) + a mod m``, which is a."""
    found: dict[Expr, Expr] = {}
    for total in expression.atoms(Add):
        for part in total.args:
            if isinstance(part, Mod):
                number, divisor = part.args
                quotient = Mul(divisor, floor(number / divisor))
                if quotient in total.args:
                    found[total] = Add(*(term for term in total.args if term not in (part, quotient)), number)
    return found
