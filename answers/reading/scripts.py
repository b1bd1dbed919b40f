"""Scripts of values: elements, slices and rows, transposes, powers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answers.reading import syntax, tree
from answers.reading.context import Context, Meaning, joined
from answers.reading.errors import Misshapen
from answers.reading.matching import PRIME
from answers.reading.shapes import Bindings, Shape, resolve, same, transposed
from answers.reading.spelling import labels_of
from answers.reading.symbols import Function
from answers.reading.walks import walk

TRANSPOSES = frozenset(["T", "⊤", "t", "⊺", "tr", "Tr", "trans", "transpose"])


def is_transpose(context: Context, content: Any) -> bool:
    """Whether what stands above is a transpose."""
    if isinstance(content, syntax.Mark):
        return False
    labels = labels_of(content)
    return len(labels) == 1 and labels[0] in TRANSPOSES and context.letter(labels[0]) is None


def turns(context: Context, content: Any) -> bool:
    """Whether what stands above ends with a transpose."""
    labels = labels_of(content)
    return bool(labels) and labels[-1] in TRANSPOSES and context.letter(labels[-1]) is None


def is_range(contents: Sequence[Any]) -> bool:
    """Whether this is one range of rows, such as 0:H."""
    return len(contents) == 1 and isinstance(contents[0], syntax.Items) and contents[0].separators == [":"]


def rows_of(context: Context, whole: Meaning, content: syntax.Items) -> list[Meaning]:
    """A range of rows of a value."""
    axes = whole.node.shape.axes
    if not axes:
        raise Misshapen("a number has no rows")

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        shape = Shape((context.unknown(), *axes[1:]))
        return [Meaning(tree.Slice(nodes[0], nodes[1], nodes[2], shape), bindings)]

    return joined([[whole], *(context.read(item) for item in content.items)], made)


def subscripts_of(contents: Sequence[Any], rank: int) -> list[Any]:
    """The subscripts one by one: items between commas, or factors in a row, so that there are no more than axes.

    Raises:
        Misshapen: there are more of them than axes.
    """
    items = between_commas(contents)
    if len(items) > rank:
        raise Misshapen(f"{len(items)} subscripts where there {'is one axis' if rank == 1 else f'are {rank} axes'}")
    split = [part for item in items for part in in_a_row(item)]
    if len(items) < rank and len(items) < len(split) <= rank and not (len(items) > 1 and len(split) != rank):
        return split
    if len(items) == 1 and len(split) < rank and isinstance(items[0], syntax.Number) and len(items[0].text) == rank:
        number = items[0]
        return [syntax.Number(digit, number.start, number.end) for digit in number.text]
    return items


def between_commas(contents: Sequence[Any]) -> list[Any]:
    """The items that stand below, a product in a row as one of them.

    Raises:
        Misshapen: there is something else below.
    """
    items: list[Any] = []
    for content in contents:
        if not isinstance(content, syntax.Items):
            raise Misshapen("this cannot stand below a name")
        items += content.items
    return items


def axes_of(axes: Sequence[Any], count: int) -> tuple[int, ...]:
    """The axes that so many subscripts stand for: the first, unless they are as many as there are of several places."""
    several = tuple(at for at, axis in enumerate(axes) if axis != 1)
    return several if count == len(several) else tuple(range(count))


def in_a_row(item: Any) -> list[Any]:
    """The factors that stand in a row without signs, such as the letters of z_{ij}."""
    if isinstance(item, syntax.Product) and not any(tail.operation or tail.sign for tail in item.factors):
        return [part for tail in item.factors for part in in_a_row(tail.factor)]
    return [item]


def read_at(
    context: Context, name: str, axes: Sequence[Any], subscripts: Sequence[Any], which: Sequence[int]
) -> list[Meaning]:
    """The element, or the slice, of a tensor at subscripts of some of its axes; one of one place needs none."""
    with context.places():
        places = [context.read(subscript) for subscript in subscripts]
    only = tree.Number(float(context.table.base))

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        filled: list[tree.Node | None] = [None] * len(axes)
        for node, axis in zip(nodes, which, strict=False):
            if node.shape.axes:
                raise Misshapen(f"a subscript must be a number; this is {node.shape}")
            if isinstance(node, tree.Times) and sum(isinstance(factor, tree.Place) for factor in node.factors) > 1:
                raise Misshapen(f"{len(node.factors)} indices in a row where there is one axis")
            filled[axis] = node
            bindings = _ranged(context, node, axes[axis], bindings)
        left = tuple(axis for axis, node in zip(axes, filled, strict=True) if node is None)
        if all(axis == 1 for axis in left):
            filled, left = [only if node is None else node for node in filled], ()
        return [Meaning(tree.Read(name, tuple(filled), Shape(left)), bindings)]

    return joined(places, made)


def _ranged(context: Context, node: tree.Node, axis: Any, bindings: Bindings) -> Bindings:
    """An index that stands alone as a subscript runs over that axis, if nothing else is known of it."""
    if isinstance(node, tree.Place):
        for scope in context.scopes:
            for letter in scope.values():
                if letter.slot == node.slot:
                    own = resolve(letter.axis, bindings)
                    if isinstance(own, str) and own.startswith("?") and own != axis:
                        return {**bindings, own: axis}
    return bindings


def with_scripts(context: Context, base: list[Meaning], scripts: Sequence[syntax.Script], word: Any) -> list[Meaning]:
    """A value with scripts: its element, its transpose, its power."""
    for at, script in enumerate(scripts):
        if script.kind != "below":
            base = with_above(context, base, [PRIME if script.kind == "prime" else script.content], word)
            continue
        found = picked(context, base, [script.content])
        following = scripts[at + 1] if at + 1 < len(scripts) else None
        if following is not None and following.kind == "above" and is_transpose(context, following.content):
            # (W)_{ij}^T may be meant as an element of the transpose, though it is written the other way
            square = [meaning for meaning in base if len(meaning.node.shape.axes) == 2]
            if square and all(not meaning.node.shape.axes for meaning in found):
                found += picked(context, with_above(context, square, [following.content], word), [script.content])
        base = found
    return base


def picked(context: Context, base: list[Meaning], contents: Sequence[Any]) -> list[Meaning]:
    """An element or a slice of a value."""
    found: list[Meaning] = []
    error: Misshapen | None = None
    for meaning in base:
        try:
            found += _picked(context, meaning, contents)
        except Misshapen as reason:
            error = reason
    if not found:
        raise error or Misshapen("this has no elements")
    return found


def _picked(context: Context, meaning: Meaning, contents: Sequence[Any]) -> list[Meaning]:
    axes = meaning.node.shape.axes
    kindness: tuple[str, ...] = ()
    if is_range(contents):
        return rows_of(context, meaning, contents[0])
    if len(contents) == 1 and isinstance(contents[0], syntax.Mark) and contents[0].sign == "+":
        node = meaning.node
        return [Meaning(tree.Apply("positive", (node,), 0, node.shape), meaning.bindings, meaning.kindness)]
    try:
        subscripts = subscripts_of(contents, len(axes))
        first = in_a_row(subscripts[0])
        if len(axes) == 1 and len(first) > 1 and isinstance(first[0], syntax.Number):
            raise Misshapen("a number and a letter for one axis")
    except Misshapen:
        split = [part for content in contents for item in getattr(content, "items", []) for part in in_a_row(item)]
        if len(split) != len(axes) + 1 or not isinstance(split[0], syntax.Number):
            raise
        subscripts = split[1:]
        kindness = (f"the {split[0].text} below the bracket is read as the number of its layer",)
    with context.places():
        places = [context.read(subscript) for subscript in subscripts]

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        for node, axis in zip(nodes[1:], axes, strict=False):
            bindings = _ranged(context, node, resolve(axis, bindings), bindings)
        shape = Shape(axes[len(nodes) - 1 :])
        return [Meaning(tree.Pick(nodes[0], tuple(nodes[1:]), shape), bindings, kindness)]

    return joined([[meaning], *places], made)


def with_above(context: Context, base: list[Meaning], above: Sequence[Any], word: Any) -> list[Meaning]:
    """A value with what stands above it: a transpose, a power, the positive part."""
    for content in above:
        base = [made for meaning in base for made in _raised(context, meaning, content, word)]
    return base


INVERTED = (("-", "1"), ("-", "⊤"), ("-", "T"))
"""What stands above a matrix for its inverse, and for that transposed."""


def _raised(context: Context, meaning: Meaning, content: Any, word: Any) -> list[Meaning]:
    node, bindings, kindness = meaning
    start, end = syntax.place_of(word)
    if isinstance(content, syntax.Mark):
        return _marked(context, meaning, content, word)
    if not isinstance(content, syntax.Items) or len(content.items) != 1:
        raise context.wrong("what stands above this is no exponent", start, end)
    item = content.items[0]
    if isinstance(item, syntax.Product) and len(item.factors) > 1 and not any(t.operation for t in item.factors):
        parts = [syntax.Items([tail.factor], []) for tail in item.factors]
        if any(is_transpose(context, part) for part in parts):
            return with_above(context, [meaning], parts, word)
    if is_transpose(context, content) and not _counts(context, labels_of(content)[0], node):
        if len(node.shape.axes) > 2:
            raise Misshapen(f"what has {len(node.shape.axes)} axes has no transpose")
        turned = node.inside if isinstance(node, tree.Transpose) else tree.Transpose(node, transposed(node.shape))
        return [meaning if not node.shape.axes else Meaning(turned, bindings, kindness)]
    if isinstance(item, syntax.Terms) and len(node.shape.axes) == 2 and labels_of(item) in INVERTED:
        inverse = tree.Inverse(node, node.shape)
        if labels_of(item) == ("-", "1"):
            return [Meaning(inverse, bindings, kindness)]
        return [Meaning(tree.Transpose(inverse, transposed(node.shape)), bindings, kindness)]
    if isinstance(item, syntax.Group) and isinstance(item.inside.items[0], syntax.Number | syntax.Word):
        raise Misshapen("a number in brackets above a name is the number of a layer, no power")
    exponents = context.read(item)

    def made(nodes: list[tree.Node], found: Bindings) -> list[Meaning]:
        if nodes[1].shape.axes:
            raise Misshapen("an exponent must be a number")
        if len(nodes[0].shape.axes) == 2 and not nodes[0].shape.is_scalar:
            square = same(nodes[0].shape, transposed(nodes[0].shape), found)
            if square is not None and isinstance(nodes[1], tree.Number) and nodes[1].value == 2:
                return [Meaning(tree.Matrix(nodes[0], nodes[0], nodes[0].shape), square)] + [
                    Meaning(tree.Power(nodes[0], nodes[1], nodes[0].shape), found)
                ]
            if square is not None and any(isinstance(part, tree.Place) for part in walk(nodes[1])):
                return [Meaning(tree.MatrixPower(nodes[0], nodes[1], nodes[0].shape), square)]
        return [Meaning(tree.Power(nodes[0], nodes[1], nodes[0].shape), found)]

    return joined([[meaning], exponents], made)


def _counts(context: Context, text: str, node: tree.Node) -> bool:
    """Whether T above a number is the size T and no transpose."""
    return (
        text == "T"
        and node.shape.is_scalar
        and any(not isinstance(entry.symbol, Function) for entry in context.known.entries.get("T", ()))
    )


def _marked(context: Context, meaning: Meaning, content: syntax.Mark, word: Any) -> list[Meaning]:
    node, bindings, kindness = meaning
    start, end = syntax.place_of(word)
    if content.sign == "+":
        return [Meaning(tree.Apply("positive", (node,), 0, node.shape), bindings, kindness)]
    if content.sign in ("⊙", "∘") and content.power is not None:
        exponents = context.read(content.power)
        return joined(
            [[meaning], exponents], lambda nodes, b: [Meaning(tree.Power(nodes[0], nodes[1], nodes[0].shape), b)]
        )
    if content.sign and set(content.sign) == {"'"}:
        if node.shape.is_scalar:
            raise context.wrong("a prime behind what is no function, matrix or vector", start, end)
        flipped = tree.Transpose(node, transposed(node.shape))
        return [meaning if len(content.sign) % 2 == 0 else Meaning(flipped, bindings, kindness)]
    raise context.wrong(f"{content.sign} above this means nothing here", start, end)
