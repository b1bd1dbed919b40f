"""The kind ``proof``: a chain of equalities or inequalities, each with its reason, each checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import ALGEBRA, LINE_BEFORE, READ_BACK, Method, smooth_for
from answers.contract.model import Strict
from answers.contract.texts import Markdown, MarkdownLine
from answers.contract.written import Lined, Noted
from answers.formulas.chain import RELATIONS, Chain, ProofLine, compare, decided, read_chain
from answers.formulas.reader import FormulaReader, Written
from answers.formulas.setting import About, unknown_in
from answers.latex.markdown import inline_markdown, markdown
from answers.latex.sheet import Equation, Step, Steps, Text
from answers.readback.printed import in_one_line
from derive.conventions import IndexBase
from derive.render.written import formula_latex, formula_unicode
from numeric.checks.comparison import Comparison


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
        definitions = tuple(self.definition_blocks(setting, context))
        blocks += definitions
        steps = self._steps(chain, base)
        blocks.append(steps)
        printed = list(_written(steps, chain))
        if chain.relation != "=" and len(chain.lines) > 2:
            together = Equation(_chained(chain.summary, base), result=True)
            blocks += [Text("Together:"), together]
            printed.append(_together(together, chain))
        blocks += [Text(markdown(self.closing))] if self.closing else []
        formulas = tuple(line.formula for line in chain.lines)
        reader = FormulaReader(self, setting, formulas, chain.ranges, base)
        again = partial(reader.misread, printed, [one.latex for one in definitions])
        return Answered(tuple(blocks), (self._claim(chain, base, again),))

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

    def _claim(self, chain: Chain, base: IndexBase, misread: Callable[[], Iterator[str]]) -> Claim:
        exactly = decided(chain)
        unknown = unknown_in((line.formula.expression for line in chain.lines), chain.setting)
        methods = (LINE_BEFORE, READ_BACK, *smooth_for(unknown))
        if len(exactly) == len(chain.lines) - 1:
            methods += (ALGEBRA,)
        elif exactly:
            lines = ", ".join(map(str, exactly))
            methods += (Method(f"by algebra too: line{'s' if len(exactly) > 1 else ''} {lines}", ALGEBRA.meaning),)
        said = chain.summary if chain.relation != "=" else (chain.lines[0], chain.lines[-1])
        plain = " ".join(f"{line.relation} {formula_unicode(line.formula, base)}".strip() for line in said)

        def verdict() -> Comparison:
            found = compare(chain, self, index_base=base)
            wrong = list(misread()) if found.ok else []
            return Comparison.failed("; ".join(wrong[:3]), found.tolerance, found.points) if wrong else found

        return Claim(plain, f"${_chained(said, base)}$", methods, verdict)


def _written(steps: Steps, chain: Chain) -> Iterator[Written]:
    """The lines of a chain as they are printed, each with the formula that it starts from."""
    start, left = chain.lines[0], ""
    for number, (step, line) in enumerate(zip(steps.steps, chain.lines[1:], strict=True), start=1):
        left = step.left or left
        text = f"{left} {step.relation} {in_one_line(step.right)}"
        yield Written(text, f"step {number}", (start.formula, line.formula), (line.relation,))


def _together(block: Equation, chain: Chain) -> Written:
    """What a chain says of its ends, as it is printed."""
    relations = tuple(line.relation for line in chain.summary[1:])
    return Written(block.latex, "the summary", tuple(line.formula for line in chain.summary), relations)


def _chained(lines: Sequence[ProofLine], base: IndexBase) -> str:
    """Lines one behind the other, with their relations between them."""
    return " ".join(f"{RELATIONS.get(line.relation, '')}{formula_latex(line.formula, base)}" for line in lines)
