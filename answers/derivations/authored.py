"""Formulas that an author writes for what is derived: named, read as a hand-in is, and judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import Field, model_validator

from answers.contract.item import Claim, Context, Item
from answers.contract.methods import Method
from answers.contract.names import Option
from answers.contract.texts import Maths
from answers.errors import HomeworkContentError
from answers.marking import mark
from answers.marking.judging import Outcome
from answers.marking.points import points_of
from derive.derivation import Derivation
from derive.expression import symbols
from derive.layer import layer
from derive.render.derivations import quantity_latex, quantity_unicode
from numeric.checks.comparison import Comparison

OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        "right": "the formula is right",
        "transposed": "the formula is right in the other layout",
        "loose": "the formula is right only if it is read kindly",
        "wrong": "the formula is wrong",
        "unread": "the formula cannot be read",
    }
)
"""What a formula was found to be."""


class Authored(Item):
    """A formula of the author's for a partial of a network or a gradient of a layer alone, read as a hand-in is."""

    network: str | None = Field(None, description="the network's name")
    layer: str | None = Field(None, description="a layer alone, such as Softmax, in place of a network")
    options: dict[str, Option] = Field(default_factory=dict, description="the layer's hyper-parameters")
    sizes: tuple[str, ...] = Field((), description="names of the layer's input sizes")
    of: str = Field(description="the partial, such as dl/dz3; of a layer, what it differentiates by")
    formula: Maths = Field(description="what is written for it, in LaTeX without dollar signs")
    symbols: dict[str, str | int] = Field(
        default_factory=dict, description="names in the formula that are not the network's, with what they stand for"
    )
    indices: tuple[str, ...] = Field((), description="the letters of a formula for one element")

    @model_validator(mode="after")
    def _one_of_two(self) -> Authored:
        if (self.network is None) == (self.layer is None):
            raise ValueError("give either network or layer")
        return self

    def named(self, derivation: Derivation) -> str:
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

    def derivation(self, context: Context) -> Derivation:
        """What the formula is compared with, in the layout of the homework."""
        if self.network is not None:
            return context.network(self.network).partial(self.of)
        own = context.own().get(self.layer or "", self.layer or "")
        options: dict[str, Any] = dict(self.options)
        alone = layer(own, batch=None, conventions=context.conventions, sizes=self.sizes, **options)
        return alone.vjp(self.of)

    def claim(self, context: Context, what: str, method: Method, expected: Outcome) -> Claim:
        """That the formula is what it is said to be; ``what`` has a place for the name of the quantity.

        Partials that it uses are laid out as in the homework.
        """
        derivation = self.derivation(context)

        def verdict() -> Comparison:
            layout, points = derivation.layout, len(points_of(derivation.forward))
            found = mark(derivation, self.formula, symbols=self.symbols, indices=self.indices, layout=layout)
            if found.outcome == expected:
                return Comparison(0.0, 0.0, points)
            said = OUTCOMES[found.outcome]
            why = f": {found.feedback.splitlines()[0]}" if found.outcome in ("wrong", "unread") else ""
            return Comparison.failed(f"{said}{why}", points=points)

        quantity = quantity_unicode(derivation.quantity, derivation.forward)
        latex = f"${quantity_latex(derivation.quantity, derivation.forward)}$"
        return Claim(what.format(quantity), what.format(latex), (method,), verdict, model=derivation.forward)
