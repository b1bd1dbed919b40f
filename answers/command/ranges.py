"""What ``gradsheet derive`` prints of ranges: exact ones, every element at given sizes, Jacobians as matrices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import typer

from derive.derivation import Derivation
from derive.errors import DeriveError
from derive.render.written_out import matrix_latex, matrix_unicode
from derive.steps import Notation
from derive.with_ranges import Ranges, with_ranges
from derive.written_out import toeplitz, written_out


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
    sizes = {}
    for part in (part.strip() for text in given for part in text.split(",") if part.strip()):
        name, _, value = part.partition("=")
        if not (name.strip().isidentifier() and value.strip().isdigit()):
            raise DeriveError(f"a size is given as H=3, not {part}")
        sizes[name.strip()] = int(value)
    return sizes


def print_at_sizes(derivation: Derivation, sizes: Mapping[str, int], *, matrix: bool, latex: bool) -> None:
    """Every element at the sizes; or the Jacobian as a matrix."""
    if matrix:
        typer.echo((matrix_latex if latex else matrix_unicode)(toeplitz(derivation, sizes), derivation.index_base))
        return
    everything = written_out(derivation, sizes)
    typer.echo(f"\\begin{{align*}}\n{everything.latex()}\n\\end{{align*}}" if latex else everything.unicode())
