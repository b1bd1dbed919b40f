"""What ``gradsheet derive`` prints of ranges: exact ones, every element at given sizes, Jacobians as matrices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import ImmutableDenseMatrix

from derive.derivation import Derivation
from derive.errors import DeriveError
from derive.expression import symbols
from derive.render.written_out import matrix_latex, matrix_unicode
from derive.steps import Notation
from derive.with_ranges import Ranges, with_ranges
from derive.written_out import WrittenOut, toeplitz, written_out

if TYPE_CHECKING:
    from numeric import Check, Comparison


def ranged(derivation: Derivation, ranges: Ranges | None, notation: Notation) -> tuple[Derivation, Notation]:
    """The derivation with exact ranges if they are asked for, and the notation that shows them."""
    if ranges is None:
        return derivation, notation
    return with_ranges(derivation, ranges), "cases" if ranges == "cases" else "index"


def sizes_of(given: Iterable[str]) -> dict[str, int]:
    """The sizes in options such as ``C=1,H=3``.

    Raises:
        DeriveError: one is not a name with a positive number.
    """
    sizes: dict[str, int] = {}
    for part in (part.strip() for text in given for part in text.split(",") if part.strip()):
        name, _, value = part.partition("=")
        if not (name.strip().isidentifier() and value.strip().isdecimal()):
            raise DeriveError(f"a size is given as H=3, not {part}")
        if name.strip() in sizes:
            raise DeriveError(f"{name.strip()} has two values, {sizes[name.strip()]} and {value.strip()}")
        sizes[name.strip()] = int(symbols.dimension(value.strip()))
    return sizes


@dataclass(frozen=True)
class AtSizes:
    """A derivation at given sizes: every element, or a Jacobian as a matrix."""

    derivation: Derivation
    sizes: Mapping[str, int]
    written: WrittenOut | ImmutableDenseMatrix

    def text(self, *, latex: bool) -> str:
        """The elements as equations, or the matrix."""
        if not isinstance(self.written, WrittenOut):
            return (matrix_latex if latex else matrix_unicode)(self.written, self.derivation.index_base)
        return f"\\begin{{align*}}\n{self.written.latex()}\n\\end{{align*}}" if latex else self.written.unicode()

    def read_again(self, text: str, *, latex: bool) -> Comparison | None:
        """What is wrong with the text, read back; None if nothing is.

        Raises:
            ArrayError: no point of these sizes away from kinks was found.
        """
        from answers.readback.compare import read_back_elements, read_back_matrix
        from answers.readback.printed import cells_of_matrix, elements_on_terminal
        from answers.readback.shown import complaint

        if isinstance(self.written, WrittenOut):
            printed = elements_on_terminal(text, latex=latex)
            return complaint([read_back_elements(self.derivation, printed, self.sizes)])
        return complaint([read_back_matrix(self.derivation, cells_of_matrix(text), self.sizes)])

    def check(self) -> Check:
        """The check of every element as it is printed.

        Raises:
            ArrayError: no point of these sizes away from kinks was found.
        """
        from numeric.checks.elements import check_elements

        return check_elements(self.derivation, self.written, self.sizes)


def at_sizes(derivation: Derivation, sizes: Mapping[str, int], *, matrix: bool) -> AtSizes:
    """Every element at the sizes; or the Jacobian as a matrix.

    Raises:
        DeriveError: a size is missing or unknown, or what is to be a matrix is no Jacobian.
    """
    return AtSizes(derivation, sizes, (toeplitz if matrix else written_out)(derivation, sizes))
