"""Errors in what a homework asks for, found when it is answered."""

from __future__ import annotations


class HomeworkContentError(ValueError):
    """A part of a homework cannot be answered as it is asked.

    ``place`` is where in the file: the keys and positions that lead there.
    """

    def __init__(self, message: str, place: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.place = place
