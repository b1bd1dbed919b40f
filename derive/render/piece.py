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
    says that a superscript at the end of the text may be added to. ``parts`` are the text in pieces
    between which a line may be broken.
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

    def after(self, text: str, width: float) -> Piece:
        """The piece with text put in front of it and of its first part."""
        parts = (self.parts[0].after(text, width), *self.parts[1:]) if self.parts else ()
        return replace(self, text=text + self.text, width=width + self.width, parts=parts)

    def before(self, text: str, width: float) -> Piece:
        """The piece with text put behind it and behind its last part."""
        parts = (*self.parts[:-1], self.parts[-1].before(text, width)) if self.parts else ()
        return replace(self, text=self.text + text, width=width + self.width, parts=parts)


@dataclass(frozen=True)
class Typeset:
    """Mathematics as each back end writes it, empty where there is none; ``width`` is that of the LaTeX in letters."""

    latex: str = ""
    unicode: str = ""
    width: float = 0.0
