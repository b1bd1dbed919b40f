"""Random points of a forward definition, at small sizes and away from its kinks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from math import prod, sqrt
from typing import Any

import numpy
import sympy
from numpy.random import Generator
from sympy import Expr, Indexed, KroneckerDelta, Symbol

from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Domain, Forward, Tensor
from numeric.arrays.axes import Array, Scope, stacked
from numeric.arrays.sizes import length, lengths
from numeric.errors import ArrayError
from numeric.expression.compiled import compile_expression
from numeric.expression.forward import Program, program
from numeric.expression.work import work
from numeric.measuring.differences import LEAST, Perturbation
from numeric.sampling import Plan, Sizing, plan
from numeric.sampling.kinks import Gap, gaps
from numeric.sampling.plan import fitted

MARGINS = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005)
"""Distances from a kink, the widest first. The narrowest is far above the steps of central differences."""
CANDIDATES, FEWEST = 128, 16
"""How many candidates are drawn together, and how many where that takes long."""
PRODUCTS_AT_ONCE = 8_000_000
"""How many products a row may be added up from for all candidates together."""
MOST_ELEMENTS = 200_000
"""How many elements what is given may have at one candidate: a check measures many of their derivatives."""
ELEMENTS_AT_ONCE = 16_000_000
"""How many elements what is given of all candidates together may have, however few these then are."""
ROUNDS, USUAL = 10, 3
"""How many times candidates are drawn, and how many times from the middle of their domains alone."""
STEP, FARTHER_STEP = 1e-30, 1e-10
RESPONSE = 1e-10
"""The smallest derivative along a random direction that is more than what rounding leaves of a zero."""
MANY = 8
"""How many products with weights from the normal distribution are added up before weights are made smaller."""
FIXED: tuple[Domain, ...] = ("class", "binary", "one_hot", "index")
"""What tensors hold that cannot be moved a little."""
SAME = 1e-6
"""By what share slopes measured with different steps differ at most."""
ROUNDED = (1e-30, 1e-6)
"""How large a slope is of which rounding leaves nothing but rounding."""
FARTHEST = (20.0, 1e4)
"""How far from 0 the values of a candidate are looked for together, where none nearer have led to one."""
SPREADS = (0.25, 0.25, 0.05)
"""How far such values are from one another."""
UNSATURATED, SHRINKING = 12.0, 0.7
"""How large values may be before exponentials of them make probabilities 0 and 1, and by what parameters are made
smaller from round to round where they are larger."""
DEEP = 3
"""Behind so many layers weights are made smaller still: what each of them enlarges is enlarged by the next."""


def sample(model: Forward, seed: int, sizes: Mapping[Symbol, int] | None = None) -> dict[str, Array]:
    """Random values in float64 for the given tensors and the real symbols of a forward definition.

    Of many candidates that of the most active one is taken among those that are farthest from the kinks:
    where conditions hold on some elements and fail on others, both branches are seen.

    Args:
        sizes: values of size symbols; those that are not in it get small ones, distinct where possible.

    Raises:
        ArrayError: no candidate has finite values away from the kinks.
    """
    chosen = sample_sizes(model, seed) if sizes is None else {**sample_sizes(model, seed, sizes), **sizes}
    found = _search(model, chosen, numpy.random.default_rng(seed), None)
    if found is None:
        beyond = _beyond(model)
        if beyond is not None:
            raise ArrayError(f"{beyond} is beyond the range of floating-point numbers, which ends at 10^308")
        raise ArrayError(f"no random point is finite and farther than {MARGINS[-1]} from every kink")
    return found


def _beyond(model: Forward) -> str | None:
    """A number in the rows that floating point does not hold, to its leading digits."""
    for row in model.rows:
        for number in sorted(row.expression.atoms(sympy.Rational), key=abs, reverse=True):
            if abs(number) > sympy.Rational(sys.float_info.max):
                return str(number.n(3))
    return None


def responsive_sample(model: Forward, seed: int, partial: str, sizes: Sizing | None = None) -> dict[str, Array] | None:
    """A point like those of :func:`sample` at which a partial, ``dl/dW1``, is not zero; None if none is found.

    In a deep network of ReLU layers most points have a layer whose units are all dead.
    """
    chosen = sample_sizes(model, seed) if sizes is None else sizes
    return _search(model, chosen, numpy.random.default_rng(seed), partial)


def untied_sample(model: Forward, seed: int, sizes: Sizing) -> dict[str, Array] | None:
    """A point like those of :func:`sample` at which no candidates of a maximum are equal, as the zeros behind a ReLU
    are; None if none is found."""
    return _search(model, sizes, numpy.random.default_rng(seed), None, tied=False)


def _search(
    model: Forward, sizes: Mapping[Symbol, int], generator: Generator, partial: str | None, *, tied: bool = True
) -> dict[str, Array] | None:
    chart = program(model)
    extreme: dict[str, Array] | None = None
    for number in range(ROUNDS):
        given = candidates(model, sizes, generator, number)
        if extreme is not None:
            for tensor in model.given:
                if tensor.role == "parameter" and tensor.domain == "real":
                    given[tensor.name] = given[tensor.name] * SHRINKING**number
        values = dict(given)
        chart.compute(chart.rows, values, sizes, numpy.float64)
        distance, activity = distances(model, values, sizes, tied=tied)
        if partial is not None:
            distance = numpy.where(_responds(model, values, sizes, partial, generator), distance, 0.0)
        moderate = _extent(model, values) <= UNSATURATED
        for margin in MARGINS:
            far = numpy.flatnonzero((distance > margin) & moderate)
            if far.size:
                pick = far[numpy.argmax(activity[far])]
                return {name: numpy.array(array[..., pick]) for name, array in given.items()}
        far = numpy.flatnonzero(distance > MARGINS[-1])
        if far.size and extreme is None:
            extreme = {name: numpy.array(array[..., far[0]]) for name, array in given.items()}
    return extreme


def _extent(model: Forward, values: Mapping[str, Array]) -> Array:
    """For each candidate the largest value that is computed, but for what is internal to a layer."""
    extent = numpy.zeros(count_of(values))
    for row in model.rows:
        if row.tensor.role == "value":
            array = numpy.abs(values[row.name]).reshape(-1, values[row.name].shape[-1])
            extent = numpy.maximum(extent, array.max(axis=0, initial=0.0))
    return extent


def sample_sizes(model: Forward, seed: int, fixed: Mapping[Symbol, int] | None = None) -> dict[Symbol, int]:
    """Small values for the size symbols, distinct where possible, at which mistakes show.

    Raises:
        ArrayError: none were found.
    """
    return dict(plan(model, seed, tuple((fixed or {}).items())).telling[0])


def samples(
    model: Forward, seed: int, count: int, fixed: Mapping[Symbol, int] | None = None
) -> tuple[tuple[Sizing, dict[str, Array]], ...]:
    """Random points, each with its sizes: at least ``count``, and as many as all features of the sizes take.

    Sizes that are ``fixed`` stay as they are. The first points have the features that tell most, then come long axes,
    then sizes as small as they can be.

    Raises:
        ArrayError: there is no point away from kinks at the first sizes.
    """
    choices = plan(model, seed, tuple((fixed or {}).items()))
    found = []
    for number, sizes in enumerate((*choices.telling, *choices.long)):
        arrays = _search(model, sizes, numpy.random.default_rng((seed, number)), None)
        if arrays is not None:
            found.append((sizes, arrays))
        elif not found and number == len(choices.telling) - 1:
            found.append((choices.least, sample(model, seed, choices.least)))
    found += _smallest(model, choices, seed)
    for number in range(len(found), count):
        sizes = choices.telling[number % len(choices.telling)]
        found.append((sizes, sample(model, seed + number, sizes)))
    return tuple(found)


def _smallest(model: Forward, choices: Plan, seed: int) -> list[tuple[Sizing, dict[str, Array]]]:
    """A point with the smallest sizes at which there is one: a variance of one sample may have no quotient by it."""
    sizes = choices.ones
    if sizes in (*choices.telling, *choices.long):
        return []
    arrays = _search(model, sizes, numpy.random.default_rng(seed), None)
    if arrays is not None and _is_smooth(model, arrays, sizes):
        return [(sizes, arrays)]
    best: list[tuple[Sizing, dict[str, Array]]] = []
    kept = dict(choices.least)
    for symbol, value in choices.ones.items():
        tried = fitted(model, {**kept, symbol: value})
        arrays = None if tried is None else _search(model, tried, numpy.random.default_rng(seed), None)
        if tried is not None and arrays is not None and _is_smooth(model, arrays, tried):
            kept, best = dict(tried), [(tried, arrays)]
    return best


def _is_smooth(model: Forward, arrays: Mapping[str, Array], sizes: Sizing) -> bool:
    """Whether the last row has slopes by every tensor: with one class only, 1 - p is 0, and a power of it has none.

    Slopes that differ with the step are rounding where they are about as large as that; others are no slopes.
    """
    chart = program(model)
    if model.cycle or not chart.rows:
        return True
    base: dict[str, Array] = {name: stacked(array, numpy.float64) for name, array in arrays.items()}
    chart.compute(chart.rows, base, sizes, numpy.float64)
    last = next(reversed(chart.rows))
    moved = [name for name, tensor in model.tensors.items() if tensor.domain not in FIXED and chart.depends(last, name)]
    return all(_has_slopes(chart, base, sizes, last, name) for name in moved if name != last)


def _has_slopes(chart: Program, base: dict[str, Array], sizes: Sizing, top: str, by: str) -> bool:
    """Whether what is measured along a random direction does not depend on the step."""
    direction = numpy.random.default_rng(0).normal(size=base[by].shape)
    found = Perturbation(chart, base, sizes, by, (), "complex").along(top, direction)
    largest = float(numpy.abs(found.value).max(initial=0.0))
    differs = float(found.noise.max(initial=0.0)) > SAME * largest
    return bool(numpy.isfinite(largest)) and (not differs or ROUNDED[0] < largest < ROUNDED[1])


def candidates(model: Forward, sizes: Mapping[Symbol, int], generator: Generator, number: int = 0) -> dict[str, Array]:
    """Candidates for the given tensors and real symbols; after the first rounds, of which ``number`` counts how many
    had none, from other parts of their domains."""
    values: dict[str, Array] = {}
    count = _how_many(model, sizes)
    for tensor in model.given:
        shape = (*lengths(tensor.shape, sizes), count)
        if tensor.domain == "class":
            values[tensor.name] = generator.integers(_classes(model, tensor, sizes), size=shape).astype(numpy.float64)
        else:
            draw = UNUSUAL.get(tensor.domain) if number >= USUAL else None
            drawn = of_domain(tensor, generator, shape) if draw is None else draw(generator, shape)
            values[tensor.name] = drawn * _scale(model, tensor, shape)
    chart = program(model)
    for name in sorted(set().union(*(row.reads for row in chart.rows.values())) - set(model.tensors)):
        values[name] = generator.uniform(0.2, 0.8, size=count) if number < USUAL else _anywhere(generator, (count,))
    return values


def _how_many(model: Forward, sizes: Sizing) -> int:
    """How many candidates are computed together, fewer where they are long to compute or take much memory.

    Raises:
        ArrayError: even one takes too much.
    """
    compared = (prod(lengths([length for _, length in gap.ranges], sizes)) for gap in gaps(model))
    largest = max(work(model).largest(sizes), *compared, 1)
    held = sum(prod(lengths(tensor.shape, sizes)) for tensor in model.given)
    if held > MOST_ELEMENTS:
        raise ArrayError(
            f"the tensors have {held:.0e} elements at the sizes of a check; at most {MOST_ELEMENTS:.0e} are drawn"
        )
    fewest = max(1, min(FEWEST, ELEMENTS_AT_ONCE // max(held, 1)))
    return max(fewest, min(CANDIDATES, PRODUCTS_AT_ONCE // largest))


def count_of(values: Mapping[str, Array]) -> int:
    """How many candidates the arrays hold."""
    return max(array.shape[-1] for array in values.values())


def _scale(model: Forward, tensor: Tensor, shape: tuple[int, ...]) -> float:
    """1, but for large weights: a sum of very many products would saturate what stands behind it."""
    terms = prod(shape[1:-1])
    depth = sum(other.role == "parameter" and len(other.shape) > 1 for other in model.given)
    many = MANY ** min(1.0, DEEP / max(depth, 1))
    return min(1.0, sqrt(many / terms)) if tensor.role == "parameter" and tensor.domain == "real" else 1.0


def distances(
    model: Forward, values: Mapping[str, Array], sizes: Mapping[Symbol, int], *, tied: bool
) -> tuple[Array, Array]:
    """For each candidate the distance from the nearest kink, and on how many conditions both sides occur.

    Candidates of a maximum that are exactly equal may be ``tied`` or are no farther apart than that.
    """
    count = count_of(values)
    distance, activity = numpy.full(count, numpy.inf), numpy.zeros(count, dtype=int)
    for name in program(model).rows:
        array = values[name].reshape(-1, values[name].shape[-1])
        distance = numpy.where(numpy.isfinite(array).all(axis=0), distance, 0.0)
    for gap, array in gap_values(model, values, sizes):
        width = numpy.where((array == 0) & (gap.tied and tied), numpy.inf, numpy.abs(array))
        distance = numpy.minimum(distance, numpy.nan_to_num(width, nan=0.0, posinf=numpy.inf).min(axis=0))
        activity = activity + ((array > 0).any(axis=0) & (array < 0).any(axis=0))
    return distance, activity


def gap_values(model: Forward, values: Mapping[str, Array], sizes: Mapping[Symbol, int]) -> Iterator[tuple[Gap, Array]]:
    """The gaps with their values: a row for each value of their indices, a column for each candidate."""
    for gap in gaps(model):
        letters = tuple(letter for letter, _ in gap.ranges)
        scope = Scope(values, sizes, lengths([dimension for _, dimension in gap.ranges], sizes))
        array = compile_expression(gap.expression, letters, model.functions)(scope)
        yield gap, array.reshape(-1, array.shape[-1])


def _responds(
    model: Forward, values: Mapping[str, Array], sizes: Mapping[Symbol, int], partial: str, generator: Generator
) -> Array:
    """For each candidate whether the numerator of a partial changes along a random direction of the denominator.

    Where something on the way is so small that steps of it leave the range of floating point, that is not known: of
    e/s at e = s = 1e-308 only the step of e or of s is left, and a slope of 0 seems to be one. Beside a large numerator
    a small change is rounding: what cancels in all of it would seem to respond.
    """
    found = partial_named(partial)
    if found is None:
        raise ArrayError(f"{partial} is not the name of a partial, such as dl/dW1")
    numerator, denominator = found.ends
    chart = program(model)
    kept = {name: array for name, array in values.items() if not chart.depends(name, denominator)}
    kept.update({name: values[name] for name in found.held})
    start = values[denominator]
    direction = generator.normal(size=start.shape)

    def slopes(step: float) -> Array:
        moved = {**kept, denominator: start + 1j * step * direction}
        chart.compute(chart.needed({numerator}, moved), moved, sizes, numpy.float64)
        return moved[numerator].imag.reshape(-1, moved[numerator].shape[-1]) / step

    found_slopes = slopes(STEP)
    largest = numpy.abs(values[numerator]).reshape(-1, found_slopes.shape[-1]).max(axis=0, initial=0.0)
    scale = numpy.maximum(1.0, largest)
    responds = (numpy.abs(found_slopes) > RESPONSE * scale).any(axis=0)
    if responds.any():
        # Inside of a row too a step may leave the range: log(exp(z)) at -707 has no slope along one that is so small.
        apart = numpy.abs(slopes(FARTHER_STEP) - found_slopes)
        responds &= (apart <= SAME * numpy.maximum(scale, numpy.abs(found_slopes))).all(axis=0)
    for name in chart.rows:
        size = numpy.abs(values[name]).reshape(-1, values[name].shape[-1])
        responds &= ((size == 0) | (size >= LEAST)).all(axis=0)
    return responds


def breaks_ties(
    model: Forward, values: Mapping[str, Array], sizes: Mapping[Symbol, int], denominator: str, generator: Generator
) -> bool:
    """Whether candidates of a maximum that are exactly tied are told apart where a tensor moves, as a kink is.

    The zeros behind a ReLU are tied; they stay so where what the ReLU reads moves, and not where they move themselves.
    ``values`` are those of all tensors at one point.
    """
    if not any(gap.tied for gap in gaps(model)):
        return False
    chart = program(model)
    moved = {name: array for name, array in values.items() if not chart.depends(name, denominator)}
    start = values[denominator]
    moved[denominator] = start + 1j * STEP * generator.normal(size=start.shape)
    chart.compute(chart.needed(chart.rows, moved), moved, sizes, numpy.float64)
    return any(
        gap.tied and bool(((array.real == 0) & (numpy.imag(array) != 0)).any())
        for gap, array in gap_values(model, moved, sizes)
    )


def _simplex(generator: Generator, shape: tuple[int, ...]) -> Array:
    weights = numpy.exp(generator.normal(size=shape) / 2)
    return weights / weights.sum(axis=-2, keepdims=True)


def _one_hot(generator: Generator, shape: tuple[int, ...]) -> Array:
    scores = generator.normal(size=shape)
    return (scores == scores.max(axis=-2, keepdims=True)).astype(numpy.float64)


DOMAINS: Mapping[Domain, Callable[[Generator, Any], Array]] = {
    "real": lambda generator, shape: generator.normal(size=shape),
    "positive": lambda generator, shape: generator.uniform(0.3, 2.0, size=shape),
    "unit": lambda generator, shape: generator.uniform(0.1, 0.9, size=shape),
    "binary": lambda generator, shape: generator.integers(2, size=shape).astype(numpy.float64),
    "simplex": _simplex,
    "log_simplex": lambda generator, shape: numpy.log(_simplex(generator, shape)),
    "one_hot": _one_hot,
}
"""Random values of each domain, in an array whose last axis counts the candidates."""


def of_domain(tensor: Tensor, generator: Generator, shape: tuple[int, ...]) -> Array:
    """Random values for a tensor, the last axis of whose ``shape`` counts candidates; probabilities along its axis."""
    place = len(shape) - 1 + tensor.along
    if tensor.along == -1 or place < 0:
        return DOMAINS[tensor.domain](generator, shape)
    moved = (*shape[:place], *shape[place + 1 : -1], shape[place], shape[-1])
    return numpy.moveaxis(DOMAINS[tensor.domain](generator, moved), -2, place)


def _anywhere(generator: Generator, shape: tuple[int, ...]) -> Array:
    """Real numbers, for each candidate from a part of the line: where logarithms, roots or their like have values."""
    normal = generator.normal(size=shape)
    parts = (
        normal,
        numpy.exp(normal / 2),
        1 + numpy.exp(normal / 2),
        numpy.tanh(normal) * 0.9,
        normal / 8,
        -numpy.exp(normal / 2),
        *(_centre(generator, shape[-1]) + normal * spread for spread in SPREADS),
    )
    which = generator.integers(len(parts), size=shape[-1])
    return numpy.asarray(numpy.choose(which, parts))


def _centre(generator: Generator, count: int) -> Array:
    """For each candidate a number around which its values lie, of any size up to the farthest, more of them near 0."""
    farthest = generator.choice(FARTHEST, size=count)
    centre: Array = generator.choice((-1.0, 1.0), size=count) * farthest ** generator.random(size=count)
    return centre


def _mostly_ones(generator: Generator, shape: tuple[int, ...]) -> Array:
    """Zeros and ones, for each candidate with a share of zeros of its own: a mask must leave something."""
    return (generator.random(size=shape) >= generator.random(size=shape[-1]) / 2).astype(numpy.float64)


UNUSUAL: Mapping[Domain, Callable[[Generator, Any], Array]] = {"real": _anywhere, "binary": _mostly_ones}
"""Random values of domains where those of :data:`DOMAINS` have led to none that are finite."""


def _classes(model: Forward, tensor: Tensor, sizes: Mapping[Symbol, int]) -> int:
    """How many classes a tensor of labels tells apart, by where its elements stand as subscripts.

    Raises:
        ArrayError: no row uses them so.
    """
    for row in model.rows:
        ranges = dict(zip(row.indices, row.tensor.shape, strict=True))
        for total in row.expression.atoms(sympy.Sum):
            ranges.update({letter: upper - lower + 1 for letter, lower, upper in total.limits})
        for dimension in _selected(model, row.expression, tensor.name, ranges):
            return length(dimension, sizes)
    raise ArrayError(f"{tensor.name} holds classes, but no row selects an element by it")


def _selected(model: Forward, expression: Expr, name: str, ranges: Mapping[Symbol, Expr]) -> Iterator[Expr]:
    for access in expression.atoms(Indexed):
        for subscript, dimension in zip(access.indices, model.tensors[symbols.name_of(access)].shape, strict=True):
            if _is_label(subscript, name):
                yield dimension
    for pair in expression.atoms(KroneckerDelta, sympy.Eq):
        for label, letter in (pair.args[:2], pair.args[1::-1]):
            if _is_label(label, name) and letter in ranges:
                yield ranges[letter]


def _is_label(expression: Expr, name: str) -> bool:
    return isinstance(expression, Indexed | Symbol) and symbols.name_of(expression) == name
