"""The kind ``layer``: a layer's forward equations, and its whole backward pass with steps and checks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.kinds.derived import claim, merged, shape_of, steps_block
from answers.kinds.item import Answered, Context, Item
from answers.latex.sheet import Block, Equation, Room, Text
from derive.derivation import Derivation, Notation
from derive.layer import Layer, layer
from derive.render import sentence_latex, shape_latex
from derive.render.derivations import derivation_latex
from derive.render.names import ranks_of

Option = int | float | bool | str | tuple[int | str, ...]


class LayerPage(Item):
    """The gradients of a layer with respect to its input and its parameters, in the upstream gradient dy."""

    kind: Literal["layer"]
    layer: str = Field(description="the layer's name, such as Conv2d")
    options: dict[str, Option] = Field(default_factory=dict, description="its hyper-parameters; names stay symbols")
    batch: str | int | None = Field(None, description="the size of a batch; one sample if left out")
    of: tuple[str, ...] = Field((), description="the tensors to differentiate by; all of them if left out")
    steps: bool = Field(True, description="whether the key shows the derivation")
    notation: Notation = Field("matrix", description="matrix, index or cases")

    def blank(self, context: Context) -> tuple[Block, ...]:
        return (Room(8),)

    def answer(self, context: Context) -> Answered:
        alone = self._layer(context)
        forward = alone.forward()
        blocks: list[Block] = [Text("Forward:")]
        blocks += [Equation(derivation_latex(value, "index"), shape_latex(value.shape)) for value in forward]
        blocks += _sizes(alone)
        derivations = merged(alone.vjp(name) for name in (self.of or alone.differentiable))
        blocks.append(Text("Backward, with the upstream gradient of the output given:"))
        for derivation in derivations:
            blocks += self._backward(derivation, context)
        return Answered(tuple(blocks), tuple(claim(d, self.layer) for d in (*forward, *derivations)))

    def _backward(self, derivation: Derivation, context: Context) -> list[Block]:
        blocks: list[Block] = []
        if self.steps and context.steps and len(derivation.steps) > 1:
            blocks.append(steps_block(derivation))
        notation = self.notation if derivation.matrix is not None else "index"
        blocks.append(Equation(derivation_latex(derivation, notation), shape_latex(shape_of(derivation)), result=True))
        ranks = ranks_of(derivation.forward)
        return [*blocks, *(Text(sentence_latex(note, ranks=ranks)) for note in derivation.notes)]

    def _layer(self, context: Context) -> Layer:
        return layer(self.layer, batch=self.batch, layout=context.layout, index_base=context.index_base, **self.options)


def _sizes(alone: Layer) -> list[Block]:
    """The sizes that follow from others, by their formulas."""
    formulas = alone.network.forward.sizes
    return [Equation(rf"{shape_latex((symbol,))} = {shape_latex((formula,))}") for symbol, formula in formulas]
