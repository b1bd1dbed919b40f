"""The kind ``formula``: an answer as its author writes it, printed so and compared with what is derived."""

from __future__ import annotations

from typing import Literal

from answers.contract.item import Answered, Context
from answers.contract.methods import AS_WRITTEN
from answers.contract.written import Lined, Noted, lines_left
from answers.derivations.authored import Authored
from answers.derivations.steps import shape_of
from answers.latex.sheet import Equation
from derive.render import shape_latex


class Formula(Authored, Lined, Noted):
    """A formula of the author's own. It must be right in the layout of the homework."""

    kind: Literal["formula"]
    lines: int = lines_left(4)

    def answer(self, context: Context) -> Answered:
        derivation = self.derivation(context)
        shape = "" if self.indices else shape_latex(shape_of(derivation))
        equation = Equation(f"{self.named(derivation)} = {self.formula}", shape, result=True)
        return Answered((*self.note_blocks(), equation), (self.claim(context, "{}", AS_WRITTEN, "right"),))
