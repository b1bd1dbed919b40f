"""The kind ``changes``: another part's answer for another network, with what changed marked."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Claim, Context, Item
from answers.contract.texts import PlainText
from answers.errors import HomeworkContentError
from answers.kinds.elements import Elements
from answers.kinds.forward_table import ForwardTable
from answers.kinds.gradients import Gradients
from answers.latex.escape import escape
from answers.latex.sheet import Block, Equation, Table, Text
from derive.derivation import Derivation
from numeric.checks.comparison import Comparison

Comparable = ForwardTable | Gradients | Elements


class Changes(Item):
    """The same answer again for another network: every line says whether it changed."""

    kind: Literal["changes"]
    part: str = Field(description="the part that was answered before, such as 1.1b")
    what: Literal["forward_table", "gradients", "elements"] = Field(description="which of its answers")
    network: str = Field(description="the network to answer for now")
    since: str | None = Field(None, description="the network to compare with; that of the part if left out")
    labels: tuple[PlainText, ...] = Field((), description="new names for the rows of a forward table")

    def blank(self, context: Context) -> tuple[Block, ...]:
        return self._item(context, self.network).blank(context)

    def asked(self, context: Context) -> tuple[Derivation, ...]:
        return self._item(context, self.network).asked(context)

    def answer(self, context: Context) -> Answered:
        before, now = self._item(context, self.since), self._item(context, self.network)
        match now, before:
            case (ForwardTable(), ForwardTable()):
                answered = now.answer(context, before)
            case (Gradients(), Gradients()):
                answered = now.model_copy(update={"steps": "result"}).answer(context, before)
            case (Elements(), Elements()):
                answered = now.answer(context, before)
            case _:
                raise HomeworkContentError(f"part {self.part} has no {self.what} to compare with")
        summary, changed = _summary(answered, self.part, self._reference(context))
        return Answered((Text(summary), *(answered.blocks if changed else ())), self._claims(context, answered))

    def _claims(self, context: Context, answered: Answered) -> tuple[Claim, ...]:
        """The answer's claims; those that are of any other network than the one asked for fail."""
        forward = context.network(self.network).forward
        wrong = Comparison.failed(f"the answer is not of the network {self.network}")
        return tuple(
            entry if entry.model in (None, forward) else replace(entry, check=lambda: wrong)
            for entry in answered.claims
        )

    def _reference(self, context: Context) -> str:
        """Since when lines have changed, in words."""
        part = self.part if self.since is None else context.first_about(self.since)
        return f"the network {escape(self.since or '')}" if part is None else f"part {escape(part)}"

    def _item(self, context: Context, network: str | None) -> Comparable:
        """The part's item, for the network if one is given."""
        item = context.item(self.part, self.what)
        if not isinstance(item, ForwardTable | Gradients | Elements):
            raise HomeworkContentError(f"{self.what} of part {self.part} cannot be compared")
        update: dict[str, object] = {} if network is None else {"network": network}
        if self.labels and isinstance(item, ForwardTable):
            update["labels"] = self.labels
        return item.model_copy(update=update)


def _summary(answered: Answered, part: str, reference: str) -> tuple[str, int]:
    """A sentence that counts what changed in the part's answer since the reference, and how much it is.

    Where it is another part's network that the answer is compared with, the sentence says of which part the answer is.
    """
    marks = [row.mark for block in answered.blocks if isinstance(block, Table) for row in block.rows]
    marks += [block.mark for block in answered.blocks if isinstance(block, Equation) and block.mark]
    changed = marks.count("changed")
    own = f"part {escape(part)}"
    where = "" if reference == own else f" in the answer of {own}"
    if not changed:
        hold = "" if where else ": its equations hold as they stand there"
        return f"Nothing changes{where} since {reference}{hold}.", changed
    if changed == len(marks):
        return f"Everything changes{where} since {reference}:", changed
    lines = "one line changes" if changed == 1 else f"{changed} of {len(marks)} lines change"
    return f"Since {reference}, {lines}{where}; the others stay as they were:", changed
