"""How far two arrays of numbers are apart, so that a wrong zero is seen and rounding is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy

from numeric.arrays.axes import Array
from numeric.errors import ArrayError
from numeric.measuring.differences import Measured

TIGHT = 1e-9
"""The relative error allowed between two values that differ by rounding alone."""
COARSE = 1e-5
"""The relative error allowed against central differences, which have an error of their own."""
SMALL = {TIGHT: 1e-5, COARSE: 1e-3}
"""Elements smaller than this fraction of the largest one are compared with that fraction of the largest."""
SAFETY = 100.0
"""Rounding errors may be this many times the noise that was measured."""


def relative_error(value: Array, truth: Array, floor: Array) -> float:
    """The largest ``|value - truth| / max(|value|, |truth|, floor)``.

    Raises:
        ArrayError: the shapes differ, there is no element, or an element is not finite: the arrays then
            agree on nothing.
    """
    if value.shape != truth.shape:
        raise ArrayError(f"shape {value.shape}, expected {truth.shape}")
    if not truth.size:
        raise ArrayError("there is no element to compare")
    for array, which in ((value, "the value"), (truth, "what it is compared with")):
        if not numpy.isfinite(array).all():
            raise ArrayError(f"{which} is not finite everywhere")
    scale = numpy.maximum(numpy.maximum(numpy.abs(value), numpy.abs(truth)), floor)
    return float((numpy.abs(value - truth) / scale).max())


def agreement(value: Array, truth: Array, floor: Array, tolerance: float, rounding: Callable[[], Array]) -> float:
    """The relative error; where it is above the tolerance, beside what ``rounding`` makes of cancelling terms.

    Raises:
        ArrayError: as :func:`relative_error`.
    """
    error = relative_error(value, truth, floor)
    if error <= tolerance:
        return error
    rounded = SAFETY * numpy.nan_to_num(rounding(), nan=0.0, posinf=0.0)
    return relative_error(value, truth, numpy.maximum(floor, rounded / tolerance))


def nearer(value: Array, first: Measured, second: Measured) -> Measured:
    """Of two measurements of each element the one that is nearer to a value."""
    distances = (numpy.abs(value - measured.value) for measured in (first, second))
    one, other = (numpy.nan_to_num(distance, nan=numpy.inf) for distance in distances)
    return Measured(numpy.where(other < one, second.value, first.value), first.noise)


def floor_of(truth: Measured, tolerance: float) -> Array:
    """The scale below which an element of ``truth`` is not told from rounding at this tolerance.

    A quantity whose largest element stands clear of the noise is compared on its own scale, however
    small that is: a gradient of 1e-20 that is given as 0 is wrong. One that does not is a zero up to
    rounding, and is compared on the scale of 1.
    """
    noise = SAFETY * truth.noise
    largest = float(numpy.abs(truth.value).max(initial=0.0))
    clear = largest > float(noise.max(initial=0.0))
    return numpy.maximum(SMALL[tolerance] * (largest if clear else 1.0), noise / tolerance)


def is_zero(truth: Measured) -> bool:
    """Whether every element is zero up to rounding."""
    return bool((numpy.abs(truth.value) <= SAFETY * truth.noise).all())
