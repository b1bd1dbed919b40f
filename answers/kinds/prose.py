"""The kind ``prose``: an answer in words that quotes its evidence, so that the words are checked too."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Context
from answers.contract.texts import Markdown
from answers.contract.written import Lined
from answers.evidence import AnyEvidence, collect
from answers.evidence.derivatives import derivative_claims
from answers.latex.sheet import Block
from answers.readback.prose import quoting


class Prose(Lined):
    """Markdown in which ``{{name.value}}`` quotes a value of the evidence called ``name``."""

    kind: Literal["prose"]
    text: Markdown
    evidence: dict[str, AnyEvidence] = Field(default_factory=dict)

    def answer(self, context: Context) -> Answered:
        found = collect(self.evidence, context)
        claims = tuple(claim for evidence in found.values() for claim in evidence.claims)
        text, claims = quoting(self.text, found, claims)
        blocks: list[Block] = [text]
        for evidence in found.values():
            blocks += evidence.blocks
        return Answered(tuple(blocks), (*claims, *derivative_claims(self.text, found)))
