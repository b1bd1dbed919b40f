"""From what is written to what is meant: every part of the syntax as typed trees, one for each way to read it."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

from answers.reading import syntax, tree
from answers.reading.applying import common, filled, spread_out
from answers.reading.conditions import condition, is_condition
from answers.reading.context import Context, Meaning, joined, one
from answers.reading.dots import dotted, has_dots, is_listed, listed
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.factors import row
from answers.reading.indicators import ones
from answers.reading.partials import fraction
from answers.reading.scripts import with_scripts
from answers.reading.shapes import SCALAR, Bindings, Shape, same
from answers.reading.spelling import labels_of
from answers.reading.syntax import Tail


def meanings(context: Context, raw: Any) -> list[Meaning]:
    """The ways to read a part of the syntax.

    Raises:
        Unreadable: there is none; with the place.
    """
    context.count()
    reader = READERS.get(type(raw))
    if reader is None:
        raise context.wrong("this means nothing here", *syntax.place_of(raw))
    try:
        made: list[Meaning] = reader(context, raw)
    except Unreadable as error:
        if error.start is not None:
            raise
        raise error.placed(context.text, *syntax.place_of(raw)) from None
    return made


def _number(_context: Context, raw: syntax.Number) -> list[Meaning]:
    return one(tree.Number(float(raw.text)))


def _word(context: Context, raw: syntax.Word) -> list[Meaning]:
    if raw.sort == "ones":
        return ones(context, raw, [])
    if raw.sort == "infinity":
        return one(tree.Number(inf))
    if raw.sort == "name":
        return row(context, [Tail("", "", raw)])
    raise context.wrong(f"{raw.text} means nothing alone", raw.start, raw.end)


def _scripted(context: Context, raw: syntax.Scripted) -> list[Meaning]:
    base = raw.base
    if isinstance(base, syntax.Word):
        return ones(context, base, raw.scripts) if base.sort == "ones" else row(context, [Tail("", "", raw)])
    if isinstance(base, syntax.Scripted) and isinstance(base.base, syntax.Word):
        return _scripted(context, syntax.Scripted(base.base, [*base.scripts, *raw.scripts]))
    is_one = isinstance(base, syntax.Number) and base.text == "1" and raw.scripts[0].kind == "below"
    if is_one and is_condition(raw.scripts[0].content):
        return with_scripts(context, condition(context, raw.scripts[0].content), raw.scripts[1:], raw)
    if isinstance(base, syntax.Fraction) and raw.scripts[0].kind == "held":
        partial = fraction(context, base, raw.scripts[0].content)
        if partial is None:
            raise context.wrong("what is held says nothing of what is no partial derivative", base.start, base.end)
        return with_scripts(context, partial, raw.scripts[1:], raw)
    coordinate = _coordinate(context, base, raw.scripts)
    if coordinate is not None:
        return coordinate
    if isinstance(base, syntax.Group) and base.left in ("‖", "|") and raw.scripts[0].kind == "below":
        return with_scripts(context, _norm(context, base, raw.scripts[0].content), raw.scripts[1:], raw)
    return with_scripts(context, context.read(base), raw.scripts, raw)


def _coordinate(context: Context, base: Any, scripts: list[syntax.Script]) -> list[Meaning] | None:
    """``(argmax_{m, n} z)_m``: one of the coordinates of the place of a maximum."""
    if not isinstance(base, syntax.Group) or len(base.inside.items) != 1 or len(scripts) != 1:
        return None
    inside = base.inside.items[0]
    first = inside.factors[0].factor if isinstance(inside, syntax.Product) else None
    if not isinstance(first, syntax.Big) or not first.kind.startswith("arg"):
        return None
    label = "_".join(labels_of(scripts[0].content))
    found = []
    for meaning in context.read(inside):
        node = meaning.node
        letters = [bound.letter for bound in node.bounds] if isinstance(node, tree.Big) else []
        if label not in letters or not isinstance(node, tree.Big):
            return None
        found.append(Meaning(replace(node, which=letters.index(label)), meaning.bindings, meaning.kindness))
    return found


def _norm(context: Context, raw: syntax.Group, below: Any = None) -> list[Meaning]:
    label = "" if below is None else "".join(str(getattr(item, "text", "?")) for item in getattr(below, "items", []))
    if label not in ("", "1", "2", "F"):
        raise context.wrong(f"the norm {label} is not known; known are 1, 2 and F", raw.start, raw.end)
    name = "norm1" if label == "1" else "norm"
    return joined([_single(context, raw)], lambda nodes, b: [Meaning(tree.Reduce(name, nodes[0], SCALAR), b)])


def _single(context: Context, raw: syntax.Group) -> list[Meaning]:
    if len(raw.inside.items) > 1 and raw.left in "([" and is_listed(raw.inside.items):
        return listed(context, raw.inside.items, raw.start, raw.end, row=True)
    if len(raw.inside.items) != 1:
        raise context.wrong("one value was expected in these brackets", raw.start, raw.end)
    return context.read(raw.inside.items[0])


def _group(context: Context, raw: syntax.Group) -> list[Meaning]:
    if raw.left == "|":
        return joined([_single(context, raw)], lambda nodes, b: [Meaning(_apply("abs", nodes), b)])
    if raw.left in ("⌊", "⌈"):
        name = "floor" if raw.left == "⌊" else "ceil"
        return joined([_single(context, raw)], lambda nodes, b: [Meaning(_apply(name, nodes), b)])
    if raw.left == "‖":
        return _norm(context, raw)
    if raw.left == "⟨":
        return _inner(context, raw)
    if is_condition(raw.inside):
        return condition(context, raw.inside)
    if len(raw.inside.items) > 1 and set(raw.inside.separators) == {";"} and raw.left in "[(":
        return _stacked(context, [[item] for item in raw.inside.items])
    return _single(context, raw)


def _apply(name: str, nodes: list[tree.Node]) -> tree.Node:
    return tree.Apply(name, (nodes[0],), 0, nodes[0].shape)


def _inner(context: Context, raw: syntax.Group) -> list[Meaning]:
    if len(raw.inside.items) != 2:
        raise context.wrong("an inner product is of two vectors", raw.start, raw.end)

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        found = same(nodes[0].shape, nodes[1].shape, bindings)
        if found is None:
            raise Misshapen(f"{nodes[0].shape} and {nodes[1].shape} have no inner product")
        return [Meaning(tree.Reduce("sum", tree.Times((nodes[0], nodes[1]), nodes[0].shape), SCALAR), found)]

    return joined([context.read(item) for item in raw.inside.items], made)


def _product(context: Context, raw: syntax.Product) -> list[Meaning]:
    return row(context, raw.factors)


def _big(context: Context, raw: syntax.Big) -> list[Meaning]:
    return row(context, [Tail("", "", raw)])


def _terms(context: Context, raw: syntax.Terms) -> list[Meaning]:
    signs = [sign for sign, _ in raw.terms]
    parts = [context.read(term) for _, term in raw.terms]

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        spread = spread_out(nodes, bindings) if context.kind else None
        said = () if spread is None else ("a row is added to every row of a matrix",)
        nodes = filled(nodes) if spread is None else spread
        shape, found = common(nodes, bindings)
        signed = tuple(
            tree.Negative(node, node.shape) if sign == "-" else node for sign, node in zip(signs, nodes, strict=True)
        )
        if len(signed) == 1:
            return [Meaning(signed[0], found)]
        mixed = shape.axes and any(not node.shape.axes and not isinstance(node, tree.Number) for node in nodes)
        kindness = ("a number is added to every element",) if mixed and not shape.is_scalar else ()
        return [Meaning(tree.Sum(signed, shape), found, kindness + said)]

    return joined(parts, made)


def _fraction(context: Context, raw: syntax.Fraction) -> list[Meaning]:
    partial = fraction(context, raw)
    if partial is not None:
        return partial

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        nodes = filled(nodes)
        shape, found = common(nodes, bindings)
        kindness = (
            ("a fraction of arrays is read element by element",) if nodes[1].shape.axes and not shape.is_scalar else ()
        )
        return [Meaning(tree.Over(nodes[0], nodes[1], shape), found, kindness)]

    return joined([context.read(raw.top), context.read(raw.bottom)], made)


def _root(context: Context, raw: syntax.Root) -> list[Meaning]:
    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        if raw.degree:
            exponent = tree.Number(1 / int(raw.degree))
            return [Meaning(tree.Power(nodes[0], exponent, nodes[0].shape), bindings)]
        return [Meaning(_apply("sqrt", nodes), bindings)]

    return joined([context.read(raw.inside)], made)


def _branches(context: Context, raw: syntax.Branches) -> list[Meaning]:
    parts: list[list[Meaning]] = []
    guarded: list[bool] = []
    for value, guard in raw.branches:
        if isinstance(value, syntax.Prose):
            parts.append(one(tree.Undefined(value.text)))
        else:
            parts.append(context.read(value))
        if isinstance(guard, syntax.Prose):
            raise context.wrong("this condition in words is not understood", guard.start, guard.end)
        guarded.append(guard is not None and bool(guard.items))
        if guard is not None and guard.items:
            parts.append(condition(context, guard))

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        shape, found = common(nodes, bindings)
        left = iter(nodes)
        branches = tuple((next(left), next(left) if has else None) for has in guarded)
        return [Meaning(tree.Cases(branches, shape), found)]

    return joined(parts, made)


def _grid(context: Context, raw: syntax.Grid) -> list[Meaning]:
    if has_dots(raw):
        return dotted(context, raw)
    zero = syntax.Number("0", raw.start, raw.end)
    return _stacked(context, [[zero if entry is None else entry for entry in line] for line in raw.rows])


def _stacked(context: Context, rows: list[list[Any]]) -> list[Meaning]:
    width = len(rows[0])
    if any(len(line) != width for line in rows):
        raise Misshapen("the rows of this matrix have different lengths")

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        lines = tuple(tuple(nodes[at : at + width]) for at in range(0, len(nodes), width))
        if all(node.shape.is_scalar for node in nodes):
            shape = Shape((len(rows), width)) if width > 1 else Shape((len(rows),))
        elif width == 1:
            behind = [node.shape.axes[1:] for node in nodes]
            # A matrix of one column among columns is one of them.
            if {len(axes) for axes in behind} == {0, 1}:
                behind = [() if axes == (1,) else axes for axes in behind]
            if len({len(axes) for axes in behind}) != 1 or any(node.shape.row for node in nodes):
                raise Misshapen("what is stacked has different numbers of axes")
            shape = Shape((context.unknown(), *behind[0]))
        else:
            shape = Shape((context.unknown(), context.unknown()))
        return [Meaning(tree.Rows(lines, shape), bindings)]

    return joined([context.read(entry) for line in rows for entry in line], made)


def _items(context: Context, raw: syntax.Items) -> list[Meaning]:
    if len(raw.items) != 1:
        raise context.wrong("one value was expected here", *syntax.place_of(raw))
    return context.read(raw.items[0])


def _relation(context: Context, raw: syntax.Relation) -> list[Meaning]:
    return condition(context, raw)


READERS: dict[type, Any] = {
    syntax.Number: _number, syntax.Word: _word, syntax.Scripted: _scripted, syntax.Group: _group,
    syntax.Product: _product, syntax.Big: _big, syntax.Terms: _terms, syntax.Fraction: _fraction, syntax.Root: _root,
    syntax.Branches: _branches, syntax.Grid: _grid, syntax.Items: _items, syntax.Relation: _relation,
}  # fmt: skip
