"""The kind ``table``: a table of the author's, in which the question sheet leaves cells to fill in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from answers.contract.item import Answered, Claim, Context
from answers.contract.texts import MarkdownLine
from answers.contract.written import Noted
from answers.evidence import AnyEvidence, collect
from answers.evidence.derivatives import derivative_claims
from answers.latex.markdown import inline_markdown
from answers.latex.sheet import Block, Column, Row, Table
from answers.readback.prose import quoting


def _as_text(cell: Any) -> Any:
    """A number of a cell as mathematics, in which a minus is one."""
    return f"${cell}$" if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


Cell = Annotated[MarkdownLine, BeforeValidator(_as_text)]
"""A cell: Markdown on one line, or a number."""


class TableToFill(Noted):
    """A table, whose cells may quote evidence; those of the ``given`` columns stand on the question sheet too."""

    kind: Literal["table"]
    columns: tuple[MarkdownLine, ...] = Field(min_length=1, description="the titles of the columns")
    rows: tuple[tuple[Cell, ...], ...] = Field(min_length=1, description="the cells of each row")
    given: tuple[int, ...] = Field(
        (1,), description="the columns that the question sheet shows, counted from 1; the first if left out"
    )
    evidence: dict[str, AnyEvidence] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> TableToFill:
        count = len(self.columns)
        for number, row in enumerate(self.rows, start=1):
            if len(row) != count:
                raise ValueError(f"row {number} has {len(row)} cells, the table has {count} columns")
        wrong = next((place for place in self.given if not 1 <= place <= count), None)
        if wrong is not None:
            raise ValueError(f"given: there is no column {wrong}; columns count from 1 to {count}")
        return self

    def blank(self, context: Context) -> tuple[Block, ...]:
        found = collect(self.evidence, context)
        rows = tuple(
            Row(
                tuple(
                    quoting(cell, found, (), inline_markdown)[0].latex if place in self.given else ""
                    for place, cell in enumerate(row, start=1)
                )
            )
            for row in self.rows
        )
        return (Table(self._columns, rows, blank=True),)

    def answer(self, context: Context) -> Answered:
        found = collect(self.evidence, context)
        claims: tuple[Claim, ...] = tuple(claim for evidence in found.values() for claim in evidence.claims)
        rows = []
        for row in self.rows:
            cells = []
            for cell in row:
                text, claims = quoting(cell, found, claims, inline_markdown)
                cells.append(text.latex)
                claims += tuple(derivative_claims(cell, found))
            rows.append(Row(tuple(cells)))
        shown = [block for evidence in found.values() for block in evidence.blocks]
        return Answered((*self.note_blocks(), Table(self._columns, tuple(rows)), *shown), claims)

    @property
    def _columns(self) -> tuple[Column, ...]:
        """The first one is as wide as it needs to be, the others share what is left."""
        first, *others = map(inline_markdown, self.columns)
        return (Column(first), *(Column(title, "text") for title in others))
