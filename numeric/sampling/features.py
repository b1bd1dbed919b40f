"""What can be seen at given sizes of a forward definition: the situations in which a mistake would show.

A feature is a situation that some sizes have and others do not: that a window has three places to stand, that a
stride leaves a remainder, that windows overlap, that a sum has two terms, that two dimensions differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial, reduce
from itertools import combinations
from math import prod
from typing import Any, Literal

import numpy
import sympy
from sympy import Expr, Indexed, KroneckerDelta, Symbol

from derive.expression import symbols
from derive.expression.affine import affine
from derive.expression.functions import ArgMax
from derive.forward import Forward, Row
from derive.remembering import ONE, with_forward
from numeric.arrays.axes import Array
from numeric.arrays.dimensions import Choices, Dimension, compiled, is_whole
from numeric.expression.work import is_size, work

Kind = Literal["positions", "middle", "terms", "remainder", "windows", "distinct", "long"]

LONG = 9
"""From how many elements on an axis is long: some mistakes show only behind the first few."""
POSITIONS = 3
"""At how many places a window stands where its middle is told from its ends."""


OVERLAP = "overlap with a stride"
"""That windows share places, and do not begin one place after another."""
DIRECTIONS = 128
"""In at most how many directions a large tensor is moved to measure a derivative by it."""


@dataclass(frozen=True)
class Feature:
    """A situation: its kind, what it is about, which of several it is, and whether given sizes have it."""

    kind: Kind
    about: tuple[Expr, ...]
    which: str | int | bool
    holds: Callable[[Choices], Any] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Window:
    """Places along an axis that are reached as stride·position + what runs over a range of ``span`` less one."""

    positions: Expr
    stride: Expr
    span: Expr


@dataclass(frozen=True)
class Situations:
    """Which features a forward definition has at given sizes, and how long it takes to compute there."""

    model: Forward

    @cached_property
    def dimensions(self) -> tuple[Expr, ...]:
        """The different dimensions of all tensors."""
        shapes = (tensor.shape for tensor in self.model.tensors.values())
        return tuple(dict.fromkeys(sympy.sympify(dimension) for shape in shapes for dimension in shape))

    @cached_property
    def sums(self) -> tuple[Expr, ...]:
        """The different numbers of terms of all sums whose ranges depend on sizes alone, and the numbers of steps."""
        found: dict[Expr, None] = {}
        for row in self.model.rows:
            totals = row.expression.atoms(sympy.Sum, ArgMax)
            lengths = (upper - lower + 1 for total in totals for _, lower, upper in total.limits)
            found |= dict.fromkeys(sorted(filter(is_size, lengths), key=str))
        found |= dict.fromkeys(self.model.tensors[name].shape[0] for name in self.model.cycle)
        return tuple(length for length in found if not length.is_number)

    @cached_property
    def quotients(self) -> tuple[Expr, ...]:
        """The quotients that dimensions are rounded from."""
        formulas = [*self.dimensions, *(formula for _, formula in self.model.sizes)]
        rounded = {part.args[0] for formula in formulas for part in formula.atoms(sympy.floor, sympy.ceiling)}
        return tuple(sorted((part for part in rounded if not part.is_integer), key=str))

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The windows that rows read through, each once."""
        return tuple(dict.fromkeys(window for row in self.model.rows for window in _windows(row)))

    @cached_property
    def letters(self) -> tuple[Symbol, ...]:
        """The letters of kernels, strides and dilations: at 1 and 2 they have no middle."""
        made_of = (window.stride.free_symbols | window.span.free_symbols for window in self.windows)
        derived = {symbol for symbol, _ in self.model.sizes}
        axes = {tensor.shape[place] for tensor in self.model.tensors.values() for place in range(len(tensor.shape))}
        kernels = {length for length in self.sums if length.is_Symbol}
        return tuple(sorted(set().union(*made_of) - derived - (axes - kernels), key=str))

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Every feature that some sizes may have."""
        return tuple(self._features())

    def _features(self) -> Iterator[Feature]:
        letters = (dimension for dimension in self.dimensions if not dimension.is_number)
        for length in dict.fromkeys((*self.sums, *letters)):
            yield _at_least("long", length, LONG)
            yield _at_least("terms", length, 2)
        for letter in self.letters:
            yield _at_least("middle", letter, POSITIONS)
        for window in self.windows:
            for enough in range(2, POSITIONS + 1):
                yield _at_least("positions", window.positions, enough)
            yield from _meetings(window)
        for quotient in self.quotients:
            yield from _remainders(quotient)
        for one, other in combinations(self.dimensions, 2):
            first, second = compiled(one), compiled(other)
            yield Feature("distinct", (one, other), "less", partial(_less, first, second))
            yield Feature("distinct", (one, other), "more", partial(_less, second, first))

    def table(self, choices: Choices, count: int) -> Array:
        """For each feature and each of ``count`` choices whether the choice has the feature."""
        one, other = self._pairs
        alone = self.features[: len(self.features) - 2 * len(one)]
        rows = numpy.empty((len(self.features), count), dtype=bool)
        for row, feature in zip(rows, alone, strict=False):
            row[...] = feature.holds(choices)
        numbers = numpy.empty((len(self.dimensions), count))
        for row, dimension in zip(numbers, self._compiled_dimensions, strict=True):
            row[...] = dimension(choices)
        rows[len(alone) :: 2] = numbers[one] < numbers[other]
        rows[len(alone) + 1 :: 2] = numbers[other] < numbers[one]
        return rows

    def fit(self, choices: Choices) -> Array:
        """For each choice whether every dimension is a positive integer that includes what is read by number."""
        numbers = [(dimension(choices), 1) for dimension in self._compiled_dimensions]
        numbers += [(dimension(choices), least) for dimension, least in self._single]
        fits = ((number >= least) & is_whole(number) for number, least in numbers)
        return numpy.asarray(reduce(numpy.logical_and, fits, True))

    def cost(self, choices: Choices) -> Any:
        """How many products it takes to compute every row once for each direction in which a tensor is moved."""
        rows = work(self.model).total(choices)
        sizes = [prod(length(choices) for length in shape) for shape in self._given]
        return rows * numpy.minimum(reduce(numpy.maximum, sizes, 1.0), DIRECTIONS)

    @cached_property
    def _pairs(self) -> tuple[Array, Array]:
        """Every two dimensions by their places, in the order of the features that tell them apart, which come last."""
        pairs = numpy.array(list(combinations(range(len(self.dimensions)), 2)), dtype=int).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    @cached_property
    def _compiled_dimensions(self) -> tuple[Dimension, ...]:
        return tuple(map(compiled, self.dimensions))

    @cached_property
    def _single(self) -> tuple[tuple[Dimension, int], ...]:
        """The axes of which an element is read by its number, z[3], with how many elements they must have."""
        accesses = {access for row in self.model.rows for access in row.expression.atoms(Indexed)}
        return tuple(
            (compiled(sympy.sympify(length)), int(subscript) + 1)
            for access in sorted(accesses, key=str)
            for subscript, length in zip(access.indices, self.model.tensors[symbols.name_of(access)].shape, strict=True)
            if subscript.is_Integer and subscript >= 0
        )

    @cached_property
    def _given(self) -> tuple[tuple[Dimension, ...], ...]:
        return tuple(tuple(map(compiled, map(sympy.sympify, tensor.shape))) for tensor in self.model.given)


@with_forward(ONE)
def situations(model: Forward) -> Situations:
    """The situations of a forward definition."""
    return Situations(model)


def _at_least(kind: Kind, length: Expr, least: int) -> Feature:
    number = compiled(length)
    return Feature(kind, (length,), least, lambda sizes: number(sizes) >= least)


def _remainders(quotient: Expr) -> Iterator[Feature]:
    value = compiled(quotient)
    yield Feature("remainder", (quotient,), False, lambda sizes: is_whole(value(sizes)))
    yield Feature("remainder", (quotient,), True, lambda sizes: ~is_whole(value(sizes)))


def _less(one: Dimension, other: Dimension, sizes: Choices) -> Any:
    return one(sizes) < other(sizes)


def _meetings(window: Window) -> Iterator[Feature]:
    """How windows lie that begin a stride after one another: sharing places, side by side, or with gaps."""
    positions, stride, span = map(compiled, (window.positions, window.stride, window.span))
    about = window.positions, window.stride, window.span

    def feature(which: str, lie: Callable[[Any, Any], Any]) -> Feature:
        return Feature("windows", about, which, lambda sizes: (positions(sizes) >= 2) & lie(stride(sizes), span(sizes)))

    yield feature(OVERLAP, lambda step, length: (step < length) & (step > 1))
    yield feature("overlap", lambda step, length: (step < length) & (step == 1))
    yield feature("touch", lambda step, length: step == length)
    yield feature("gap", lambda step, length: step > length)


def _windows(row: Row) -> Iterator[Window]:
    """The windows of a row: subscripts, and differences that a Kronecker delta holds at 0, that are sums of indices."""
    ranges = {letter: sympy.sympify(length) for letter, length in zip(row.indices, row.tensor.shape, strict=True)}
    for total in sorted(row.expression.atoms(sympy.Sum, ArgMax), key=str):
        ranges |= {letter: upper - lower + 1 for letter, lower, upper in total.limits}
    own = set(row.indices)
    for access in sorted(row.expression.atoms(Indexed), key=str):
        for subscript in access.indices:
            steps = _coefficients(subscript, ranges)
            outer = [letter for letter in steps if letter in own] or list(steps)
            yield from _moved(outer, steps, ranges)
    for delta in sorted(row.expression.atoms(KroneckerDelta), key=str):
        # Where a delta holds, what the row computes is reached from positions and kernels that are summed over.
        steps = _coefficients(delta.args[0] - delta.args[1], ranges)
        summed = {letter: step for letter, step in steps.items() if letter not in own}
        yield from _moved(list(summed), summed, ranges)


def _moved(
    positions: Sequence[Symbol], steps: Mapping[Symbol, Expr], ranges: Mapping[Symbol, Expr]
) -> Iterator[Window]:
    """For each of the positions the window that it moves, over the range of the other indices."""
    for letter in positions:
        alone = len(positions) < len(steps)
        inner = [other for other in steps if other != letter and not (alone and other in positions)]
        span = sum((abs(steps[other]) * (ranges[other] - 1) for other in inner), sympy.S.One)
        if inner and all(map(is_size, (ranges[letter], abs(steps[letter]), span))):
            yield Window(ranges[letter], abs(steps[letter]), span)


def _coefficients(relation: Expr, ranges: Mapping[Symbol, Expr]) -> dict[Symbol, Expr]:
    """What each index is multiplied by in an affine expression; nothing if it is not affine."""
    found = affine(relation, ranges)
    return {} if found is None or relation.has(Indexed, sympy.floor, sympy.Mod) else dict(found.slopes)
