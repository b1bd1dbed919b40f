"""Long statements on several lines: broken at operators and commas, the outermost first."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDTH = 110
"""How long a line of the source may be before it is broken."""

INDENT = "    "
STATEMENT = re.compile(r"(?P<head>return |[^=(]*? [-+*/@]?= )(?P<value>.*)")
LOOSEST = ((" + ", " - "), (" * ", " / ", " @ "))
"""Operators that bind alike; a line is broken at the loosest that it has outside of brackets."""


def broken(statement: str, width: int = WIDTH) -> list[str]:
    """The lines of a statement; those that are too long are broken, assignments and what is returned."""
    found = STATEMENT.fullmatch(statement.strip())
    if len(statement) <= width or found is None:
        return [statement]
    indent = statement[: len(statement) - len(statement.lstrip())]
    head, value = found["head"], found["value"]
    parts = _operands(value)
    if len(parts) > 1:
        whole = len(indent) + len(INDENT) + len(value) <= width
        lines = [f"{head}(", *_indented([value] if whole else _on_lines(parts, width)), ")"]
    else:
        lines = _in_brackets(head, value, width)
    return [indent + line for line in lines]


def _on_lines(parts: list[str], width: int) -> list[str]:
    return [line for part in parts for line in (_in_brackets("", part, width) if len(part) > width - 8 else [part])]


def _in_brackets(head: str, value: str, width: int) -> list[str]:
    """A value that is a call or in brackets, with what stands in its longest brackets on lines of its own."""
    pair = max(_pairs(value), key=lambda pair: pair[1] - pair[0], default=None)
    if pair is None or pair[1] - pair[0] < 20:
        return [head + value]
    start, end = pair
    inside = value[start + 1 : end]
    arguments = _split(inside, (", ",))
    parts = [f"{argument}," for argument in arguments] if len(arguments) > 1 else _operands(inside)
    return [head + value[: start + 1], *_indented(_on_lines(parts, width - 4)), value[end:]]


def _operands(text: str) -> list[str]:
    """The text cut before its loosest operators, or whole."""
    for operators in LOOSEST:
        parts = _split(text, operators)
        if len(parts) > 1:
            return parts
    return [text]


def _split(text: str, marks: tuple[str, ...]) -> list[str]:
    """The text cut at the marks outside of brackets and quotes; an operator begins the part behind it."""
    places = [place for place in _outside(text) if text.startswith(marks, place)]
    places = [place for place in places if place > 0]
    starts = [0, *(place + (2 if marks == (", ",) else 1) for place in places)]
    return [text[start:end] for start, end in zip(starts, [*places, len(text)], strict=True)]


def _outside(text: str) -> Iterator[int]:
    """The places outside of all brackets and quotes."""
    depth, quoted = 0, False
    for place, letter in enumerate(text):
        quoted ^= letter == '"'
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and not quoted:
            yield place


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """The outermost pairs of round and curly brackets."""
    outside = set(_outside(text))
    start = 0
    for place, letter in enumerate(text):
        if letter in "({" and place not in outside and (place == 0 or place - 1 in outside):
            start = place
        if letter in ")}" and place in outside:
            yield start, place


def _indented(lines: list[str]) -> list[str]:
    return [INDENT + line for line in lines]
