"""The kind ``loss``: a loss, its gradient with respect to the prediction, and to what a layer before it reads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Context, Item
from answers.contract.names import ObjectiveText
from answers.derivations.pages import forward_page, gradient_blocks, is_long, page_claim
from answers.derivations.steps import merged
from answers.latex.sheet import Block, Heading, Room
from answers.readback.printed import in_blocks
from derive.building.objective import losses_in
from derive.derivation import Derivation
from derive.layers import LossDefinition
from derive.network import Network, network


class LossPage(Item):
    """The gradients of a loss, and its Hessian where that is asked for."""

    kind: Literal["loss"]
    loss: ObjectiveText = Field(description="such as MSE, CrossEntropy(class), a sum of them, one of your own")
    behind: str | None = Field(None, description="the layer that makes the prediction, such as Softmax")
    of: tuple[str, ...] = Field(
        (), description="what to differentiate by: further inputs of the loss too; the prediction if left out"
    )
    hessian: bool = Field(False, description="whether to add the second derivatives")
    after: str | None = Field(None, description="a loss shown before it, whose forward equations are not repeated")
    steps: StepsField = Field(None, description="how finely the key tells the derivation")

    def blank(self, context: Context) -> tuple[Block, ...]:
        return (Room(8),)

    def answer(self, context: Context) -> Answered:
        losses = context.losses()
        shape, made = self._shape(losses), self._prediction(losses)
        chain = f"{made}:{shape}" if self.behind is None else f"z:{shape} -> {self.behind} -> {made}"
        net = network(chain, self.loss, conventions=context.conventions, extra=losses)
        forward = tuple(net.value(name) for name in _values(net))
        grain = context.grain(self.steps)
        sources = self.of or ((made,) if self.behind is None else (made, "z"))
        derivations: tuple[Derivation, ...] = merged(net.gradient(name, grain=grain or "full") for name in sources)
        by_class = "y" in net.forward.tensors and net.forward.tensors["y"].domain == "class"
        title = "Forward, with the number of a class as the target" if by_class else "Forward"
        after = (
            None if self.after is None else network(chain, self.after, conventions=context.conventions, extra=losses)
        )
        known = () if after is None else after.forward.rows
        rows = [row for row in net.forward.rows if row not in known]
        equations, stated = forward_page(net.forward, rows, forward, context.conventions.index_base, title)
        blocks = [*equations, Heading("Backward")]
        claims = [*stated]
        short = is_long(derivations)
        for derivation in derivations:
            own = tuple(gradient_blocks(derivation, frozenset(), steps=grain is not None, short=short))
            blocks += own
            claims.append(page_claim(derivation, in_blocks(own)))
        if self.hessian:
            second = net.hessian(sources[-1])
            own = tuple(gradient_blocks(second, frozenset(), steps=False))
            blocks += [Heading("Second derivatives"), *own]
            claims.append(page_claim(second, in_blocks(own)))
        return Answered(tuple(blocks), tuple(claims))

    def _prediction(self, own: tuple[LossDefinition, ...]) -> str:
        """What the prediction is called: as a loss alone calls it, unless a layer stands before it."""
        named = {loss.source for loss in losses_in(self.loss, own)}
        return named.pop() if self.behind is None and len(named) == 1 else "y_hat"

    def _shape(self, own: tuple[LossDefinition, ...]) -> str:
        """The shape of the prediction: that of the losses, those with the most axes where there are several."""
        every = [loss.axes for loss in losses_in(self.loss, own)]
        axes = max(every, key=len, default=("K",))
        return f"({', '.join(axes)})" if axes else "1"


def _values(net: Network) -> tuple[str, ...]:
    """What the layer and the loss compute under names, the loss last."""
    return tuple(row.name for row in net.forward.rows if row.tensor.role in ("value", "loss"))
