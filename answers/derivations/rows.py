"""Rows that answers have in common, and which of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answers.latex.sheet import Mark


@dataclass(frozen=True)
class KeyedRow:
    """A row of an answer, to be compared with the row of another answer that has the same key."""

    key: str
    cells: tuple[str, ...]


def change_marks(rows: Sequence[KeyedRow], since: Sequence[KeyedRow] | None) -> tuple[Mark, ...]:
    """For each row whether it differs from the one with the same key before; no marks without a before."""
    if since is None:
        return tuple("" for _ in rows)
    before = {row.key: row.cells for row in since}
    return tuple("same" if before.get(row.key) == row.cells else "changed" for row in rows)
