"""The points at which answers are compared with what is measured: sizes pairwise distinct, away from kinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
from sympy import Symbol

from derive.forward import Forward
from derive.remembering import ONE, with_forward
from numeric.arrays.sizes import sizes_from
from numeric.errors import ArrayError
from numeric.measuring.point import Point
from numeric.sampling import plan
from numeric.sampling.boundaries import at_kinks
from numeric.sampling.points import sample

POINTS = 3
"""How many points an answer must be right at."""
REACH = 3
"""The largest whole number in a counterexample."""
TRIES = 8


@with_forward(ONE)
def points_of(model: Forward) -> tuple[Point, ...]:
    """Points at which every tensor and partial is measured when it is asked for.

    Raises:
        ArrayError: there are no values for this definition away from its kinks.
    """
    return tuple(_at(model, sizes, seed) for seed, sizes in enumerate(_sizings(model)))


@with_forward(ONE)
def kinks_of(model: Forward) -> tuple[Point, ...]:
    """Points at which conditions are exactly at their boundaries, where definitions choose a side."""
    sizes = next(_sizings(model))
    return tuple(Point(model, arrays, sizes) for arrays in at_kinks(model, sizes, 0))


@with_forward(ONE)
def whole_points_of(model: Forward) -> tuple[Point, ...]:
    """Points of whole numbers at the smallest sizes, for counterexamples; the sizes grow from one to the next."""
    choices = plan(model, 0)
    found = []
    for seed, sizes in enumerate((choices.ones, choices.least, choices.telling[0])):
        try:
            arrays = sample(model, seed, sizes)
        except ArrayError:
            continue
        for attempt in range(TRIES):
            generator = numpy.random.default_rng(attempt)
            rounded = {
                tensor.name: _whole(arrays[tensor.name], tensor.domain, generator)
                for tensor in model.given
                if tensor.name in arrays
            }
            point = Point(model, arrays | rounded, sizes)
            if all(numpy.isfinite(point.value(row.name)).all() for row in model.rows):
                found.append(point)
    return tuple(found)


def _whole(array: Any, domain: str, generator: numpy.random.Generator) -> Any:
    if domain != "real":
        return array
    drawn = generator.integers(1, REACH + 1, array.shape) * generator.choice([-1, 1], array.shape)
    return drawn.astype(float)


def _at(model: Forward, sizes: dict[Symbol, int], seed: int) -> Point:
    return Point(model, sample(model, seed, sizes), sizes)


def _sizings(model: Forward) -> Iterator[dict[Symbol, int]]:
    """Sizes for each point: pairwise distinct where nothing ties them together, else those that a check would take."""
    choices = plan(model, 0)
    free = sorted(choices.least, key=str)
    least = min([2, *choices.ones.values()], default=2)
    plain = not model.sizes and all(length.is_Symbol for tensor in model.given for length in tensor.shape)
    for number in range(POINTS):
        if plain and len(free) == 1:
            yield {free[0]: 3 + number}
        elif plain and least > 0:
            yield {symbol: 2 + (at + number) % len(free) for at, symbol in enumerate(free)}
        else:
            yield dict(choices.sizings[number % len(choices.sizings)])


def lengths_of(point: Point) -> dict[str, int]:
    """The sizes of a point by their names."""
    return {str(symbol): size for symbol, size in sizes_from(point.model, {}, point.sizes).items()}
