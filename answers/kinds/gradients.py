"""The kind ``gradients``: the loss differentiated by the parameters, in the symbols allowed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.kinds.derived import Line, claim, marks, merged, shape_of, steps_block
from answers.kinds.item import Answered, Context, Item
from answers.latex.sheet import Block, Column, Row, Table, Text
from derive.derivation import Derivation
from derive.render import shape_latex
from derive.render.derivations import quantity_latex, result_latex
from derive.render.printing import symbol_latex

BLANK = (Column("Parameter"), Column("Gradient", "formula"))
COLUMNS = (Column("Parameter"), Column("Gradient", "formula"), Column("Shape"))


class Gradients(Item):
    """A table with the gradient of each parameter, and the steps that lead to it."""

    kind: Literal["gradients"]
    network: str = Field(description="the network's name")
    of: tuple[str, ...] = Field((), description="the parameters; all of them if left out")
    within: tuple[str, ...] | None = Field(None, description="the symbols that the answers may use")
    steps: bool = Field(True, description="whether the key shows the derivation")

    def blank(self, context: Context) -> tuple[Block, ...]:
        names = self._names(context)
        return (
            Table(BLANK, tuple(Row((f"${symbol_latex(name, ranks={name: 2})}$", "")) for name in names), blank=True),
        )

    def answer(self, context: Context, since: Gradients | None = None) -> Answered:
        derivations = self._derivations(context)
        lines = _lines(derivations)
        before = None if since is None else _lines(since._derivations(context))
        rows = tuple(
            Row((line.key, *line.cells, f"${shape_latex(shape_of(derivation))}$"), mark)
            for line, derivation, mark in zip(lines, derivations, marks(lines, before), strict=True)
        )
        blocks: list[Block] = [Table(COLUMNS, rows)]
        if self.steps and context.steps:
            backwards = merged(reversed(derivations))
            blocks.append(Text("The steps, from the loss backwards:"))
            blocks += [steps_block(derivation) for derivation in backwards if derivation.steps]
        return Answered(tuple(blocks), tuple(claim(derivation) for derivation in derivations))

    def _names(self, context: Context) -> tuple[str, ...]:
        return self.of or context.network(self.network).parameters

    def _derivations(self, context: Context) -> list[Derivation]:
        network = context.network(self.network)
        return [network.gradient(name, self.within) for name in self._names(context)]


def _lines(derivations: list[Derivation]) -> list[Line]:
    return [Line(rf"$\displaystyle {quantity_latex(d.quantity, d.forward)}$", (result_latex(d),)) for d in derivations]
