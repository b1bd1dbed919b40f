"""What a TeX log says of what stopped TeX, and of what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

ERROR = re.compile(r"^!(?! +==>) ?(?P<message>.+)$")
SOURCE_LINE = re.compile(r"^l\.(?P<line>\d+) ?(?P<text>.*)$")
MISSING_FILE = re.compile(r"File `(?P<file>[^']+)' not found|I can't find file `(?P<other>[^']+)'")
MISSING_CHARACTER = re.compile(r"^Missing character: There is no (\S) \(U\+", re.MULTILINE)


@dataclass(frozen=True)
class Error:
    """An error that stopped TeX: its message, the line of the source and what TeX printed of it."""

    message: str
    line: int | None
    text: str


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
    def missing_characters(self) -> str:
        """The characters that a font lacks and that were left out, each once."""
        return "".join(dict.fromkeys(MISSING_CHARACTER.findall(self.text)))

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
