"""What can be wrong with a homework: its file, what it asks for, the PDF that is made of it."""

from __future__ import annotations

KeyPath = tuple[str | int, ...]
"""The keys and positions in lists, from 0, that lead to a place: ``("networks", "regression", "loss")``."""


class HomeworkError(ValueError):
    """A homework file is wrong or is not there. ``path`` leads to the place in it."""

    def __init__(self, message: str, path: KeyPath = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class HomeworkContentError(ValueError):
    """A part of a homework cannot be answered as it is asked.

    ``place`` is where in the file: the keys and positions that lead there.
    """

    def __init__(self, message: str, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.place = place


class PdfError(Exception):
    """No PDF could be made: no TeX, a document that TeX refuses, a folder that cannot be written."""
