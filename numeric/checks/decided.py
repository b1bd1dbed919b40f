"""The conditions that a derivation loses where numbers stand in the place of letters, tried at those numbers.

Whether a condition holds whatever the indices are is decided by rules about bounds. Here it is evaluated: where every
index is at its first and at its last value, and at random values between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from random import Random

import sympy
from sympy import And, Expr, Integer, Piecewise, Sum, Symbol
from sympy.logic.boolalg import Boolean

from derive.expression import walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import ProductOver

CORNERS = 256
"""How many combinations of first and last values are tried at most."""
BETWEEN = 256
"""How many random values between are tried."""
LETTER = (2, 11)
"""The numbers that stand for sizes that are letters still."""

Lengths = Mapping[Symbol, tuple[Expr, Expr]]
Condition = tuple[Boolean, tuple[tuple[Symbol, tuple[Expr, Expr]], ...]]


def wrongly_dropped(before: Expr, after: Expr, lengths: Mapping[Symbol, Expr], seed: int = 0) -> tuple[Boolean, ...]:
    """The conditions of ``before`` that ``after`` lacks although they do not always hold.

    ``lengths`` are the ranges of the free indices. A condition that stands several times counts as often.
    """
    if not walks.holds(before, Bracket, Piecewise):
        return ()
    scope = {letter: (Integer(0), length - 1) for letter, length in lengths.items()}
    found, kept = list(_conditions(before, scope)), Counter(one for one, _ in _conditions(after, scope))
    stood = Counter(one for one, _ in found)
    wrong = []
    for condition, count in stood.items():
        dropped = count - kept[condition]
        places = (dict(place) for one, place in found if one == condition)
        if dropped > 0 and sum(_holds(condition, place, Random(seed)) for place in places) < dropped:
            wrong.append(condition)
    return tuple(wrong)


def _conditions(part: Expr | Boolean, scope: Lengths) -> Iterator[Condition]:
    """Every condition in brackets, with the ranges of the indices where it stands."""
    if isinstance(part, Bracket):
        for condition in And.make_args(part.args[0]):
            yield condition, tuple(_related(condition, scope).items())
        return
    inner = scope
    if isinstance(part, Sum | Maximum | ArgMax | ProductOver):
        inner = {**scope, **{letter: (low, high) for letter, low, high in part.limits}}
    if isinstance(part, Piecewise):
        for value, condition in part.args:
            yield from _conditions(Bracket(condition), scope)
            yield from _conditions(value, scope)
        return
    for argument in part.args[:1] if inner is not scope else part.args:
        if isinstance(argument, Expr | Boolean):
            yield from _conditions(argument, inner)


def _holds(condition: Boolean, scope: Lengths, random: Random) -> bool:
    """Whether a condition holds at every value that is tried."""
    free = condition.free_symbols.union(*(end.free_symbols for pair in scope.values() for end in pair))
    for _ in range(3):
        letters = {one: Integer(random.randint(*LETTER)) for one in free - set(scope)}
        corners = islice(product((0, 1), repeat=len(scope)), CORNERS)
        between = ((random.random() for _ in scope) for _ in range(BETWEEN))
        for shares in (*corners, *between):
            at = _placed(scope, shares, letters)
            if at is not None and condition.xreplace(at) != sympy.true:
                return False
        if not letters:
            break
    return True


def _placed(scope: Lengths, shares: Iterable[float], letters: Mapping[Symbol, Expr]) -> dict[Symbol, Expr] | None:
    """Each index at its share of the way from its first value to its last one, if it has any."""
    at = dict(letters)
    for (letter, ends), share in zip(scope.items(), shares, strict=True):
        low, high = (int(end.xreplace(at)) for end in ends)
        if low > high:
            return None
        at[letter] = Integer(low + round(share * (high - low)))
    return at


def _related(condition: Boolean, scope: Lengths) -> dict[Symbol, tuple[Expr, Expr]]:
    """The ranges of the indices that a condition reads, and of those that these ranges read, outer ones first."""
    needed = set(condition.free_symbols)
    for letter in reversed(scope):
        if letter in needed:
            needed |= set().union(*(end.free_symbols for end in scope[letter]))
    return {letter: ends for letter, ends in scope.items() if letter in needed}
