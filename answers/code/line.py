"""Lines of a file that follow from derivations."""

from __future__ import annotations

from dataclasses import dataclass

from derive.derivation import Derivation
from numeric.source import Names, SourceError, matrix_source


@dataclass(frozen=True)
class Line:
    """An assignment, and the equation in index form that it computes."""

    target: str
    source: str
    comment: str


def source_of(derivation: Derivation, library: str, names: Names) -> str:
    """The matrix form of a derivation as source.

    Raises:
        SourceError: it has none.
    """
    if derivation.matrix is None:
        raise SourceError(f"{derivation.quantity.name} has no matrix form to write as source")
    return matrix_source(derivation.matrix, library, names)
