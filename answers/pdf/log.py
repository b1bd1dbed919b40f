"""What a TeX log says: errors, lines that stick out, characters and references that are missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

ERROR = re.compile(r"^!(?! +==>) ?(?P<message>.+)$")
SOURCE_LINE = re.compile(r"^l\.(?P<line>\d+) ?(?P<text>.*)$")
MISSING_FILE = re.compile(r"File `(?P<file>[^']+)' not found|I can't find file `(?P<other>[^']+)'")
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
class Error:
    """An error that stopped TeX: its message, the line of the source and what TeX printed of it."""

    message: str
    line: int | None
    text: str


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


@dataclass(frozen=True)
class Log:
    """The log of one run, which must have been written without breaking its lines (``max_print_line``)."""

    text: str

    @cached_property
    def errors(self) -> tuple[Error, ...]:
        """The errors in their order."""
        lines = self.text.splitlines()
        return tuple(
            Error(match["message"].strip(), *_source_of(lines[i + 1 :]))
            for i, line in enumerate(lines)
            if (match := ERROR.match(line))
        )

    @cached_property
    def missing_file(self) -> str | None:
        """The file, such as a package, that TeX did not find and stopped for."""
        for error in self.errors:
            if match := MISSING_FILE.search(error.message):
                return match["file"] or match["other"]
        return None

    @cached_property
    def overfull(self) -> tuple[Overfull, ...]:
        """The boxes that stick out."""
        return tuple(
            Overfull(match["box"], float(match["excess"]), _line_of(match["place"]))
            for match in OVERFULL.finditer(self.text)
        )

    @cached_property
    def missing_characters(self) -> tuple[str, ...]:
        """The characters that a font lacks; they are not in the PDF."""
        return tuple(f"{match['character']} in {match['font']}" for match in MISSING_CHARACTER.finditer(self.text))

    @cached_property
    def undefined_references(self) -> tuple[str, ...]:
        """The labels that are referred to and not set."""
        return tuple(match["label"] for match in UNDEFINED.finditer(self.text))

    @cached_property
    def shrunk(self) -> tuple[Shrunk, ...]:
        """What the house style made smaller to fit the line."""
        return tuple(Shrunk(float(match["factor"]), int(match["line"])) for match in SHRUNK.finditer(self.text))

    @property
    def wants_another_run(self) -> bool:
        """Whether LaTeX or a package asks to be run again."""
        return "Rerun to get" in self.text or "Rerun LaTeX" in self.text


def _source_of(following: list[str]) -> tuple[int | None, str]:
    """The line number and text that TeX prints after an error's message."""
    for line in following:
        if match := SOURCE_LINE.match(line):
            return int(match["line"]), match["text"].strip()
        if ERROR.match(line):
            break
    return None, ""


def _line_of(place: str) -> int | None:
    match = PLACE.search(place)
    return int(match["line"]) if match else None
