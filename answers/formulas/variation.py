"""Where a function of one number rises and falls, and so the range of its values: shown, not sampled.

Between its breaks and the zeros of its slope a continuously differentiable function is monotone, since a slope that has
no zero in an interval keeps its sign there. The range then follows from the limits at the ends of the intervals and the
values between them alone: no value in between can lie outside of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import sympy
from sympy import EmptySet, Expr, FiniteSet, Interval, Symbol
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from answers.errors import HomeworkContentError
from answers.formulas.curves import breaks
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction


@dataclass(frozen=True)
class Piece:
    """An open interval on which the function is monotone, the sign of its slope there, and its limits at the ends."""

    left: Expr
    right: Expr
    sign: int
    start: Expr
    end: Expr


@dataclass(frozen=True)
class Range:
    """The values between ``low`` and ``high``; an end belongs to it if it is a value."""

    low: Expr
    high: Expr
    low_is_value: bool
    high_is_value: bool


@dataclass(frozen=True)
class Variation:
    """The pieces of a function from left to right, its values at the places between them, and its range."""

    pieces: tuple[Piece, ...]
    values: tuple[Expr, ...]
    range: Range

    @property
    def continuous(self) -> bool:
        """Whether the limits on both sides of each place are the value there, so that no value is left out."""
        triples = zip(self.pieces, self.pieces[1:], self.values, strict=False)
        return all(_same(left.end, value) and _same(right.start, value) for left, right, value in triples)


def variation(formula: Expr, variable: Symbol, functions: Mapping[str, ScalarFunction]) -> Variation:
    """The variation of a function over all real numbers.

    Symbols other than the variable are constants; what is known of their signs is in their assumptions.

    Raises:
        HomeworkContentError: the zeros of the slope, its sign or a limit cannot be found.
    """
    written = written_out(formula, functions)
    # Breaks come as floating point; limits and signs are decided exactly, and 0.1 must be 1/10 for that.
    places = [sympy.nsimplify(place, rational=True) for place in breaks(written, variable, ())]
    ends = [-sympy.oo, *places, sympy.oo]
    pieces: list[Piece] = []
    for left, right in pairwise(ends):
        # No condition changes between two breaks, so any place in between stands for all of them.
        smooth = resolved(written, variable, _between(left, right))
        pieces += _monotone(smooth, variable, left, right)
    inner = [piece.right for piece in pieces[:-1]]
    values = tuple(sympy.simplify(resolved(written.subs(variable, place), variable, place)) for place in inner)
    return Variation(tuple(pieces), values, _range(pieces, values))


def written_out(formula: Expr, functions: Mapping[str, ScalarFunction]) -> Expr:
    """The formula with the named functions in it by their own formulas.

    Raises:
        HomeworkContentError: a function has no formula.
    """
    while uses := formula.atoms(AppliedUndef):
        unknown = sorted({use.func.__name__ for use in uses} - set(functions))
        if unknown:
            raise HomeworkContentError(f"the function {unknown[0]} has no formula")
        formula = formula.xreplace({use: functions[use.func.__name__].at(use.args[0]) for use in uses})
    return formula


def _between(left: Expr, right: Expr) -> Expr:
    """A place inside an interval."""
    if left == -sympy.oo and right == sympy.oo:
        return sympy.S.Zero
    if left == -sympy.oo or right == sympy.oo:
        return right - 1 if left == -sympy.oo else left + 1
    return (left + right) / 2


def resolved(formula: Expr, variable: Symbol, place: Expr) -> Expr:
    """The formula with every condition, and every absolute value, as it is at a place."""
    known: dict[Expr, Expr] = {}
    for bracket in formula.atoms(Bracket):
        condition: Boolean = bracket.args[0].subs(variable, place)
        known[bracket] = sympy.S.One if condition == sympy.true else sympy.S.Zero
    for magnitude in formula.atoms(sympy.Abs):
        inside = magnitude.args[0]
        known[magnitude] = inside if inside.subs(variable, place).is_nonnegative else -inside
    return formula.xreplace(known)


def _monotone(smooth: Expr, variable: Symbol, left: Expr, right: Expr) -> Iterator[Piece]:
    """An interval cut where the slope is 0."""
    slope = sympy.factor(sympy.together(sympy.diff(smooth, variable)))
    cuts = [left, *_zeros(slope, variable, left, right), right]
    for start, end in pairwise(cuts):
        limits = (_limit(smooth, variable, start, "+"), _limit(smooth, variable, end, "-"))
        yield Piece(start, end, _sign(slope, variable, _between(start, end)), *limits)


def _zeros(slope: Expr, variable: Symbol, left: Expr, right: Expr) -> list[Expr]:
    if slope == 0 or slope.is_positive or slope.is_negative:
        return []
    found = sympy.solveset(slope, variable, Interval.open(left, right))
    if found is EmptySet or found == EmptySet:
        return []
    # SymPy answers with a ConditionSet where it cannot solve, with an infinite set for a periodic slope: a sign that
    # is read at one place would then be that of a part of the interval only.
    if not isinstance(found, FiniteSet):
        raise HomeworkContentError(f"the zeros of the slope {slope} are not found, so its sign is not shown")
    return sorted(found, key=lambda place: float(place))


def _sign(slope: Expr, variable: Symbol, place: Expr) -> int:
    """The sign of a slope that has no zero around a place, or is 0 everywhere."""
    # The slope as a whole first: assumptions on its constants may settle it where a value at a place does not simplify.
    for candidate in (slope, sympy.simplify(slope.subs(variable, place))):
        if candidate.is_zero:
            return 0
        if candidate.is_positive or candidate.is_negative:
            return 1 if candidate.is_positive else -1
    raise HomeworkContentError(f"the sign of the slope {slope} does not follow from what is known of its symbols")


def _limit(smooth: Expr, variable: Symbol, place: Expr, side: str) -> Expr:
    found = sympy.limit(smooth, variable, place, side)
    if found.has(sympy.Limit, sympy.nan, sympy.AccumBounds):
        raise HomeworkContentError(f"the limit of {smooth} at {place} is not found")
    return sympy.simplify(found)


def _range(pieces: list[Piece], values: tuple[Expr, ...]) -> Range:
    """The hull of the values: what a constant piece and the places between pieces take, and limits elsewhere."""
    # On a piece that rises or falls the limits at its open ends are approached and not reached, so they bound the range
    # without belonging to it, unless a value elsewhere is the same number.
    taken = [*values, *(piece.start for piece in pieces if piece.sign == 0)]
    limits = [end for piece in pieces for end in (piece.start, piece.end)]
    low, high = _extreme([*taken, *limits], lowest=True), _extreme([*taken, *limits], lowest=False)
    return Range(low, high, any(_same(low, value) for value in taken), any(_same(high, value) for value in taken))


def _extreme(values: list[Expr], *, lowest: bool) -> Expr:
    best = values[0]
    for value in values[1:]:
        lower = below(value, best)
        if lower is None:
            raise HomeworkContentError(f"which of {value} and {best} is larger does not follow from what is known")
        if lower == lowest and not _same(value, best):
            best = value
    return best


def below(one: Expr, other: Expr) -> bool | None:
    """Whether one value is at most the other; None if that does not follow."""
    if _same(one, other) or one == -sympy.oo or other == sympy.oo:
        return True
    if one == sympy.oo or other == -sympy.oo:
        return False
    difference = sympy.simplify(other - one)
    if difference.is_nonnegative:
        return True
    return False if difference.is_negative else None


def _same(one: Expr, other: Expr) -> bool:
    return bool(one == other or (one.is_finite and other.is_finite and sympy.simplify(one - other) == 0))
