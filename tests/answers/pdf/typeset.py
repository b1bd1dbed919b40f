"""How cleanly TeX has set a page: what sticks out or was made smaller, which characters and references are missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from answers.pdf.log import Log

OVERFULL = re.compile(
    r"^Overfull \\(?P<box>[hv])box \((?P<excess>[\d.]+)pt too (?:wide|high)\)(?P<place>.*)$", re.MULTILINE
)
PLACE = re.compile(r"at lines? (?P<line>\d+)")
MISSING_CHARACTER = re.compile(
    r"^Missing character: There is no (?P<character>.+) in font (?P<font>\S+?)!?$", re.MULTILINE
)
UNDEFINED = re.compile(r"^LaTeX Warning: (?:Reference|Citation|Hyper reference) `(?P<label>[^']+)'", re.MULTILINE)
SHRUNK = re.compile(r"^Gradsheet: shrunk to (?P<factor>[\d.]+) on line (?P<line>\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Overfull:
    """A line or a page that sticks out by ``excess`` points; ``line`` is None for a box of a page."""

    box: str
    excess: float
    line: int | None


@dataclass(frozen=True)
class Shrunk:
    """A formula or a table that was too wide for its line, and the factor by which it was made smaller."""

    factor: float
    line: int


def overfull(log: Log) -> tuple[Overfull, ...]:
    """The boxes that stick out."""
    return tuple(
        Overfull(match["box"], float(match["excess"]), _line_of(match["place"]))
        for match in OVERFULL.finditer(log.text)
    )


def missing_characters(log: Log) -> tuple[str, ...]:
    """The characters that a font lacks; they are not in the PDF."""
    return tuple(f"{match['character']} in {match['font']}" for match in MISSING_CHARACTER.finditer(log.text))


def undefined_references(log: Log) -> tuple[str, ...]:
    """The labels that are referred to and not set."""
    return tuple(match["label"] for match in UNDEFINED.finditer(log.text))


def shrunk(log: Log) -> tuple[Shrunk, ...]:
    """What the house style made smaller to fit the line."""
    return tuple(Shrunk(float(match["factor"]), int(match["line"])) for match in SHRUNK.finditer(log.text))


def _line_of(place: str) -> int | None:
    match = PLACE.search(place)
    return int(match["line"]) if match else None
