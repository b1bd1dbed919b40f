"""The kind ``changes``: another part's answer for another network, with what changed marked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.kinds.elements import Elements
from answers.kinds.forward_table import ForwardTable
from answers.kinds.gradients import Gradients
from answers.kinds.item import Answered, Context, Item
from answers.latex.sheet import Block, Text
from derive.errors import NetworkError

Comparable = ForwardTable | Gradients | Elements


class Changes(Item):
    """The same answer again for another network: every line says whether it changed."""

    kind: Literal["changes"]
    part: str = Field(description="the part that was answered before, such as 1.1b")
    what: Literal["forward_table", "gradients", "elements"] = Field(description="which of its answers")
    network: str = Field(description="the network to answer for now")
    labels: tuple[str, ...] = Field((), description="new names for the rows of a forward table")

    def blank(self, context: Context) -> tuple[Block, ...]:
        return self._now(context).blank(context)

    def answer(self, context: Context) -> Answered:
        before, now = self._before(context), self._now(context)
        match now, before:
            case (ForwardTable(), ForwardTable()):
                answered = now.answer(context, before)
            case (Gradients(), Gradients()):
                answered = now.model_copy(update={"steps": False}).answer(context, before)
            case (Elements(), Elements()):
                answered = now.answer(context, before)
            case _:
                raise NetworkError(f"part {self.part} has no {self.what} to compare with")
        return Answered((Text(_summary(answered, self.part)), *answered.blocks), answered.claims)

    def _before(self, context: Context) -> Comparable:
        item = context.item(self.part, self.what)
        if not isinstance(item, ForwardTable | Gradients | Elements):
            raise NetworkError(f"{self.what} of part {self.part} cannot be compared")
        return item

    def _now(self, context: Context) -> Comparable:
        update: dict[str, object] = {"network": self.network}
        if self.labels:
            update["labels"] = self.labels
        return self._before(context).model_copy(update=update)


def _summary(answered: Answered, part: str) -> str:
    """A sentence that counts what changed since the part."""
    marks = [row.mark for block in answered.blocks if block.kind == "table" for row in block.rows]
    marks += [block.mark for block in answered.blocks if block.kind == "equation" and block.mark]
    changed = marks.count("changed")
    if not changed:
        return f"Nothing changes in the equations of part {part}:"
    if changed == len(marks):
        return f"Everything changes since part {part}:"
    lines = "one line changes" if changed == 1 else f"{changed} of {len(marks)} lines change"
    return f"Since part {part}, {lines}; the others stay as they were:"
