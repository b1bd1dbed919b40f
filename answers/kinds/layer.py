"""The kind ``layer``: a layer's forward equations, and its whole backward pass with steps and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Literal

from pydantic import Field
from sympy import Indexed, Symbol

from answers.contract.grains import StepsField
from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import DIFFERENCES, ELEMENT_BY_ELEMENT, FORWARD_PASS, READ_BACK
from answers.contract.names import Dimension, Option
from answers.contract.written import Lined, Noted
from answers.derivations.claims import SHOWN
from answers.derivations.pages import forward_page, gradient_blocks, is_long, meanings, page_claim
from answers.derivations.steps import merged
from answers.latex.sheet import Block, Equation, Heading, Text
from answers.readback.compare import read_back_elements
from answers.readback.printed import Printed, in_blocks
from answers.readback.shown import complaint
from derive.derivation import Derivation
from derive.expression.symbols import name_of
from derive.layer import Layer, layer, upstream_name
from derive.render import sentence_latex
from derive.render.derivations import quantity_latex, quantity_unicode
from derive.render.names import ranks_of
from derive.render.written_out import element_equations
from derive.steps import Grain
from derive.with_ranges import Ranges, with_ranges
from derive.written_out import WrittenOut, written_out
from numeric.checks.comparison import Comparison
from numeric.checks.elements import check_elements
from numeric.checks.tolerances import DOUBLE


class LayerPage(Lined, Noted):
    """The gradients of a layer with respect to its input and its parameters, in the upstream gradient dy."""

    kind: Literal["layer"]
    layer: str = Field(description="the layer's name, such as Conv2d")
    options: dict[str, Option] = Field(default_factory=dict, description="its hyper-parameters; names stay symbols")
    batch: Dimension | None = Field(None, description="the size of a batch; one sample if left out")
    of: tuple[str, ...] | None = Field(
        None, description="the tensors to differentiate by; all of them if left out, none for the forward pass alone"
    )
    sizes: tuple[Dimension, ...] = Field(
        (), description="the input's sizes, names or numbers; those of the layer if left out"
    )
    steps: StepsField = Field(None, description="how finely the page tells the derivations")
    chained: bool = Field(False, description="whether each gradient is left in those before it, as it is computed")
    written_out: dict[str, int] = Field(
        default_factory=dict, description="the value of each size at which all is written out element by element"
    )
    ranges: Ranges | None = Field(None, description="how a gradient says what its sums read, if it shall")

    def asked(self, context: Context) -> tuple[Derivation, ...]:
        if self.written_out or self.chained:
            return ()
        alone = self._alone(context)
        return tuple(alone.vjp(name) for name in self._named(alone))

    def answer(self, context: Context) -> Answered:
        alone = self._alone(context)
        note = self.note_blocks()
        answered = self._element_by_element(alone) if self.written_out else self._page(alone, context)
        return replace(answered, blocks=(*note, *answered.blocks))

    def _alone(self, context: Context) -> Layer:
        own: dict[str, Any] = dict(self.options)
        definition = context.own().get(self.layer, self.layer)
        return layer(definition, batch=self.batch, conventions=context.conventions, sizes=self.sizes, **own)

    def _page(self, alone: Layer, context: Context) -> Answered:
        """The forward equations, the gradients with their steps, and what the signs mean."""
        forward = alone.forward()
        given = frozenset(f"dl/d{output}" for output in alone.outputs if _is_upstream_alone(alone, output))
        grain = context.grain(self.steps)
        derivations = self._derivations(alone, grain or "full")
        if self.ranges is not None:
            derivations = tuple(with_ranges(derivation, self.ranges) for derivation in derivations)
        rows = [row for row in alone.network.forward.rows if row.tensor.role != "loss"]
        equations, stated = forward_page(alone.network.forward, rows, forward, context.conventions.index_base)
        upstream = Text(_upstream(alone))
        blocks = [*equations, *((Heading("Backward"), upstream) if derivations else ())]
        claims = [*stated]
        shown = {"steps": grain is not None, "forms": not self.chained}
        printed: list[tuple[Derivation, tuple[Block, ...]]] = []
        short = self.steps is None and is_long(derivations)
        for derivation in derivations:
            own = tuple(gradient_blocks(derivation, given, **shown, short=short))
            blocks += own
            printed.append((derivation, own))
            told = own if printed[:-1] else (upstream, *own)
            claims.append(page_claim(derivation, in_blocks(told)))
        if not self.chained and not short:
            said, means = meanings(printed)
            blocks += said
            claims += means
        return Answered(tuple(blocks), tuple(claims))

    def _element_by_element(self, alone: Layer) -> Answered:
        """The output and the gradients at the given sizes, each with all its elements."""
        gradients = [alone.vjp(name) for name in self._named(alone)]
        outputs = [value for value in alone.forward() if value.quantity.name in alone.outputs]
        everything = [written_out(derivation, self.written_out) for derivation in (*outputs, *gradients)]
        blocks = [tuple(_element_blocks(elements)) for elements in everything]
        claims = (
            elements_claim(elements, self.written_out, in_blocks(own))
            for elements, own in zip(everything, blocks, strict=True)
        )
        return Answered(tuple(chain(*blocks)), tuple(claims))

    def _derivations(self, alone: Layer, grain: Grain) -> tuple[Derivation, ...]:
        """The gradients, each without the steps that an earlier one shows."""
        if self.chained and self.of != ():
            return self._chained(alone, grain)
        return merged(alone.vjp(name, grain=grain) for name in self._named(alone))

    def _named(self, alone: Layer) -> tuple[str, ...]:
        """The tensors by which the layer is differentiated."""
        return alone.differentiable if self.of is None else self.of

    def _chained(self, alone: Layer, grain: Grain) -> tuple[Derivation, ...]:
        """The backward pass, gradient by gradient, without what is given and its own derivatives."""
        upstream = set(map(upstream_name, alone.outputs))
        return tuple(
            derivation
            for derivation in alone.backward(grain)
            if derivation.quantity.name not in {f"dl/d{name}" for name in upstream}
            and not (isinstance(derivation.result, Indexed) and name_of(derivation.result) in upstream)
        )


def _upstream(alone: Layer) -> str:
    """What is given to the backward pass: the gradients of outputs, or a share where one acts through another too."""
    texts = [f"{{{upstream_name(output)}}}{_how(alone, output)} {{dl/d{output}}}" for output in alone.outputs]
    return sentence_latex(f"Given from upstream: {' and '.join(texts)}.", ranks=ranks_of(alone.network.forward))


def _how(alone: Layer, output: str) -> str:
    """How what is given, which has the shape of the output, and the gradient in its layout are related."""
    forward = alone.network.forward
    if not _is_upstream_alone(alone, output):
        return ", the direct share of"
    turned = alone.network.layout == "numerator" and len(forward.tensors[output].shape) in (1, 2)
    return ", the transpose of" if turned else " ="


def _is_upstream_alone(alone: Layer, output: str) -> bool:
    """Whether an output acts on the loss in no other way than by itself, so that its gradient is the one given."""
    result = alone.network.gradient(output).result
    return isinstance(result, Indexed | Symbol) and name_of(result) == upstream_name(output)


def _element_blocks(elements: WrittenOut) -> Iterator[Block]:
    """An equation for each element, under what they are elements of."""
    derivation = elements.derivation
    shape = r" \times ".join(map(str, elements.shape))
    count = f"All ${shape}$ elements" if len(elements.elements) > 1 else "The one element"
    yield Text(f"{count} of ${quantity_latex(derivation.quantity, derivation.forward)}$:")
    for left, right in element_equations(elements):
        yield Equation(f"{left} = {right}")


def elements_claim(elements: WrittenOut, sizes: Mapping[str, int], printed: Sequence[Printed] = ()) -> Claim:
    """The claim that every element as it is written out is that of the forward pass, or of differences of it.

    What is ``printed`` of them is read back.
    """
    derivation = elements.derivation
    model = derivation.forward

    def verdict() -> Comparison:
        outcome = check_elements(derivation, elements, sizes)
        failed = outcome.failures
        note = "; ".join(f"{item.what}: {item.note or 'differs'}" for item in failed[:SHOWN])
        if printed and not failed:
            misread = complaint([read_back_elements(derivation, printed, sizes)])
            if misread is not None:
                return misread
        return Comparison(outcome.max_error, DOUBLE, outcome.points, note)

    is_partial = derivation.quantity.partial is not None
    return Claim(
        f"elements of {quantity_unicode(derivation.quantity, model)}",
        f"${quantity_latex(derivation.quantity, model)}$",
        (DIFFERENCES if is_partial else FORWARD_PASS, ELEMENT_BY_ELEMENT, *((READ_BACK,) if printed else ())),
        verdict,
        model=model,
    )
