"""Second derivatives, measured on the forward definition alone: differences of gradients that are measured too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial as applied

import numpy

from derive.forward import Forward
from derive.steps import Quantity
from numeric.arrays.axes import Array
from numeric.checks.comparison import error_beside_rounding
from numeric.checks.tolerances import DIFFERENCES
from numeric.errors import ArrayError
from numeric.measuring.point import Point

STEP = 1e-5
"""The step of the differences. What they differ by is measured to the last digits, so that a small step is best."""
DIRECTIONS = 2
FEW = 512
"""Gradients of more elements than this are not measured a second time."""


def is_second_derivative(model: Forward, quantity: Quantity) -> bool:
    """Whether a quantity is a second derivative that can be measured: the partial of a gradient by a given tensor."""
    partial = quantity.partial
    given = {tensor.name for tensor in model.given}
    return partial is not None and partial.top in dict(model.gradients) and partial.bottom in given


def is_short(point: Point, quantity: Quantity) -> bool:
    """Whether the gradient of a second derivative has so few elements that it is measured a second time."""
    partial = quantity.partial
    return partial is not None and point.value(partial.top).size <= FEW


def second_difference_error(point: Point, quantity: Quantity, value: Array, rounding: Callable[[], Array]) -> float:
    """The error of a second derivative times random directions.

    ``quantity`` is the partial of a row that is a gradient itself, as ``dgrad_W/dW`` is; ``value`` its array.
    ``rounding`` says how far its elements may be off because terms cancel; it is asked only where an error is seen.

    Raises:
        ArrayError: the shapes differ, or the quantity is no second derivative.
    """
    partial = quantity.partial
    gradients = dict(point.model.gradients)
    if partial is None or partial.top not in gradients:
        raise ArrayError(f"{quantity.name} is no derivative of a gradient")
    start = point.value(partial.bottom)
    if value.shape != (*point.value(partial.top).shape, *start.shape):
        raise ArrayError(f"shape {value.shape}, expected {(*point.value(partial.top).shape, *start.shape)}")
    generator = numpy.random.default_rng(0)
    worst = 0.0
    for _ in range(DIRECTIONS):
        direction = generator.normal(size=start.shape)
        ends = [
            point.moved({partial.bottom: start + side * STEP * direction}).partial(gradients[partial.top]).value
            for side in (1.0, -1.0)
        ]
        measured = (ends[0] - ends[1]) / (2 * STEP)
        expected = numpy.tensordot(value, direction, direction.ndim)
        scale = numpy.sqrt(numpy.tensordot(value**2, direction**2, direction.ndim))
        noise = numpy.finfo(numpy.float64).eps * float(numpy.abs(ends[0]).max(initial=0.0)) / STEP / DIFFERENCES
        floor = numpy.asarray(numpy.maximum(scale, 100 * noise + 1e-300))
        rounded = applied(_along, rounding, direction)
        error = error_beside_rounding(numpy.asarray(expected), numpy.asarray(measured), floor, DIFFERENCES, rounded)
        worst = max(worst, error)
    return worst


def _along(rounding: Callable[[], Array], direction: Array) -> Array:
    """How far a second derivative times a direction may be off."""
    return numpy.asarray(numpy.tensordot(rounding(), numpy.abs(direction), direction.ndim))
