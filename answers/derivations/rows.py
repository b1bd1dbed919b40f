"""Rows that answers have in common, and which of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answers.latex.sheet import Mark


@dataclass(frozen=True)
class KeyedRow:
    """A row of an answer, to be compared with the row of another answer that has the same key.

    What its ``cells`` say in LaTeX they say ``without_fonts`` in Unicode.
    """

    key: str
    cells: tuple[str, ...]
    without_fonts: tuple[str, ...]


def change_marks(rows: Sequence[KeyedRow], since: Sequence[KeyedRow] | None) -> tuple[Mark, ...]:
    """For each row whether it differs from the one with the same key before; no marks without a before.

    A number where a vector stood, which only the font tells, is no change of a formula.
    """
    if since is None:
        return tuple("" for _ in rows)
    before = {row.key: row.without_fonts for row in since}
    return tuple("same" if before.get(row.key) == row.without_fonts else "changed" for row in rows)
