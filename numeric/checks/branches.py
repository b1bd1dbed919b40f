"""Points for conditions that an answer has and its forward definition does not: each branch is tried, or it is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.render import unicode
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison
from numeric.checks.trials import Place
from numeric.expression.forward import program
from numeric.measuring.point import Point
from numeric.sampling import Sizing
from numeric.sampling.branches import Branch, branches, sample_where, sizes_where
from numeric.sampling.points import responsive_sample, untied_sample


def tried_branches(derivation: Derivation, seed: int, places: Sequence[Place]) -> tuple[list[Place], list[Comparison]]:
    """Places for the outcomes of conditions that are seen at none of the places, and those that are not found."""
    model, quantity = derivation.forward, derivation.quantity
    added: list[Place] = []
    untried: list[Comparison] = []
    for branch in branches(derivation.result, tuple(zip(quantity.indices, quantity.shape, strict=True)), model):
        seen = {outcome for place in places if not place.kink for outcome in _outcomes(branch, place.point)}
        for outcome in (True, False):
            if outcome in seen:
                continue
            found = _place(branch, outcome, derivation, seed, places[0].point)
            if found is not None:
                added.append(found)
            else:
                what = f"where {unicode(Bracket(branch.condition))} is {int(outcome)}"
                untried.append(Comparison.untried("no such point was found", what))
    return added, untried


def _outcomes(branch: Branch, point: Point) -> Iterator[bool]:
    values: dict[str, Array] = {name: point.value(name)[..., None] for name in point.model.tensors}
    found = branch.outcomes(point.model, values, point.sizes)
    yield from (outcome for outcome in (True, False) if (found == outcome).any())


def _place(branch: Branch, outcome: bool, derivation: Derivation, seed: int, usual: Point) -> Place | None:
    model = derivation.forward
    if not branch.is_of_sizes:
        arrays = sample_where(branch, outcome, model, usual.sizes, seed)
        return None if arrays is None else Place(Point(model, arrays, usual.sizes))
    sizes = sizes_where(branch, outcome, model, seed)
    if sizes is None:
        return None
    arrays = _responsive(derivation, seed, sizes) or untied_sample(model, seed, sizes)
    return None if arrays is None else Place(Point(model, arrays, sizes))


def _responsive(derivation: Derivation, seed: int, sizes: Sizing) -> dict[str, Array] | None:
    model, partial = derivation.forward, derivation.quantity.partial
    if partial is None or not set(partial.tensors) <= set(model.tensors) or not program(model).depends(*partial.ends):
        return None
    return responsive_sample(model, seed, derivation.quantity.name, sizes)
