"""Sums, products and maxima: their indices, limits and conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from answers.reading import syntax, tree
from answers.reading.conditions import condition
from answers.reading.context import Context, Letter, Meaning, joined
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.names import lettered
from answers.reading.scripts import in_a_row
from answers.reading.shapes import SCALAR, Bindings
from answers.reading.symbols import Index

LIMITED = "limits"
"""The axis of an index whose limits are written: what it stands at tells nothing more of its range."""


@dataclass
class _Limits:
    """The indices of a sum with what is written of them."""

    letters: list[str] = field(default_factory=list)
    low: dict[str, Any] = field(default_factory=dict)
    high: dict[str, Any] = field(default_factory=dict)
    beyond: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    conditions: list[Any] = field(default_factory=list)


def big(context: Context, raw: syntax.Big, body: Any) -> list[Meaning]:
    """A sum, product or maximum of a body.

    Raises:
        Unreadable: it cannot be told which index it is over.
    """
    limits = _limits(context, raw)
    parts: list[list[Meaning]] = []
    for name in limits.letters:
        for ends in (limits.low, limits.high):
            parts.append(context.read(ends[name]) if name in ends else [])
    with context.scope():
        bound = [context.bind(name) for name in limits.letters]
        for letter in bound:
            if letter.text in limits.low and letter.text in limits.high:
                letter.axis = LIMITED
                continue
            for entry in context.known.entries.get(letter.text, ()):
                if isinstance(entry.symbol, Index) and entry.symbol.axis is not None and not entry.below:
                    letter.axis = entry.symbol.axis
        with context.places():
            conditions = [condition(context, item) for item in limits.conditions]
        inside = context.read(body)

    present = [part for part in parts if part]

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        ends = iter(nodes[: len(present)])
        bounds = []
        for at, letter in enumerate(bound):
            low = next(ends) if parts[2 * at] else None
            high = next(ends) if parts[2 * at + 1] else None
            below, above = limits.beyond.get(letter.text, (False, False))
            bounds.append(_bound(letter, _moved(low, 1 if below else 0), _moved(high, -1 if above else 0)))
        held = nodes[len(present) : -1]
        what = None if not held else held[0] if len(held) == 1 else tree.Logic("and", tuple(held), SCALAR)
        value = nodes[-1]
        if raw.sign == "-":
            value = tree.Negative(value, value.shape)
        kind = raw.kind
        if kind in ("max", "min", "argmax", "argmin") and value.shape.axes:
            raise Misshapen("a maximum over an index is one of numbers")
        return [Meaning(tree.Big(kind, tuple(bounds), what, value, value.shape), bindings)]  # type: ignore[arg-type]

    return joined([*present, *conditions, inside], made)


def _moved(node: tree.Node | None, by: int) -> tree.Node | None:
    return node if node is None or by == 0 else tree.Sum((node, tree.Number(by)), SCALAR)


def _bound(letter: Letter, low: tree.Node | None, high: tree.Node | None) -> tree.Bound:
    return tree.Bound(letter.text, letter.slot, low, high, letter.axis)


def _limits(context: Context, raw: syntax.Big) -> _Limits:
    limits = _Limits()
    below = [script.content for script in raw.scripts if script.kind == "below"]
    above = [script.content for script in raw.scripts if script.kind == "above"]
    for content in below:
        if not isinstance(content, syntax.Items):
            raise context.wrong("what stands below this sign names no index", raw.start, raw.end)
        for item in content.items:
            _take(context, limits, item)
    if not limits.letters:
        raise context.wrong("it is not said which index this is over", raw.start, raw.end)
    if above:
        if len(above) > 1 or not isinstance(above[0], syntax.Items) or len(above[0].items) != 1:
            raise context.wrong("what stands above this sign is no limit", raw.start, raw.end)
        low = next(iter(limits.low.values()), None)
        for letter in limits.letters:
            limits.high.setdefault(letter, above[0].items[0])
            if low is not None:
                limits.low.setdefault(letter, low)
    return limits


def _name(raw: Any) -> str | None:
    """The letter that a side is, or None."""
    if isinstance(raw, syntax.Word) and raw.sort == "name":
        return raw.text
    if isinstance(raw, syntax.Scripted) and isinstance(raw.base, syntax.Word):
        text, rest = lettered(raw.base, raw.scripts)
        return None if rest else text
    return None


def _take(context: Context, limits: _Limits, item: Any) -> None:
    if not isinstance(item, syntax.Relation):
        for part in in_a_row(item):
            name = _name(part)
            if name is None:
                raise Unreadable("what stands below this sign is no index", context.text, *syntax.place_of(part))
            _add(limits, name)
        return
    names = [_name(side) for side in item.sides]
    signs = [str(sign) for sign in item.signs]
    if signs == ["="] and names[0] is not None and names[0] not in limits.letters:
        _add(limits, names[0])
        limits.low[names[0]] = item.sides[1]
        return
    middle = names[1] if len(names) == 3 else None
    if middle is not None and middle not in limits.letters and all(sign in ("<", "≤") for sign in signs):
        _add(limits, middle)
        limits.low[middle], limits.high[middle] = item.sides[0], item.sides[2]
        limits.beyond[middle] = (signs[0] == "<", signs[1] == "<")
        return
    new = [name for name in names if name is not None and name not in limits.letters and not _is_known(context, name)]
    if not new and not set(names) & set(limits.letters) and names[0] is not None:
        new = [names[0]]
    if new and not set(names) & set(limits.letters):
        _add(limits, new[0])  # of two new letters the second is one of the answer
    limits.conditions.append(item)


def _is_known(context: Context, name: str) -> bool:
    return context.letter(name) is not None or bool(context.known.entries.get(name.split("_")[0]))


def _add(limits: _Limits, name: str) -> None:
    if name not in limits.letters:
        limits.letters.append(name)
