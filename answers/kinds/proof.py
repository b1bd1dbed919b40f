"""The kind ``proof``: a chain of equalities or inequalities, each with its reason, each checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import ALGEBRA, LINE_BEFORE, Method, smooth_for
from answers.contract.model import Strict
from answers.contract.texts import Markdown, MarkdownLine
from answers.contract.written import Lined, Noted
from answers.formulas.chain import RELATIONS, Chain, ProofLine, compare, decided, read_chain
from answers.formulas.setting import About, unknown_in
from answers.latex.markdown import inline_markdown, markdown
from answers.latex.sheet import Equation, Step, Steps, Text
from derive.conventions import IndexBase
from derive.render.written import formula_latex, formula_unicode


class ProofStep(Strict):
    """A line of a proof: how it relates to the line before it, and why."""

    step: str = Field(description="a relation and a formula, such as = sigma(z)*(1 - sigma(z)) or <= log(K)")
    reason: MarkdownLine = Field("", description="a sentence, Markdown")


class Proof(About, Lined, Noted):
    """A chain that leads from the formula ``start`` to the last step."""

    kind: Literal["proof"]
    start: str = Field(description="the formula that the chain starts from, such as sigma'(z)")
    steps: tuple[ProofStep, ...] = Field(min_length=1)
    closing: Markdown = Field("", description="Markdown after the proof")

    def answer(self, context: Context) -> Answered:
        setting = self.setting(context)
        chain = read_chain(setting, self.start, [step.step for step in self.steps])
        self.require_names(setting, [line.formula for line in chain.lines], ())
        base = context.conventions.index_base
        blocks = self.note_blocks()
        blocks += self.definition_blocks(setting, context)
        blocks.append(self._steps(chain, base))
        if chain.relation != "=" and len(chain.lines) > 2:
            blocks += [Text("Together:"), Equation(_chained(chain.summary, base), result=True)]
        blocks += [Text(markdown(self.closing))] if self.closing else []
        return Answered(tuple(blocks), (self._claim(chain, base),))

    def _steps(self, chain: Chain, base: IndexBase) -> Steps:
        left = formula_latex(chain.lines[0].formula, base)
        printed = tuple(
            Step(
                left,
                formula_latex(line.formula, base),
                sentence=inline_markdown(step.reason),
                relation=RELATIONS[line.relation],
            )
            for line, step in zip(chain.lines[1:], self.steps, strict=True)
        )
        return Steps(printed, result=chain.relation == "=" or len(printed) == 1)

    def _claim(self, chain: Chain, base: IndexBase) -> Claim:
        exactly = decided(chain)
        unknown = unknown_in((line.formula.expression for line in chain.lines), chain.setting)
        methods = (LINE_BEFORE, *smooth_for(unknown))
        if len(exactly) == len(chain.lines) - 1:
            methods += (ALGEBRA,)
        elif exactly:
            lines = ", ".join(map(str, exactly))
            methods += (Method(f"by algebra too: line{'s' if len(exactly) > 1 else ''} {lines}", ALGEBRA.meaning),)
        said = chain.summary if chain.relation != "=" else (chain.lines[0], chain.lines[-1])
        plain = " ".join(f"{line.relation} {formula_unicode(line.formula, base)}".strip() for line in said)
        return Claim(plain, f"${_chained(said, base)}$", methods, lambda: compare(chain, self, index_base=base))


def _chained(lines: Sequence[ProofLine], base: IndexBase) -> str:
    """Lines one behind the other, with their relations between them."""
    return " ".join(f"{RELATIONS.get(line.relation, '')}{formula_latex(line.formula, base)}" for line in lines)
