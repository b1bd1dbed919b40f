r"""Macros that a text brings along: ``\newcommand``, ``\def``, ``\DeclareMathOperator``, expanded before reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from answers.reading.errors import Unreadable
from derive.remembering import LIBRARY

PIECE = re.compile(
    r"\\(?:operatorname|hspace|vspace|tag)\*|\\[A-Za-z]+|\\.|%[^\n]*|\s+|\#[1-9]|[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|.",
    re.DOTALL,
)
DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator)\*?\s*"
    r"(?:\{\s*(\\[A-Za-z]+|\\.)\s*\}|(\\[A-Za-z]+|\\.))\s*(?:\[([0-9])\])?\s*(?:\[([^\]]*)\])?\s*(?=\{)"
    r"|\\(?:g|e|x)?def\s*(\\[A-Za-z]+|\\.)((?:\#[1-9])*)\s*(?=\{)"
)
LONGEST = 20_000
"""More pieces than this are not made: macros may double what they are given."""

Piece = tuple[str, int, int]
"""The text of a piece, and where it begins and ends in what was written."""


@dataclass(frozen=True)
class Macro:
    """What a command stands for, with so many arguments; the first may have a default."""

    body: tuple[str, ...]
    arguments: int = 0
    default: tuple[str, ...] | None = None


Macros = Mapping[str, Macro]


def pieces(text: str) -> list[Piece]:
    """A text as commands, numbers, spaces and single characters; comments are left out."""
    return [(match[0], match.start(), match.end()) for match in PIECE.finditer(text) if match[0][0] != "%"]


@lru_cache(maxsize=LIBRARY)
def macros_in(text: str) -> tuple[dict[str, Macro], str]:
    """The definitions in a text, and the text with spaces in their places."""
    found: dict[str, Macro] = {}
    shown = list(text)
    place = 0
    while match := DEFINITION.search(text, place):
        end = _closing(text, match.end())
        body = text[match.end() + 1 : end]
        name = match[1] or match[2] or match[5]
        if "DeclareMathOperator" in match[0]:
            body = rf"\operatorname{{{body}}}"
        count = len(match[6]) // 2 if match[5] else int(match[3] or 0)
        default = None if match[4] is None else _texts(match[4])
        found[name] = Macro(_texts(body), count, default)
        shown[match.start() : end + 1] = " " * (end + 1 - match.start())
        place = end + 1
    return found, "".join(shown)


def definitions(text: str) -> Iterator[str]:
    """The definitions that stand in a text, as they are written; one whose brace is not closed is left out."""
    place = 0
    while match := DEFINITION.search(text, place):
        try:
            place = _closing(text, match.end()) + 1
        except Unreadable:
            place = match.end()
        else:
            yield text[match.start() : place]


def _texts(text: str) -> tuple[str, ...]:
    return tuple(piece[0] for piece in pieces(text))


def _closing(text: str, start: int) -> int:
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text[start:], re.DOTALL):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth == 0:
            return start + match.start()
    raise Unreadable("the brace of this definition is not closed", text, start, start + 1)


def expand(given: list[Piece], macros: Macros) -> list[Piece]:
    """The pieces with every macro replaced; what replaces it has the place of the macro.

    Raises:
        Unreadable: a macro lacks an argument, or what comes out is too long.
    """
    if not macros or not any(piece[0] in macros for piece in given):
        return given
    waiting = given[::-1]
    done: list[Piece] = []
    steps = 0
    while waiting:
        steps += 1
        if steps > LONGEST or len(waiting) > LONGEST:
            raise Unreadable(f"macros make more than {LONGEST} pieces of this; one may call itself")
        text, start, end = waiting.pop()
        macro = macros.get(text)
        if macro is None:
            done.append((text, start, end))
            continue
        arguments = [_argument(waiting, macro, number, (text, start, end)) for number in range(macro.arguments)]
        for body in reversed(macro.body):
            if body[0] == "#" and len(body) == 2:
                number = int(body[1]) - 1
                if number >= len(arguments):
                    raise Unreadable(f"the macro {text} has no argument {body}")
                waiting.extend(reversed(arguments[number]))
            else:
                waiting.append((body, start, end))
    return done


def _argument(waiting: list[Piece], macro: Macro, number: int, call: Piece) -> list[Piece]:
    while waiting and waiting[-1][0].isspace():
        waiting.pop()
    if number == 0 and macro.default is not None:
        if not waiting or waiting[-1][0] != "[":
            return [(text, call[1], call[2]) for text in macro.default]
        waiting.pop()
        return _until(waiting, "]", call)
    if not waiting:
        raise Unreadable(f"the macro {call[0]} lacks argument {number + 1}")
    first = waiting.pop()
    if first[0] == "{":
        return _until(waiting, "}", call)
    if len(first[0]) > 1 and first[0].isalnum():
        waiting.append((first[0][1:], first[1] + 1, first[2]))
        return [(first[0][0], first[1], first[1] + 1)]
    return [first]


def _until(waiting: list[Piece], close: str, call: Piece) -> list[Piece]:
    depth = 0
    found: list[Piece] = []
    while waiting:
        piece = waiting.pop()
        if piece[0] == close and depth == 0:
            return found
        depth += (piece[0] == "{") - (piece[0] == "}")
        found.append(piece)
    raise Unreadable(f"the argument of {call[0]} is not closed")
