"""Points at which conditions are exactly at their boundaries, where a definition says which side counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.random import Generator

from derive.forward import Forward
from numeric.arrays.axes import Array
from numeric.expression.forward import program
from numeric.sampling import Sizing
from numeric.sampling.kinks import Gap, deciding, gaps
from numeric.sampling.points import MARGINS, ROUNDS, candidates, count_of, gap_values

MOST = 8
"""The largest number of points at which conditions are at their boundaries."""
DIGITS = 12
"""Binary digits behind the point of a number whose sums and products are exact."""
GRIDS = ((2, 1.0), (2, 0.5), (8, 1.0), (2, 0.25))
"""What is drawn at such points: whole numbers up to the first number, times the second."""
MODERATE = 12.0
"""How large values may be where conditions are at their boundaries: beside 1 an exponential of them still shows."""
ROUNDING = 1e-6
"""By what share numbers are moved to see what stays exactly 0 whatever their last digits are."""


@dataclass(frozen=True)
class Boundaries:
    """The points, and the gaps that are 0 at none of them."""

    points: tuple[dict[str, Array], ...]
    unmet: tuple[Gap, ...]


def at_kinks(model: Forward, sizes: Sizing, seed: int) -> tuple[dict[str, Array], ...]:
    """Points of few digits that together have as many conditions exactly at their boundaries as are found, each
    one that none before it has."""
    return boundaries(model, sizes, seed).points


def boundaries(model: Forward, sizes: Sizing, seed: int) -> Boundaries:
    """The points of :func:`at_kinks`, and what is at its boundary at none of them."""
    generator = numpy.random.default_rng(seed)
    chart = program(model)
    found: list[dict[str, Array]] = []
    missing = numpy.array([not gap.singular for gap in gaps(model)], dtype=bool)
    for number in range(ROUNDS):
        if not missing.any() or len(found) == MOST:
            break
        given = _drawn(model, sizes, generator, number)
        values = dict(given)
        chart.compute(chart.rows, values, sizes, numpy.float64)
        if number == 0:
            missing &= _met_somewhere(model, values, sizes)
        met = _met(model, values, sizes, generator)
        while missing.any() and len(found) < MOST:
            new = (met & missing[:, None]).sum(axis=0)
            half = new.size // 2
            pick = int(new[:half].argmax()) if new[:half].any() else int(new.argmax())
            if new[pick] == 0:
                break
            found.append({name: numpy.array(array[..., pick]) for name, array in given.items()})
            missing &= ~met[:, pick]
    return Boundaries(tuple(found), tuple(gap for gap, left in zip(gaps(model), missing, strict=True) if left))


def _drawn(model: Forward, sizes: Sizing, generator: Generator, number: int) -> dict[str, Array]:
    """Candidates, of few digits where a condition depends on them; the more of them 0, the higher the ``number``."""
    given = candidates(model, sizes, generator)
    reach, unit = GRIDS[number % len(GRIDS)]
    decided_by = deciding(model)
    for tensor in model.given:
        # What no condition depends on stays as it is: a slope times 0 would show nothing.
        if tensor.domain == "real" and tensor.name in decided_by:
            drawn = given[tensor.name]
            few = generator.integers(-reach, reach + 1, size=drawn.shape) * unit
            # More of them 0 in later rounds, so that sums of many products are small, too.
            few = numpy.where(generator.random(size=drawn.shape) < 0.8**number, few, 0.0)
            if tensor.role == "parameter" and drawn.ndim > 2 and number % 2:
                # Units that read nothing are what is added to them, whatever stands before them.
                reads = generator.random(size=(drawn.shape[0], *(1,) * (drawn.ndim - 2), drawn.shape[-1])) < 0.5
                few = numpy.where(reads, few, 0.0)
            # So does what the output is compared with, in the first half.
            first = drawn.shape[-1] // 2 if tensor.role == "target" else 0
            given[tensor.name] = numpy.concatenate([drawn[..., :first], few[..., first:]], axis=-1)
    return given


def _met_somewhere(model: Forward, values: Mapping[str, Array], sizes: Sizing) -> Array:
    """Whether there are two sides to each gap: a maximum of one candidate has none."""
    return numpy.array([not (gap.tied and (array == 1).all()) for gap, array in gap_values(model, values, sizes)])


def _met(model: Forward, values: Mapping[str, Array], sizes: Sizing, generator: Generator) -> Array:
    """Which conditions are exactly at their boundaries for which candidates: a row for each.

    No value is large there. Where one is so by rounding alone, or nearly so, another order of a sum may be on the other
    side: only what is the same whatever the last digits of all else are counts, as products of 0 are.
    """
    allowed = numpy.ones(count_of(values), dtype=bool)
    for name in program(model).rows:
        size = numpy.abs(values[name]).reshape(-1, values[name].shape[-1])
        allowed &= size.max(axis=0, initial=0.0) <= MODERATE
    here = gap_values(model, values, sizes)
    there = gap_values(model, _rounded(model, values, sizes, generator), sizes)
    met = []
    for (gap, array), (_, other) in zip(here, there, strict=True):
        if gap.singular:
            allowed &= (array != 0).all(axis=0)
            met.append(numpy.zeros(allowed.shape, dtype=bool))
            continue
        exact = array == other
        near = (numpy.abs(array) < MARGINS[-1]) & ~exact & ~((array == 0) & gap.tied)
        allowed &= ~near.any(axis=0)
        met.append(numpy.broadcast_to(((array == 0) & exact).any(axis=0), allowed.shape))
    return numpy.array(met) & allowed


def _rounded(model: Forward, values: Mapping[str, Array], sizes: Sizing, generator: Generator) -> dict[str, Array]:
    """The values of all tensors, were all elements a little different whose sums and products are not exact."""

    def turned(name: str, array: Array) -> Array:
        exact = (array == values[name]) & _has_few_digits(array)
        return numpy.where(exact, array, array * (1 + ROUNDING * generator.normal(size=array.shape)))

    chart = program(model)
    fixed = {tensor.name for tensor in model.given if tensor.domain != "real"}
    given = {name: array for name, array in values.items() if name not in chart.rows}
    moved = {name: array if name in fixed else turned(name, array) for name, array in given.items()}
    chart.compute(chart.rows, moved, sizes, numpy.float64, turned=turned)
    return moved


def _has_few_digits(array: Array) -> Array:
    """For each element whether sums and products of such are exact."""
    with numpy.errstate(invalid="ignore"):
        return (numpy.remainder(array, 2.0**-DIGITS) == 0) & (numpy.abs(array) < 2.0**DIGITS)
