"""Elimination of bound indices by the equations that hold them: Σ_k [k = φ] t(k) = t(φ) [φ in range]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy
from sympy import Eq, Expr, KroneckerDelta, Mod, Mul, Pow, Symbol, floor

from derive.calculus.bounds import Ranges, in_range, never_negative
from derive.calculus.digits import digits_decided, digits_joined
from derive.calculus.split import index_split
from derive.calculus.terms import Bound, Term
from derive.expression import symbols, walks
from derive.expression.affine import in_letter
from derive.expression.functions import Bracket


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

    @property
    def divides_digits(self) -> bool:
        """Whether it divides what holds digits of indices, which are better taken apart first."""
        return bool(self.conditions) and walks.holds(self.equation, floor, Mod)


def eliminate(term: Term, ranges: Ranges, *, plain: bool = False) -> Term:
    """The term without those bound indices that an equation among its factors determines.

    A coefficient of ±1 is substituted and leaves the condition that the value is in range; a coefficient
    S is divided by and leaves the condition that S divides as well. Conditions that the declared ranges
    imply are dropped. SymPy's ``deltasummation`` does neither. Of several indices that an equation could
    be solved for, one whose value is another index goes first, then a digit of a number whose other digit is
    an index, then one of which a quotient is known, then the outermost. An index that is held by its digits is
    taken apart. With ``plain``, only equations between two indices are used.
    """
    # Every round uses an equation up, and the one that a digit leaves is free of the index that went; a split index
    # leaves no digits behind: the loop ends.
    while True:
        term = digits_joined(digits_decided(term, ranges), ranges)
        solutions = [solution for solution in _solutions(term) if solution.is_plain or not plain]
        best = min(solutions, key=lambda solution: _rank(solution, term, ranges), default=None)
        apart = index_split(term, ranges) if not plain and (best is None or best.divides_digits) else None
        if apart is not None:
            term = apart
        elif best is None:
            return term
        else:
            term = _substituted(term, best, ranges)


def _rank(solution: Solution, term: Term, ranges: Ranges) -> int:
    """How early an equation is used: 0 for another index, 1 for a digit, 2 for a block of an index."""
    if solution.is_plain:
        return 0
    length = dict(term.bound)[solution.letter]
    digit = _digit(solution.value, length, {**ranges, **dict(term.bound)})
    if digit is not None and (length == 1 or _is_number_in_digits(digit.other, dict(term.bound))):
        return 1
    return 2 if solution.bound else 3


def _is_number_in_digits(value: Expr, lengths: Mapping[Symbol, Expr]) -> bool:
    """Whether a value is an index, or one in front of whose digits, each below its size, stand others: n*i + j."""
    if value.is_Symbol:
        return True
    parts = sympy.Add.make_args(value)
    last = next((part for part in parts if part in lengths), None)
    others = [part / lengths[last] for part in parts if part != last] if last is not None else []
    whole = all(part.is_integer for part in others)
    return bool(others) and whole and _is_number_in_digits(sympy.Add(*others), lengths)


def _substituted(term: Term, solution: Solution, ranges: Ranges) -> Term:
    length = dict(term.bound)[solution.letter]
    scope = {**ranges, **dict(term.bound), **dict(solution.bound)}
    rest = tuple(factor for factor in term.factors if factor != solution.equation)
    digit = None if solution.is_plain else _digit(solution.value, length, scope)
    value, conditions = (
        (digit.value, (digit.equation,))
        if digit
        else (solution.value, tuple(map(Bracket, in_range(solution.value, length, scope))))
    )
    replaced = Term(rest, term.bound).replaced({solution.letter: value})
    factors = (*replaced.factors, *map(Bracket, solution.conditions), *conditions)
    return Term(factors or (sympy.S.One,), replaced.bound + solution.bound)


@dataclass(frozen=True)
class Digit:
    """An index as the last digit of a number: its value, the other digits, and what these are equal to."""

    value: Expr
    other: Expr
    rest: Expr

    @property
    def equation(self) -> Expr:
        """The equation that the other digits satisfy, without minus signs."""
        terms = sympy.Add.make_args(self.other)
        below = [term for term in terms if term.could_extract_minus_sign()] if self.rest == 0 else []
        above = [term for term in terms if term not in below]
        return KroneckerDelta(sympy.Add(*above), self.rest - sympy.Add(*below))


def _digit(value: Expr, length: Expr, ranges: Ranges) -> Digit | None:
    """``a - A*u`` as an index below A: it is a mod A, and u is the floor of a/A.

    So the number a is written with the digits u and a mod A: a channel by its group and its place there.
    Where a is below A itself, u is 0; without this case, blocks and digits would take turns for ever.
    """
    quotients = {term: term / length for term in sympy.Add.make_args(value)}
    whole = [term for term, quotient in quotients.items() if quotient.is_integer]
    if not whole:
        return None
    high = -sympy.Add(*(quotients[term] for term in whole))
    if all(symbol.is_positive for symbol in walks.free_symbols(high)):
        return None  # a fixed digit says no more than a range
    low = sympy.Add(*(term for term in quotients if term not in whole))
    if not low.is_integer or not never_negative(low, ranges):
        return None
    if never_negative(length - 1 - low, ranges):
        return Digit(low, high, sympy.S.Zero)
    return Digit(Mod(low, length), high, floor(low / length))


def _solutions(term: Term) -> Iterator[Solution]:
    """All ways to solve an equation of the term for a bound index, by the outermost index first."""
    equations = [factor for factor in term.factors if isinstance(factor, KroneckerDelta)]
    for letter, _ in term.bound:
        for equation in equations:
            difference = equation.args[0] - equation.args[1]
            if letter in walks.free_symbols(difference):
                solution = _solved(equation, difference, letter) or _by_block(equation, letter, term)
                if solution is not None:
                    yield solution


def _solved(equation: Expr, difference: Expr, letter: Symbol) -> Solution | None:
    found = in_letter(difference, letter)
    if found is None:
        return None
    slope, rest = found
    # Over the integers a slope of 1 or -1 always has a solution; any other only where it divides.
    if slope in (1, -1):
        return Solution(equation, letter, sympy.expand(-rest / slope))
    if slope.could_extract_minus_sign():
        slope, rest = -slope, -rest
    above = sympy.expand(-rest)
    return Solution(equation, letter, above / slope, (Eq(walks.modulo(above, slope), 0),))


def _by_block(equation: Expr, letter: Symbol, term: Term) -> Solution | None:
    """``floor(j/o) = q``: j runs through the q-th block of o, j = o*q + j' with a new index j' below o."""
    for side, other in (equation.args, equation.args[::-1]):
        if not isinstance(side, floor) or letter in walks.free_symbols(other):
            continue
        block = sympy.cancel(letter / side.args[0])
        if letter in walks.free_symbols(block) or not block.is_integer:
            continue
        (fresh,) = symbols.fresh_indices(1, term.names)
        return Solution(equation, letter, block * other + fresh, (), ((fresh, block),))
    return None


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
