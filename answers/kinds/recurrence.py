"""The kind ``recurrence``: a cell at every time, its back-propagation through time, and that solved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Claim, Context
from answers.contract.names import Dimension, Option
from answers.contract.written import Lined, Noted
from answers.derivations.pages import forward_page, gradient_blocks, page_claim
from answers.errors import HomeworkContentError
from answers.latex.sheet import Block, Heading, Text
from answers.readback.printed import in_blocks
from derive.derivation import Derivation
from derive.layer import upstream_name
from derive.layers import LAYERS, LayerDefinition
from derive.recurrent.recurrence import Recurrence, recurrence
from derive.render import sentence_latex
from derive.render.names import ranks_of

Shown = Literal["equations", "recursion", "unrolled", "jacobians"]

TITLES: dict[Shown, str] = {
    "recursion": "Backward, from the last time to the first",
    "unrolled": "The recursion solved",
    "jacobians": "Between two times",
}


class RecurrencePage(Lined, Noted):
    """A cell applied at every time: its equations, the recursion of its gradients, these as sums over time."""

    kind: Literal["recurrence"]
    cell: str = Field(description="a cell of the library, such as RNNCell, or a layer of the file that has states")
    options: dict[str, Option] = Field(default_factory=dict, description="its hyper-parameters; names stay symbols")
    times: Dimension = Field("T", description="the number of steps, a letter or a number")
    of: tuple[str, ...] = Field((), description="the tensors to differentiate by; all of them if left out")
    show: tuple[Shown, ...] = Field(("equations", "recursion", "unrolled"), description="what the key shows, in order")
    steps: StepsField = Field(None, description="how finely the key tells the derivations")

    def answer(self, context: Context) -> Answered:
        made = self._recurrence(context)
        blocks: list[Block] = list(self.note_blocks())
        claims: list[Claim] = []
        for part in self.show:
            if part == "equations":
                rows = [row for row in made.forward.rows if row.tensor.role == "value"]
                equations, stated = forward_page(made.forward, rows, made.equations(), context.conventions.index_base)
                blocks += equations
                claims += stated
                continue
            blocks += [Heading(TITLES[part]), *([Text(_given(made))] if part == "recursion" else [])]
            for derivation in self._derivations(made, part):
                told = part == "recursion" and context.grain(self.steps) is not None
                own = tuple(gradient_blocks(derivation, frozenset(), steps=told, forms=False))
                blocks += own
                claims.append(page_claim(derivation, in_blocks(own)))
        return Answered(tuple(blocks), tuple(claims))

    def _recurrence(self, context: Context) -> Recurrence:
        """The cell at every time.

        Raises:
            HomeworkContentError: there is no such cell.
        """
        own = context.own().get(self.cell)
        if own is not None and not isinstance(own, LayerDefinition):
            raise HomeworkContentError(f"{self.cell} is an activation, and no cell")
        if own is None and self.cell not in LAYERS:
            cells = sorted({name for name in LAYERS if name.endswith("Cell")} | set(_own_cells(context)))
            raise HomeworkContentError(f"there is no cell {self.cell}; known: {', '.join(cells)}", ("cell",))
        options: dict[str, Any] = dict(self.options)
        return recurrence(own or self.cell, steps=self.times, conventions=context.conventions, **options)

    def _derivations(self, made: Recurrence, part: Shown) -> Iterator[Derivation]:
        """The derivations of a part, those by tensors in the order of the backward pass or as they are named."""
        if part == "jacobians":
            states = [state for _, state in made.states]
            for top in dict.fromkeys((*states, *made.cell.outputs)):
                for state in states:
                    yield made.jacobian(top, state)
        elif part == "recursion" and not self.of:
            upstream = {f"dl/d{upstream_name(output)}" for output in made.cell.outputs}
            yield from (one for one in made.backward() if one.quantity.name not in upstream)
        elif part == "recursion":
            yield from map(made.gradient, self.of)
        else:
            yield from map(made.unrolled_gradient, self.of or _states_and_given(made))


def _own_cells(context: Context) -> Iterator[str]:
    return (name for name, own in context.own().items() if isinstance(own, LayerDefinition) and own.states)


def _states_and_given(made: Recurrence) -> tuple[str, ...]:
    """The states, and what all times share."""
    return (*dict.fromkeys(state for _, state in made.states), *made.parameters)


def _given(made: Recurrence) -> str:
    """What comes from above at every time."""
    names = " and ".join(f"{{{upstream_name(output)}}}" for output in made.cell.outputs)
    text = f"Given at every time: {names}, the share of the loss that the outputs of that time have by themselves."
    return sentence_latex(text, ranks=ranks_of(made.forward))
