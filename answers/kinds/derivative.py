"""The kind ``derivative``: one derivative with the steps that lead to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Context
from answers.contract.written import Lined, Noted, lines_left
from answers.derivations.claims import Requirement, claim
from answers.derivations.pages import note_blocks
from answers.derivations.steps import shape_of, steps_block, without_shown
from answers.formulas.called import activation_in, slope_in
from answers.latex.sheet import Block, Equation
from answers.readback.printed import in_blocks
from answers.readback.shown import Shown
from derive.derivation import Derivation
from derive.expression.partials import partial_name
from derive.render import shape_latex
from derive.render.derivations import derivation_latex
from derive.steps import Grain


class Derivative(Lined, Noted):
    """A partial of a network (``network`` and ``of``), or the slope of an activation (``slope_of``)."""

    kind: Literal["derivative"]
    network: str | None = Field(None, description="the network's name")
    of: str | None = Field(None, description="the partial, such as dl/dz3")
    slope_of: str | None = Field(None, description="an activation, such as Sigmoid, whose slope is asked")
    within: tuple[str, ...] | None = Field(None, description="the symbols that the answer may use")
    steps: StepsField = Field(None, description="how finely the key tells the derivation")
    lines: int = lines_left(4)

    @model_validator(mode="after")
    def _one_of_two(self) -> Derivative:
        if (self.slope_of is None) == (self.network is None or self.of is None):
            raise ValueError("give either network and of, or slope_of")
        return self

    def asked(self, context: Context) -> tuple[Derivation, ...]:
        return (self._derivation(context, "full"),)

    def answer(self, context: Context) -> Answered:
        grain = context.grain(self.steps)
        derivation = without_shown(self._derivation(context, grain or "full"), context.shown_before(self))
        blocks: list[Block] = []
        if grain is not None:
            blocks.append(steps_block(derivation, result=True))
        else:
            blocks.append(Equation(derivation_latex(derivation), shape_latex(shape_of(derivation)), result=True))
        blocks += note_blocks(derivation)
        shown = (Shown(derivation, in_blocks(blocks)),)
        return Answered((*self.note_blocks(), *blocks), (claim(derivation, self._asked(context), shown=shown),))

    def _asked(self, context: Context) -> Requirement:
        if self.slope_of is not None:
            return Requirement(partial_name(activation_in(self.slope_of, context).call, "z"))
        return Requirement(self.of or "", context.network(self.network or "").forward, self.within)

    def _derivation(self, context: Context, grain: Grain) -> Derivation:
        if self.slope_of is not None:
            return replace(slope_in(activation_in(self.slope_of, context), context), grain=grain)
        return context.network(self.network or "").partial(self.of or "", self.within, grain)
