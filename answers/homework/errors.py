"""The error of everything that is wrong with a homework file."""

from __future__ import annotations

KeyPath = tuple[str | int, ...]
"""The keys and positions in lists, from 0, that lead to a place: ``("networks", "regression", "loss")``."""


class HomeworkError(ValueError):
    """A homework file is wrong or is not there. ``path`` leads to the place in it."""

    def __init__(self, message: str, path: KeyPath = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
