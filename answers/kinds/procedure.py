"""The kind ``procedure``: numbered steps, each a sentence, code and mathematics."""

from __future__ import annotations

import ast
from typing import Literal

from pydantic import Field, field_validator

from answers.contract.item import Answered, Context, Item
from answers.contract.model import Strict
from answers.contract.texts import Markdown, MarkdownLine, Maths
from answers.evidence import AnyEvidence, collect
from answers.evidence.derivatives import derivative_claims
from answers.latex.code import code_lines
from answers.latex.formula import formula
from answers.latex.markdown import inline_markdown
from answers.latex.sheet import Block, Code, Equation, Room, Text
from answers.readback.prose import quoting


class ProcedureStep(Strict):
    """One step: what is done, in words, in Python and as a formula."""

    text: MarkdownLine = Field(description="a sentence, Markdown")
    code: str = Field("", description="the same in Python")
    maths: Maths = Field("", description="the same as LaTeX maths, without dollars")

    @field_validator("code")
    @classmethod
    def _is_python(cls, value: str) -> str:
        try:
            ast.parse(value)
        except SyntaxError as error:
            raise ValueError(f"line {error.lineno} of the code is no Python: {error.msg}") from error
        return value


class Procedure(Item):
    """Steps of a program, named and described."""

    kind: Literal["procedure"]
    steps: tuple[ProcedureStep, ...]
    closing: Markdown = Field("", description="Markdown after the steps; it may quote evidence")
    evidence: dict[str, AnyEvidence] = Field(default_factory=dict)

    def blank(self, context: Context) -> tuple[Block, ...]:
        return (Room(2 * len(self.steps)),)

    def answer(self, context: Context) -> Answered:
        blocks: list[Block] = []
        for number, step in enumerate(self.steps, start=1):
            blocks.append(Text(rf"\textbf{{{number}.}} {inline_markdown(step.text)}"))
            if step.maths:
                blocks.append(Equation(formula(step.maths)))
            if step.code:
                blocks.append(Code(code_lines(step.code)))
        found = collect(self.evidence, context)
        claims = tuple(claim for evidence in found.values() for claim in evidence.claims)
        if self.closing:
            closing, claims = quoting(self.closing, found, claims)
            blocks.append(closing)
        return Answered(tuple(blocks), (*claims, *derivative_claims(self.closing, found)))
