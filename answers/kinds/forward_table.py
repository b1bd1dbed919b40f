"""The kind ``forward_table``: input and output of every layer, in the symbols allowed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.kinds.derived import Line, claim, marks
from answers.kinds.item import Answered, Context, Item
from answers.latex.escape import escape
from answers.latex.sheet import Block, Column, Row, Table
from derive.network import Network, TableRow
from derive.render import shape_latex
from derive.render.derivations import result_latex

COLUMNS = (Column("Layer"), Column("Input", "formula", 1.0), Column("Output", "formula", 1.25))


class ForwardTable(Item):
    """A table with a row for each layer and the loss."""

    kind: Literal["forward_table"]
    network: str = Field(description="the network's name")
    within: tuple[str, ...] | None = Field(None, description="the symbols that the table may use")
    labels: tuple[str, ...] = Field((), description="names for the rows, such as Linear_1, f, Linear_2, g, Loss")

    def blank(self, context: Context) -> tuple[Block, ...]:
        rows = self._rows(context.network(self.network))
        return (Table(COLUMNS, tuple(Row((label, "", "")) for label, _ in rows), blank=True),)

    def answer(self, context: Context, since: ForwardTable | None = None) -> Answered:
        rows = self._rows(context.network(self.network))
        lines = _lines(rows)
        before = None if since is None else _lines(since._rows(context.network(since.network)))
        columns = (*COLUMNS, Column("Shape"))
        cells = tuple(
            Row((line.key, *line.cells, f"${shape_latex(row.output.shape)}$"), mark)
            for line, (_, row), mark in zip(lines, rows, marks(lines, before), strict=True)
        )
        return Answered((Table(columns, cells),), tuple(claim(row.output) for _, row in rows))

    def _rows(self, network: Network) -> list[tuple[str, TableRow]]:
        table = network.forward_table(self.within)
        labels = [f"${label}$" if "_" in label or len(label) == 1 else escape(label) for label in self.labels]
        shown = labels or [escape(row.label) for row in table]
        return list(zip(shown, table, strict=True))


def _lines(rows: list[tuple[str, TableRow]]) -> list[Line]:
    return [Line(label, (result_latex(row.input), result_latex(row.output))) for label, row in rows]
