"""What a lecturer says before a line: the cause, in the elements that the equation is about."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import And, Basic, Eq, Expr, Ge, Lt, Symbol
from sympy.logic.boolalg import Boolean

from derive.calculus.factors import cost
from derive.expression import symbols
from derive.lecture.ways import Way
from derive.steps import Sentence

LONGEST_SLOPE = 14
"""How much there may be to read in a slope that stands in a sentence."""


def said(*parts: str | Basic, beside: tuple[Basic, ...] = ()) -> Sentence:
    """A sentence of words and expressions; what is ``beside`` it is not said."""
    return Sentence(tuple(parts), beside)


def cause_of(way: Way, *, at_top: bool = False) -> Sentence:
    """Why the derivative by an element that a row holds in one way is what it is.

    The row ``at_top`` is what is differentiated itself: its elements send nothing back, so nothing adds up.
    """
    if way.meeting:
        places = [Eq(letter, place, evaluate=False) for letter, place in way.meeting]
        where = listed([*places, *(_below(letter, length) for letter, length in way.inside)])
        together = "." if at_top else ": what all of these send back adds up."
        return said(way.holder, " holds ", way.held, " where ", *where, together, beside=(way.slope,))
    if way.repeated:
        return _of_repeated(way, at_top=at_top)
    in_a_number = not symbols.subscripts_of(way.holder)
    if in_a_number and way.inner == "determinant":
        return said(way.held, " occurs in ", way.holder, " only, in the determinant beside its cofactor.")
    if in_a_number and way.inner == "product":
        return said(
            "Only one factor of the product in ", way.holder, " holds ", way.held, ": its slope has the others."
        )
    if in_a_number and way.summed:
        return said("Only one term of the sum in ", way.holder, " holds ", way.held, ".")
    if in_a_number and at_top:
        return said("Differentiate ", way.holder, " by ", way.held, ".")
    if way.slope == 1:
        passed = "." if at_top else ": it receives that signal unchanged."
        return said(way.held, " shifts ", way.holder, " one for one", passed)
    if way.is_elementwise and not in_a_number:
        return said(way.holder, " depends on ", way.held, " alone", *_with_slope(way.slope), ".")
    return said(way.held, " occurs in ", way.holder, " only", *_with_slope(way.slope), ".")


def cause_of_several(held: Expr, holders: Sequence[Expr], closed: Sequence[Expr]) -> Sentence:
    """Why what several rows send back to an element adds up; through those that are ``closed`` comes nothing."""
    nothing = ("; through ", *listed(closed), " comes nothing, as that slope is 0") if closed else ()
    if len(holders) == 1:
        return said(held, " acts through ", *holders, *nothing, ".")
    return said(held, " acts through ", *listed(holders), ": what comes back on each way adds up", *nothing, ".")


def cause_of_mixing(held: Expr, holder: Expr) -> Sentence:
    """Why the signals of all elements of a row add up, each of which the element moves."""
    if not symbols.subscripts_of(holder):
        return said("Differentiate ", holder, " by ", held, ".")
    return said("A change of ", held, " moves every ", holder, ": what all of them send back adds up.")


def _below(letter: Symbol, length: Expr) -> Boolean:
    """Where an index runs, both ends of it: SymPy knows that it is at least 0, and would leave that out."""
    return And(Ge(letter, 0, evaluate=False), Lt(letter, length), evaluate=False)


def _of_repeated(way: Way, *, at_top: bool) -> Sentence:
    every = (way.holder, " for every ", *listed(way.repeated))
    if way.slope == 1:
        return said(way.held, " is added to ", *every, "." if at_top else ": these signals add up.")
    together = "." if at_top else ": the contributions add up."
    return said(way.held, " occurs in ", *every, *_with_slope(way.slope), together)


def _with_slope(slope: Expr) -> tuple[str | Basic, ...]:
    """The slope where it is short enough for a sentence."""
    return (", with slope ", slope) if cost(slope) <= LONGEST_SLOPE else ()


def listed(parts: Sequence[Basic]) -> tuple[str | Basic, ...]:
    """The parts with commas, and an *and* before the last."""
    listing: list[str | Basic] = []
    for number, part in enumerate(parts):
        if number:
            listing.append(" and " if number == len(parts) - 1 else ", ")
        listing.append(sympy.sympify(part))
    return tuple(listing)
