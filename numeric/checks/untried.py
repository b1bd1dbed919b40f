"""What a check could not try at any of its points: each is said, and none of it counts as passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy

from derive.derivation import Derivation
from derive.expression import symbols
from derive.forward import Forward
from derive.render import unicode
from numeric.checks.comparison import Comparison, is_zero
from numeric.errors import ArrayError, ExpressionError
from numeric.expression.forward import program
from numeric.measuring.point import Point
from numeric.sampling import Sizing, plan
from numeric.sampling.features import Feature, Kind, situations
from numeric.sampling.kinks import Gap

EXPECTED: Mapping[Kind, str] = {
    "long": "{0} is {1} or more",
    "middle": "{0} is {1} or more",
    "terms": "{0} is {1} or more",
    "positions": "there are {1} places or more of {0}",
    "windows": "windows at {0} places {1}",
    "remainder": "{0} is {1} whole number",
}
"""How a situation is said; that two dimensions differ is wanted for others' sake."""


def unmet_boundaries(derivation: Derivation, unmet: Sequence[Gap]) -> Iterator[Comparison]:
    """The conditions on the way of a derivative, or to a value, that are exactly at their boundary at no point."""
    for gap in unmet:
        if _is_on_the_way(derivation, gap):
            what = "candidates of a maximum that are equal" if gap.tied else f"{unicode(gap.expression)} = 0"
            yield Comparison.untried("no such point was found", f"where a condition is at its boundary: {what}")


def _is_on_the_way(derivation: Derivation, gap: Gap) -> bool:
    chart = program(derivation.forward)
    partial = derivation.quantity.partial
    read = {symbols.name_of(access) for access in symbols.accesses(gap.expression)}
    if partial is None:
        return any(chart.depends(derivation.quantity.name, name) for name in read)
    above, below = partial.ends
    return any(chart.depends(above, name) and chart.depends(name, below) for name in read)


def missed_situations(model: Forward, seed: int, points: Sequence[Sizing]) -> Iterator[Comparison]:
    """What was planned to be seen at sizes at which no point was found."""
    found, choices = situations(model), plan(model, seed)
    planned, seen = (
        numpy.any([found.table(sizes, 1)[:, 0] for sizes in sizings], axis=0)
        for sizings in ((*choices.telling, *choices.long), points)
    )
    for feature, missed in zip(found.features, planned & ~seen, strict=True):
        if missed and feature.kind in EXPECTED:
            yield Comparison.untried("no point away from kinks was found there", f"sizes at which {_said(feature)}")


def _said(feature: Feature) -> str:
    which = feature.which
    if feature.kind == "remainder":
        which = "no" if which else "a"
    return EXPECTED[feature.kind].format(unicode(feature.about[0]), which)


def zero_everywhere(derivation: Derivation, points: Sequence[Point]) -> Iterator[Comparison]:
    """A result that is no 0 and is one at every point, with all that is added up in it: nothing was told there."""
    quantity, result = derivation.quantity, derivation.result
    partial = quantity.partial
    if partial is None or result == 0 or not set(partial.tensors) <= set(derivation.forward.tensors):
        return
    if not all(is_zero(point.response(quantity.name)) for point in points):
        return
    try:
        sizes = [point.rounding(result, quantity.indices, quantity.shape) for point in points]
    except (ArrayError, ExpressionError):
        return  # what has no value fails where it is compared
    if not any(map(numpy.any, sizes)):
        note = "every term of it is 0 at every point that was found"
        yield Comparison.untried(note, f"result, {quantity.name}: where it is not 0")
