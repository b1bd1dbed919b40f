"""Partial derivatives: fractions of ∂'s on one line or with a bar, whole or by elements, as the table lays them out."""

from __future__ import annotations

from typing import Any, NamedTuple

from answers.reading import syntax, tree
from answers.reading.applying import function_of
from answers.reading.context import Context, Meaning, joined
from answers.reading.differentiating import of_formula
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.matching import Match, matches, symbol_of
from answers.reading.scripts import axes_of, read_at, subscripts_of
from answers.reading.shapes import Shape, transposed
from answers.reading.spelling import Entry, labels_of
from answers.reading.symbols import Function, Partial, Tensor
from derive.expression.matrices import inverse_name


class Written(NamedTuple):
    """What stands behind a ∂: a name, what stands in square brackets behind that, and what it is ``applied`` to."""

    name: Any
    brackets: list[Any]
    applied: Any = None

    @property
    def formula(self) -> Any:
        """The same as a formula."""
        if self.applied is None:
            return self.name
        return syntax.Product([syntax.Tail("", "", self.name), syntax.Tail("", "", self.applied)])


def differential(raw: Any) -> list[Written] | None:
    """The names behind the ∂'s of ``∂z`` or ``∂z ∂z^T``; None for what is no such thing."""
    if isinstance(raw, syntax.Group) and len(raw.inside.items) == 1 and raw.left in "({":
        return differential(raw.inside.items[0])
    if not isinstance(raw, syntax.Product) or any(tail.sign for tail in raw.factors):
        return None
    found: list[Written] = []
    tails = raw.factors
    at = 0
    while at < len(tails):
        if order_of(tails[at].factor) is None or at + 1 >= len(tails):
            return None
        written, at = behind(tails, at + 1, applied=True)
        found.append(written)
    return found


def is_immediate(raw: Any) -> bool:
    """Whether a ∂ is marked as that of one equation alone: ∂⁺."""
    if isinstance(raw, syntax.Product):
        return is_immediate(raw.factors[0].factor)
    return isinstance(raw, syntax.Scripted) and any(
        isinstance(script.content, syntax.Mark) and script.content.sign == "+" for script in raw.scripts
    )


def order_of(raw: Any) -> int | None:
    """Of which order a ∂ is; None for what is no ∂."""
    if isinstance(raw, syntax.Scripted) and is_immediate(raw) and len(raw.scripts) == 1:
        return order_of(raw.base)
    if isinstance(raw, syntax.Word) and raw.sort == "partial":
        return 1
    if isinstance(raw, syntax.Word) and raw.text == "d":
        return 1
    if isinstance(raw, syntax.Scripted) and order_of(raw.base) and len(raw.scripts) == 1:
        content = raw.scripts[0].content
        if raw.scripts[0].kind == "above" and isinstance(content, syntax.Items):
            item = content.items[0]
            if isinstance(item, syntax.Number) and item.text == "2":
                return 2
    return None


def behind(tails: list[syntax.Tail], at: int, *, applied: bool = False) -> tuple[Written, int]:
    """The name at this place with its brackets, and the place behind; if ``applied`` with its argument."""
    name, brackets = tails[at].factor, []
    at += 1
    if applied and at < len(tails) and (whole := _upstream(name, tails[at])) is not None:
        name, at = whole, at + 1
    while at < len(tails) and not tails[at].operation and _is_bracket(tails[at].factor, "["):
        brackets.append(tails[at].factor.inside)
        at += 1
    if applied and at < len(tails) and not tails[at].operation and _is_bracket(tails[at].factor, "("):
        return Written(name, brackets, tails[at].factor), at + 1
    return Written(name, brackets), at


def _upstream(first: Any, tail: syntax.Tail) -> Any:
    """The name that an upright d makes with the one behind it, as a gradient from upstream is called; None for two."""
    if not isinstance(first, syntax.Word) or first.text != "d" or tail.operation or order_of(tail.factor) is not None:
        return None
    raw = tail.factor
    if isinstance(raw, syntax.Scripted) and isinstance(raw.base, syntax.Word):
        word = syntax.Word(f"d{raw.base.text}", first.start, raw.base.end, raw.base.sort)
        return syntax.Scripted(word, raw.scripts)
    if isinstance(raw, syntax.Word):
        return syntax.Word(f"d{raw.text}", first.start, raw.end, raw.sort)
    return None


def _is_bracket(raw: Any, left: str) -> bool:
    return isinstance(raw, syntax.Group) and raw.left == left


def _held(context: Context, content: Any) -> tuple[str, ...]:
    """The names of what is held."""
    names = []
    for item in getattr(content, "items", []):
        pair = item.factors if isinstance(item, syntax.Product) and len(item.factors) == 2 else None
        found = symbol_of(context, (pair and _upstream(pair[0].factor, pair[1])) or item)
        if not found:
            raise context.wrong("what is held here stands for nothing that the table knows", *syntax.place_of(item))
        names.append(found[0][0].symbol.name)
    return tuple(sorted(names))


def fraction(context: Context, raw: syntax.Fraction, held: Any = None) -> list[Meaning] | None:
    """The meanings of a fraction of ∂'s, with what stands below a bar behind it; None for another fraction."""
    top, bottom = differential(raw.top), differential(raw.bottom)
    if top is None and bottom is not None and len(bottom) == 1 and held is None and (body := _behind_sign(raw.top)):
        return of_formula(context, body, *bottom[0][:2])
    if top is None or bottom is None or len(top) != 1:
        return None
    if _is_plain_d(raw.top) and not _known(context, top, bottom):
        return None
    held = () if held is None else _held(context, held)
    return derivative(context, top[0], bottom, (raw.start, raw.end), held, immediate=is_immediate(raw.top))


def _behind_sign(raw: Any) -> syntax.Product | None:
    """The formula behind a ∂ in front of it; None where none stands there."""
    if not isinstance(raw, syntax.Product) or len(raw.factors) < 2 or raw.factors[1].operation:
        return None
    first = raw.factors[0].factor
    return syntax.Product(raw.factors[1:]) if isinstance(first, syntax.Word) and first.sort == "partial" else None


def operator(raw: Any) -> Written | None:
    r"""What ``\frac{\partial}{\partial z}`` in front of a formula differentiates by; None for anything else."""
    if not isinstance(raw, syntax.Fraction) or not isinstance(raw.top, syntax.Word) or raw.top.sort != "partial":
        return None
    bottom = differential(raw.bottom)
    return bottom[0] if bottom is not None and len(bottom) == 1 else None


def _is_plain_d(raw: Any) -> bool:
    first = raw.factors[0].factor if isinstance(raw, syntax.Product) else raw
    first = first.base if isinstance(first, syntax.Scripted) else first
    return isinstance(first, syntax.Word) and first.sort != "partial"


def _known(context: Context, top: list[Written], bottom: list[Written]) -> bool:
    return bool(symbol_of(context, top[0].name)) and all(symbol_of(context, written.name) for written in bottom)


def derivative(
    context: Context,
    top: Written,
    bottom: list[Written],
    place: tuple[int, int],
    held: tuple[str, ...] = (),
    *,
    immediate: bool = False,
) -> list[Meaning]:
    """What a partial derivative is, by the table.

    Raises:
        Unreadable: a name is not known, or the table has no such partial.
    """
    last = bottom[-1].name
    if isinstance(last, syntax.Scripted) and last.scripts[-1].kind == "held":
        held = _held(context, last.scripts[-1].content)
        rest = last.scripts[:-1]
        bottom = [*bottom[:-1], bottom[-1]._replace(name=syntax.Scripted(last.base, rest) if rest else last.base)]
    tops = symbol_of(context, top.name)
    bottoms = [_inverses(context, written.name) or symbol_of(context, written.name) for written in bottom]
    for written, found in zip([top, *bottom], [tops, *bottoms], strict=True):
        if not found:
            if written is top and (slope := _slope(context, top, bottom)):
                return slope
            if written is top and isinstance(top.name, syntax.Scripted) and len(bottom) == 1:
                return of_formula(context, top.formula, *bottom[0][:2])
            raise context.wrong(
                "this stands for nothing that the table knows, so no partial derivative is known",
                *syntax.place_of(written.name),
            )
    error: Unreadable | None = None
    for entry, below, _ in tops:
        if isinstance(entry.symbol, Function):
            return _slope(context, top, bottom) or []
        for choice in _choices(bottoms):
            names = ",".join(option[0].symbol.name for option in choice)
            partial = context.table.by_ends.get((entry.symbol.name, names, held, immediate))
            if partial is None:
                error = error or context.wrong(
                    f"the partial derivative of {entry.symbol.name} by {names} is not known here", *place
                )
                continue
            if len(bottom) == 1 and choice[0][2]:
                error = error or context.wrong("what stands above what this is by means nothing here", *place)
                continue
            contents = [[*below, *top.brackets]]
            contents += [[*option[1], *written.brackets] for option, written in zip(choice, bottom, strict=True)]
            try:
                return _laid_out(context, partial, contents)
            except Misshapen as reason:
                error = reason.placed(context.text, *place)
    raise error or context.wrong("no partial derivative is known here", *place)


def _inverses(context: Context, raw: Any) -> list[Match]:
    """The inverses that a name with -1 above it stands for, where the table has them."""
    scripts: list[syntax.Script] = []
    while isinstance(raw, syntax.Group | syntax.Scripted):
        if isinstance(raw, syntax.Scripted):
            raw, scripts = raw.base, [*raw.scripts, *scripts]
        elif len(raw.inside.items) == 1:
            raw = raw.inside.items[0]
        else:
            return []
    rest = [script for script in scripts if script.kind != "above" or labels_of(script.content) != ("-", "1")]
    if len(rest) == len(scripts) or not isinstance(raw, syntax.Word):
        return []
    found = []
    for match in matches(context, raw.text, rest):
        symbol = context.table.by_name.get(inverse_name(match[0].symbol.name))
        if symbol is not None:
            found.append((Entry(symbol), *match[1:]))
    return found


def _choices(options: list[list[Any]]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [()]
    for option in options:
        found = [(*before, one) for before in found for one in option]
    return found


def _slope(context: Context, top: Written, bottom: list[Written]) -> list[Meaning]:
    """The derivative of an elementwise function by its argument."""
    function = function_of(context, top.name)
    if function is None or function.sort not in ("elementwise", "own") or len(bottom) != 1:
        return []
    if top.applied is not None and labels_of(top.applied.inside) != labels_of(bottom[0].name):
        return of_formula(context, top.formula, *bottom[0][:2])
    argument = context.read(bottom[0].name)
    return joined([argument], lambda nodes, b: [Meaning(tree.Apply(function.name, (nodes[0],), 1, nodes[0].shape), b)])


def _laid_out(context: Context, partial: Partial, contents: list[list[Any]]) -> list[Meaning]:
    table = context.table
    ends = [partial.top, *partial.bottom.split(",")]
    axes = [end.axes if isinstance(end := table.by_name[name], Tensor) else () for name in ends]
    if not any(contents):
        return [Meaning(_whole(partial, axes, _axes_of(context, partial)))]
    subscripts: list[Any] = []
    which: list[int] = []
    offset = 0
    for part, own in zip(contents, axes, strict=True):
        if part:
            found = subscripts_of(part, len(own))
            subscripts += found
            which += [offset + at for at in axes_of(own, len(found))]
        offset += len(own)
    every = [axis for own in axes for axis in own]
    made = read_at(context, partial.name, every, subscripts, which)
    left = [at for at in range(len(every)) if at not in which]
    if all(every[at] == 1 for at in left):
        return made
    of_top = sum(at < len(axes[0]) for at in left)
    row = len(left) == 1 and (partial.layout == "numerator" if of_top == 0 else partial.layout == "denominator")
    if not row:
        return made
    return [_rowed(meaning) for meaning in made]


def _rowed(meaning: Meaning) -> Meaning:
    node = meaning.node
    assert isinstance(node, tree.Read)
    return Meaning(
        tree.Read(node.name, node.subscripts, Shape(node.shape.axes, True)), meaning.bindings, meaning.kindness
    )


def _whole(partial: Partial, axes: list[tuple[Any, ...]], shape: Shape) -> tree.Node:
    top, bottom = len(axes[0]), sum(map(len, axes[1:]))
    none = (None,) * len(shape.axes)
    if len(axes) > 2 or top + bottom == 0:
        return tree.Read(partial.name, none, shape)
    if top + bottom == 1:
        row = partial.layout == "numerator" if top == 0 else partial.layout == "denominator"
        return tree.Read(partial.name, none, Shape(shape.axes, row))
    turned = (top == 0 and bottom == 2 and partial.layout == "numerator") or (
        (top, bottom) in ((1, 1), (2, 0)) and partial.layout == "denominator"
    )
    read = tree.Read(partial.name, none, shape)
    return tree.Transpose(read, transposed(shape)) if turned else read


def _axes_of(context: Context, partial: Partial) -> Shape:
    """The axes of the values of a partial."""
    top, bottom = context.table.axes(partial)
    return Shape((*top, *bottom))
