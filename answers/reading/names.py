"""What a name with its scripts is: which symbol, which element or slice of it, transposed or to a power."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi
from typing import Any

from answers.reading import syntax, tree
from answers.reading.context import Context, Letter, Meaning, joined, one
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.shapes import Bindings, Shape, resolve, same, transposed
from answers.reading.spelling import Entry, labels_of
from answers.reading.symbols import Function, Index, Partial, Size, Tensor

TRANSPOSES = frozenset(["T", "⊤", "t", "⊺", "tr", "Tr", "trans", "transpose"])


def named(
    context: Context, word: syntax.Word, scripts: Sequence[syntax.Script], brackets: Sequence[Any]
) -> list[Meaning]:
    """The meanings of a name with what stands below and above it and in square brackets behind it.

    Raises:
        Unreadable: the name is none of the table, or cannot have these scripts.
    """
    options = matches(context, word.text, scripts)
    labelled = bool(options) and (options[0][0].below or options[0][0].above or options[0][0].primes)
    letter = None if labelled else _letter(context, word, scripts)
    if letter is not None:
        found, rest = letter
        place = tree.Place(found.text, found.slot)
        return with_scripts(context, one(place), rest, word)
    if _is_euler(context, word, scripts):
        return _constant(context, word, scripts) or []
    turned = bool(scripts) and scripts[0].kind == "above" and _turns(context, scripts[0].content)
    error: Unreadable | None = None
    for entry, rest_below, rest_above in options:
        if isinstance(entry.symbol, Function):
            continue
        try:
            return _symbol(context, entry, rest_below, rest_above, brackets, word, turned=turned)
        except Unreadable as reason:
            error = error or reason
    if error is not None:
        raise error.placed(context.text, word.start, word.end)
    found_constant = _constant(context, word, scripts)
    if found_constant is not None:
        return found_constant
    if context.placing and context.table.letters and len(word.text) == 1 and not brackets:
        text, rest = _lettered(word, scripts)
        free = context.free_letter(text)
        return with_scripts(context, one(tree.Place(text, free.slot)), rest, word)
    raise unknown(context, word, scripts)


def _is_euler(context: Context, word: syntax.Word, scripts: Sequence[syntax.Script]) -> bool:
    """Whether this is e to a power though the table has arrays called e, of which a power would need a sign."""
    if word.text != "e" or not scripts or scripts[0].kind != "above":
        return False
    content = scripts[0].content
    if not isinstance(content, syntax.Items) or _is_transpose(context, content):
        return False
    entries = context.known.entries.get("e", ())
    return bool(entries) and all(isinstance(e.symbol, Tensor) and e.symbol.axes and not e.above for e in entries)


def unknown(context: Context, word: syntax.Word, scripts: Sequence[syntax.Script] = ()) -> Unreadable:
    """The error of a name that stands for nothing, with what is near it."""
    entries = context.known.entries.get(word.text, ())
    if entries:
        known = sorted({spelling for entry in entries for spelling in entry.symbol.spellings})
        return context.wrong(
            f"{word.text} with these scripts is not known; known are {', '.join(known[:6])}", word.start, word.end
        )
    names = sorted(context.known.entries)
    return context.wrong(
        f"{word.text} stands for nothing here; known are {', '.join(names[:14])}", word.start, word.end
    )


def _lettered(word: syntax.Word, scripts: Sequence[syntax.Script]) -> tuple[str, list[syntax.Script]]:
    """The name of an index, such as i_1 or j', and the scripts that do not belong to it."""
    text, rest = word.text, list(scripts)
    while rest and rest[0].kind in ("below", "prime"):
        script = rest.pop(0)
        text += "'" if script.kind == "prime" else f"_{''.join(labels_of(script.content))}"
    return text, rest


def _letter(
    context: Context, word: syntax.Word, scripts: Sequence[syntax.Script]
) -> tuple[Letter, list[syntax.Script]] | None:
    """The index in scope that is named so, and the scripts that are left."""
    if not scripts:
        found = context.letter(word.text)
        return None if found is None else (found, [])
    text, rest = _lettered(word, scripts)
    found = context.letter(text)
    if found is not None:
        return found, rest
    plain = context.letter(word.text)
    return None if plain is None or scripts[0].kind == "below" else (plain, list(scripts))


def _constant(context: Context, word: syntax.Word, scripts: Sequence[syntax.Script]) -> list[Meaning] | None:
    if word.text == "π":
        return with_scripts(context, one(tree.Number(pi)), scripts, word)
    if word.text == "e" and scripts:
        if scripts[0].kind == "above" and isinstance(scripts[0].content, syntax.Items):
            if not _is_transpose(context, scripts[0].content):
                exponent = context.read(scripts[0].content.items[0])
                made = joined(
                    [exponent], lambda nodes, b: [Meaning(tree.Apply("exp", (nodes[0],), 0, nodes[0].shape), b)]
                )
                return with_scripts(context, made, scripts[1:], word)
        elif scripts[0].kind == "below" and isinstance(scripts[0].content, syntax.Items):
            with context.places():
                place = context.read(scripts[0].content.items[0])
            axis = context.unknown()
            made = joined([place], lambda nodes, b: [Meaning(tree.Basis(nodes[0], Shape((axis,))), b)])
            return with_scripts(context, made, scripts[1:], word)
    if word.text == "e" and not scripts:
        return one(tree.Number(2.718281828459045))
    if word.text == "I":
        axis = context.unknown()
        if scripts and scripts[0].kind == "below":
            sizes = [context.read(size) for size in lengths_in(scripts[0].content)[:1]]
            made = joined(sizes, lambda nodes, b: [Meaning(tree.Identity(Shape((length(nodes[0]),) * 2)), b)])
            return with_scripts(context, made, scripts[1:], word)
        return with_scripts(context, one(tree.Identity(Shape((axis, axis)))), scripts, word)
    return None


def lengths_in(content: Any) -> list[Any]:
    """The lengths that stand below a sign: k × k, or k, k, or k."""
    found: list[Any] = []
    for item in getattr(content, "items", []):
        crossed = isinstance(item, syntax.Product) and {tail.operation for tail in item.factors[1:]} <= {"×", "·"}
        found += [tail.factor for tail in item.factors] if crossed else [item]
    return found


def length(node: tree.Node) -> Any:
    """A length that is written as a number or the name of a size."""
    if isinstance(node, tree.Length):
        return node.axis
    if isinstance(node, tree.Number) and node.value == int(node.value):
        return int(node.value)
    raise Misshapen("the length of an axis must be a number or a size")


Match = tuple[Entry, list[Any], list[Any]]
"""A symbol that a name may be, with what is left of what stands below and above it."""


def matches(context: Context, text: str, scripts: Sequence[syntax.Script]) -> list[Match]:
    """The symbols that a name may be; those with more below or above their letter first."""
    entries = context.known.entries.get(text)
    if entries is None:
        return []
    below: list[Any] = []
    above: list[Any] = []
    for script in scripts:
        if script.kind == "below":
            below.append(script.content)
        else:
            above.append(PRIME if script.kind == "prime" else script.content)
    found = []
    for entry in entries:
        rest_above = _without_primes(entry.primes, above)
        rest_below = _without(entry.below, below)
        rest_above = None if rest_above is None else _without(entry.above, rest_above)
        if rest_below is not None and rest_above is not None:
            found.append((entry, rest_below, rest_above))
    return found


PRIME = syntax.Mark("'")


def _without_primes(count: int, contents: list[Any]) -> list[Any] | None:
    if not count:
        return contents
    rest = list(contents)
    for _ in range(count):
        if PRIME not in rest:
            return None
        rest.remove(PRIME)
    return rest


def _without(label: tuple[str, ...], contents: list[Any]) -> list[Any] | None:
    """The contents behind those that make the label; None if they do not."""
    if not label:
        return contents
    for at, content in enumerate(contents):
        rest = _cut(label, content)
        if rest is not None:
            return [*contents[:at], *rest, *contents[at + 1 :]]
    return None


def _cut(label: tuple[str, ...], content: Any) -> list[Any] | None:
    """What of the content follows the label, or None if it does not begin with it."""
    own = labels_of(content)
    if own == label or (len(own) != len(label) and "".join(own) == "".join(label)):
        return []
    if not own or own[0][0] != label[0][0]:
        return None
    if isinstance(content, syntax.Items) and content.items:
        first, separators = content.items[0], content.separators
        if labels_of(first) == label:
            return [syntax.Items(content.items[1:], separators[1:])]
        if isinstance(first, syntax.Scripted) and labels_of(first.base) == label:
            return [script.content for script in first.scripts] + (
                [syntax.Items(content.items[1:], separators[1:])] if content.items[1:] else []
            )
        if isinstance(first, syntax.Product):
            for count in range(1, len(first.factors)):
                head, tail = first.factors[:count], first.factors[count:]
                if labels_of(syntax.Product(head)) == label and not tail[0].operation:
                    rest: Any = tail[0].factor if len(tail) == 1 else syntax.Product(tail)
                    split = isinstance(rest, syntax.Product) and not any(part.operation for part in tail)
                    items = [part.factor for part in tail] if split and content.items[1:] else [rest]
                    return [syntax.Items([*items, *content.items[1:]], [","] * (len(items) + len(content.items) - 2))]
                base = tail[0].factor
                if (
                    isinstance(base, syntax.Scripted)
                    and labels_of(syntax.Product([*head, syntax.Tail("", "", base.base)])) == label
                    and len(tail) == 1
                ):
                    return [script.content for script in base.scripts]
        if isinstance(first, syntax.Number) and len(label) == 1 and first.text.startswith(label[0]):
            number = syntax.Number(first.text[len(label[0]) :], first.start, first.end)
            return [syntax.Items([number, *content.items[1:]], separators)]
    return None


def _turns(context: Context, content: Any) -> bool:
    """Whether what stands above ends with a transpose."""
    labels = labels_of(content)
    return bool(labels) and labels[-1] in TRANSPOSES and context.letter(labels[-1]) is None


def _symbol(
    context: Context,
    entry: Entry,
    below: list[Any],
    above: list[Any],
    brackets: Sequence[Any],
    word: syntax.Word,
    *,
    turned: bool,
) -> list[Meaning]:
    symbol = entry.symbol
    if isinstance(symbol, Tensor):
        return _tensor(context, symbol, below, above, brackets, word, turned=turned)
    if below or brackets:
        raise Misshapen(f"{word.text} has no elements")
    if isinstance(symbol, Size):
        return with_above(context, one(tree.Length(symbol.name)), above, word)
    if isinstance(symbol, Index):
        letter = context.letter(symbol.name) or context.free_letter(symbol.name, symbol.axis)
        return with_above(context, one(tree.Place(letter.text, letter.slot)), above, word)
    raise Misshapen(f"{word.text} is a function")


def _tensor(
    context: Context,
    symbol: Tensor,
    below: list[Any],
    above: list[Any],
    brackets: Sequence[Any],
    word: syntax.Word,
    *,
    turned: bool,
) -> list[Meaning]:
    """A tensor; it is ``turned`` if a transpose is written before subscripts, which are those of the transpose then."""
    shape = Shape(symbol.axes, symbol.row)
    if not below and not brackets:
        whole = tree.Read(symbol.name, (None,) * len(symbol.axes), shape)
        return with_above(context, one(whole), above, word)
    contents = [*below, *brackets]
    if is_range(contents):
        whole = tree.Read(symbol.name, (None,) * len(symbol.axes), shape)
        return with_above(context, _rows(context, Meaning(whole), contents[0]), above, word)
    found: list[Meaning] = []
    flips = [at for at, content in enumerate(above) if _is_transpose(context, content)]
    subscripts = subscripts_of(contents, len(symbol.axes))
    if flips and len(subscripts) == len(symbol.axes) == 2:
        rest = [content for at, content in enumerate(above) if at != flips[0]]
        found += with_above(context, read_at(context, symbol.name, symbol.axes, subscripts[::-1], (0, 1)), rest, word)
        if turned or not below:
            return found
    axes = tuple(range(len(symbol.axes)))
    element = read_at(context, symbol.name, symbol.axes, subscripts, axes)
    return found + with_above(context, element, above, word)


def is_range(contents: Sequence[Any]) -> bool:
    """Whether this is one range of rows, such as 0:H."""
    return len(contents) == 1 and isinstance(contents[0], syntax.Items) and contents[0].separators == [":"]


def _rows(context: Context, whole: Meaning, content: syntax.Items) -> list[Meaning]:
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
    items: list[Any] = []
    for content in contents:
        if not isinstance(content, syntax.Items):
            raise Misshapen("this cannot stand below a name")
        items += content.items
    if len(items) > rank:
        raise Misshapen(f"{len(items)} subscripts where there {'is one axis' if rank == 1 else f'are {rank} axes'}")
    split = [part for item in items for part in _in_a_row(item)]
    if len(items) < rank and len(items) < len(split) <= rank and not (len(items) > 1 and len(split) != rank):
        return split
    if len(items) == 1 and len(split) < rank and isinstance(items[0], syntax.Number) and len(items[0].text) == rank:
        number = items[0]
        return [syntax.Number(digit, number.start, number.end) for digit in number.text]
    return items


def _in_a_row(item: Any) -> list[Any]:
    if isinstance(item, syntax.Product) and not any(tail.operation or tail.sign for tail in item.factors):
        return [part for tail in item.factors for part in _in_a_row(tail.factor)]
    return [item]


def read_at(
    context: Context, name: str, axes: Sequence[Any], subscripts: Sequence[Any], which: Sequence[int]
) -> list[Meaning]:
    """The element, or the slice, of a tensor at subscripts of some of its axes."""
    with context.places():
        places = [context.read(subscript) for subscript in subscripts]

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
        if following is not None and following.kind == "above" and _is_transpose(context, following.content):
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
        return _rows(context, meaning, contents[0])
    if len(contents) == 1 and isinstance(contents[0], syntax.Mark) and contents[0].sign == "+":
        node = meaning.node
        return [Meaning(tree.Apply("positive", (node,), 0, node.shape), meaning.bindings, meaning.kindness)]
    try:
        subscripts = subscripts_of(contents, len(axes))
        first = _in_a_row(subscripts[0])
        if len(axes) == 1 and len(first) > 1 and isinstance(first[0], syntax.Number):
            raise Misshapen("a number and a letter for one axis")
    except Misshapen:
        split = [part for content in contents for item in getattr(content, "items", []) for part in _in_a_row(item)]
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


def _is_transpose(context: Context, content: Any) -> bool:
    if isinstance(content, syntax.Mark):
        return False
    labels = labels_of(content)
    return len(labels) == 1 and labels[0] in TRANSPOSES and context.letter(labels[0]) is None


def with_above(context: Context, base: list[Meaning], above: Sequence[Any], word: Any) -> list[Meaning]:
    """A value with what stands above it: a transpose, a power, the positive part."""
    for content in above:
        base = [made for meaning in base for made in _raised(context, meaning, content, word)]
    return base


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
        if any(_is_transpose(context, part) for part in parts):
            return with_above(context, [meaning], parts, word)
    if _is_transpose(context, content) and not _counts(context, labels_of(content)[0], node):
        if len(node.shape.axes) > 2:
            raise Misshapen(f"what has {len(node.shape.axes)} axes has no transpose")
        turned = node.inside if isinstance(node, tree.Transpose) else tree.Transpose(node, transposed(node.shape))
        return [meaning if not node.shape.axes else Meaning(turned, bindings, kindness)]
    if isinstance(item, syntax.Terms) and labels_of(item) == ("-", "1") and len(node.shape.axes) == 2:
        return [Meaning(tree.Inverse(node, node.shape), bindings, kindness)]
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


def symbol_of(context: Context, raw: Any) -> list[Match]:
    """The symbols that a written name may be, with the subscripts and what stands above that is left: for partials."""
    scripts: Sequence[syntax.Script] = ()
    while isinstance(raw, syntax.Group) and len(raw.inside.items) == 1 and raw.left in "({[":
        raw = raw.inside.items[0]
    if isinstance(raw, syntax.Scripted):
        raw, scripts = raw.base, raw.scripts
    while isinstance(raw, syntax.Scripted):
        raw, scripts = raw.base, [*raw.scripts, *scripts]
    if not isinstance(raw, syntax.Word):
        return []
    return matches(context, raw.text, scripts)


def partial_shape(context: Context, partial: Partial) -> Shape:
    """The axes of the values of a partial."""
    top, bottom = context.table.axes(partial)
    return Shape((*top, *bottom))
