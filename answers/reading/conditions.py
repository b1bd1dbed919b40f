"""Conditions: relations, what divides what, sets and intervals, joined by and, or and commas."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

from lark import Token

from answers.reading import syntax, tree
from answers.reading.applying import common, filled
from answers.reading.context import Context, Meaning, joined
from answers.reading.errors import Misshapen
from answers.reading.matching import symbol_of
from answers.reading.shapes import Bindings
from answers.reading.symbols import Index


def is_condition(raw: Any) -> bool:
    """Whether this says that something holds."""
    if isinstance(raw, syntax.Items):
        return bool(raw.items) and any(is_condition(item) for item in raw.items)
    if isinstance(raw, syntax.Group) and raw.left in "({" and len(raw.inside.items) == 1:
        return is_condition(raw.inside.items[0])
    return isinstance(raw, syntax.Relation | syntax.Not)


def condition(context: Context, raw: Any) -> list[Meaning]:
    """A condition as what is 1 where it holds and 0 elsewhere.

    Raises:
        Unreadable: it is no condition.
    """
    with context.places():
        return _condition(context, raw)


def _condition(context: Context, raw: Any) -> list[Meaning]:
    if isinstance(raw, syntax.Group) and raw.left in "({[" and is_condition(raw.inside):
        return _condition(context, raw.inside)
    if isinstance(raw, syntax.Not):
        inside = _condition(context, raw.inside)
        return joined([inside], lambda nodes, b: [Meaning(tree.Logic("not", (nodes[0],), nodes[0].shape), b)])
    if isinstance(raw, syntax.Items):
        return _several(context, raw)
    if not isinstance(raw, syntax.Relation):
        raise context.wrong("a condition was expected here", *syntax.place_of(raw))
    parts = [
        _pair(context, raw.sides[at], str(sign), raw.sides[at + 1], syntax.place_of(raw))
        for at, sign in enumerate(raw.signs)
    ]
    return parts[0] if len(parts) == 1 else _all(parts, "and")


def _several(context: Context, raw: syntax.Items) -> list[Meaning]:
    """Conditions between separators: ``and`` binds more tightly than ``or``."""
    groups: list[list[list[Meaning]]] = [[]]
    pending: list[Any] = []
    for at, item in enumerate(raw.items):
        separator = raw.separators[at - 1] if at else ""
        if separator == "or":
            groups.append([])
        if not is_condition(item):
            pending.append(item)
            continue
        for left in pending:  # i, j > 0 means that both are
            assert isinstance(item, syntax.Relation)
            groups[-1].append(_condition(context, syntax.Relation([left, *item.sides[1:]], item.signs)))
        pending = []
        groups[-1].append(_condition(context, item))
    if pending:
        raise context.wrong("a condition was expected here", *syntax.place_of(pending[0]))
    parts = [group[0] if len(group) == 1 else _all(group, "and") for group in groups if group]
    return parts[0] if len(parts) == 1 else _all(parts, "or")


def _all(parts: Sequence[list[Meaning]], kind: Any) -> list[Meaning]:
    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        shape, found = common(nodes, bindings)
        return [Meaning(tree.Logic(kind, tuple(nodes), shape), found)]

    return joined(parts, made)


def _pair(context: Context, left: Any, sign: str, right: Any, place: tuple[int, int]) -> list[Meaning]:
    if sign in ("∈", "∉"):
        inside = _member(context, left, right, place)
        if sign == "∈":
            return inside
        return joined([inside], lambda nodes, b: [Meaning(tree.Logic("not", (nodes[0],), nodes[0].shape), b)])
    negated = sign == "does not divide"
    name = "divides" if negated else sign

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        nodes = filled(nodes)
        shape, found = common(nodes, bindings)
        node: tree.Node = tree.Compare(nodes[0], name, nodes[1], shape)
        return [Meaning(tree.Logic("not", (node,), shape) if negated else node, found)]

    try:
        return joined([context.read(left), context.read(right)], made)
    except Misshapen as reason:
        raise reason.placed(context.text, *place) from None


def _member(context: Context, left: Any, right: Any, place: tuple[int, int]) -> list[Meaning]:
    """An element of a set that is listed, or of an interval."""
    if isinstance(right, syntax.Scripted):
        right = right.base
    if not isinstance(right, syntax.Group):
        raise context.wrong("a set or an interval was expected behind ∈", *place)
    items = right.inside.items
    value = context.read(left)
    if right.left in ("{", "\\{") or any(isinstance(item, syntax.Word) and item.sort == "dots" for item in items):
        return _listed(context, value, items)
    if len(items) != 2:
        raise context.wrong("an interval has two ends", *place)
    low, high = (context.read(item) for item in items)
    signs = ("≤" if right.left == "[" else "<", "≤" if right.right == "]" else "<")

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        shape = nodes[0].shape
        above = tree.Compare(nodes[1], signs[0], nodes[0], shape)
        below = tree.Compare(nodes[0], signs[1], nodes[2], shape)
        return [Meaning(tree.Logic("and", (above, below), shape), bindings)]

    return joined([value, low, high], made)


def _listed(context: Context, value: list[Meaning], items: list[Any]) -> list[Meaning]:
    """Whether something is one of a list; with dots, between the first and the last."""
    dotted = any(isinstance(item, syntax.Word) and item.sort == "dots" for item in items)
    members = [context.read(item) for item in items if not (isinstance(item, syntax.Word) and item.sort == "dots")]

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        shape = nodes[0].shape
        if dotted:
            parts = (
                tree.Compare(nodes[1], "≤", nodes[0], shape),
                tree.Compare(nodes[0], "≤", nodes[-1], shape),
            )
            return [Meaning(tree.Logic("and", parts, shape), bindings)]
        options = tuple(tree.Compare(nodes[0], "=", node, shape) for node in nodes[1:])
        return [Meaning(options[0] if len(options) == 1 else tree.Logic("or", options, shape), bindings)]

    return joined([value, *members], made)


def guarded(context: Context, value: list[Meaning], guard: syntax.Items) -> list[Meaning]:
    """A value that is only said to be so under a condition; elsewhere it is no number (NaN).

    Raises:
        Unreadable: what stands behind the formula is no condition.
    """
    guard = _spelt_out(guard)
    for item in guard.items:
        if (
            isinstance(item, syntax.Relation)
            and "=" in item.signs
            and not all(_is_index(context, side) for side in item.sides)
        ):
            raise context.wrong("several formulas in one", *syntax.place_of(item))
    if all(_is_index(context, item) for item in guard.items):
        return value  # for all i
    holds = condition(context, guard)

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        shape, found = common([nodes[0]], bindings)
        return [Meaning(tree.Cases(((nodes[0], nodes[1]), (tree.Number(nan), None)), shape), found)]

    return joined([value, holds], made)


def _is_index(context: Context, raw: Any) -> bool:
    """Whether this is one letter, or a number, as indices are."""
    if isinstance(raw, syntax.Number):
        return True
    word = raw.base if isinstance(raw, syntax.Scripted) else raw
    known = any(not isinstance(entry.symbol, Index) for entry, _, _ in symbol_of(context, raw))
    return isinstance(word, syntax.Word) and len(word.text) == 1 and not known


def _spelt_out(guard: syntax.Items) -> syntax.Items:
    """``i = 1, ..., n`` as 1 ≤ i ≤ n; other conditions as they are."""
    items = guard.items
    dotted = len(items) == 3 and isinstance(items[1], syntax.Word) and items[1].sort == "dots"
    if dotted and isinstance(items[0], syntax.Relation) and [str(sign) for sign in items[0].signs] == ["="]:
        name, low = items[0].sides
        sign = Token("REL", "≤")
        return syntax.Items([syntax.Relation([low, name, items[2]], [sign, sign])], [])
    return guard
