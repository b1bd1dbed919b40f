"""The kind ``mistake``: a formula that students often write in place of the right one; a check shows it to be wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from answers.contract.item import Answered, Claim, Context, Item
from answers.contract.methods import MISTAKEN
from answers.contract.texts import Markdown, Maths
from answers.errors import HomeworkContentError
from answers.kinds.layer import Option
from answers.latex.markdown import markdown
from answers.latex.sheet import Text
from answers.marking import Mark, mark
from derive.derivation import Derivation
from derive.expression import symbols
from derive.layer import layer
from derive.render.derivations import quantity_latex, quantity_unicode
from numeric.checks.comparison import Comparison

FOUND = {
    "right": "the formula is right, so it is no mistake",
    "transposed": "the formula is right in the other layout",
    "loose": "the formula is right if it is read kindly",
}
"""What a formula is that should be wrong and is not."""


class Mistake(Item):
    """A common mistake: what is written, and why it is wrong. Nothing of it is on the question sheet."""

    kind: Literal["mistake"]
    network: str | None = Field(None, description="the network's name")
    layer: str | None = Field(None, description="a layer alone, such as Softmax, in place of a network")
    options: dict[str, Option] = Field(default_factory=dict, description="the layer's hyper-parameters")
    sizes: tuple[str, ...] = Field((), description="names of the layer's input sizes")
    of: str = Field(description="the partial that is mistaken, such as dl/dz3; of a layer, what it differentiates by")
    formula: Maths = Field(description="what is written for it, in LaTeX without dollar signs")
    text: Markdown = Field(description="why it is wrong, and what shows it")
    symbols: dict[str, str | int] = Field(
        default_factory=dict, description="names in the formula that are not the network's, with what they stand for"
    )
    indices: tuple[str, ...] = Field((), description="the letters of a formula for one element")

    @model_validator(mode="after")
    def _one_of_two(self) -> Mistake:
        if (self.network is None) == (self.layer is None):
            raise ValueError("give either network or layer")
        return self

    def answer(self, context: Context) -> Answered:
        derivation = self._derivation(context)
        named = self._named(derivation)
        text = Text(rf"\emph{{Common mistake.}} Writing ${named} = {self.formula}$." + "\n" + markdown(self.text))
        quantity = quantity_unicode(derivation.quantity, derivation.forward)
        methods = (MISTAKEN,)
        said = Claim(
            f"a mistake for {quantity}", f"a mistake for ${named}$", methods, lambda: self._verdict(derivation)
        )
        return Answered((text,), (said,))

    def _named(self, derivation: Derivation) -> str:
        """What the formula is written for: all of it, or an element at the letters of the formula."""
        quantity = derivation.quantity
        if not self.indices:
            return quantity_latex(quantity, derivation.forward)
        if len(self.indices) != len(quantity.indices):
            raise HomeworkContentError(
                f"an element of {quantity.name} has {len(quantity.indices)} indices, not {len(self.indices)}"
            )
        element = replace(quantity, indices=tuple(map(symbols.index, self.indices)))
        return quantity_latex(element, derivation.forward, whole=False)

    def _derivation(self, context: Context) -> Derivation:
        if self.network is not None:
            return context.network(self.network).partial(self.of)
        own = context.own().get(self.layer or "", self.layer or "")
        base = context.index_base
        alone = layer(own, batch=None, layout=context.layout, index_base=base, sizes=self.sizes, **self.options)
        return alone.vjp(self.of)

    def _verdict(self, derivation: Derivation) -> Comparison:
        """It holds where the formula can be read and differs from what is derived."""
        found: Mark = mark(derivation, self.formula, symbols=self.symbols, indices=self.indices)
        if found.outcome == "wrong":
            return Comparison(0.0, 0.0)
        reason = FOUND.get(found.outcome, f"the formula cannot be read: {found.feedback.splitlines()[0]}")
        return Comparison.failed(reason, points=1)
