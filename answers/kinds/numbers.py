"""The kind ``numbers``: values, gradients and steps of an optimiser where all that a network is given is numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Context
from answers.contract.written import Lined, Noted, room
from answers.latex.sheet import Block, Text
from answers.numbers.answer import Numbers, given_blocks, number_blocks, number_claims, settings
from answers.numbers.lines import given_lines
from answers.numbers.model import AtNumbers
from derive.expression.partials import partial_name


class NumbersAnswer(AtNumbers, Lined, Noted):
    """The forward pass, the loss, gradients and updated parameters in numbers, each with its formula."""

    kind: Literal["numbers"]
    given: bool = Field(True, description="whether the question sheet shows the numbers that are given")

    def blank(self, context: Context) -> tuple[Block, ...]:
        if not self.given:
            return room(self.lines)
        plan = self.plan(context)
        base = plan.given.network.index_base
        always = [line for line in given_lines(plan.given) if line.name not in plan.varying]
        blocks: list[Block] = [Text(settings(plan, self.digits))] if plan.rules else []
        blocks += given_blocks(always, self.digits, base)
        for number, sample in enumerate(plan.stages[: len(self.samples)], start=1):
            lines = [line for line in given_lines(plan.given.with_arrays(sample)) if line.name in plan.varying]
            blocks += [Text(f"Sample {number}:"), *given_blocks(lines, self.digits, base)]
        return (*blocks, *room(self.lines))

    def answer(self, context: Context) -> Answered:
        plan = self.plan(context)
        shown = [name if "/" in name else partial_name(plan.given.top, name) for name in self.of]
        numbers = Numbers.of(plan, self.digits, shown if self.of else None)
        return Answered((*self.note_blocks(), *number_blocks(numbers)), number_claims(numbers))
