"""The kind ``sizes``: what each layer of a network computes, how many parameters it has, what of the input it sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import READ_BACK, Method
from answers.contract.texts import PlainText
from answers.contract.written import Noted
from answers.derivations.sizes import NONE, TITLES, Shown, Sizes, verdict
from answers.errors import HomeworkContentError
from answers.latex.escape import escape
from answers.latex.sheet import Block, Column, Equation, Row, Table
from derive.render import shape_latex
from derive.render.names import ranks_of
from derive.render.printing import symbol_latex
from numeric.checks.comparison import Comparison
from numeric.checks.layer_sizes import uncounted

COUNTED = Method("counted", "sizes of layers, with elements of arrays and with places that are counted one by one")


class SizesTable(Noted):
    """A table with the shape after each layer, the number of its parameters, and their total."""

    kind: Literal["sizes"]
    network: str = Field(description="the network's name")
    show: tuple[Shown, ...] = Field(
        ("shape", "parameters"), min_length=1, description="of shape, parameters, connections and receptive_field"
    )
    labels: tuple[PlainText, ...] = Field((), description="names for the layers")

    def blank(self, context: Context) -> tuple[Block, ...]:
        sizes = self._sizes(context)
        empty = ("",) * len(self.show)
        rows = [Row((label, *empty)) for label in self._labels(sizes)]
        return (Table(self._columns(), (*rows, *self._total(empty)), blank=True),)

    def answer(self, context: Context) -> Answered:
        sizes = self._sizes(context)
        cells = [sizes.cells(layer, self.show, in_latex=True) for layer in sizes.layers]
        totals = sizes.totals(self.show, in_latex=True)
        name, shape = sizes.input()
        columns = tuple(_column(what, sizes) for what in self.show)
        source = _set(tuple(shape_latex(shape) if what == "shape" else "" for what in self.show), columns)
        symbol = f"${symbol_latex(name, ranks=ranks_of(sizes.network.forward))}$"
        rows = [Row((symbol, *source))]
        rows += [Row((label, *_set(row, columns))) for label, row in zip(self._labels(sizes), cells, strict=True)]
        table = Table((Column("Layer"), *columns), (*rows, *self._total(_set(totals, columns))))
        definitions = tuple(map(Equation, sizes.definitions(in_latex=True)))
        claims = (self._claim(sizes, [*cells, totals]), *self._rest(sizes))
        return Answered((*self.note_blocks(), table, *definitions), claims)

    def _claim(self, sizes: Sizes, printed: Sequence[tuple[str, ...]]) -> Claim:
        def compared() -> Comparison:
            return verdict(sizes, self.show, printed)

        return Claim("sizes of the layers", "sizes of the layers", (COUNTED, READ_BACK), compared)

    def _rest(self, sizes: Sizes) -> tuple[Claim, ...]:
        """Connections that are not counted are a claim of their own, which is not checked."""
        names = uncounted(sizes.network, batched=sizes.batched) if "connections" in self.show else ()
        if not names:
            return ()
        what = f"connections of {', '.join(names)}"
        reason = "not counted: several weights meet there, or there are too many pairs"
        return (Claim(what, escape(what), (COUNTED,), lambda: Comparison.untried(reason)),)

    def _sizes(self, context: Context) -> Sizes:
        return Sizes.of(context.network(self.network))

    def _labels(self, sizes: Sizes) -> tuple[str, ...]:
        labels = self.labels or tuple(layer.label for layer in sizes.layers)
        if len(labels) != len(sizes.layers):
            raise HomeworkContentError(f"{len(labels)} labels were given, the network has {len(sizes.layers)} layers")
        return tuple(map(escape, labels))

    def _columns(self) -> tuple[Column, ...]:
        return (Column("Layer"), *(Column(TITLES[what], "number") for what in self.show))

    def _total(self, cells: tuple[str, ...]) -> tuple[Row, ...]:
        """The last row, where there is something to add up."""
        return (Row(("Total", *cells)),) if {"parameters", "connections"} & set(self.show) else ()


def _column(what: Shown, sizes: Sizes) -> Column:
    """A column of numbers; of formulas, which are made to fit, where there are letters in it."""
    kind: Literal["formula", "number"] = "formula" if sizes.has_letters(what) else "number"
    return Column(TITLES[what], kind, 2.0 if what == "connections" else 1.0)


def _set(cells: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    """Cells as mathematics in the way that their columns want it."""
    return tuple(_maths(cell, column) for cell, column in zip(cells, columns, strict=True))


def _maths(cell: str, column: Column) -> str:
    if column.kind == "formula":
        return r"\text{--}" if cell == NONE else cell
    return cell if cell in ("", NONE) else f"${cell}$"
