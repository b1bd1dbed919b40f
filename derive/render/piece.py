"""Pieces of printed mathematics, and where they need brackets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum


class Binding(IntEnum):
    """How tightly a piece holds together, the loosest first."""

    SUM = 0
    """a + b"""
    BIG = 1
    """A big operator: it takes in everything to its right."""
    SLASH = 2
    """a/b on one line"""
    HADAMARD = 3
    """An elementwise product or quotient."""
    PRODUCT = 4
    FRACTION = 5
    """A fraction or a partial derivative: a factor as it is, but no base of a power."""
    SCRIPTED = 6
    """It has a superscript already."""
    ATOM = 7


@dataclass(frozen=True)
class Piece:
    """Printed mathematics: its text without its sign, and what a neighbour must know of it.

    ``width`` is in letters of ordinary size. ``tall`` says that brackets around it must grow. ``extend``
    says that a superscript at the end of the text may be added to. ``parts``, joined, are the text:
    between them a line may be broken.
    """

    text: str
    width: float
    binding: Binding = Binding.ATOM
    tall: bool = False
    negative: bool = False
    extend: bool = False
    compound: bool = False
    parts: tuple[Piece, ...] = ()

    @property
    def positive(self) -> Piece:
        """The piece without its sign."""
        return replace(self, negative=False)

    @property
    def flipped(self) -> Piece:
        """The piece with the other sign."""
        return replace(self, negative=not self.negative)
