"""Random points of a forward definition, at small sizes and away from its kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod, sqrt
from typing import Any

import numpy
import sympy
from numpy.random import Generator
from sympy import Basic, Expr, Indexed, KroneckerDelta, Symbol

from derive import symbols
from derive.forward import Domain, Forward, Tensor
from numeric.errors import ArrayError
from numeric.expression import compile_expression
from numeric.forward import program
from numeric.kinks import gaps
from numeric.scope import Array, Scope
from numeric.sizes import length, lengths, with_derived

MARGINS = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
"""Distances from a kink, the widest first. The narrowest is far above the steps of central differences."""
CANDIDATES = 128
ROUNDS = 8
STEP = 1e-30
RESPONSE = 1e-10
"""The smallest derivative along a random direction that is more than what rounding leaves of a zero."""
SMALLEST, LARGEST = 2, 5
FEW = 4
ATTEMPTS = 200
REDRAWN = 60
"""How many times sizes are drawn that make differences long to compute, before the least of them are taken."""
LONG = 16_000_000
"""From how many products on differences are long to compute."""
MANY = 8
"""How many products with weights from the normal distribution are added up before weights are made smaller."""
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
        tried = ROUNDS * CANDIDATES
        raise ArrayError(f"none of {tried} random points is finite and farther than {MARGINS[-1]} from every kink")
    return found


def responsive_sample(model: Forward, seed: int, partial: str) -> dict[str, Array] | None:
    """A point like those of :func:`sample` at which a partial, ``dl/dW1``, is not zero; None if none is found.

    In a deep network of ReLU layers most points have a layer whose units are all dead.
    """
    return _search(model, sample_sizes(model, seed), numpy.random.default_rng(seed), partial)


def _search(
    model: Forward, sizes: Mapping[Symbol, int], generator: Generator, partial: str | None
) -> dict[str, Array] | None:
    chart = program(model)
    for number in range(ROUNDS):
        # Functions such as asin and acosh take only some numbers: later rounds draw real ones from other ranges.
        given = _candidates(model, sizes, generator, elsewhere=number >= ROUNDS // 2)
        values = dict(given)
        chart.compute(chart.rows, values, sizes, numpy.float64)
        distance, activity = _distances(model, values, sizes)
        if partial is not None:
            distance = numpy.where(_responds(model, values, sizes, partial, generator), distance, 0.0)
        for margin in MARGINS:
            far = numpy.flatnonzero(distance > margin)
            if far.size:
                pick = far[numpy.argmax(activity[far])]
                return {name: numpy.array(array[..., pick]) for name, array in given.items()}
    return None


def sample_sizes(model: Forward, seed: int, fixed: Mapping[Symbol, int] | None = None) -> dict[Symbol, int]:
    """Small values for the size symbols, distinct where possible, at which every dimension is at least 1.

    Raises:
        ArrayError: none were found.
    """
    known = dict(fixed or {})
    free = sorted(_size_symbols(model) - set(known), key=str)
    shapes = {dimension for tensor in model.tensors.values() for dimension in tensor.shape}
    strides = sorted(_strides(model) & set(free), key=str)
    generator = numpy.random.default_rng(seed)
    largest = min(max(LARGEST, len(free) + 1), LARGEST + 2)
    single = _single_elements(model)
    found: list[tuple[int, dict[Symbol, int]]] = []
    for attempt in range(ATTEMPTS):
        # Later attempts reach further: a kernel must fit into its input, groups must divide the channels. What is
        # long to compute has many sizes; some of them are then equal.
        reach = numpy.arange(SMALLEST, (FEW + len(strides) if found else largest + attempt // 10) + 1)
        # Strides and dilations are the least of all, so that windows overlap.
        steps, pool = generator.permutation(reach[: len(strides)]), generator.permutation(reach[len(strides) :])
        others = [symbol for symbol in free if symbol not in strides]
        chosen = dict(zip(strides, map(int, steps), strict=True))
        chosen.update((symbol, int(pool[k % len(pool)])) for k, symbol in enumerate(others))
        chosen.update(_multiples(model, {**chosen, **known}, generator))
        chosen.update((size, max(chosen[size], least)) for size, least in single.items() if size in chosen)
        chosen.update(known)
        try:
            chosen = with_derived(model, chosen)
            if all(length(dimension, chosen) >= 1 for dimension in shapes):
                found.append((_products(model, chosen), chosen))
        except ArrayError:
            continue  # a dimension such as C/groups that these sizes do not divide
        if found and (found[-1][0] <= LONG or len(found) == REDRAWN or not free):
            break
    if not found:
        raise ArrayError(f"no small values of {', '.join(map(str, free))} make every dimension a positive integer")
    return min(found, key=lambda pair: pair[0])[1]


def _single_elements(model: Forward) -> dict[Symbol, int]:
    """For each size the least value at which an axis of it has every element that is read by its number, z[3]."""
    found: dict[Symbol, int] = {}
    for access in sorted({access for row in model.rows for access in row.expression.atoms(Indexed)}, key=str):
        for subscript, size in zip(access.indices, model.tensors[symbols.name_of(access)].shape, strict=True):
            if subscript.is_Integer and isinstance(size, Symbol):
                found[size] = max(found.get(size, 0), int(subscript) + 2)
    return found


def _strides(model: Forward) -> set[Symbol]:
    """The sizes that multiply an index where an element is read and that no axis has: ``s`` of ``z[s*h + m]``."""
    reads = {access for row in model.rows for access in row.expression.atoms(Indexed, KroneckerDelta)}
    products = {part for access in reads for part in access.atoms(sympy.Mul) if any(map(_is_index, part.args))}
    dimensions = {dimension for tensor in model.tensors.values() for dimension in tensor.shape}
    return {factor for part in products for factor in part.args if factor.is_Symbol and factor.is_positive} - dimensions


def _is_index(expression: Expr) -> bool:
    return bool(expression.is_Symbol and expression.is_integer and not expression.is_positive)


def _products(model: Forward, sizes: Mapping[Symbol, int]) -> int:
    """How many products the longest row is summed from if it is computed once for every element of a given tensor."""
    rows = (prod(lengths(row.tensor.shape, sizes)) * _terms(row.expression, sizes) for row in model.rows)
    elements = (prod(lengths(tensor.shape, sizes)) for tensor in model.given)
    return max(rows, default=0) * max(elements, default=0)


def _terms(expression: Basic, sizes: Mapping[Symbol, int]) -> int:
    """The number of terms of the longest sum in an expression, with those of the sums inside it."""
    inside = max((_terms(argument, sizes) for argument in expression.args), default=1)
    if not isinstance(expression, sympy.Sum):
        return inside
    return inside * prod(lengths([upper - lower + 1 for _, lower, upper in expression.limits], sizes))


def _multiples(model: Forward, sizes: Mapping[Symbol, int], generator: Generator) -> dict[Symbol, int]:
    """For each size that another must divide, C of C/G, a small multiple of that other."""
    found = {}
    for _, formula in model.sizes:
        above, below = formula.as_numer_denom()
        if isinstance(above, Symbol) and below in sizes:
            found[above] = sizes[below] * int(generator.integers(1, 4))
    return found


def _size_symbols(model: Forward) -> set[Symbol]:
    sizes: set[Symbol] = set()
    for tensor in model.tensors.values():
        sizes.update(*(sympy.sympify(dimension).free_symbols for dimension in tensor.shape))
    for row in model.rows:
        bound = {limit[0] for total in row.expression.atoms(sympy.Sum) for limit in total.limits}
        read = {symbol for symbol in row.expression.atoms(Symbol) if symbol.is_integer and symbol.is_positive}
        sizes |= read - bound - set(row.indices)
    sizes.update(*(formula.free_symbols for _, formula in model.sizes))
    return sizes - {symbol for symbol, _ in model.sizes}


def _candidates(
    model: Forward, sizes: Mapping[Symbol, int], generator: Generator, *, elsewhere: bool = False
) -> dict[str, Array]:
    values: dict[str, Array] = {}
    for tensor in model.given:
        shape = (*lengths(tensor.shape, sizes), CANDIDATES)
        if tensor.domain == "class":
            values[tensor.name] = generator.integers(_classes(model, tensor, sizes), size=shape).astype(numpy.float64)
        else:
            values[tensor.name] = DOMAINS[tensor.domain](generator, shape) * _scale(model, tensor, shape)
        if elsewhere and tensor.domain == "real":
            low, high = numpy.array(RANGES)[generator.integers(len(RANGES), size=CANDIDATES)].T
            values[tensor.name] = generator.uniform(low, high, size=shape)
    chart = program(model)
    for name in sorted(set().union(*(row.reads for row in chart.rows.values())) - set(model.tensors)):
        values[name] = generator.uniform(0.2, 0.8, size=CANDIDATES)
    return values


def _scale(model: Forward, tensor: Tensor, shape: tuple[int, ...]) -> float:
    """1, but for large weights: a sum of very many products would saturate what stands behind it."""
    terms = prod(shape[1:-1])
    depth = sum(other.role == "parameter" and len(other.shape) > 1 for other in model.given)
    many = MANY ** min(1.0, DEEP / max(depth, 1))
    return min(1.0, sqrt(many / terms)) if tensor.role == "parameter" and tensor.domain == "real" else 1.0


def _distances(model: Forward, values: Mapping[str, Array], sizes: Mapping[Symbol, int]) -> tuple[Array, Array]:
    """For each candidate the distance from the nearest kink, and on how many conditions both sides occur."""
    distance, activity = numpy.full(CANDIDATES, numpy.inf), numpy.zeros(CANDIDATES, dtype=int)
    for name in program(model).rows:
        array = values[name].reshape(-1, values[name].shape[-1])
        distance = numpy.where(numpy.isfinite(array).all(axis=0), distance, 0.0)
    for gap in gaps(model):
        letters = tuple(letter for letter, _ in gap.ranges)
        scope = Scope(values, sizes, lengths([dimension for _, dimension in gap.ranges], sizes))
        array = compile_expression(gap.expression, letters, model.functions)(scope)
        array = array.reshape(-1, array.shape[-1])
        width = numpy.where((array == 0) & gap.tied, numpy.inf, numpy.abs(array))
        distance = numpy.minimum(distance, numpy.nan_to_num(width, nan=0.0, posinf=numpy.inf).min(axis=0))
        activity = activity + ((array > 0).any(axis=0) & (array < 0).any(axis=0))
    return distance, activity


def _responds(
    model: Forward, values: Mapping[str, Array], sizes: Mapping[Symbol, int], partial: str, generator: Generator
) -> Array:
    """For each candidate whether the numerator of a partial changes along a random direction of the denominator."""
    parts = symbols.split_partial(partial)
    if parts is None:
        raise ArrayError(f"{partial} is not the name of a partial, such as dl/dW1")
    numerator, denominator = parts
    chart = program(model)
    moved = {name: array for name, array in values.items() if not chart.depends(name, denominator)}
    moved.update({name: values[name] for name in symbols.held_in(partial)})
    start = values[denominator]
    moved[denominator] = start + 1j * STEP * generator.normal(size=start.shape)
    chart.compute(chart.needed({numerator}, moved), moved, sizes, numpy.float64)
    change = numpy.abs(moved[numerator].imag).reshape(-1, moved[numerator].shape[-1])
    return (change > RESPONSE * STEP).any(axis=0)


def _simplex(generator: Generator, shape: tuple[int, ...]) -> Array:
    weights = numpy.exp(generator.normal(size=shape) / 2)
    return weights / weights.sum(axis=-2, keepdims=True)


def _one_hot(generator: Generator, shape: tuple[int, ...]) -> Array:
    scores = generator.normal(size=shape)
    return (scores == scores.max(axis=-2, keepdims=True)).astype(numpy.float64)


RANGES = ((-0.9, 0.9), (0.1, 0.9), (1.1, 3.0))
"""Where real numbers are drawn from if too few of the normal distribution are what a function takes."""

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
