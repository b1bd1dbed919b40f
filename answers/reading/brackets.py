"""Whether brackets behind a name hold its subscripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answers.reading import syntax
from answers.reading.context import Context
from answers.reading.errors import Misshapen
from answers.reading.matching import symbol_of
from answers.reading.scripts import is_range, subscripts_of
from answers.reading.symbols import Index, Size, Tensor


def is_subscript(
    context: Context, base: syntax.Word, scripts: Sequence[syntax.Script], behind_it: syntax.Group, before: list[Any]
) -> bool:
    """Whether brackets behind a name hold its subscripts: round ones only if there is one for every axis."""
    options = symbol_of(context, syntax.Scripted(base, list(scripts)))
    count = 1 if is_range([behind_it.inside]) else len(behind_it.inside.items)
    for entry, below, _ in options:
        if isinstance(entry.symbol, Tensor):
            try:
                used = len(subscripts_of(below, 99)) + sum(len(items.items) for items in before)
            except Misshapen:
                return False
            left = len(entry.symbol.axes) - used
            fits = count <= left if behind_it.left == "[" else count == left and (count > 1 or _is_bare(behind_it))
            return left > 0 and fits and behind_it.left in "([" and placelike(context, behind_it.inside)
    return False


def _is_bare(group_behind: syntax.Group) -> bool:
    return isinstance(group_behind.inside.items[0], syntax.Word | syntax.Number)


def placelike(context: Context, raw: Any) -> bool:
    """Whether this can be a subscript: numbers, indices, lengths and what holds whole numbers."""
    if isinstance(raw, syntax.Number):
        return True
    if isinstance(raw, syntax.Items):
        return all(placelike(context, item) for item in raw.items)
    if isinstance(raw, syntax.Group):
        return raw.left != "‖" and placelike(context, raw.inside)
    if isinstance(raw, syntax.Terms):
        return all(placelike(context, term) for _, term in raw.terms)
    if isinstance(raw, syntax.Product):
        return all(
            tail.operation in ("", "·", "×", "/", "mod", "*") and placelike(context, tail.factor)
            for tail in raw.factors
        )
    if isinstance(raw, syntax.Fraction):
        return placelike(context, raw.top) and placelike(context, raw.bottom)
    word = raw.base if isinstance(raw, syntax.Scripted) else raw
    if not isinstance(word, syntax.Word) or word.sort != "name":
        return False
    if context.letter(word.text) is not None:
        return True
    options = symbol_of(context, raw)
    if options:
        return any(
            isinstance(entry.symbol, Size | Index)
            or (isinstance(entry.symbol, Tensor) and (entry.symbol.whole or not entry.symbol.axes))
            for entry, _, _ in options
        )
    return len(word.text) == 1 and context.table.letters
