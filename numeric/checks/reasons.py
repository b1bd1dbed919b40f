"""Why a whole gradient is what it is: a path that is left out, a diagonal for a matrix, an assignment for a sum.

Each reason predicts every element of the wrong gradient, from what is measured of the forward definition or from the
terms of the derivation; it is given only where its prediction holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import prod

import numpy
import sympy

from derive.calculus.dependence import names_read
from derive.expression.partials import partial_name
from derive.layer import upstream_name
from derive.render import unicode
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths
from numeric.arrays.threads import one_thread
from numeric.checks.oracle import GradientOracle, Oracle
from numeric.measuring.point import Point
from numeric.sampling import Sizing

LARGE = 250_000
"""Of so many pairs of an output and an element at most it is sought what each output sends to each element."""
MOST_TERMS = 12
"""Of sums of more terms none is sought that is missing."""
TOGETHER = 2
"""So many values are taken for constants together."""


@dataclass(frozen=True)
class Wrong:
    """A gradient that is wrong at a point, with what it should be."""

    name: str
    found: Array
    expected: Array
    share: float

    def is_(self, predicted: Array) -> bool:
        """Whether a prediction is what was found, and not what is right."""
        bound = self.share * max(1e-12, float(numpy.abs(predicted).max(initial=0.0)))
        if predicted.shape != self.found.shape or not numpy.isfinite(predicted).all():
            return False
        return bool((numpy.abs(predicted - self.found) <= bound).all())


def reasons(oracle: Oracle, wrong: Wrong, arrays: Mapping[str, Array], sizes: Sizing) -> Iterator[str]:
    """What explains a wrong gradient at a point, the likeliest first."""
    if not isinstance(oracle, GradientOracle) or wrong.found.shape != wrong.expected.shape:
        return
    model = oracle.network.forward
    with one_thread():
        point = Point(model, arrays, sizes)
        yield from _paths(oracle, wrong, point)
        yield from _terms(oracle, wrong, point)
        yield from _through_outputs(oracle, wrong, point)
        yield from _regions(oracle, wrong, point)


def is_small(oracle: Oracle, name: str, sizes: Sizing) -> bool:
    """Whether what each output sends to each element of a tensor is few numbers."""
    tensors = oracle.network.forward.tensors
    elements = prod(lengths(tensors[name].shape, sizes)) if name in tensors else 1
    return all(elements * prod(lengths(tensors[one].shape, sizes)) <= LARGE for one in oracle.outputs)


def _paths(oracle: Oracle, wrong: Wrong, point: Point) -> Iterator[str]:
    """Values that are taken for constants: nothing goes back through them."""
    model, gradient = oracle.network.forward, partial_name("l", wrong.name)
    reached = {wrong.name}
    between: list[str] = []
    for row in model.rows:
        if names_read(row.expression, model) & reached and row.tensor.domain != "index":
            reached.add(row.name)
            between.append(row.name)
    inner = [name for name in between if name not in oracle.outputs and name != "l"]
    for count in range(1, TOGETHER + 1):
        explained = False
        for held in combinations(inner, count):
            if _is_partial(wrong, point, "|".join((gradient, *held))):
                verb = "is taken for a constant" if count == 1 else "are taken for constants"
                through = "it" if count == 1 else "them"
                yield f"{' and '.join(held)} {verb}: what {wrong.name} does through {through} is missing"
                explained = True
        if explained:
            return


def _is_partial(wrong: Wrong, point: Point, name: str) -> bool:
    """Whether a partial is what was found. Only one that is along a few directions is measured by each element."""
    if wrong.found.shape != point.value(wrong.name).shape:
        return False
    directions = point.directions(name)
    bound = wrong.share * max(1e-12, 2 * float(numpy.abs(wrong.found).max(initial=0.0)))
    along = point.along(name).value
    apart = numpy.abs(along - numpy.tensordot(wrong.found, directions, wrong.found.ndim))
    reach = bound * numpy.abs(directions).sum(axis=tuple(range(wrong.found.ndim)))
    return bool((apart <= reach).all()) and wrong.is_(point.partial(name).value)


def _terms(oracle: Oracle, wrong: Wrong, point: Point) -> Iterator[str]:
    """A term of the derived sum that is missing, or has the other sign."""
    derivation = oracle.derived(wrong.name)
    quantity = derivation.quantity
    terms = sympy.Add.make_args(sympy.expand_mul(derivation.result, deep=False))
    if not 2 <= len(terms) <= MOST_TERMS or quantity.name != partial_name("l", wrong.name):
        return
    for term in terms:
        value = point.expression(term, quantity.indices, quantity.shape)
        if value.shape != wrong.expected.shape:
            return
        for factor, text in ((1, "is missing"), (2, "has the wrong sign")):
            if wrong.is_(wrong.expected - factor * value):
                yield f"the term {unicode(term)} {text}"
                return


def _through_outputs(oracle: Oracle, wrong: Wrong, point: Point) -> Iterator[str]:
    """What outputs send back that is not added up, or not sent to other elements than their own."""
    for output in oracle.outputs:
        above = point.value(upstream_name(output))
        jacobian = oracle.network.jacobian(output, wrong.name)
        quantity = jacobian.quantity
        slopes = point.expression(jacobian.result, quantity.indices, quantity.shape)
        sent = slopes.reshape(above.size, -1) * above.reshape(-1, 1)
        if above.shape == wrong.expected.shape and len(oracle.outputs) == 1:
            own = numpy.diagonal(sent).reshape(above.shape)
            if wrong.is_(own):
                yield (
                    f"only the diagonal of ∂{output}/∂{wrong.name} counts: "
                    "what an element does to other outputs is missing"
                )
                return
        for axes in _subsets(above.ndim):
            if _is_overwritten(wrong, sent.reshape(*above.shape, -1), axes, above.shape):
                along = (
                    ""
                    if len(axes) == above.ndim
                    else f", along {'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))} of {output}"
                )
                yield (
                    f"what several outputs send back to one element is overwritten{along}: "
                    "it is to be added up (+= for =)"
                )
                return


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    """The sets of axes, the largest first, none empty."""
    for length in range(count, 0, -1):
        yield from combinations(range(count), length)


def _is_overwritten(wrong: Wrong, sent: Array, axes: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether of what is sent along these axes of the outputs only the last, or the first, is there."""
    others = tuple(axis for axis in range(len(shape)) if axis not in axes)
    whole = sent.sum(axis=others) if others else sent
    lines = whole.reshape(prod(shape[axis] for axis in axes), -1)
    for order in (lines[::-1], lines):
        first = numpy.argmax(order != 0, axis=0)
        kept = numpy.take_along_axis(order, first[None], axis=0)[0]
        if wrong.is_(kept.reshape(wrong.expected.shape)):
            return True
    return False


def _regions(oracle: Oracle, wrong: Wrong, point: Point) -> Iterator[str]:
    """On which side of 0 an element-wise slope is wrong, and to which power it is what it should be."""
    if len(oracle.outputs) != 1:
        return
    above = point.value(upstream_name(oracle.outputs[0]))
    at = point.value(wrong.name)
    if not above.shape == at.shape == wrong.expected.shape:
        return
    apart = numpy.abs(wrong.found - wrong.expected)
    bad = apart > wrong.share * max(1e-12, float(numpy.abs(wrong.expected).max(initial=0.0)))
    where = next((text for text, side in (("below 0", at < 0), ("above 0", at > 0)) if (bad == side).all()), "")
    with numpy.errstate(all="ignore"):
        slopes = (wrong.found / above)[bad], (wrong.expected / above)[bad]
        powers = numpy.log(slopes[0]) / numpy.log(slopes[1])
    regular = powers.size > 0 and numpy.isfinite(powers).all() and numpy.ptp(powers) < 1e-6
    power = Fraction(float(powers[0])).limit_denominator(6) if regular else Fraction(1)
    told = ""
    if power not in (0, 1) and regular and abs(float(power) - powers[0]) < 1e-6:
        told = f"the slope is that which it should be to the power {power}"
    if where or told:
        yield f"it is wrong where {wrong.name} is {where}" * bool(where) + ": " * bool(where and told) + told
