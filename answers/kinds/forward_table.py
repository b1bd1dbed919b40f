"""The kind ``forward_table``: input and output of every layer, in the symbols allowed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Claim, Context, Item
from answers.contract.texts import PlainText
from answers.derivations.claims import Requirement, claim
from answers.derivations.pages import note_blocks
from answers.derivations.rows import KeyedRow, change_marks
from answers.errors import HomeworkContentError
from answers.latex.escape import escape
from answers.latex.sheet import Block, Column, Row, Table, Text
from answers.readback.printed import Printed, in_one_line, within_ranges
from answers.readback.shown import Shown
from derive.derivation import Derivation
from derive.network import Network, TableRow
from derive.render import shape_latex
from derive.render.derivations import result_lines, result_typeset

ROOM = (21.5, 32.0)
"""Letters of mathematics in the columns of formulas, whose weights are in the same proportion."""

COLUMNS = (Column("Layer"), Column("Input", "formula", 1.0), Column("Output", "formula", 1.49))


class ForwardTable(Item):
    """A table with a row for each layer and the loss."""

    kind: Literal["forward_table"]
    network: str = Field(description="the network's name")
    within: tuple[str, ...] | None = Field(None, description="the symbols that the table may use")
    labels: tuple[PlainText, ...] = Field((), description="names for the rows, such as Linear_1, f, Linear_2, g, Loss")

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
            for line, (_, row), mark in zip(lines, rows, change_marks(lines, before), strict=True)
        )
        notes = tuple(note_blocks(*(value for _, row in rows for value in (row.input, row.output))))
        return Answered(
            (Table(columns, cells), *notes), self._claims(context.network(self.network), rows, cells, notes)
        )

    def _claims(
        self, network: Network, rows: list[tuple[str, TableRow]], printed: tuple[Row, ...], notes: tuple[Text, ...]
    ) -> tuple[Claim, ...]:
        """A claim for each row: its output, and its input with it."""
        claims = []
        for block, (_, row), cells in zip(network.blocks, rows, printed, strict=True):
            output, read = (Requirement(name, network.forward, self.within) for name in (block.value, block.reads))
            _, given, made, shape = cells.cells
            shown = (
                Shown(row.input, within_ranges((Printed(in_one_line(given), "the input", cell=True),), notes)),
                Shown(
                    row.output,
                    within_ranges((Printed(in_one_line(made), "the output", shape.strip("$"), cell=True),), notes),
                ),
            )
            claims.append(claim(row.output, output, (row.input, read), shown=shown))
        return tuple(claims)

    def _rows(self, network: Network) -> list[tuple[str, TableRow]]:
        table = network.forward_table(self.within)
        labels = self.labels or tuple(row.label for row in table)
        if len(labels) != len(table):
            raise HomeworkContentError(f"{len(labels)} labels were given, the table has {len(table)} rows")
        return [(_label(label), row) for label, row in zip(labels, table, strict=True)]


def _label(label: str) -> str:
    """``Linear_1`` with its index below, a single letter as the function that it stands for."""
    word, _, number = label.partition("_")
    if len(word) == 1:
        return f"${word}_{{{number}}}$" if number else f"${word}$"
    return f"{escape(word)}$_{{{escape(number)}}}$" if number else escape(word)


def _lines(rows: list[tuple[str, TableRow]]) -> list[KeyedRow]:
    return [
        KeyedRow(
            label,
            (_cell(row.input, ROOM[0]), _cell(row.output, ROOM[1])),
            tuple(result_typeset(value).unicode for value in (row.input, row.output)),
        )
        for label, row in rows
    ]


def _cell(value: Derivation, room: float) -> str:
    """A formula that fits into its column, on several lines if it must."""
    first, *rest = result_lines(value, room)
    if not rest:
        return first
    lines = [first, *(rf"\quad {{}} {line}" for line in rest)]
    return r"\begin{array}{@{}l@{}} " + r" \\ ".join(lines) + r" \end{array}"
