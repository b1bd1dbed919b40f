"""What a comparison found, and how far two numbers or arrays are apart: a wrong zero is seen and rounding is not.

The error of an element is its distance from the truth beside a **scale**: the larger of the two and a **floor**. It is
the floor that makes zeros comparable. Beside a floor of 0 a number that should be 0 is wrong whatever it is, and what
is rounded is never exactly 0; beside one that is too high a gradient of 1e-20 that is given as 0 passes. So where a
quantity is measured its floor follows from the noise of the measurement (:func:`floor_of`), and where terms cancel from
the size of the terms (:func:`error_beside_rounding`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any

import mpmath
import numpy

from numeric.arrays.axes import Array
from numeric.checks.tolerances import NOISE, SMALLER
from numeric.errors import ArrayError
from numeric.measuring.differences import Measured


@dataclass(frozen=True)
class Comparison:
    """Something that was compared: with what worst relative error of all points, and which is allowed.

    The error is infinite where nothing could be compared; ``note`` says why. What could not be tried here, and so is
    neither right nor wrong, is ``unchecked``. ``what`` is what was compared, where a claim does not say it.
    ``sizes`` are the values of the size symbols at the points, where there are such.
    """

    error: float
    tolerance: float
    points: int = 1
    note: str = ""
    what: str = ""
    unchecked: bool = False
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing contradicts it: what compares nothing fails, unless it could not be tried."""
        return self.unchecked or (self.points > 0 and self.error <= self.tolerance)

    def of(self, what: str) -> Comparison:
        """The same of something else."""
        return Comparison(self.error, self.tolerance, self.points, self.note, what, self.unchecked, self.sizes)

    @classmethod
    def failed(cls, note: str, tolerance: float = 0.0, points: int = 0, what: str = "") -> Comparison:
        """One that fails for another reason than an error that is too large."""
        return cls(inf, tolerance, points, note, what)

    @classmethod
    def untried(cls, note: str, what: str = "") -> Comparison:
        """One that could not be tried here."""
        return cls(0.0, 0.0, 0, note, what, unchecked=True)


def worst_of(found: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """Of the comparisons of each thing at several points the one with the largest error, in the order of the first.

    What could be tried at one of them is not untried.
    """
    worst: dict[str, Comparison] = {}
    for comparison in found:
        known = worst.get(comparison.what)
        if known is not None and comparison.unchecked:
            continue
        if known is None or known.unchecked or comparison.error > known.error:
            worst[comparison.what] = comparison
    return tuple(worst.values())


def relative_error(value: Any, truth: Any, floor: Any = 0.0) -> float:
    """The largest ``|value - truth| / max(|value|, |truth|, floor)`` of two numbers or arrays.

    They may be of any arithmetic, such as numbers of many digits. ``floor`` is the smallest scale, for all elements or
    for each; the largest element of ``truth`` makes it the error beside the whole. Two zeros agree, whatever it is.

    Raises:
        ArrayError: the shapes differ, there is no element, or an element is not finite: the two then
            agree on nothing.
    """
    value, truth, floor = numpy.asarray(value), numpy.asarray(truth), numpy.asarray(floor)
    if value.shape != truth.shape:
        raise ArrayError(f"shape {value.shape}, expected {truth.shape}")
    if not truth.size:
        raise ArrayError("there is no element to compare")
    for array, which in ((value, "the value"), (truth, "what it is compared with")):
        if not _is_finite(array):
            raise ArrayError(f"{which} is not finite everywhere")
    scale = numpy.asarray(numpy.maximum(numpy.maximum(numpy.abs(value), numpy.abs(truth)), floor))
    distance = numpy.asarray(numpy.abs(value - truth))
    compared = scale != 0
    return float((distance[compared] / scale[compared]).max(initial=0.0)) if numpy.any(compared) else 0.0


def _is_finite(array: Array) -> bool:
    if array.dtype == object:
        return all(map(mpmath.isfinite, array.flat))
    return bool(numpy.isfinite(array).all())


def largest(array: Array) -> float:
    """The size of the largest element: the floor of an error beside the whole."""
    return float(numpy.abs(array).max(initial=0.0))


def error_beside_rounding(
    value: Array, truth: Array, floor: Array, tolerance: float, rounding: Callable[[], Array]
) -> float:
    """The relative error; where it is above the tolerance, beside what ``rounding`` makes of cancelling terms.

    ``rounding`` takes as long as the value itself and is asked only then. An element is allowed to be off by it: as the
    error is held against the tolerance, the floor is the rounding divided by the tolerance. What is not finite there
    is no excuse, so it counts as 0.

    Raises:
        ArrayError: as :func:`relative_error`.
    """
    error = relative_error(value, truth, floor)
    if error <= tolerance:
        return error
    rounded = NOISE * numpy.nan_to_num(rounding(), nan=0.0, posinf=0.0)
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
    noise = NOISE * truth.noise
    size = largest(truth.value)
    clear = size > float(noise.max(initial=0.0))
    return numpy.maximum(SMALLER[tolerance] * (size if clear else 1.0), noise / tolerance)


def is_zero(truth: Measured) -> bool:
    """Whether every element is zero up to rounding."""
    return bool((numpy.abs(truth.value) <= NOISE * truth.noise).all())
