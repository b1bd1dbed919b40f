"""The kind ``elements``: Jacobians element by element as cases, as a matrix, and at the kink."""

from __future__ import annotations

from typing import Literal

import numpy
from pydantic import Field
from sympy import Expr

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import AT_THE_KINK
from answers.contract.written import Noted, room
from answers.derivations.claims import Requirement, claim
from answers.derivations.pages import note_blocks
from answers.derivations.rows import KeyedRow, change_marks
from answers.derivations.steps import shape_of, steps_block
from answers.latex.sheet import Block, Column, Equation, Mark, Row, Table, Text
from answers.readback.printed import in_blocks
from answers.readback.shown import Shown
from derive.calculus.kinks import kink_sentences, kink_values
from derive.derivation import Derivation
from derive.render import sentence_latex, shape_latex
from derive.render.derivations import equation_typeset, quantity_latex, quantity_unicode
from derive.render.names import ranks_of
from derive.steps import Grain, Notation
from numeric import evaluate
from numeric.checks.comparison import Comparison
from numeric.expression.forward import forward
from numeric.sampling.points import sample

FORMS: tuple[Notation, ...] = ("matrix", "cases")
BLANK = (Column("Derivative"), Column("Elements", "formula"))


class Elements(Noted):
    """Each partial derivative by its elements, its matrix and its shape."""

    kind: Literal["elements"]
    network: str = Field(description="the network's name")
    of: tuple[str, ...] = Field(description="the partials, such as dz2/dz1")
    within: tuple[str, ...] | None = Field(None, description="the symbols that the answers may use")
    steps: StepsField = Field(None, description="how finely the key tells the derivation; its cause if left out")
    lines: int | None = Field(None, ge=0, description="how many lines the question sheet leaves; a table if left out")

    def blank(self, context: Context) -> tuple[Block, ...]:
        if self.lines is not None:
            return room(self.lines)
        named = (quantity_latex(d.quantity, d.forward) for d in self._derivations(context))
        return (Table(BLANK, tuple(Row((rf"$\displaystyle {name}$", "")) for name in named), blank=True),)

    def asked(self, context: Context) -> tuple[Derivation, ...]:
        return tuple(self._derivations(context))

    def answer(self, context: Context, since: Elements | None = None) -> Answered:
        grain = context.grain(self.steps)
        derivations = self._derivations(context, grain)
        lines = _lines(derivations)
        before = None if since is None else _lines(since._derivations(context))
        blocks = self.note_blocks() if since is None else []
        shown: list[Shown] = []
        for derivation, line, mark in zip(derivations, lines, change_marks(lines, before), strict=True):
            own = self._blocks(derivation, line, mark, grain)
            shown.append(Shown(derivation, in_blocks(own)))
            blocks += own
        model = context.network(self.network).forward
        claims = [
            claim(one.derivation, Requirement(name, model, self.within), shown=(one,))
            for name, one in zip(self.of, shown, strict=True)
        ]
        claims += [kink for derivation in derivations for kink in _kink_claims(derivation)]
        return Answered(tuple(blocks), tuple(claims))

    def _blocks(self, derivation: Derivation, line: KeyedRow, mark: Mark, grain: Grain | None) -> list[Block]:
        """A partial with its cause, as a matrix, by its elements and at kinks; its steps where they are asked for.

        One that is as it was before was told there, and is only stated again.
        """
        whole = Equation(line.cells[0], shape_latex(shape_of(derivation)), mark)
        if mark == "same":
            return [whole]
        ranks = ranks_of(derivation.forward)
        blocks: list[Block] = []
        # The cause of a line on the way, of a chain, is no cause of the whole.
        if grain == "lecture" and derivation.steps and derivation.steps[0].quantity == derivation.quantity:
            cause = derivation.steps[0].sentence
            blocks.append(Text(sentence_latex(cause, ranks=ranks, index_base=derivation.index_base)))
        blocks.append(whole)
        if line.cells[1] != line.cells[0]:
            blocks.append(Equation(line.cells[1]))
        blocks += [Text(sentence_latex(sentence, ranks=ranks)) for sentence in kink_sentences(derivation)]
        if self.steps is not None and grain is not None and len(derivation.steps) > 1:
            blocks.append(steps_block(derivation))
        blocks += note_blocks(derivation)
        return blocks

    def _derivations(self, context: Context, grain: Grain | None = None) -> list[Derivation]:
        network = context.network(self.network)
        return [network.partial(name, self.within, grain or "full") for name in self.of]


def _lines(derivations: list[Derivation]) -> list[KeyedRow]:
    equations = ((d.quantity.name, [equation_typeset(d, form) for form in FORMS]) for d in derivations)
    return [KeyedRow(name, tuple(e.latex for e in both), tuple(e.unicode for e in both)) for name, both in equations]


def _kink_claims(derivation: Derivation) -> tuple[Claim, ...]:
    """A claim for each value at a kink that the answer states: that the result takes it there."""
    return tuple(
        _kink_claim(derivation, name, limit, value) for name, limit, value in kink_values(derivation) if value.is_number
    )


def _kink_claim(derivation: Derivation, name: str, limit: Expr, value: Expr) -> Claim:
    def verdict() -> Comparison:
        arrays = sample(derivation.forward, 0)
        shape = forward(derivation.forward, arrays)[name].shape
        at_kink = evaluate(derivation, arrays | {name: numpy.full(shape, float(limit))})
        values = numpy.diagonal(at_kink) if at_kink.ndim == 2 else at_kink
        error = float(numpy.abs(values - float(value)).max())
        return Comparison(error, 0.0, 1, "" if error == 0 else f"{value} is said, {values.flat[0]:g} is found")

    unicode_name = quantity_unicode(derivation.quantity, derivation.forward)
    latex = quantity_latex(derivation.quantity, derivation.forward)
    return Claim(f"{unicode_name} at the kink", f"${latex}$ at the kink", (AT_THE_KINK,), verdict)
