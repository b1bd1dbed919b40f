"""The kinds ``choice`` and ``true_false``: boxes to tick, which of them are right, and the reason, computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from answers.contract.evidence import Found
from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import AS_WRITTEN, LINE_BEFORE, MISTAKEN, READ_BACK
from answers.contract.model import Strict
from answers.contract.names import Option as Argument
from answers.contract.texts import Markdown, MarkdownLine, Maths
from answers.contract.written import Noted
from answers.derivations.authored import Authored
from answers.errors import HomeworkContentError
from answers.evidence import AnyEvidence, collect
from answers.formulas.setting import About
from answers.formulas.statement import Statement, read_statement
from answers.latex.markdown import inline_markdown
from answers.latex.numbers import scientific
from answers.latex.sheet import Block, Choice, Choices
from answers.marking import mark
from answers.marking.mark import Mark
from answers.readback.prose import quoting
from derive.derivation import Derivation
from derive.render.derivations import quantity_unicode
from derive.render.names import ranks_of
from derive.render.printing import symbol_latex
from numeric.checks.comparison import Comparison

TIMES = r" \times "
MOST_NUMBERS = 12
"""So many numbers of a counterexample are printed."""


class Offer(Strict):
    """An answer to tick: a text, a formula for what is asked, or a statement that is computed."""

    text: MarkdownLine = Field("", description="words; of a formula or a statement, what is printed in its place")
    formula: Maths = Field("", description="LaTeX for the partial that is asked for, compared with what is derived")
    statement: str = Field("", description="two formulas with a relation, such as sigma'(z) <= 1/4, computed")
    right: bool = Field(False, description="whether it is to be ticked, or true")
    because: Markdown = Field("", description="Markdown for the key, which may quote evidence")

    @model_validator(mode="after")
    def _something_is_said(self) -> Offer:
        if not (self.text or self.formula or self.statement):
            raise ValueError("an option has a text, a formula or a statement")
        if self.formula and self.statement:
            raise ValueError("an option has either a formula or a statement")
        return self


class Boxes(About, Noted):
    """What both kinds share: options, what their formulas are of, and how a reason is found."""

    network: str | None = Field(None, description="the network whose partial the formulas are for")
    layer: str | None = Field(None, description="a layer alone in place of a network")
    options: dict[str, Argument] = Field(default_factory=dict, description="the layer's hyper-parameters")
    sizes: tuple[str, ...] = Field((), description="names of the layer's input sizes")
    of: str | None = Field(None, description="the partial that the formulas are for, such as dl/dz3")
    evidence: dict[str, AnyEvidence] = Field(default_factory=dict, description="what reasons quote")

    def offers(self) -> tuple[Offer, ...]:
        """What there is to tick."""
        raise TypeError(f"{type(self).__name__} does not say what it offers")

    def judged(self) -> Literal["ticked", "true"]:
        """What is said of an option that is right."""
        raise TypeError(f"{type(self).__name__} does not say what its boxes mean")

    def answer(self, context: Context) -> Answered:
        found = collect(self.evidence, context)
        claims = [claim for evidence in found.values() for claim in evidence.claims]
        choices: list[Choice] = []
        for offer in self.offers():
            choice, own = self._answered(offer, found, context)
            choices.append(choice)
            claims += own
        blocks: list[Block] = [*self.note_blocks(), self._block(tuple(choices))]
        for evidence in found.values():
            blocks += evidence.blocks
        return Answered(tuple(blocks), tuple(claims))

    def blank(self, context: Context) -> tuple[Block, ...]:
        return (self._block(tuple(Choice(self._printed(offer, context)) for offer in self.offers())),)

    def _block(self, choices: tuple[Choice, ...]) -> Choices:
        return Choices(choices, true_false=self.judged() == "true")

    def _answered(self, offer: Offer, found: dict[str, Found], context: Context) -> tuple[Choice, list[Claim]]:
        """An option with its box and its reason, and the claim that the box is right."""
        reasons: list[str] = []
        claims: list[Claim] = []
        if offer.formula:
            marked = self._marked(offer, context)
            reasons += self._why(offer, marked, context)
            claims.append(self._formula_claim(offer, marked, context))
        elif offer.statement:
            statement = self._statement(offer, context)
            reasons += [statement.reason()]
            claims.append(self._statement_claim(offer, statement))
        if offer.because:
            text, claims_of_text = quoting(offer.because, found, ())
            reasons.append(text.latex)
            claims += claims_of_text
        return Choice(self._printed(offer, context), offer.right, " ".join(reasons)), claims

    def _printed(self, offer: Offer, context: Context) -> str:
        if offer.text:
            return inline_markdown(offer.text)
        if offer.formula:
            return f"$\\displaystyle {offer.formula}$"
        return f"$\\displaystyle {self._statement(offer, context).latex}$"

    def _statement(self, offer: Offer, context: Context) -> Statement:
        return read_statement(self, offer.statement, context)

    def _authored(self, offer: Offer) -> Authored:
        if self.of is None:
            raise HomeworkContentError(f"the formula {offer.formula} is for nothing: say of which partial, of: dl/dz1")
        values: dict[str, Any] = {
            "kind": "choice", "network": self.network, "layer": self.layer, "options": self.options,
            "sizes": self.sizes, "of": self.of, "formula": offer.formula,
        }  # fmt: skip
        return Authored.model_validate(values)

    def _derived(self, offer: Offer, context: Context) -> Derivation:
        return self._authored(offer).derivation(context)

    def _marked(self, offer: Offer, context: Context) -> Mark:
        derivation = self._derived(offer, context)
        found = mark(derivation, offer.formula, layout=derivation.layout)
        if found.outcome == "unread":
            raise HomeworkContentError(f"the formula {offer.formula}: {found.feedback.splitlines()[0]}")
        return found

    def _why(self, offer: Offer, marked: Mark, context: Context) -> Iterator[str]:
        """Why a formula is not what is derived, by the smallest numbers at which it differs."""
        if marked.outcome == "right":
            yield "It is what is derived."
        elif marked.outcome == "transposed":
            yield "It is the transpose of what is derived."
        elif marked.counterexample is not None:
            yield _numbers(self._derived(offer, context), marked)

    def _formula_claim(self, offer: Offer, marked: Mark, context: Context) -> Claim:
        derivation = self._derived(offer, context)

        def verdict() -> Comparison:
            outcome = mark(derivation, offer.formula, layout=derivation.layout).outcome
            if (outcome == "right") == offer.right:
                return Comparison(0.0, 0.0, 1)
            said = "right" if offer.right else "wrong"
            return Comparison.failed(f"the option {offer.formula} is said to be {said}, and is found {outcome}")

        name = quantity_unicode(derivation.quantity, derivation.forward)
        method = AS_WRITTEN if offer.right else MISTAKEN
        return Claim(f"option for {name}", f"${offer.formula}$", (method,), verdict, model=derivation.forward)

    def _statement_claim(self, offer: Offer, statement: Statement) -> Claim:
        def verdict() -> Comparison:
            holds = statement.compared(seed=1)
            if holds.ok == offer.right:
                wrong = list(statement.misread())
                return Comparison.failed("; ".join(wrong)) if wrong else Comparison(0.0, 0.0, holds.points)
            said = "true" if offer.right else "false"
            found = holds.note if not holds.ok else "it holds at every point that was tried"
            return Comparison.failed(f"{statement.unicode} is said to be {said}: {found}", points=holds.points)

        return Claim(statement.unicode, f"${statement.latex}$", (LINE_BEFORE, READ_BACK), verdict)


class ChoiceItem(Boxes):
    """Several answers, of which those that are right are ticked in the key."""

    kind: Literal["choice"]
    choices: tuple[Offer, ...] = Field(min_length=2, description="the answers to choose from")

    def offers(self) -> tuple[Offer, ...]:
        return self.choices

    def judged(self) -> Literal["ticked", "true"]:
        return "ticked"


class TrueFalse(Boxes):
    """Statements, each with a box for true and one for false."""

    kind: Literal["true_false"]
    statements: tuple[Offer, ...] = Field(min_length=1, description="the statements, each right or not")

    def offers(self) -> tuple[Offer, ...]:
        return self.statements

    def judged(self) -> Literal["ticked", "true"]:
        return "true"


def _numbers(derivation: Derivation, marked: Mark) -> str:
    """The counterexample in words."""
    found = marked.counterexample
    if found is None:
        return ""
    if found.place is None or found.right is None or found.written is None:
        return f"Its shape is {_shape(found.written_shape)}, not {_shape(found.right_shape)}."
    ranks = ranks_of(derivation.forward)
    given = [f"{symbol_latex(name, ranks=ranks)} = {_value(value)}" for name, value in found.values]
    count = sum(_count(value) for _, value in found.values)
    at = f"At ${', '.join(given)}$" if count <= MOST_NUMBERS else "At a point of small whole numbers"
    said = f"its element ${', '.join(map(str, found.place))}$" if found.place else "it"
    return f"{at} {said} is ${_plain(found.written)}$; right is ${_plain(found.right)}$."


def _count(value: Any) -> int:
    return sum(map(_count, value)) if isinstance(value, tuple) else 1


def _value(value: Any) -> str:
    return rf"({', '.join(map(_value, value))})" if isinstance(value, tuple) else _plain(value)


def _plain(value: float) -> str:
    return f"{value:g}" if value == int(value) else scientific(value, 4)


def _shape(shape: tuple[int, ...]) -> str:
    return f"${TIMES.join(map(str, shape))}$" if shape else "a number"
