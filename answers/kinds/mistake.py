"""The kind ``mistake``: a formula that students often write in place of the right one; a check shows it to be wrong."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.item import Answered, Context
from answers.contract.methods import MISTAKEN
from answers.contract.texts import Markdown
from answers.derivations.authored import Authored
from answers.latex.markdown import markdown
from answers.latex.sheet import Text


class Mistake(Authored):
    """A common mistake: what is written, and why it is wrong. Nothing of it is on the question sheet."""

    kind: Literal["mistake"]
    text: Markdown = Field(description="why it is wrong, and what shows it")

    def answer(self, context: Context) -> Answered:
        named = self.named(self.derivation(context))
        text = Text(rf"\emph{{Common mistake.}} Writing ${named} = {self.formula}$." + "\n" + markdown(self.text))
        return Answered((text,), (self.claim(context, "a mistake for {}", MISTAKEN, "wrong"),))
