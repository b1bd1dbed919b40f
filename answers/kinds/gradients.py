"""The kind ``gradients``: the loss differentiated by the parameters, in the symbols allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Claim, Context, Item
from answers.derivations.claims import Requirement, claim
from answers.derivations.pages import note_blocks
from answers.derivations.rows import KeyedRow, change_marks
from answers.derivations.steps import merged, shape_of, steps_block
from answers.latex.sheet import Block, Column, Row, Table, Text
from answers.readback.printed import Printed, in_blocks, in_one_line, within_ranges
from answers.readback.shown import Shown
from derive.derivation import Derivation
from derive.expression.partials import partial_name
from derive.network import Network
from derive.render import shape_latex
from derive.render.derivations import result_typeset
from derive.render.names import ranks_of
from derive.render.printing import symbol_latex
from derive.steps import Grain

BLANK = (Column("Parameter"), Column("Gradient", "formula"))
COLUMNS = (Column("Parameter"), Column("Gradient", "formula"), Column("Shape"))


class Gradients(Item):
    """A table with the gradient of each parameter, and the steps that lead to it."""

    kind: Literal["gradients"]
    network: str = Field(description="the network's name")
    of: tuple[str, ...] = Field((), description="the parameters; all of them if left out")
    within: tuple[str, ...] | None = Field(None, description="the symbols that the answers may use")
    steps: StepsField = Field(None, description="how finely the key tells the derivation")

    def blank(self, context: Context) -> tuple[Block, ...]:
        rows = tuple(Row((_parameter(name, context.network(self.network)), "")) for name in self._names(context))
        return (Table(BLANK, rows, blank=True),)

    def asked(self, context: Context) -> tuple[Derivation, ...]:
        return tuple(self._derivations(context))

    def answer(self, context: Context, since: Gradients | None = None) -> Answered:
        grain = context.grain(self.steps)
        derivations = self._derivations(context, grain)
        lines = self._lines(context)
        before = None if since is None else since._lines(context)
        rows = tuple(
            Row((line.key, *line.cells, f"${shape_latex(shape_of(derivation))}$"), mark)
            for line, derivation, mark in zip(lines, derivations, change_marks(lines, before), strict=True)
        )
        notes = tuple(note_blocks(*derivations))
        blocks: list[Block] = [Table(COLUMNS, rows), *notes]
        shown = {
            derivation.quantity.name: [Shown(derivation, within_ranges((_printed(row),), notes))]
            for row, derivation in zip(rows, derivations, strict=True)
        }
        if grain is not None:
            backwards = merged(reversed(derivations))
            blocks.append(Text("The steps, from the loss backwards:"))
            for derivation in backwards:
                if derivation.steps:
                    steps = steps_block(derivation)
                    blocks.append(steps)
                    shown[derivation.quantity.name].append(Shown(derivation, in_blocks([steps, *notes])))
        return Answered(tuple(blocks), self._claims(context, derivations, shown))

    def _claims(
        self, context: Context, derivations: list[Derivation], shown: Mapping[str, list[Shown]]
    ) -> tuple[Claim, ...]:
        forward = context.network(self.network).forward
        named = zip(self._names(context), derivations, strict=True)
        return tuple(
            claim(d, Requirement(partial_name("l", name), forward, self.within), shown=shown[d.quantity.name])
            for name, d in named
        )

    def _names(self, context: Context) -> tuple[str, ...]:
        return self.of or context.network(self.network).parameters

    def _lines(self, context: Context) -> list[KeyedRow]:
        network = context.network(self.network)
        named = zip(self._names(context), self._derivations(context), strict=True)
        results = ((_parameter(name, network), result_typeset(derivation)) for name, derivation in named)
        return [KeyedRow(key, (result.latex,), (result.unicode,)) for key, result in results]

    def _derivations(self, context: Context, grain: Grain | None = None) -> list[Derivation]:
        network = context.network(self.network)
        return [network.gradient(name, self.within, grain or "full") for name in self._names(context)]


def _printed(row: Row) -> Printed:
    """A row of the table as it is printed: the gradient and its shape, under the parameter."""
    key, gradient, shape = row.cells
    return Printed(in_one_line(gradient), "the table", shape.strip("$"), cell=True, key=key.strip("$"))


def _parameter(name: str, network: Network) -> str:
    return f"${symbol_latex(name, ranks=ranks_of(network.forward))}$"
