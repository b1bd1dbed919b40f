"""What can be wrong with a homework: its file, what it asks for, the PDF that is made of it."""

from __future__ import annotations

from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""The keys and positions in lists, from 0, that lead to a place: ``("networks", "regression", "loss")``."""


class HomeworkError(ValueError):
    """A homework file is wrong or is not there. ``path`` leads to the place in it, ``excerpt`` is of the text there."""

    def __init__(self, message: str, path: KeyPath = (), excerpt: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.excerpt = excerpt


class HomeworkContentError(ValueError):
    """A part of a homework cannot be answered as it is asked.

    ``place`` is where in the file: the keys and positions that lead there. ``excerpt`` is of the text there, of which
    it tells the line.
    """

    def __init__(self, message: str, place: tuple[str | int, ...] = (), excerpt: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.excerpt = excerpt


class PdfError(Exception):
    """No PDF could be made: no TeX, a document that TeX refuses, a folder that cannot be written."""


@dataclass(frozen=True)
class Refused:
    """A document that TeX refused: the document, the message, its line (if TeX tells), and what TeX had read of it."""

    tex: str
    message: str
    line: int | None
    read: str
    kept: str


class TexError(PdfError):
    """TeX refused documents; ``refused`` are those of which it says why."""

    def __init__(self, message: str, refused: tuple[Refused, ...] = ()) -> None:
        super().__init__(message)
        self.refused = refused


class SandboxError(Exception):
    """Code under test was not run, since the system cannot keep it from doing harm as far as was asked."""
