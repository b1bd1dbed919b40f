"""What a back end must know how to write. Brackets and order are decided elsewhere, once for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from derive.render.names import Name
from derive.render.piece import Binding, Piece


class Style(ABC):
    """A back end: LaTeX, or Unicode on one line.

    ``signs`` are the operators and relations by their plain spelling.
    """

    signs: ClassVar[dict[str, str]]
    raises_exponents: ClassVar[bool]
    """Whether e to a power is written with a raised exponent."""

    @abstractmethod
    def symbol(self, name: Name, subscripts: Sequence[Piece], *, whole: bool, above: bool) -> Piece:
        """A tensor's name with subscripts; bold for a ``whole`` tensor; its number ``above`` or below."""

    @abstractmethod
    def partial(self, top: Piece, bottom: Piece, *, inline: bool, immediate: bool = False) -> Piece:
        """The partial derivative of ``top`` with respect to ``bottom``; ``inline`` puts it on one line.

        The ``immediate`` one, ∂⁺, is that of one equation of a recurrence alone.
        """

    @abstractmethod
    def held(self, partial: Piece, names: Sequence[Piece]) -> Piece:
        """The partial with what is held while it is taken, behind a bar."""

    @abstractmethod
    def second_partial(self, first: Piece, second: Piece, *, inline: bool, whole: bool) -> Piece:
        """The second derivative of the loss; by a ``whole`` vector twice it is the Hessian matrix."""

    @abstractmethod
    def word(self, text: str) -> Piece:
        """A word set upright, such as a function's name."""

    @abstractmethod
    def number(self, digits: str, exponent: int | None = None) -> Piece:
        """A number, times a power of ten if ``exponent`` is given."""

    @abstractmethod
    def constant(self, name: str) -> Piece:
        """``pi`` or ``infinity``."""

    @abstractmethod
    def fraction(self, top: Piece, bottom: Piece, *, inline: bool, numeric: bool = False) -> Piece:
        """A fraction; ``inline`` puts it on one line, ``numeric`` sets it small."""

    @abstractmethod
    def power(self, base: Piece, exponent: Piece) -> Piece:
        """A power; the base is bracketed already."""

    @abstractmethod
    def transpose(self, base: Piece) -> Piece:
        """The transpose; the base is bracketed already."""

    @abstractmethod
    def inverse(self, base: Piece) -> Piece:
        """The inverse of a matrix."""

    @abstractmethod
    def root(self, radicand: Piece) -> Piece:
        """The square root."""

    @abstractmethod
    def enclose(self, inside: Piece, left: str = "(", right: str = ")") -> Piece:
        """Brackets that grow with what is inside."""

    @abstractmethod
    def over_range(self, sign: str, letter: Piece, low: Piece, high: Piece, where: Piece | None = None) -> Piece:
        """A big sign over ``letter`` from ``low`` to ``high``, ``where`` a condition holds, which stands behind it."""

    def big_sum(self, letter: Piece, low: Piece, high: Piece) -> Piece:
        """The sign of a sum over an index."""
        return self.over_range(self.signs["sum"], letter, low, high)

    @abstractmethod
    def sum_over(self, letter: Piece) -> Piece:
        """The sign of a sum over ``letter`` wherever there is something to add."""

    @abstractmethod
    def element_of(self, base: Piece, subscripts: Sequence[Piece]) -> Piece:
        """An element of what is no tensor; the base is bracketed already."""

    def big_product(self, letter: Piece, low: Piece, high: Piece) -> Piece:
        """The sign of a product over ``letter`` from ``high`` down to ``low``, as matrices stand in it."""
        return self.big_times(letter, high, low)

    def big_times(self, letter: Piece, low: Piece, high: Piece, where: Piece | None = None) -> Piece:
        """The sign of a product over an index, of the factors ``where`` a condition holds."""
        return self.over_range(self.signs["product"], letter, low, high, where)

    @abstractmethod
    def big_operator(self, name: str, below: Piece) -> Piece:
        """The sign of a maximum or of the place of one, with its indices below."""

    @abstractmethod
    def norm(self, inside: Piece) -> Piece:
        """The Euclidean norm of a vector."""

    @abstractmethod
    def operation(self, name: str, below: Sequence[Piece]) -> Piece:
        """The name of an operation with numbers below it."""

    @abstractmethod
    def slope_by(self, function: Piece, place: Piece) -> Piece:
        """The slope of a function of several numbers by that at a place."""

    @abstractmethod
    def floor(self, inside: Piece) -> Piece:
        """The largest integer that is not above what is inside."""

    @abstractmethod
    def ceiling(self, inside: Piece) -> Piece:
        """The smallest integer that is not below what is inside."""

    @abstractmethod
    def coordinate(self, place: Piece, letter: Piece) -> Piece:
        """The value of an index at a place; the place is bracketed already."""

    @abstractmethod
    def delta(self, subscripts: Sequence[Piece]) -> Piece:
        """Kronecker's delta."""

    @abstractmethod
    def ones(self, dimensions: Sequence[Piece] = ()) -> Piece:
        """The vector of ones, or the matrix of ones of two dimensions."""

    @abstractmethod
    def identity(self) -> Piece:
        """The identity matrix."""

    @abstractmethod
    def basis(self, position: Piece) -> Piece:
        """The column that is 1 at ``position``."""

    @abstractmethod
    def indicator(self, condition: Piece) -> Piece:
        """Iverson's bracket."""

    @abstractmethod
    def cases(self, branches: Sequence[tuple[Piece, Piece | None]]) -> Piece:
        """Values with their conditions; the last condition may be None, which is otherwise."""

    @abstractmethod
    def stacked(self, parts: Sequence[Piece]) -> Piece:
        """Matrices one below the other."""

    @abstractmethod
    def rows(self, base: Piece, start: Piece, stop: Piece) -> Piece:
        """Some rows of a matrix, from ``start`` to ``stop``; the base is bracketed already."""

    @abstractmethod
    def space(self, left: Piece, right: Piece, between: str) -> str:
        """What stands between two factors: the sign of that name, or less or more of it as their ends require."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Words of a sentence."""

    @abstractmethod
    def in_text(self, formula: str) -> str:
        """A formula within a sentence."""

    def sign(self, name: str, *, tight: bool = False) -> str:
        """An operator with its spaces; without them where room is short."""
        return self.signs[name].strip() if tight else self.signs[name]

    def join(self, pieces: Sequence[Piece], separator: str) -> Piece:
        """Pieces in a row, as the arguments of a function are."""
        if len(pieces) == 1:
            return replace(self.signed(pieces[0]), binding=Binding.SUM)
        text = separator.join(self.signed(piece).text for piece in pieces)
        width = sum(piece.width for piece in pieces) + len(separator.strip("\\ ")) * (len(pieces) - 1)
        return Piece(text, width, Binding.SUM, any(piece.tall for piece in pieces))

    def signed(self, piece: Piece) -> Piece:
        """The piece with its sign in its text."""
        if not piece.negative:
            return piece
        whole = piece.after(self.signs["minus"], 1)
        return replace(whole, binding=Binding.SUM, negative=False, extend=False, compound=True)
