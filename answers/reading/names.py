"""What a name with its scripts is: which symbol, which element or slice of it, transposed or to a power."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import pi
from typing import Any

from answers.reading import syntax, tree
from answers.reading.context import Context, Letter, Meaning, joined, one
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.matching import Match, matches
from answers.reading.scripts import (
    axes_of,
    is_range,
    is_transpose,
    read_at,
    rows_of,
    subscripts_of,
    turns,
    with_above,
    with_scripts,
)
from answers.reading.shapes import Shape
from answers.reading.spelling import Entry, labels_of
from answers.reading.symbols import Function, Index, Size, Tensor

BOLD = re.compile(r"\\(?:bm|mathbf|boldsymbol|pmb|bs|vec|mathbfit|symbf)\s*\{?\s*(?:\\[a-z]+\s*\{?)?\Z")
"""What stands before a letter that is bold."""
NEAR = 40
"""How far before a letter its font may stand."""


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
    turned = bool(scripts) and scripts[0].kind == "above" and turns(context, scripts[0].content)
    meanings, error = _symbols(context, options, brackets, word, turned=turned)
    if meanings:
        return meanings
    if error is not None:
        raise error.placed(context.text, word.start, word.end)
    found_constant = _constant(context, word, scripts)
    if found_constant is not None:
        return found_constant
    if context.placing and context.table.letters and len(word.text) == 1 and not brackets:
        text, rest = lettered(word, scripts)
        if not text.strip("_'0123456789")[1:] == "":
            raise unknown(context, word, scripts)
        free = context.free_letter(text)
        return with_scripts(context, one(tree.Place(text, free.slot)), rest, word)
    raise unknown(context, word, scripts)


def _symbols(
    context: Context, options: Sequence[Match], brackets: Sequence[Any], word: syntax.Word, *, turned: bool
) -> tuple[list[Meaning], Unreadable | None]:
    """All symbols that a name may be: h_0 is the tensor of that name, and a number of h if it is not bold."""
    found: list[Meaning] = []
    error: Unreadable | None = None
    latex = "\\" in context.text
    for entry, below, above in options:
        if isinstance(entry.symbol, Function) or (found and not latex):
            continue
        try:
            found += _symbol(context, entry, below, above, brackets, word, turned=turned)
        except Unreadable as reason:
            error = error or reason
    if len(found) > 1 and _is_bold(context.text, word.start):
        found = [meaning for meaning in found if meaning.node.shape.axes] or found
    return found, error


def _is_bold(text: str, place: int) -> bool:
    """Whether a letter is set in bold, as arrays are and their elements are not."""
    return BOLD.search(text, max(0, place - NEAR), place) is not None


def _is_euler(context: Context, word: syntax.Word, scripts: Sequence[syntax.Script]) -> bool:
    """Whether this is e to a power though the table has arrays called e, of which a power would need a sign."""
    if word.text != "e" or not scripts or scripts[0].kind != "above":
        return False
    content = scripts[0].content
    if not isinstance(content, syntax.Items) or is_transpose(context, content):
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


def lettered(word: syntax.Word, scripts: Sequence[syntax.Script]) -> tuple[str, list[syntax.Script]]:
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
    text, rest = lettered(word, scripts)
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
            if not is_transpose(context, scripts[0].content):
                exponent = context.read(scripts[0].content.items[0])
                made = joined(
                    [exponent], lambda nodes, b: [Meaning(tree.Apply("exp", (nodes[0],), 0, nodes[0].shape), b)]
                )
                return with_scripts(context, made, scripts[1:], word)
        elif context.table.basis and scripts[0].kind == "below" and isinstance(scripts[0].content, syntax.Items):
            with context.places():
                place = context.read(scripts[0].content.items[0])
            axis = context.unknown()
            made = joined([place], lambda nodes, b: [Meaning(_basis(nodes[0], axis), b)])
            return with_scripts(context, made, scripts[1:], word)
    if word.text == "I":
        axis = context.unknown()
        if scripts and scripts[0].kind == "below":
            sizes = [context.read(size) for size in lengths_in(scripts[0].content)[:1]]
            made = joined(sizes, lambda nodes, b: [Meaning(tree.Identity(Shape((length(nodes[0]),) * 2)), b)])
            return with_scripts(context, made, scripts[1:], word)
        return with_scripts(context, one(tree.Identity(Shape((axis, axis)))), scripts, word)
    return None


def _basis(place: tree.Node, axis: Any) -> tree.Node:
    if not place.shape.is_scalar:
        raise Misshapen(f"e needs a number below it; this is {place.shape}")
    return tree.Basis(place, Shape((axis,)))


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
        return with_above(context, rows_of(context, Meaning(whole), contents[0]), above, word)
    if is_range(contents[-1:]):
        subscripts = subscripts_of(contents[:-1], len(symbol.axes))
        parts = read_at(context, symbol.name, symbol.axes, subscripts, tuple(range(len(symbol.axes))))
        rows = [meaning for part in parts for meaning in rows_of(context, part, contents[-1])]
        return with_above(context, rows, above, word)
    found: list[Meaning] = []
    flips = [at for at, content in enumerate(above) if is_transpose(context, content)]
    subscripts = subscripts_of(contents, len(symbol.axes))
    if flips and len(subscripts) == len(symbol.axes) == 2:
        rest = [content for at, content in enumerate(above) if at != flips[0]]
        found += with_above(context, read_at(context, symbol.name, symbol.axes, subscripts[::-1], (0, 1)), rest, word)
        if turned or not below:
            return found
    element = read_at(context, symbol.name, symbol.axes, subscripts, axes_of(symbol.axes, len(subscripts)))
    return found + with_above(context, element, above, word)
