"""What can be wrong with the arrays or expressions that are to be evaluated."""

from __future__ import annotations


class ArrayError(ValueError):
    """Arrays that are missing, or whose shapes do not fit a forward definition."""


class ExpressionError(ValueError):
    """An expression or matrix node that has no number here."""
