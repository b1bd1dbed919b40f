"""Formulas of a text in order, each with what stands around it: a marker, a heading, the first cell of its row."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from answers.handins.files import HandinText, without_comments
from answers.handins.rows import equations_in, rows_in
from answers.handins.spans import spans_in
from answers.reading.vocabulary import GREEK

MARKER = re.compile(
    r"(?:^|(?<=\n))[ \t]*(?:%+|<!--|\#+|\[//\]:\s*\#\s*\(|\[)[ \t]*answer[ \t]+(?P<part>[^\s\])>-][^\s\])>]*)"
    r"(?:[ \t]+(?P<quantity>d[^\s\])>-]*/d[^\s\])>-]+|[A-Za-z]\w*))?[ \t]*(?:-->|\)|\])?[^\n]*",
)
HEADING = re.compile(
    r"^[ \t]*(?:\\(?:chapter|(?:sub)*section|(?:sub)?paragraph)\*?\s*\{(?P<section>(?:[^{}\n]|\{[^{}\n]*\})*)\}"
    r"|\#{1,6}[ \t]+(?P<hash>[^\n]+)|\\item\s*\[(?P<item>[^\]\n]*)\]"
    r"|(?:\\textbf\s*\{|\*\*|__)(?P<bold>[^\n{}*]+?)(?:\}|\*\*|__)"
    r"|(?P<plain>(?:[Qq]uestion|[Pp]roblem|[Ee]xercise|[Pp]art|[Tt]ask)\s+[\w.]+[^\n$\\]{0,60})$"
    r"|(?P<letter>\(?[a-zA-Z]\)|\d+(?:\.\d+)+\s*\(?[a-zA-Z]?[.):]?|\d+\s*\(?[a-zA-Z][.):])(?=\s|$))",
    re.MULTILINE,
)
PIPES = re.compile(r"(?:^[ \t]*\|[^\n]*(?:\n|\Z)){2,}", re.MULTILINE)
RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^}]*\})(?:\[[^\]]*\])?")


@dataclass(frozen=True)
class Formula:
    """An equation, or a formula alone, with where it stands.

    ``part`` and ``quantity`` are what a marker in front of it says, ``headings`` those above it, the nearest last,
    ``row`` the formula in the first cell of its row of a table. ``line`` counts from 1.
    """

    latex: str
    line: int
    part: str = ""
    quantity: str = ""
    headings: tuple[str, ...] = ()
    row: str = ""
    file: str = ""
    displayed: bool = True


def formulas_in(source: HandinText) -> Iterator[Formula]:
    """Every formula of a text in order."""
    text = source.text
    if source.format == "tex":
        begin = re.search(r"\\begin\s*\{document\}", text)
        body = begin.end() if begin else 0
    else:
        body = 0
    masked = without_comments(text) if source.format == "tex" else text
    events = sorted(_events(text, masked, body), key=lambda event: event[0])
    part, quantity = "", ""
    headings: tuple[str, ...] = ()
    done = 0
    line_ends = [found.start() for found in re.finditer("\n", text)]
    for start, end, kind, found in events:
        if start < done:
            continue
        if kind == "marker":
            part, quantity = found["part"], found["quantity"] or ""
        elif kind == "heading":
            headings = (*headings[-3:], next(group for group in found.groups() if group is not None))
            part, quantity = "", ""
        else:
            done = end
            place = Formula("", bisect_left(line_ends, start) + 1, part, quantity, headings, file=source.name)
            yield from _in_span(kind, found, place)
    if source.format == "txt":
        yield from _bare_lines(source)


def _events(text: str, masked: str, body: int) -> Iterator[tuple[int, int, str, Any]]:
    """Where markers, headings, tables and formulas begin and end."""
    for found in MARKER.finditer(text, body):
        yield found.start(), found.end(), "marker", found
    for found in HEADING.finditer(masked, body):
        yield found.start(), found.start() + 1, "heading", found
    for found in PIPES.finditer(masked, body):
        yield found.start(), found.end(), "pipes", found[0]
    for span in spans_in(masked, body):
        yield span.start, span.end, span.kind, span.content


def _in_span(kind: str, content: str, place: Formula) -> Iterator[Formula]:
    if kind in ("table", "pipes"):
        yield from _in_table(kind, content, place)
        return
    for latex in equations_in(content):
        yield replace(place, latex=latex, displayed=kind == "display")


def _in_table(kind: str, content: str, place: Formula) -> Iterator[Formula]:
    """The formulas in the cells of a table, each with the one in the first cell of its row."""
    if kind == "pipes":
        rows = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in content.splitlines()]
    else:
        rows = [list(cells) for cells in rows_in(RULES.sub("", _without_columns(content)))]
    for offset, cells in enumerate(rows):
        held = [[span.content for span in spans_in(cell)] for cell in cells]
        key = held[0][0] if held and held[0] else ""
        for inside in (one for found in held[1:] for one in found):
            for latex in equations_in(inside):
                yield replace(place, latex=latex, row=key, line=place.line + (offset if kind == "pipes" else 0))


def _without_columns(content: str) -> str:
    """What follows the columns of a table, {|c|c|}, and its width."""
    at = 0
    while found := re.compile(r"\s*(?:\[[^\]]*\])?\s*(?=\{)").match(content, at):
        depth, end = 0, found.end()
        for end in range(found.end(), len(content)):
            depth += (content[end] == "{") - (content[end] == "}")
            if depth == 0:
                break
        at = end + 1
    return content[at:]


def _bare_lines(source: HandinText) -> Iterator[Formula]:
    """Lines of a plain text that are equations without any sign of where a formula begins."""
    part, quantity = "", ""
    headings: tuple[str, ...] = ()
    for number, line in enumerate(source.text.split("\n"), start=1):
        if marker := MARKER.match(line):
            part, quantity = marker["part"], marker["quantity"] or ""
        elif "=" not in line and (heading := HEADING.match(line)):
            headings = (*headings[-3:], next(group for group in heading.groups() if group is not None))
            part, quantity = "", ""
        elif "=" in line and "$" not in line and not re.search(r"\\\[|\\\(|\\begin", line):
            shown = re.sub(r"^\s*(?:[-*]|\(?[a-zA-Z0-9]\)|\d+\.)\s+", "", line).strip().rstrip(".;,")
            yield Formula(latex_of(shown), number, part, quantity, headings, file=source.name)


ACCENT = re.compile(r"\b([A-Za-z])_?(hat|bar|tilde)(?![A-Za-z])")
NUMBERED = re.compile(r"(?<![A-Za-z\\_^{])(d?)([A-Za-z])(\d+)(?![\d.]|[A-Za-z])")
TURNED = re.compile(r"\.T\b|\.transpose\(\)")
WORD = re.compile(r"(?<![\\A-Za-z_])(" + "|".join(sorted(GREEK, key=len, reverse=True)) + r")(?![A-Za-z])")


def latex_of(line: str) -> str:
    """A line of plain text with its names as LaTeX writes them; what is LaTeX already stays as it is."""
    line = TURNED.sub("^T", line)
    line = ACCENT.sub(r"\\\2{\1}", line)
    line = NUMBERED.sub(r"\1\2_{\3}", line)
    line = WORD.sub(r"\\\1", line)
    return line.replace("@", " ").replace("**", "^")
