"""Parts of what is written, and one change of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice
from typing import Any

from answers.marking.setting import Setting
from answers.reading import ReadingError, syntax
from answers.reading.macros import Macros
from answers.reading.scripts import TRANSPOSES
from answers.reading.spelling import labels_of

LONGEST = 250
"""No changes are tried of formulas with more parts."""
TURN = syntax.Script("above", syntax.Items([syntax.Word("⊤", 0, 0, "transpose")], []))


@dataclass(frozen=True, eq=False)
class Edit:
    """One change of a syntax: the misconception that it undoes, what it does, and the part that it puts in.

    ``detail`` tells changes of one misconception apart: it is said in brackets behind it.
    """

    misconception: str
    sentence: str
    part: Any
    instead: Any
    kind: bool = False
    cost: int = 1
    detail: str = ""
    vector: Any = None
    """What must be a vector for it, if it says so."""


def parts_of(node: Any) -> Iterator[Any]:
    """Every part of a formula that has a value; what stands above and below names is left out."""
    if isinstance(node, list | tuple):
        for inside in node:
            yield from parts_of(inside)
    elif is_dataclass(node) and not isinstance(node, type):
        yield node
        if isinstance(node, syntax.Scripted):
            yield from parts_of(node.base)
        elif not is_partial(node):
            for entry in fields(node):
                yield from parts_of(getattr(node, entry.name))


def is_partial(node: Any) -> bool:
    """Whether a fraction is a partial derivative."""
    if not isinstance(node, syntax.Fraction):
        return False
    first = node.top.factors[0].factor if isinstance(node.top, syntax.Product) else node.top
    first = first.base if isinstance(first, syntax.Scripted) else first
    return isinstance(first, syntax.Word) and (first.sort == "partial" or first.text == "d")


def parsed(setting: Setting, text: str, macros: Macros) -> syntax.Relation | None:
    """The syntax of a text; None if it is no formula, or too long to be changed."""
    try:
        written = setting.syntax(text, macros)
        count = sum(1 for _ in islice(parts_of(written.sides[-1]), LONGEST + 1))
    except (ReadingError, RecursionError):
        return None
    return written if count <= LONGEST else None


def depends_on_layout(setting: Setting, text: str, macros: Macros) -> bool:
    """Whether the last side of a formula may hold a partial, which a layout says something about."""
    written = parsed(setting, text, macros)
    return written is None or any(map(_may_be_partial, parts_of(written.sides[-1])))


def _may_be_partial(part: Any) -> bool:
    if isinstance(part, syntax.Word):
        return part.sort in ("partial", "nabla") or part.text == "d"
    return is_partial(part)


def turned(factor: Any) -> Any | None:
    """A factor without its transpose, None if it has none."""
    if not isinstance(factor, syntax.Scripted):
        return None
    for at, script in enumerate(factor.scripts):
        before, behind = factor.scripts[:at], factor.scripts[at + 1 :]
        if script.kind == "prime" or (script.kind == "above" and _is_turn(script.content)):
            rest = [*before, *behind]
            return syntax.Scripted(factor.base, rest) if rest else factor.base
        if script.kind == "above" and (shorter := _without_turn(script.content)) is not None:
            return syntax.Scripted(factor.base, [*before, syntax.Script("above", shorter), *behind])
    return None


def _without_turn(content: Any) -> Any | None:
    """What stands above a name without the transpose behind it: (2) for (2)T."""
    item = content.items[0] if isinstance(content, syntax.Items) and len(content.items) == 1 else None
    if not isinstance(item, syntax.Product) or not _is_turn(item.factors[-1].factor):
        return None
    tails = item.factors[:-1]
    return syntax.Items([tails[0].factor if len(tails) == 1 else syntax.Product(tails)], [])


def _is_turn(content: Any) -> bool:
    if isinstance(content, syntax.Mark):
        return content.sign == "'"
    labels = labels_of(content)
    return len(labels) == 1 and labels[0] in TRANSPOSES


def flipped(factor: Any) -> Any:
    """A factor with a transpose."""
    if isinstance(factor, syntax.Scripted):
        return syntax.Scripted(factor.base, [*factor.scripts, TURN])
    if isinstance(factor, syntax.Word | syntax.Group | syntax.Fraction):
        return syntax.Scripted(factor, [TURN])
    return syntax.Scripted(grouped(factor), [TURN])


def grouped(inside: Any) -> syntax.Group:
    """A part in brackets."""
    start, end = syntax.place_of(inside)
    return syntax.Group("(", syntax.Items([inside], []), ")", start, end)
