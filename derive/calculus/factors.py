"""Common factors of sums, found term by term: what can be seen without factoring a polynomial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from math import gcd, lcm

import sympy
from sympy import Add, Expr, Indexed, Mul, Pow, Rational

from derive.expression import walks
from derive.remembering import EXPRESSIONS, SYMBOLS

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


@lru_cache(maxsize=EXPRESSIONS)
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
    if number == 1 and not any(shared.values()):
        return sympy.S.One, total
    factor = Mul(*(base**exponent for base, exponent in shared.items() if exponent))
    left = [coefficient / number * _divided(powers, shared) for coefficient, powers in terms]
    return number * factor, Add(*left)


def _divided(powers: Powers, by: Powers) -> Expr:
    """A product divided by another; ``by`` names all bases of both."""
    exponents = ((base, powers.get(base, sympy.S.Zero) - exponent) for base, exponent in by.items())
    return Mul(*(base**exponent for base, exponent in exponents if exponent))


def plainly_irreducible(total: Expr) -> bool:
    """Whether a sum without common factors is seen to have no other factors.

    It is a*x + b for an element x that neither a nor b reads; so its factors are those that a and b share. There
    are none where a is one monomial, whose factors not all terms have, or where a and b read nothing in common.
    """
    if not isinstance(total, Add):
        return False
    terms = [powers for _, powers in map(powers_of, total.args)]
    roots = {base for powers in terms for base, exponent in powers.items() if not exponent.is_Integer}
    sums = {base for powers in terms for base in powers if isinstance(base, Add)} - roots
    bare = all(map(_is_bare, sums))
    if not _are_polynomial(terms) or (roots and not bare):
        return False
    read = [{part for base in powers for part in ([base] if base in roots else _read(base))} for powers in terms]
    held = Counter(part for parts in read for part in parts)
    linear = [base for base in held if held[base] == sum(powers.get(base) == 1 for powers in terms)]
    return any(_beside_monomial(base, terms) or (bare and _nothing_shared(base, terms, read)) for base in linear)


def _are_polynomial(terms: Iterable[Powers]) -> bool:
    """Whether nothing is divided by."""
    return all(exponent.is_positive for powers in terms for exponent in powers.values())


def _is_bare(total: Add) -> bool:
    """Whether a sum is of terms that divide by nothing and have no common factor."""
    terms = [powers for _, powers in map(powers_of, total.args)]
    return _are_polynomial(terms) and not set(terms[0]).intersection(*terms[1:])


def _read(expression: Expr) -> set[Expr]:
    """The elements, functions and roots that a polynomial in them reads."""
    if isinstance(expression, Add | Mul):
        return set().union(*map(_read, expression.args))
    if isinstance(expression, Pow) and expression.exp.is_Integer:
        return _read(expression.base)
    return set() if expression.is_Number else {expression}


def _beside_monomial(base: Expr, terms: list[Powers]) -> bool:
    """Whether what multiplies the base is one monomial, and not all of the sum."""
    multiplying = [powers for powers in terms if base in powers]
    return len(multiplying) == 1 < len(terms) and not any(isinstance(factor, Add) for factor in multiplying[0])


def _nothing_shared(base: Expr, terms: list[Powers], read: list[set[Expr]]) -> bool:
    """Whether what multiplies the base and what stands beside it read nothing in common."""
    multiplying = [parts for powers, parts in zip(terms, read, strict=True) if base in powers]
    beside = [parts for powers, parts in zip(terms, read, strict=True) if base not in powers]
    return bool(beside) and set().union(*multiplying).isdisjoint(set().union(*beside))


@lru_cache(maxsize=SYMBOLS)
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


@lru_cache(maxsize=EXPRESSIONS)
def grouped(expression: Expr) -> Expr:
    """The expression with terms of its sums that share a factor put together, where that makes it shorter."""
    if not expression.args or isinstance(expression, Indexed) or not walks.holds(expression, Add):
        return expression
    result: Expr = walks.mapped(expression, grouped, Expr)
    while isinstance(result, Add):
        shorter = min((_put_together(result, base) for base in _shared_by_some(result)), key=cost, default=result)
        if cost(shorter) >= cost(result):
            break
        result = shorter
    return result


def _shared_by_some(total: Add) -> list[Expr]:
    """The factors that several terms have, but for powers of one thing alone: 1 + 2z - z² stays."""
    terms = [powers for _, powers in map(powers_of, total.args)]
    held = Counter(base for powers in terms for base in powers)
    alone = {base for base in held if all(set(powers) <= {base} for powers in terms)}
    return [base for base, count in held.items() if count > 1 and base not in alone]


def _put_together(total: Add, base: Expr) -> Expr:
    """The sum with the terms that hold the base as one product."""
    members = [term for term in total.args if base in powers_of(term)[1]]
    factor, left = taken_out(Add(*members), one_denominator=False)
    terms = Add.make_args(left)
    if all(term.could_extract_minus_sign() for term in terms):
        factor, left = -factor, Add(*(-term for term in terms))
    return Add(Mul(factor, left), *(term for term in total.args if term not in members))
