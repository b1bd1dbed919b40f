"""Common factors of sums, found term by term: what can be seen without factoring a polynomial."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import gcd, lcm

import sympy
from sympy import Add, Expr, Indexed, Mul, Pow, Rational

Powers = dict[Expr, Expr]
"""The factors of a product by their bases, with their exponents."""


def powers_of(term: Expr) -> tuple[Rational, Powers]:
    """The numeric coefficient of a product, and its other factors."""
    coefficient, rest = term.as_coeff_Mul(rational=True)
    powers: Powers = {}
    for factor in Mul.make_args(rest):
        plain = isinstance(factor, Pow) and factor.exp.is_Rational
        base, exponent = factor.args if plain else (factor, sympy.S.One)
        powers[base] = powers.get(base, sympy.S.Zero) + exponent
    powers.pop(sympy.S.One, None)
    return coefficient, powers


def taken_out(total: Add, *, one_denominator: bool) -> tuple[Expr, Expr]:
    """The factor that all terms share, and the sum of what is left of them.

    With ``one_denominator`` the factor also divides by what any term divides by.
    """
    terms = [powers_of(term) for term in total.args]
    bases = {base for _, powers in terms for base in powers}
    shared: Powers = {}
    for base in bases:
        exponents = [powers.get(base, sympy.S.Zero) for _, powers in terms]
        lowest, highest = min(exponents), max(exponents)
        shared[base] = lowest if lowest > 0 or (one_denominator and lowest < 0) else min(highest, sympy.S.Zero)
    coefficients = [coefficient for coefficient, _ in terms]
    number = Rational(gcd(*(abs(c.p) for c in coefficients)), lcm(*(c.q for c in coefficients)))
    if not one_denominator:
        number = Rational(number.p) if number.q == 1 else sympy.S.One
    factor = Mul(*(base**exponent for base, exponent in shared.items()))
    left = [
        coefficient / number * Mul(*(base ** (powers.get(base, 0) - shared[base]) for base in bases))
        for coefficient, powers in terms
    ]
    return number * factor, Add(*left)


def plainly_irreducible(total: Expr) -> bool:
    """Whether a sum without common factors is seen to have no other factors.

    It is where it is a polynomial in its elements that is linear in one of them, which one term alone holds
    and holds as a monomial.
    """
    if not isinstance(total, Add):
        return False
    terms = [powers for _, powers in map(powers_of, total.args)]
    if any(not (exponent.is_Integer and exponent.is_positive) for powers in terms for exponent in powers.values()):
        return False
    held = Counter(base for powers in terms for base in powers)
    inside = {part for base in held if isinstance(base, Add) for part in sympy.preorder_traversal(base)}
    monomials = [powers for powers in terms if not any(isinstance(base, Add) for base in powers)]
    return any(
        exponent == 1 and held[base] == 1 and base not in inside
        for powers in monomials
        for base, exponent in powers.items()
    )


@lru_cache(maxsize=65536)
def cost(expression: Expr) -> int:
    """How much there is to read: operations, with divisions, functions and sums counted double."""
    if isinstance(expression, Indexed | sympy.Symbol) or expression.is_Number:
        return 0 if not expression.is_Rational or expression.is_Integer else 1
    inner = sum(cost(argument) for argument in expression.args if isinstance(argument, Expr))
    if isinstance(expression, Add | Mul):
        return inner + len(expression.args) - 1
    if isinstance(expression, Pow):
        return inner + (2 if expression.exp.is_negative else 1)
    return inner + 2


@lru_cache(maxsize=4096)
def grouped(expression: Expr) -> Expr:
    """The expression with terms of its sums that share a factor put together, where that makes it shorter."""
    if not expression.args or isinstance(expression, Indexed) or not expression.has(Add):
        return expression
    arguments = [grouped(part) if isinstance(part, Expr) else part for part in expression.args]
    result: Expr = expression.func(*arguments)
    while isinstance(result, Add):
        shorter = min((_put_together(result, base) for base in _shared_by_some(result)), key=cost, default=result)
        if cost(shorter) >= cost(result):
            break
        result = shorter
    return result


def _shared_by_some(total: Add) -> list[Expr]:
    held = Counter(base for term in total.args for base in powers_of(term)[1])
    return [base for base, count in held.items() if count > 1]


def _put_together(total: Add, base: Expr) -> Expr:
    """The sum with the terms that hold the base as one product."""
    members = [term for term in total.args if base in powers_of(term)[1]]
    factor, left = taken_out(Add(*members), one_denominator=False)
    terms = Add.make_args(left)
    if all(term.could_extract_minus_sign() for term in terms):
        factor, left = -factor, Add(*(-term for term in terms))
    return Add(Mul(factor, left), *(term for term in total.args if term not in members))
