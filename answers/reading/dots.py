"""Matrices with dots: the first and the last entry say what the ones between are, if they differ in one index."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from answers.reading import syntax, tree
from answers.reading.context import Context, Meaning, joined
from answers.reading.errors import Misshapen
from answers.reading.shapes import Bindings, Shape
from answers.reading.spelling import labels_of
from answers.reading.symbols import Axis

LETTERS = ("row index", "column index")
"""The names of the indices that dots stand for; nothing else can be called so."""
PLACES = frozenset(["start", "end", "open"])
"""What of the syntax says only where something is written."""


def has_dots(grid: syntax.Grid) -> bool:
    """Whether not all entries are written."""
    return any(_is_dots(entry) for line in grid.rows for entry in line)


def dotted(context: Context, grid: syntax.Grid) -> list[Meaning]:
    """A matrix, a row, a column or a diagonal of which the first and the last entries are written.

    Raises:
        Unreadable: these do not say what stands between them.
    """
    lines = grid.rows
    height, width = len(lines), len(lines[0])
    if any(len(line) != width for line in lines):
        raise Misshapen("the rows of this matrix have different lengths")
    if height == 1 or width == 1:
        line = lines[0] if height == 1 else [entry for (entry,) in lines]
        return _family(context, grid, line, row=height == 1)
    if _is_diagonal(lines):
        if (constant := _constant(lines)) is not None:
            return _multiple(context, constant)
        column = _family(context, grid, [lines[at][at] for at in range(height)], row=False)
        return joined([column], lambda nodes, b: [Meaning(tree.Reduce("diag", nodes[0], _square(nodes[0])), b)])
    return _full(context, grid)


def _constant(lines: list[list[Any]]) -> Any | None:
    """The number that stands at every place of a diagonal; None if its entries differ."""
    entries = [line[at] for at, line in enumerate(lines) if not _is_dots(line[at])]
    same = all(isinstance(entry, syntax.Number) and entry.text == entries[0].text for entry in entries)
    return entries[0] if same and len(entries) > 1 else None


def _multiple(context: Context, entry: Any) -> list[Meaning]:
    """A number times the identity."""
    axis = context.unknown()
    shape = Shape((axis, axis))
    identity = tree.Identity(shape)
    return joined([context.read(entry)], lambda nodes, b: [Meaning(tree.Times((nodes[0], identity), shape), b)])


def listed(context: Context, entries: list[Any], start: int, end: int, *, row: bool = False) -> list[Meaning]:
    """A column, or a row, of which the first entries and the last one are written: a_1, ..., a_n.

    Raises:
        Unreadable: these do not say what stands between them.
    """
    return _family(context, syntax.Grid([entries], start, end), entries, row=row)


def is_listed(entries: list[Any]) -> bool:
    """Whether entries have dots between them."""
    return any(_is_dots(entry) for entry in entries)


def _square(node: tree.Node) -> Shape:
    return Shape(node.shape.axes * 2)


def _is_dots(entry: Any) -> bool:
    return isinstance(entry, syntax.Word) and entry.sort == "dots"


def _is_nothing(entry: Any) -> bool:
    return entry is None or _is_dots(entry) or (isinstance(entry, syntax.Number) and entry.text == "0")


def _is_diagonal(lines: list[list[Any]]) -> bool:
    square = len(lines) == len(lines[0])
    return square and all(
        _is_nothing(entry) for at, line in enumerate(lines) for place, entry in enumerate(line) if at != place
    )


def _family(context: Context, grid: syntax.Grid, line: list[Any], *, row: bool) -> list[Meaning]:
    """A row or a column: its entries follow the first and the last."""
    low, high, template = _between(context, grid, line[0], line[-1], LETTERS[0])
    for offset, entry in enumerate(line):
        if _is_dots(entry):
            break
        due = _filled(template, LETTERS[0], _plus(context, grid, low, offset)) if offset else entry
        if "".join(labels_of(entry)) != "".join(labels_of(due)):
            raise context.wrong("the entries of this matrix do not follow one from the other", grid.start, grid.end)
    return _made(context, template, [(low, high)], row=row)


def _full(context: Context, grid: syntax.Grid) -> list[Meaning]:
    """A matrix by its corners."""
    lines = grid.rows
    corners = (lines[0][0], lines[0][-1], lines[-1][0], lines[-1][-1])
    if any(corner is None or _is_dots(corner) for corner in corners):
        raise context.wrong("the corners of a matrix with dots must be written", grid.start, grid.end)
    left, right, top = LETTERS[1], LETTERS[1], LETTERS[0]
    first_low, first_high, above = _between(context, grid, corners[0], corners[1], left)
    last_low, last_high, below = _between(context, grid, corners[2], corners[3], right)
    if (labels_of(first_low), labels_of(first_high)) != (labels_of(last_low), labels_of(last_high)):
        raise context.wrong("the rows of this matrix end differently", grid.start, grid.end)
    low, high, template = _between(context, grid, above, below, top)
    return _made(context, template, [(low, high), (first_low, first_high)], row=False)


def _made(context: Context, template: Any, limits: list[tuple[Any, Any]], *, row: bool) -> list[Meaning]:
    ends = [context.read(end) for pair in limits for end in pair]
    with context.scope():
        letters = [context.bind(name) for name in LETTERS[: len(limits)]]
        body = context.read(template)

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        bounds = tuple(
            tree.Bound(letter.text, letter.slot, nodes[2 * at], nodes[2 * at + 1], letter.axis)
            for at, letter in enumerate(letters)
        )
        if nodes[-1].shape.axes:
            raise Misshapen("the entries of a matrix with dots must be numbers")
        axes = tuple(_length(context, bound) for bound in bounds)
        return [Meaning(tree.Family(bounds, nodes[-1], Shape(axes, row)), bindings)]

    return joined([*ends, body], made)


def _length(context: Context, bound: tree.Bound) -> Axis:
    first = isinstance(bound.low, tree.Number) and bound.low.value == 1
    if first and isinstance(bound.high, tree.Length):
        return bound.high.axis
    if first and isinstance(bound.high, tree.Number):
        return int(bound.high.value)
    return context.unknown()


def _plus(context: Context, grid: syntax.Grid, low: Any, offset: int) -> Any:
    if not isinstance(low, syntax.Number):
        raise context.wrong("the first entry of a matrix with dots must have a number", grid.start, grid.end)
    return syntax.Number(str(int(low.text) + offset), low.start, low.end)


def _between(context: Context, grid: syntax.Grid, first: Any, last: Any, letter: str) -> tuple[Any, Any, Any]:
    """The first and the last index, and the entry with a letter in their place."""
    found: list[tuple[Any, Any]] = []
    word = syntax.Word(letter, grid.start, grid.end)
    template = _merged(first, last, word, found)
    pairs = {(labels_of(low), labels_of(high)) for low, high in found}
    if first is None or last is None or len(pairs) != 1:
        said = "the first and the last entry do not differ in one index, so dots do not say what is between"
        raise context.wrong(said, grid.start, grid.end)
    return found[0][0], found[0][1], template


def _merged(first: Any, last: Any, word: syntax.Word, found: list[tuple[Any, Any]]) -> Any:
    """The first entry with a word wherever the last one differs from it."""
    if isinstance(first, syntax.Number) and isinstance(last, syntax.Product) and len(first.text) == len(last.factors):
        digits = [syntax.Number(digit, first.start, first.end) for digit in first.text]
        first = syntax.Product([syntax.Tail("", "", digit) for digit in digits])
    if isinstance(first, list | tuple) and isinstance(last, list | tuple) and len(first) == len(last):
        return type(first)([_merged(a, b, word, found) for a, b in zip(first, last, strict=True)])
    if isinstance(first, syntax.Items) and isinstance(last, syntax.Items) and first.separators == last.separators:
        return syntax.Items(_merged(first.items, last.items, word, found), first.separators)
    if (
        type(first) is type(last)
        and is_dataclass(first)
        and not isinstance(first, syntax.Number | syntax.Word | syntax.Items)
    ):
        parts = [(field.name, getattr(first, field.name), getattr(last, field.name)) for field in fields(first)]
        made: Any = type(first)
        return made(*(a if name in PLACES else _merged(a, b, word, found) for name, a, b in parts))
    if _same(first, last):
        return first
    found.append((first, last))
    return word


def _same(first: Any, last: Any) -> bool:
    if isinstance(first, syntax.Number | syntax.Word) and type(first) is type(last):
        return bool(first.text == last.text)
    return bool(first == last)


def _filled(template: Any, letter: str, by: Any) -> Any:
    """The template with something else in the place of its letter."""
    if isinstance(template, syntax.Word) and template.text == letter:
        return by
    return syntax.mapped(template, lambda part: _filled(part, letter, by))
