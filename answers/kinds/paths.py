"""The kind ``paths``: partials of scalar equations as sums over the paths of their graph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Context
from answers.contract.written import Noted, room
from answers.derivations.claims import Requirement, claim
from answers.kinds.scalar import Scalar
from answers.latex.sheet import Block, Column, Equation, Row, Step, Steps, Table, Text
from answers.readback.printed import in_blocks, with_primes
from answers.readback.shown import Shown
from derive.graph import PathSum
from derive.graph.rendering import left_side, path_lines, slope_notes
from derive.render import sentence_latex
from derive.steps import Grain


class Paths(Scalar, Noted):
    """For each partial the chain along its paths, then the factors in its place; 0 where no path runs."""

    kind: Literal["paths"]
    of: tuple[str, ...] = Field(description="the partials, such as dw/dx")
    grain: str | tuple[str, ...] = Field(
        "functions", description="functions, primitives, or names of functions that are left whole"
    )
    given: tuple[str, ...] = Field(
        (), description="partials that stay symbols, such as dL/dh3 of a loss that the equations do not define"
    )
    steps: StepsField = Field(None, description="whether the key shows a sentence for each step")
    lines: int | None = Field(None, ge=0, description="how many lines the question sheet leaves; a table if left out")

    def blank(self, context: Context) -> tuple[Block, ...]:
        if self.lines is not None:
            return room(self.lines)
        rows = tuple(Row((rf"$\displaystyle {left_side(partial)}$", "")) for partial in self._partials())
        return (Table((Column("Derivative"), Column("By the chain rule", "formula")), rows, blank=True),)

    def answer(self, context: Context) -> Answered:
        partials = self._partials()
        blocks = self.note_blocks()
        meanings = ", ".join(f"${short} = {whole}$" for short, whole in slope_notes(partials))
        shown: list[tuple[Shown, ...]] = []
        for partial in partials:
            grain = context.grain(self.steps)
            own = [_equation(partial)] if grain is None else _steps(partial, grain)
            shown.append((Shown(partial.derivation, tuple(with_primes(in_blocks(own), meanings))),))
            blocks += own
        if meanings:
            blocks.append(Text(f"A prime is the slope of a function, at what the function is applied to: {meanings}."))
        claims = (
            claim(partial.derivation, Requirement(partial.name, partial.derivation.forward), shown=own)
            for partial, own in zip(partials, shown, strict=True)
        )
        return Answered(tuple(blocks), tuple(claims))

    def _partials(self) -> list[PathSum]:
        graph = self.graph()
        return [graph.partial(name, self.given) for name in self.of]


def _steps(partial: PathSum, grain: Grain) -> list[Block]:
    """The lines with their sentences, in full with the names of the rules as well."""
    left = left_side(partial)
    lines = [
        Step(left, line.right, line.rule if grain == "full" else "", sentence_latex(line.sentence))
        for line in path_lines(partial)
    ]
    return [Steps(tuple(lines))]


def _equation(partial: PathSum) -> Equation:
    """The chain, then what it comes to: on one line, or line by line for several paths."""
    left = left_side(partial)
    rights = list(dict.fromkeys(line.right for line in path_lines(partial)))
    if len(partial.paths) < 2 or len(rights) == 1:
        return Equation(" = ".join((left, *rights)), result=True)
    lines = r" \\[4pt] ".join(f"&= {right}" for right in rights)
    return Equation(rf"\begin{{aligned}} {left} {lines} \end{{aligned}}", result=True)
