"""Elimination of bound indices by the equations that hold them: Σ_k [k = φ] t(k) = t(φ) [φ in range]."""

from __future__ import annotations

from collections.abc import Mapping

import sympy
from sympy import And, Eq, Expr, KroneckerDelta, Mod, Mul, Pow, Symbol

from derive.functions import Bracket
from derive.terms import Term

Ranges = Mapping[Symbol, Expr]
"""The size of every index that is in scope; an index runs from 0 to its size less one."""


def eliminate(term: Term, ranges: Ranges, *, divide: bool = True) -> Term:
    """The term without those bound indices that an equation among its factors determines.

    A coefficient of ±1 is substituted and leaves the condition that the value is in range; a coefficient
    S is divided by and leaves the condition that S divides as well. Conditions that the declared ranges
    imply are dropped. SymPy's ``deltasummation`` does neither. Without ``divide``, equations that need a
    division are left.
    """
    while True:
        found = _equation(term, divide)
        if found is None:
            return term
        delta, letter, value, conditions = found
        length = dict(term.bound)[letter]
        rest = tuple(factor for factor in term.factors if factor != delta)
        scope = {**ranges, **dict(term.bound)}
        conditions = (*conditions, *in_range(value, length, scope))
        replaced = Term(rest, term.bound).replaced({letter: value})
        term = Term(
            (*replaced.factors, *(Bracket(condition) for condition in conditions)) or (sympy.S.One,), replaced.bound
        )


def in_range(value: Expr, length: Expr, ranges: Ranges) -> tuple[Expr, ...]:
    """The conditions of 0 <= value < length that the ranges of the indices do not imply."""
    conditions = []
    if not _never_negative(value, ranges):
        conditions.append(value >= 0)
    if not _never_negative(length - 1 - value, ranges):
        conditions.append(value <= length - 1)
    return (And(*conditions),) if conditions else ()


def _never_negative(value: Expr, ranges: Ranges) -> bool:
    lowest = sympy.expand(value)
    for letter in sorted(value.free_symbols & set(ranges), key=str):
        slope = lowest.coeff(letter, 1)
        if letter in (lowest - slope * letter).expand().free_symbols:
            return False
        if slope.is_nonnegative:
            lowest = lowest.subs(letter, 0)
        elif slope.is_nonpositive:
            lowest = sympy.expand(lowest.subs(letter, ranges[letter] - 1))
        else:
            return False
    return bool(sympy.expand(lowest).is_nonnegative)


def _equation(term: Term, divide: bool) -> tuple[Expr, Symbol, Expr, tuple[Expr, ...]] | None:
    """A delta with a bound index in it, solved for that index; those that need no division come first."""
    letters = [letter for letter, _ in term.bound]
    divided = None
    for factor in term.factors:
        if not isinstance(factor, KroneckerDelta):
            continue
        difference = factor.args[0] - factor.args[1]
        for letter in letters:
            if letter not in difference.free_symbols:
                continue
            slope = difference.coeff(letter, 1)
            rest = sympy.expand(difference - slope * letter)
            if letter in rest.free_symbols:
                continue
            if slope in (1, -1):
                return factor, letter, sympy.expand(-rest / slope), ()
            if not divide:
                continue
            if slope.could_extract_minus_sign():
                slope, rest = -slope, -rest
            above = sympy.expand(-rest)
            divided = divided or (factor, letter, above / slope, (Eq(Mod(above, slope), 0),))
    return divided


def merge_brackets(factors: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The factors with repeated brackets and deltas kept once: they are 0 or 1."""
    kept: list[Expr] = []
    for factor in factors:
        if isinstance(factor, Pow) and isinstance(factor.base, KroneckerDelta | Bracket) and factor.exp.is_positive:
            factor = factor.base
        if isinstance(factor, KroneckerDelta | Bracket) and factor in kept:
            continue
        kept.append(factor)
    return tuple(kept)


def product(factors: tuple[Expr, ...]) -> Expr:
    """The product of the factors, brackets merged."""
    result: Expr = Mul(*merge_brackets(factors))
    return result
