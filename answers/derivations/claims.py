"""The claim that a derivation is what is required, and right.

That the numbers of an answer agree says nothing about the first: the gradient of another parameter is right as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from answers.contract.item import Claim
from answers.contract.methods import (
    DIFFERENCES,
    EACH_STEP,
    FORWARD_PASS,
    MATRIX_FORM,
    READ_BACK,
    SIZES_AS_THEY_STAND,
    STAND_IN_SIZES,
    Method,
    smooth_for,
)
from answers.readback.shown import Shown, misprinted
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.matrix.nodes import Elementwise, Named, Node
from derive.render.derivations import quantity_latex, quantity_unicode
from numeric import check, sizes_tried
from numeric.checks.cases import Sizes
from numeric.checks.checking import unknown_functions
from numeric.checks.comparison import Comparison

SHOWN = 3
"""How many complaints and failures of one check are told."""

AT_SIZES: Mapping[Sizes, Method] = {"stand-in": STAND_IN_SIZES, "as they stand": SIZES_AS_THEY_STAND}
"""How a derivation at large sizes is tried."""


@dataclass(frozen=True)
class Requirement:
    """A quantity that is asked for, of a forward definition and in the symbols of ``within``, where they are given.

    ``internal`` says that internal rows may be read too: the page shows their equations.
    """

    quantity: str
    forward: Forward | None = None
    within: tuple[str, ...] | None = None
    internal: bool = False

    def complaints(self, derivation: Derivation) -> Iterator[str]:
        """What the derivation does not do as it was asked to."""
        if derivation.quantity.name != self.quantity:
            yield f"asked for {self.quantity}, answered with {derivation.quantity.name}"
        if self.forward is not None and derivation.forward != self.forward:
            yield f"{derivation.quantity.name} is of another network"
        foreign = sorted(name for name in _symbols(derivation) if not self._allows(name, derivation.forward))
        if foreign:
            yield f"{derivation.quantity.name} is written with {', '.join(foreign)}"

    def _allows(self, name: str, forward: Forward) -> bool:
        if self.within is not None and name != self.quantity:
            return name in self.within
        return self.internal or name not in forward.tensors or forward.tensors[name].role != "hidden"


def claim(
    derivation: Derivation,
    required: Requirement | None = None,
    *beside: tuple[Derivation, Requirement],
    shown: Sequence[Shown] = (),
) -> Claim:
    """The claim that a derivation is what is required, and right: its result, its steps and its matrix form.

    What stands ``beside`` it, such as the input of a layer beside its output, is checked with it. What is ``shown`` of
    them is read back from the printed text and compared too; at sizes that are too large it is only read.
    """
    readable = bool(shown) and all(one.readable for one in shown)
    named = quantity_latex(derivation.quantity, derivation.forward)
    value = derivation.quantity.name in derivation.forward.tensors
    methods: tuple[Method, ...] = (FORWARD_PASS if value else DIFFERENCES,)
    if not value and len(derivation.steps) > 1:
        methods += (EACH_STEP,)
    if derivation.matrix is not None:
        methods += (MATRIX_FORM,)
    if readable and all(one.comparable for one in shown):
        methods += (READ_BACK,)
    methods += tuple(AT_SIZES[sizes] for sizes in sizes_tried(derivation))
    methods += smooth_for(unknown_functions(derivation.forward))

    def verdict() -> Comparison:
        answers = ((derivation, required or Requirement(derivation.quantity.name)), *beside)
        complaints = [text for answer, requirement in answers for text in requirement.complaints(answer)]
        if complaints:
            return Comparison.failed("; ".join(complaints[:SHOWN]))
        results = [check(answer) for answer, _ in answers]
        items = [item for result in results for item in result.items]
        failed = [item for result in results for item in result.failures]
        lacking = next((result for result in results if not result.ok and not result.failures), None)
        if lacking is not None:
            return Comparison.failed("nothing was compared")
        worst = max(failed or items, key=lambda item: item.error)
        untried = [item for result in results for item in result.untried]
        note = "; ".join(f"{item.what}: {item.note or 'differs'}" for item in failed[:SHOWN])
        note = note or "; ".join(f"not tried: {item.what}: {item.note}" for item in untried)
        if readable and not failed:
            wrong = misprinted(shown, [derivation, *(other for other, _ in beside)])
            if wrong is not None:
                return wrong
        first = results[0]
        return Comparison(worst.error, worst.tolerance, first.points, note, sizes=first.sizes)

    unicode_name = quantity_unicode(derivation.quantity, derivation.forward)
    return Claim(unicode_name, f"${named}$", methods, verdict, model=derivation.forward)


def _symbols(derivation: Derivation) -> set[str]:
    """The tensors and partials that the result and its matrix form read; hyper-parameters are not among them."""
    read = {symbols.name_of(access) for access in symbols.accesses(derivation.result)}
    if derivation.matrix is not None:
        read |= set(_leaves(derivation.matrix))
    return {name for name in read if name in derivation.forward.tensors or partial_named(name) is not None}


def _leaves(node: Node) -> Iterator[str]:
    for part in node.walk():
        if isinstance(part, Named):
            yield part.name
        if isinstance(part, Elementwise):
            # Its variables stand for the arguments, whatever they are called.
            read = (access for access in symbols.accesses(part.formula) if access not in part.variables)
            yield from (symbols.name_of(access) for access in read)
