"""1 and 0 for what holds and what does not: indicators, sets, Kronecker's δ; columns and arrays of ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lark import Token

from answers.reading import syntax, tree
from answers.reading.conditions import condition, is_condition
from answers.reading.context import Context, Meaning, joined
from answers.reading.matching import symbol_of
from answers.reading.names import length, lengths_in
from answers.reading.scripts import subscripts_of, with_scripts
from answers.reading.shapes import Shape


def is_one(raw: Any) -> bool:
    """Whether this is the 1 of an indicator."""
    return (isinstance(raw, syntax.Number) and raw.text == "1") or (
        isinstance(raw, syntax.Word) and (raw.sort == "ones" or raw.text in ("I", "χ"))
    )


def is_interval_of(base: Any, scripts: Sequence[syntax.Script]) -> bool:
    """Whether this is the indicator of a set, written below: 1_{[0, ∞)}."""
    if not is_one(base) or len(scripts) != 1 or scripts[0].kind != "below":
        return False
    content = scripts[0].content
    return (
        isinstance(content, syntax.Items)
        and len(content.items) == 1
        and isinstance(content.items[0], syntax.Group)
        and len(content.items[0].inside.items) == 2
    )


def interval(context: Context, scripts: Sequence[syntax.Script], group_behind: syntax.Group) -> list[Meaning]:
    """The indicator of a set at what stands in the brackets behind it."""
    token = Token("REL", "∈")
    inside = group_behind.inside.items[0]
    return condition(context, syntax.Relation([inside, scripts[0].content.items[0]], [token]))


def names_something(context: Context, base: syntax.Word, scripts: Sequence[syntax.Script]) -> bool:
    """Whether the table or a sum has a name, so that a δ is not Kronecker's."""
    return bool(symbol_of(context, syntax.Scripted(base, list(scripts)))) or context.letter(base.text) is not None


def delta(
    context: Context, base: syntax.Word, scripts: Sequence[syntax.Script], group_behind: syntax.Group | None, at: int
) -> tuple[list[Meaning], int]:
    """Kronecker's δ."""
    contents = [script.content for script in scripts if script.kind == "below"]
    after = at + 1
    if not contents and group_behind is not None:
        contents, after = [group_behind.inside], at + 2
    if len(contents) != 1 or not isinstance(contents[0], syntax.Items):
        raise context.wrong("δ stands for nothing here, and Kronecker's δ has two subscripts", base.start, base.end)
    if is_condition(contents[0]):
        return condition(context, contents[0]), after
    subscripts = subscripts_of(contents, 2)
    if len(subscripts) != 2:
        raise context.wrong("Kronecker's δ has two subscripts", base.start, base.end)
    plain = "," not in contents[0].separators
    if plain and any(isinstance(subscript, syntax.Number) for subscript in subscripts):
        said = "this δ stands for nothing here; Kronecker's δ of a number needs a comma"
        raise context.wrong(said, base.start, base.end)
    return condition(context, syntax.Relation(subscripts, [Token("REL", "=")])), after


def ones(context: Context, word: syntax.Word, scripts: Sequence[syntax.Script]) -> list[Meaning]:
    """𝟏 or 𝟎 alone: a column, or an array of the lengths below it; an indicator where a condition stands below."""
    below = [script.content for script in scripts if script.kind == "below"]
    rest = [script for script in scripts if script.kind != "below"]
    if below and is_condition(below[0]):
        return with_scripts(context, condition(context, below[0]), rest, word)
    if word.text == "I":
        axis = context.unknown()
        return with_scripts(context, [Meaning(tree.Identity(Shape((axis, axis))))], rest, word)
    if not below:
        shape = Shape((context.unknown(),))
        return with_scripts(context, [Meaning(tree.Ones(int(word.text), shape))], rest, word)
    lengths = [context.read(size) for size in lengths_in(below[0])]
    made = joined(
        lengths, lambda nodes, b: [Meaning(tree.Ones(int(word.text), Shape(tuple(length(node) for node in nodes))), b)]
    )
    return with_scripts(context, made, rest, word)
