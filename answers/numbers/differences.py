"""Derivatives by differences of the forward rows in many digits, for what floating point does not see."""

from __future__ import annotations

from fractions import Fraction

import numpy

from answers.numbers.given import Given
from derive.expression.partials import partial_named
from numeric.arrays.axes import Array
from numeric.enclosed.number import Arithmetic
from numeric.values.exact import ExactValues, in_enough_digits

STEP = Fraction(1, 10**60)
"""The step, whose square is the error of a central difference."""

BITS = 4096
"""Many more than the step has digits, so that what is left of a difference has enough of them."""

MOST_ELEMENTS = 200
"""By tensors of more elements it takes too long."""


def by_rows(given: Given, name: str) -> Array | None:
    """A tensor by its rows, or a partial of two by central differences of them; None where that takes too long."""
    partial = partial_named(name)
    if partial is None:
        return in_enough_digits(lambda arithmetic: _floats(_value(given, {}, name, arithmetic)))
    below = in_enough_digits(lambda arithmetic: _value(given, {}, partial.bottom, arithmetic))
    if partial.held or below.size > MOST_ELEMENTS:
        return None
    slopes = [_slope(given, partial.top, partial.bottom, place) for place in numpy.ndindex(below.shape)]
    moved = numpy.stack(slopes, axis=-1) if slopes else numpy.zeros(0)
    return moved.reshape((*moved.shape[:-1], *below.shape))


def _slope(given: Given, top: str, bottom: str, place: tuple[int, ...]) -> Array:
    arithmetic = Arithmetic(BITS, last=True)
    start = _value(given, {}, bottom, arithmetic)
    sides = []
    for step in (STEP, -STEP):
        moved = start.copy()
        moved[place] = moved[place] + step
        sides.append(_value(given, {bottom: moved}, top, arithmetic))
    return _floats(numpy.asarray((sides[0] - sides[1]) / (2 * STEP), object))


def _value(given: Given, moved: dict[str, Array], name: str, arithmetic: Arithmetic) -> Array:
    return ExactValues(given.model, {**given.arrays, **moved}, given.sizes, arithmetic).tensor(name)


def _floats(array: Array) -> Array:
    return numpy.vectorize(float, otypes=[numpy.float64])(array)
