"""A bound index as two: ``j = g*a + b``, where an equation holds it by its digits ``floor(j/g)`` and ``j mod g``."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Expr, KroneckerDelta, Mod, Symbol, floor

from derive.calculus.bounds import Ranges
from derive.calculus.digits import digits_decided
from derive.calculus.terms import Term
from derive.expression import symbols, walks
from derive.expression.affine import in_letter


def index_split(term: Term, ranges: Ranges) -> Term | None:
    """The term with one of its bound indices as two, which its equations can be solved for; None where that is none.

    Shuffles of channels and pairs of a rotary embedding are written with digits: ``p = k*(c mod g) + floor(c/g)`` is
    ``p = k*b + a``, which says that b is ``floor(p/k)`` and a is ``p mod k``. Where an equation takes b away, as the
    partner ``j + 1 - 2*(j mod 2)`` of j does, b counts from the other end.
    """
    equations = [factor for factor in term.factors if isinstance(factor, KroneckerDelta)]
    for letter, length in term.bound:
        for base in _bases(equations, letter):
            blocks = _quotient(length, base, ranges)
            if blocks is not None:
                return _split(term, letter, base, blocks, ranges)
    return None


def _bases(equations: list[Expr], letter: Symbol) -> Iterator[Expr]:
    """The sizes by whose digits equations hold an index."""
    for equation in equations:
        for part in sorted(walks.parts(equation, floor, Mod), key=sympy.default_sort_key):
            base = part.args[1] if isinstance(part, Mod) else sympy.cancel(letter / part.args[0])
            held = part.args[0] == (letter if isinstance(part, Mod) else letter / base)
            if held and base.is_integer and letter not in walks.free_symbols(base):
                yield base


def _quotient(length: Expr, base: Expr, ranges: Ranges) -> Expr | None:
    """How often a size goes into a length, if it is known that it does: a number, a product, or a size that says so."""
    quotient = sympy.cancel(length / base)
    if quotient.is_integer:
        return quotient
    return next((size for size, formula in ranges.items() if size.is_positive and formula == quotient), None)


def _split(term: Term, letter: Symbol, base: Expr, blocks: Expr, ranges: Ranges) -> Term:
    high, low = symbols.fresh_indices(2, term.names)
    bound = tuple(
        entry for known in term.bound for entry in (((high, blocks), (low, base)) if known[0] == letter else (known,))
    )
    forwards = _with(term, letter, base * high + low, bound, ranges)
    if not _is_taken_away(forwards, low):
        return forwards
    return _with(term, letter, base * high + base - 1 - low, bound, ranges)


def _with(term: Term, letter: Symbol, value: Expr, bound: tuple[tuple[Symbol, Expr], ...], ranges: Ranges) -> Term:
    return digits_decided(
        Term(tuple(walks.replaced(factor, {letter: value}) for factor in term.factors), bound), ranges
    )


def _is_taken_away(term: Term, low: Symbol) -> bool:
    """Whether an equation has the letter with a minus sign on the side where it stands."""
    for factor in term.factors:
        if isinstance(factor, KroneckerDelta):
            for side in factor.args:
                found = in_letter(side, low)
                if found is not None and found[0].could_extract_minus_sign():
                    return True
    return False
