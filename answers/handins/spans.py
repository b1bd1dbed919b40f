"""Where formulas and tables begin and end in a text, in time that grows as the text does."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

DISPLAYS = frozenset("equation align gather multline eqnarray displaymath math flalign alignat dmath split".split())
TABLES = frozenset("tabular tabularx tabulary longtable array tblr".split())
MATHS = frozenset(["", "math", "latex", "tex"])
EDGE = re.compile(
    r"\\(?P<side>begin|end)\s*\{(?P<name>[A-Za-z]+)\*?\}|\\(?P<bracket>[\[\]()])|(?P<dollar>\$\$?)"
    r"|^(?P<fence>```+)[ \t]*(?P<language>[\w+-]*)[^\n`]*$|\\.",
    re.MULTILINE | re.DOTALL,
)
CLOSING = {"[": "]", "(": ")"}

Kind = Literal["display", "inline", "table"]


@dataclass(frozen=True)
class Span:
    """A formula or a table, from where it begins to where it ends, with what stands inside."""

    start: int
    end: int
    kind: Kind
    content: str


@dataclass(frozen=True)
class _Edge:
    start: int
    end: int
    sort: str
    """What it opens or closes: begin align, end align, [, ], $, $$, a fence."""
    language: str = ""


def spans_in(text: str, start: int = 0) -> Iterator[Span]:
    """The formulas and tables of a text one after the other; what is not closed is none."""
    edges = [edge for edge in map(_edge, EDGE.finditer(text, start)) if edge is not None]
    places: dict[str, list[int]] = {}
    for at, edge in enumerate(edges):
        places.setdefault(edge.sort, []).append(at)
    at = 0
    while at < len(edges):
        edge = edges[at]
        closing = _closing(edge.sort)
        found = places.get(closing, []) if closing else []
        place = bisect_left(found, at + 1)
        if place == len(found):
            at += 1
            continue
        other = edges[found[place]]
        kind = _kind(edge)
        if kind is not None:
            yield Span(edge.start, other.end, kind, _content(edge, text[edge.end : other.start]))
        at = found[place] + 1


def _edge(match: re.Match[str]) -> _Edge | None:
    if match["side"]:
        if match["name"] not in DISPLAYS | TABLES:
            return None
        return _Edge(match.start(), match.end(), f"{match['side']} {match['name']}")
    sort = match["bracket"] or match["dollar"] or ("fence" if match["fence"] else "")
    return _Edge(match.start(), match.end(), sort, match["language"] or "") if sort else None


def _closing(sort: str) -> str:
    """What closes this; empty for what opens nothing."""
    side, _, name = sort.partition(" ")
    if name:
        return f"end {name}" if side == "begin" else ""
    if sort in ("$", "$$", "fence"):
        return sort
    return CLOSING.get(sort, "")


def _kind(edge: _Edge) -> Kind | None:
    if edge.sort == "fence":
        return "display" if edge.language.lower() in MATHS else None
    if edge.sort in ("$", "("):
        return "inline"
    return "table" if edge.sort.partition(" ")[2] in TABLES else "display"


def _content(edge: _Edge, inside: str) -> str:
    if edge.sort.partition(" ")[2] == "alignat":
        return re.sub(r"^\s*\{\d+\}", "", inside)
    return inside
