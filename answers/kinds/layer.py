"""The kind ``layer``: a layer's forward equations, and its whole backward pass with steps and checks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sympy import Indexed

from answers.kinds.derived import merged
from answers.kinds.item import Answered, Context, Item
from answers.kinds.pages import forward_blocks, gradient_blocks, is_long, page_claim
from answers.latex.sheet import Block, Heading, Room, Text
from derive.derivation import Derivation
from derive.layer import Layer, layer, upstream_name
from derive.render import sentence_latex
from derive.render.names import ranks_of
from derive.symbols import name_of

Option = int | float | bool | str | tuple[int | str, ...]


class LayerPage(Item):
    """The gradients of a layer with respect to its input and its parameters, in the upstream gradient dy."""

    kind: Literal["layer"]
    layer: str = Field(description="the layer's name, such as Conv2d")
    options: dict[str, Option] = Field(default_factory=dict, description="its hyper-parameters; names stay symbols")
    batch: str | int | None = Field(None, description="the size of a batch; one sample if left out")
    of: tuple[str, ...] = Field((), description="the tensors to differentiate by; all of them if left out")
    steps: bool = Field(True, description="whether the key shows the derivation")
    chained: bool = Field(False, description="whether each gradient is left in those before it, as it is computed")

    def blank(self, context: Context) -> tuple[Block, ...]:
        return (Room(8),)

    def answer(self, context: Context) -> Answered:
        alone = layer(
            self.layer, batch=self.batch, layout=context.layout, index_base=context.index_base, **self.options
        )
        forward = alone.forward()
        given = frozenset(f"dl/d{output}" for output in alone.outputs)
        derivations = self._chained(alone) if self.chained else merged(map(alone.vjp, self.of or alone.differentiable))
        rows = [row for row in alone.network.forward.rows if row.tensor.role != "loss"]
        blocks = [
            *forward_blocks(alone.network.forward, rows, context.index_base),
            Heading("Backward"),
            Text(_upstream(alone)),
        ]
        shown = {"steps": self.steps and context.steps, "forms": not self.chained}
        short = is_long(derivations, given)
        for derivation in derivations:
            blocks += gradient_blocks(derivation, given, **shown, short=short)
        return Answered(tuple(blocks), tuple(page_claim(d) for d in (*forward, *derivations)))

    def _chained(self, alone: Layer) -> tuple[Derivation, ...]:
        """The backward pass, gradient by gradient, without what is given and its own derivatives."""
        upstream = set(map(upstream_name, alone.outputs))
        return tuple(
            derivation
            for derivation in alone.backward()
            if derivation.quantity.name not in {f"dl/d{name}" for name in upstream}
            and not (isinstance(derivation.result, Indexed) and name_of(derivation.result) in upstream)
        )


def _upstream(alone: Layer) -> str:
    """What is given to the backward pass; of several outputs each may also act on the loss through another."""
    names = [f"{{{upstream_name(output)}}}" for output in alone.outputs]
    text = f"Given from upstream: {names[0]} = {{dl/d{alone.outputs[0]}}}."
    if len(names) > 1:
        outputs = " and ".join(f"{{{output}}}" for output in alone.outputs)
        text = f"Given from upstream: {' and '.join(names)}, the gradients of what follows with respect to {outputs}."
    return sentence_latex(text, ranks=ranks_of(alone.network.forward))
