"""Errors in what a homework asks for, found when it is answered."""

from __future__ import annotations


class HomeworkContentError(ValueError):
    """A part of a homework cannot be answered as it is asked."""
