"""Elimination of bound indices by the equations that hold them: Σ_k [k = φ] t(k) = t(φ) [φ in range]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy
from sympy import And, Eq, Expr, KroneckerDelta, Mod, Mul, Pow, Symbol, floor

from derive import symbols
from derive.functions import Bracket
from derive.terms import Bound, Term

Ranges = Mapping[Symbol, Expr]
"""The size of every index that is in scope; an index runs from 0 to its size less one."""


@dataclass(frozen=True)
class Solution:
    """An equation solved for a bound index: its value, what must hold for it, and an index that comes instead."""

    equation: Expr
    letter: Symbol
    value: Expr
    conditions: tuple[Expr, ...] = ()
    bound: Bound = ()

    @property
    def is_plain(self) -> bool:
        """Whether the value is just another index or a number."""
        return isinstance(self.value, Symbol) or bool(self.value.is_Integer)


def eliminate(term: Term, ranges: Ranges, *, plain: bool = False) -> Term:
    """The term without those bound indices that an equation among its factors determines.

    A coefficient of ±1 is substituted and leaves the condition that the value is in range; a coefficient
    S is divided by and leaves the condition that S divides as well. Conditions that the declared ranges
    imply are dropped. SymPy's ``deltasummation`` does neither. Of several indices that an equation could
    be solved for, one whose value is another index goes first, then the outermost. With ``plain``, only
    equations between two indices are used.
    """
    while True:
        solutions = [solution for solution in _solutions(term) if solution.is_plain or not plain]
        if not solutions:
            return term
        term = _substituted(term, min(solutions, key=lambda solution: not solution.is_plain), ranges)


def _substituted(term: Term, solution: Solution, ranges: Ranges) -> Term:
    length = dict(term.bound)[solution.letter]
    scope = {**ranges, **dict(term.bound), **dict(solution.bound)}
    rest = tuple(factor for factor in term.factors if factor != solution.equation)
    digit = None if solution.is_plain else _digit(solution.value, length, scope)
    value, conditions = digit or (solution.value, tuple(map(Bracket, in_range(solution.value, length, scope))))
    replaced = Term(rest, term.bound).replaced({solution.letter: value})
    factors = (*replaced.factors, *map(Bracket, solution.conditions), *conditions)
    return Term(factors or (sympy.S.One,), replaced.bound + solution.bound)


def _digit(value: Expr, length: Expr, ranges: Ranges) -> tuple[Expr, tuple[Expr, ...]] | None:
    """``a - A*u`` as an index below A: it is a mod A, and u is the floor of a/A.

    So the number a is written with the digits u and a mod A: a channel by its group and its place there.
    """
    parts = [term for term in sympy.Add.make_args(value) if sympy.cancel(term / length).is_integer]
    high = sympy.cancel(-sympy.Add(*parts) / length)
    low = sympy.expand(value + length * high)
    if not parts or not low.is_integer or not _never_negative(low, ranges):
        return None
    return Mod(low, length), (KroneckerDelta(high, floor(low / length)),)


def _solutions(term: Term) -> Iterator[Solution]:
    """All ways to solve an equation of the term for a bound index, by the outermost index first."""
    equations = [factor for factor in term.factors if isinstance(factor, KroneckerDelta)]
    for letter, length in term.bound:
        for equation in equations:
            difference = equation.args[0] - equation.args[1]
            if letter in difference.free_symbols:
                solution = _solved(equation, difference, letter) or _by_block(equation, letter, length, term)
                if solution is not None:
                    yield solution


def _solved(equation: Expr, difference: Expr, letter: Symbol) -> Solution | None:
    slope = difference.coeff(letter, 1)
    rest = sympy.expand(difference - slope * letter)
    if letter in rest.free_symbols:
        return None
    if slope in (1, -1):
        return Solution(equation, letter, sympy.expand(-rest / slope))
    if slope.could_extract_minus_sign():
        slope, rest = -slope, -rest
    above = sympy.expand(-rest)
    return Solution(equation, letter, above / slope, (Eq(Mod(above, slope), 0),))


def _by_block(equation: Expr, letter: Symbol, length: Expr, term: Term) -> Solution | None:
    """``floor(j/o) = q``: j runs through the q-th block of o, j = o*q + j' with a new index j' below o."""
    for side, other in (equation.args, equation.args[::-1]):
        if not isinstance(side, floor) or letter in other.free_symbols:
            continue
        block = sympy.cancel(letter / side.args[0])
        if letter in block.free_symbols or not block.is_integer:
            continue
        taken = symbols.names_in(*term.factors) | {bound.name for bound, _ in term.bound}
        (fresh,) = symbols.fresh_indices(1, taken)
        return Solution(equation, letter, block * other + fresh, (), ((fresh, block),))
    return None


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
