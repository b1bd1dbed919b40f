"""Which symbols a name with its scripts may be, and which of the scripts belong to the name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answers.reading import syntax
from answers.reading.context import Context
from answers.reading.spelling import Entry, labels_of

Match = tuple[Entry, list[Any], list[Any]]
"""A symbol that a name may be, with what is left of what stands below and above it."""


def matches(context: Context, text: str, scripts: Sequence[syntax.Script]) -> list[Match]:
    """The symbols that a name may be; those with more below or above their letter first."""
    entries = context.known.entries.get(text)
    if entries is None:
        return []
    key = text, id(scripts) if scripts else 0
    known = context.matched.get(key)
    if known is None:
        # the scripts are kept beside the result, so that nothing else can be at their address
        known = context.matched[key] = scripts, _matches(entries, scripts)
    return known[1]


def _matches(entries: Sequence[Entry], scripts: Sequence[syntax.Script]) -> list[Match]:
    if not scripts:
        return [(entry, [], []) for entry in entries if not (entry.below or entry.above or entry.primes)]
    below: list[Any] = []
    above: list[Any] = []
    for script in scripts:
        if script.kind == "below":
            below.append(script.content)
        else:
            above.append(PRIME if script.kind == "prime" else script.content)
    found = []
    for entry in entries:
        if (entry.below and not below) or (entry.above and not above):
            continue
        rest_below = _without(entry.below, below) if entry.below else below
        if rest_below is None:
            continue
        rest_above = _without_primes(entry.primes, above) if entry.primes else above
        if entry.above and rest_above is not None:
            rest_above = _without(entry.above, rest_above)
        if rest_above is not None:
            found.append((entry, rest_below, rest_above))
    # u_o that has a name of its own is not the o-th of u
    named = [match for match in found if match[0].below and not match[1] and not any(map(str.isdigit, match[0].below))]
    return named or found


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
    for at in range(len(contents) - 1):
        end = _together(label, contents, at)
        if end is not None:
            return [*contents[:at], *contents[end:]]
    return None


def _together(label: tuple[str, ...], contents: list[Any], at: int) -> int | None:
    """Where several contents end that together are the label, as in ``L_out_z₃`` on one line; None if they are not."""
    made: tuple[str, ...] = ()
    for end in range(at, len(contents)):
        own = labels_of(contents[end])
        if not own or label[len(made) : len(made) + len(own)] != own:
            return None
        made += own
        if made == label:
            return end + 1
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
        for count in range(1, len(content.items)):
            if labels_of(syntax.Items(content.items[:count], separators[: count - 1])) == label:
                return [syntax.Items(content.items[count:], separators[count:])]
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


def symbol_of(context: Context, raw: Any) -> list[Match]:
    """The symbols that a written name may be, with the subscripts and what stands above that is left: for partials."""
    scripts: Sequence[syntax.Script] = ()
    while True:  # brackets around a name say nothing: (W_1)_{ij}
        if isinstance(raw, syntax.Group) and len(raw.inside.items) == 1 and raw.left in "({[":
            raw = raw.inside.items[0]
        elif isinstance(raw, syntax.Scripted):
            raw, scripts = raw.base, [*raw.scripts, *scripts] if scripts else raw.scripts
        else:
            break
    if not isinstance(raw, syntax.Word):
        return []
    return matches(context, raw.text, scripts)
