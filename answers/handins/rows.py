"""Rows and equations of a display: where one ends and the next begins, braces and environments kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

PIECE = re.compile(r"\\begin\s*\{[^}]*\}|\\end\s*\{[^}]*\}|\\left\b|\\right\b|\\\\(?:\[[^\]]*\])?|\\[A-Za-z]+\*?|\\.|.",
                   re.DOTALL)  # fmt: skip
CONTINUES = re.compile(
    r"(?:&|\s|\{\}|\\[,;:!]|\\q?quad\b)*(?:[=+\-*/<>)\]}]|\\(?:approx|equiv|cdot|times|odot|circ|otimes|implies|Rightarrow"
    r"|Longrightarrow|rightarrow|to|leq?|geq?|ne|neq|right|Leftrightarrow|iff|propto|sim|top|mid)\b)"
)
LABELS = re.compile(r"\\(?:label|tag\*?|vspace\*?|hspace\*?)\s*\{[^{}]*\}|\\(?:nonumber|notag|displaystyle)\b")
MOST_GAPS = 40
"""A row with more gaps is one formula."""
GAP = re.compile(r"(?:,|;|\.)?\s*(?:(?:\\q?quad\b|\\text\s*\{\s*(?:and|,|where|with)\s*\})\s*)+")


def rows_in(content: str) -> Iterator[tuple[str, ...]]:
    """The cells of every row: split at ``\\\\`` and & that stand in no braces and in no environment."""
    row: list[str] = []
    cell: list[str] = []
    depth = 0
    for piece in PIECE.findall(content):
        depth += piece == "{" or piece.startswith(r"\begin")
        depth -= piece == "}" or piece.startswith(r"\end")
        if depth == 0 and piece.startswith("\\\\"):
            yield (*row, "".join(cell))
            row, cell = [], []
        elif depth == 0 and piece == "&":
            row.append("".join(cell))
            cell = []
        else:
            cell.append(piece)
    if row or "".join(cell).strip():
        yield (*row, "".join(cell))


def equations_in(content: str) -> Iterator[str]:
    """The equations of a display: a row that begins with a relation or an operation continues the one before."""
    content = LABELS.sub("", content)
    open_one = ""
    for cells in rows_in(content):
        row = "&".join(cells)
        if not row.replace("&", "").strip():
            continue
        if open_one and (CONTINUES.match(row) or "=" not in _bare(row)):
            open_one += "\\\\" + row
            continue
        if open_one:
            yield from _apart(open_one)
        open_one = row
    if open_one:
        yield from _apart(open_one)


def _bare(row: str) -> str:
    """What of a row stands in no braces."""
    found, depth = [], 0
    for piece in PIECE.findall(row):
        depth += piece == "{" or piece.startswith(r"\begin")
        depth -= piece == "}" or piece.startswith(r"\end")
        if depth == 0:
            found.append(piece)
    return "".join(found)


def _apart(row: str) -> Iterator[str]:
    """Several equations with gaps between them, one by one."""
    gaps = list(GAP.finditer(row))
    pieces = []
    start = 0
    for gap in gaps if len(gaps) <= MOST_GAPS else ():
        before, behind = row[start : gap.start()], row[gap.end() :]
        whole = _closed(before) and "=" in _bare(before) and "=" in _bare(behind)
        if whole and not CONTINUES.match(behind):
            pieces.append(before)
            start = gap.end()
    yield from (piece.strip() for piece in (*pieces, row[start:]) if piece.strip())


def _closed(text: str) -> bool:
    depth = 0
    for piece in PIECE.findall(text):
        depth += piece in ("{", r"\left") or piece.startswith(r"\begin")
        depth -= piece in ("}", r"\right") or piece.startswith(r"\end")
    return depth == 0
