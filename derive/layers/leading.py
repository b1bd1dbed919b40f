"""Axes that a layer passes through: the same equations hold for every index along them.

A layer that acts on the last axis of its input, as PyTorch's Linear and Softmax do, takes inputs with any
number of axes before it.
"""

from __future__ import annotations

from derive.errors import NetworkError

AXES = ("T", "S", "R")
"""Names of the leading axes, the last one first."""

INDICES = ("t", "s", "r")
"""The indices along them."""


def leading(rank: int, own: int = 1) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names and the indices of the axes before the last ``own`` ones of an input with ``rank`` axes.

    Raises:
        NetworkError: the input has too few axes, or more than there are names for.
    """
    count = int(rank) - own
    if not 0 <= count <= len(AXES):
        raise NetworkError(f"an input with {rank} axes was given, expected {own} to {own + len(AXES)}")
    return AXES[:count][::-1], INDICES[:count][::-1]


def subscripts(*letters: str) -> str:
    """The letters as subscripts in an equation; nothing for none."""
    return f"[{','.join(letters)}]" if letters else ""
