"""Derivations at given small sizes with every element written out, and the check of the elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from answers.contract.item import Claim, Verdict
from answers.kinds.derived import SHOWN
from answers.latex.sheet import Block, Equation, Text
from derive.expression import symbols
from derive.render.derivations import LINE_END, quantity_latex, quantity_unicode
from derive.written_out import WrittenOut
from numeric.checks.elements import check_elements


def element_blocks(elements: WrittenOut) -> Iterator[Block]:
    """An equation for each element, under what they are elements of."""
    derivation = elements.derivation
    shape = r" \times ".join(map(str, elements.shape))
    count = f"All ${shape}$ elements" if len(elements.elements) > 1 else "The one element"
    yield Text(f"{count} of ${quantity_latex(derivation.quantity, derivation.forward)}$:")
    for line in elements.latex().split(LINE_END):
        yield Equation(line.replace("&", "", 1))


def elements_claim(elements: WrittenOut, sizes: Mapping[str, int]) -> Claim:
    """The claim that every element as it is written out is that of the forward pass, or of differences of it."""
    derivation = elements.derivation
    model = derivation.forward

    def verdict() -> Verdict:
        outcome = check_elements(derivation, elements, sizes)
        failed = [item for item in outcome.items if not item.ok]
        note = "; ".join(f"{item.what}: {item.note or 'differs'}" for item in failed[:SHOWN])
        return Verdict(outcome.ok, outcome.points, outcome.max_error, outcome.items[0].tolerance, note)

    is_partial = symbols.split_partial(derivation.quantity.name) is not None
    return Claim(
        f"elements of {quantity_unicode(derivation.quantity, model)}",
        f"${quantity_latex(derivation.quantity, model)}$",
        "differences, element by element" if is_partial else "forward pass, element by element",
        verdict,
        model=model,
    )
