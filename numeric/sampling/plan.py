"""A few choices of sizes that together have every feature that a forward definition can have.

Sizes are chosen one point after another. Each point starts from the smallest sizes that fit and changes one size at
a time, to whatever value adds the most features that no point before it has; what takes too long to compute is left
to points of its own. Then come points with long axes, and one that has the size 1 wherever that is possible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy
import sympy
from numpy.random import Generator
from sympy import Symbol

from derive.forward import Forward
from derive.remembering import TRIALS, with_forward
from numeric.arrays.axes import Array
from numeric.arrays.dimensions import Choices, compiled, is_whole
from numeric.errors import ArrayError
from numeric.sampling.features import LONG, OVERLAP, Kind, Situations, situations

Sizing = Mapping[Symbol, int]
"""A value for every size symbol of a forward definition."""

BUDGET = 5e5
"""How many products the perturbations of a point may take, up to four times as many if the least sizes take more."""
SMALL = 6
"""The largest value that is tried for a size for its own sake; axes that windows move along reach further."""
FEW = 3
"""The largest value that is tried for each of several sizes that move together: kernels, strides, dilations."""
PAIR = 2
"""Of how many sizes that move together one may be long."""
REACH = 12
"""How far beyond its value a size is tried: several strides, with every remainder."""
ATTEMPTS = 400
"""How many choices are drawn at random before larger ones are."""
PASSES = 4
TELLING = 4
"""The largest number of points for features other than long axes."""
LENGTHY = 2
"""The largest number of points for long axes."""
ALONE, URGENT = 3, 4.0
"""The largest number of further points for long sums, or for kernels with a middle, which may take four times as long,
and what each counts there."""
WEIGHTS: Mapping[Kind, float] = {"positions": 4.0, "remainder": 4.0, "windows": 4.0, "distinct": 1.0}
"""What a feature counts. That sums have two terms counts at every point, before all else."""
TERMS = 8.0
UNEQUAL = 0.1
"""What two dimensions count that differ, whether they did before or not."""
THRIFT = 0.2
"""What a doubling of the cost counts."""


@dataclass(frozen=True)
class Plan:
    """The choices of sizes, the most telling first.

    ``least`` are the smallest sizes at which sums have two terms; ``ones`` those with each size as small as it can
    be, which is 1 for most.
    """

    least: Sizing
    telling: tuple[Sizing, ...]
    long: tuple[Sizing, ...]
    ones: Sizing

    @property
    def sizings(self) -> tuple[Sizing, ...]:
        """All of them, each once."""
        found = (*self.telling, *self.long, self.ones)
        return tuple(sizes for place, sizes in enumerate(found) if sizes not in found[:place])


def plan(model: Forward, seed: int, fixed: tuple[tuple[Symbol, int], ...] = ()) -> Plan:
    """The choices of sizes for the points of a check.

    Args:
        fixed: sizes that are given.

    Raises:
        ArrayError: no small sizes make every dimension a positive integer.
    """
    return _planned(model, seed, fixed)


@with_forward(TRIALS)
def _planned(model: Forward, seed: int, fixed: tuple[tuple[Symbol, int], ...]) -> Plan:
    return _Planner(model, situations(model), numpy.random.default_rng(seed), dict(fixed)).plan()


@dataclass(frozen=True)
class _Planner:
    model: Forward
    situations: Situations
    generator: Generator
    fixed: Mapping[Symbol, int]

    def plan(self) -> Plan:
        """The choices of sizes."""
        if not self._free:
            given = fitted(self.model, self.fixed)
            if given is None:
                raise ArrayError("the sizes make a dimension that is no positive integer")
            return Plan(given, (given,), (), given)
        least = self._least()
        seen = numpy.zeros(len(self.situations.features), dtype=bool)
        telling = self._covering(least, seen, self._of_kinds(frozenset(WEIGHTS)), TELLING)
        long = self._covering(least, seen, self._of_kinds(frozenset({"long"})), LENGTHY)
        long += self._covering(least, seen, self._long_sums, ALONE, URGENT)
        long += self._covering(least, seen, self._of_kinds(frozenset({"middle"})), ALONE, URGENT)
        return Plan(least, telling or (least,), long, self._ones(least))

    def _of_kinds(self, kinds: frozenset[Kind]) -> Array:
        """Which features are of these kinds."""
        return numpy.array([feature.kind in kinds for feature in self.situations.features], dtype=bool)

    @property
    def _long_sums(self) -> Array:
        """Which features are that a sum, or a recurrence, is long."""
        sums = set(self.situations.sums)
        found = (feature.kind == "long" and feature.about[0] in sums for feature in self.situations.features)
        return numpy.array(list(found), dtype=bool)

    def _covering(
        self, least: Sizing, seen: Array, wanted: Array, most: int, urgency: float = 1.0
    ) -> tuple[Sizing, ...]:
        """Sizes that have the wanted features between them, each point as many new ones as it can."""
        found: list[Sizing] = []
        # The fewest points that have all features are hard to find; the next one always has most of what is missing.
        while len(found) < most:
            sizes = self._improved(least, wanted & ~seen, urgency)
            features = self.situations.table(sizes, 1)[:, 0]
            if not (features & wanted & ~seen).any():
                break
            found.append(sizes)
            seen |= features
        return tuple(found)

    @cached_property
    def _free(self) -> list[Symbol]:
        """The sizes to choose."""
        derived = {symbol for symbol, _ in self.model.sizes}
        return sorted(size_symbols(self.model) - derived - set(self.fixed), key=str)

    def _least(self) -> Sizing:
        """The smallest sizes that fit, two or more where that is possible."""
        free = self._free
        # Random sizes seldom fit where they hang together; that all are equal often does, and is the first try.
        for top in (2, 4, 8, 16, 32, 64, 128):
            tried = {symbol: self.generator.integers(1, top + 1, size=ATTEMPTS) for symbol in free}
            for symbol in free:
                tried[symbol][0] = top
            for big, small in self._multiples:
                if big in tried and small <= tried.keys():
                    factors = self.generator.integers(1, 3, size=ATTEMPTS)
                    tried[big][1:] = numpy.prod([factors, *(tried[symbol] for symbol in small)], axis=0)[1:]
            choices = self._fitting(tried, ATTEMPTS)
            if choices is not None:
                return self._improved(self._best(choices, self._nothing)[0], self._nothing)
        raise ArrayError(f"no small values of {', '.join(map(str, free))} make every dimension a positive integer")

    @property
    def _nothing(self) -> Array:
        return numpy.zeros(len(self.situations.features), dtype=bool)

    @cached_property
    def _multiples(self) -> tuple[tuple[Symbol, frozenset[Symbol]], ...]:
        """The sizes that products of others must divide: C of C/G."""
        quotients = (formula.as_numer_denom() for _, formula in self.model.sizes)
        return tuple(
            (above, frozenset(below.free_symbols)) for above, below in quotients if above.is_Symbol and below != 1
        )

    def _improved(self, start: Sizing, wanted: Array, urgency: float = 1.0) -> Sizing:
        """Sizes with many of the features that are wanted, found by changing one size, or some that belong together.

        What is urgent counts so many times, and may take so many times as long.
        """
        # All choices are too many to try. One size at a time is enough to climb, but where sizes hang together: with
        # another stride alone a length is no longer whole, so what belongs together moves together. The order is
        # random, so that no size is always settled before the others.
        best, worth = start, self._worth(start, 1, wanted, urgency)[0]
        least = float(self.situations.cost(start))
        budget = max(BUDGET * urgency, min(4 * least, 4 * BUDGET), least)
        for _ in range(PASSES):
            before = worth
            for place in self.generator.permutation(len(self._moves)):
                choices = self._changed(best, *self._moves[place], far=urgency > 1)
                if choices is None:
                    continue
                candidate, value = self._best(choices, wanted, budget, urgency)
                if value > worth:
                    best, worth = candidate, value
            if worth == before:
                break
        return best

    def _best(self, choices: Choices, wanted: Array, budget: float = inf, urgency: float = 1.0) -> tuple[Sizing, float]:
        """The choice that is worth most, of those that do not take too long."""
        count = len(next(iter(choices.values())))
        cost = numpy.broadcast_to(self.situations.cost(choices), (count,))
        worth = numpy.where(cost <= budget, self._worth(choices, count, wanted, urgency), -inf)
        place = int(numpy.argmax(worth))
        return {symbol: int(numbers[place]) for symbol, numbers in choices.items()}, float(worth[place])

    @cached_property
    def _moves(self) -> tuple[tuple[tuple[Symbol, ...], tuple[Symbol, ...]], ...]:
        """What is changed together: each size alone; and what a window is made of, or what a formula divides by, or
        what is no dimension, as a padding is, with the dimensions that follow from it or that it follows from."""
        free = self._free
        moves = dict.fromkeys(((symbol,), ()) for symbol in free)
        for window in self.situations.windows:
            made_of = (window.stride.free_symbols | window.span.free_symbols) & {*free}
            moves[self._with_others(made_of)] = None
        for symbol in free:
            divides = any(symbol in small for _, small in self._multiples)
            if divides or symbol not in self.situations.dimensions:
                moves[self._with_others({symbol})] = None
        return tuple(move for move in moves if move[0])

    def _with_others(self, moved: set[Symbol]) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]]:
        """What is moved, and the dimensions that it meets in formulas of sizes."""
        formulas = [formula.free_symbols for _, formula in self.model.sizes]
        met = set().union(*(letters for letters in formulas if letters & moved))
        others = met & {*self.situations.dimensions} & {*self._free} - moved
        return tuple(sorted(moved, key=str)), tuple(sorted(others, key=str))

    def _changed(
        self, sizes: Sizing, moved: tuple[Symbol, ...], others: tuple[Symbol, ...], *, far: bool
    ) -> Choices | None:
        """The sizes with other values of what moves together, where they fit; so ``far`` that kernels are long."""
        top = max(SMALL, (2 if far else 1) * LONG + 3, *(sizes[symbol] + REACH for symbol in others or moved))
        along = numpy.arange(1, top + 1)
        alone = not others and len(moved) == 1
        # A kernel is long together with the axes that it moves along.
        longest = [LONG] if far and len(moved) <= PAIR else []
        together = numpy.array([*range(1, FEW + 1), *longest])
        few = [along] if alone else [together] * len(moved) + [along] * (len(others) > 0)
        grid = [axis.ravel() for axis in numpy.meshgrid(*few, indexing="ij")]
        order = self.generator.permutation(len(grid[0]))
        tried = {symbol: numpy.full(len(order), sizes[symbol]) for symbol in self._free}
        tried |= {symbol: grid[k][order] for k, symbol in enumerate(moved)}
        tried |= dict.fromkeys(others, grid[-1][order])
        return self._fitting(tried, len(order))

    def _fitting(self, tried: Choices, count: int) -> Choices | None:
        """The choices at which every dimension is a positive integer, with the sizes that follow; None if none is."""
        fixed = {symbol: numpy.full(count, number) for symbol, number in self.fixed.items()}
        known, fits = completed(self.model, {**tried, **fixed})
        chosen = numpy.flatnonzero(numpy.broadcast_to(fits, (count,)))
        if not chosen.size:
            return None
        return {symbol: numpy.broadcast_to(numbers, (count,))[chosen] for symbol, numbers in known.items()}

    def _worth(self, choices: Choices, count: int, wanted: Array, urgency: float) -> Array:
        table = self.situations.table(choices, count)
        value = urgency * self._weights @ (table & wanted[:, None])
        # Sums of one term and equal dimensions hide mistakes at every point, so these count again at each. Work counts
        # by its logarithm: a feature is worth some doublings, whatever the definition costs at least.
        value = value + self._always @ table
        return value - THRIFT * numpy.log2(numpy.maximum(1.0, self.situations.cost(choices)))

    @cached_property
    def _weights(self) -> Array:
        """What each feature counts that no point has yet.

        Windows that overlap with a stride, at which most goes wrong, come first.
        """
        features = self.situations.features
        double = [2.0 if feature.which == OVERLAP else 1.0 for feature in features]
        return numpy.array([WEIGHTS.get(feature.kind, 1.0) for feature in features]) * numpy.array(double)

    @cached_property
    def _always(self) -> Array:
        """What each feature counts whether a point has it already or not."""
        counted: Mapping[Kind, float] = {"terms": TERMS, "distinct": UNEQUAL}
        return numpy.array([counted.get(feature.kind, 0.0) for feature in self.situations.features])

    def _ones(self, start: Sizing) -> Sizing:
        """The sizes with each symbol as small as it can be."""
        sizes, before = start, None
        while sizes != before:  # a length may be smaller once the window that moves along it is
            before = sizes
            for symbol in self._free:
                tried = {other: numpy.full(sizes[symbol], sizes[other]) for other in self._free}
                choices = self._fitting(tried | {symbol: numpy.arange(1, sizes[symbol] + 1)}, sizes[symbol])
                if choices is not None:
                    sizes = {name: int(numbers[0]) for name, numbers in choices.items()}
        return sizes


def fitted(model: Forward, chosen: Sizing) -> Sizing | None:
    """The sizes with those that follow from them; None if a dimension is then no positive integer."""
    known, fits = completed(model, chosen)
    return {symbol: int(number) for symbol, number in known.items()} if bool(fits) else None


def completed(model: Forward, chosen: Choices) -> tuple[Choices, Array]:
    """The choices with the sizes that follow, and for each whether every dimension is a positive integer."""
    derived = dict(model.sizes)
    known = {symbol: numbers for symbol, numbers in chosen.items() if symbol not in derived}
    fits = numpy.asarray(True)
    for symbol, formula in model.sizes:
        known[symbol] = compiled(formula)(known)
        fits = fits & is_whole(known[symbol])
    return known, fits & situations(model).fit(known)


def size_symbols(model: Forward) -> set[Symbol]:
    """The size symbols of a forward definition: of its dimensions, its rows and the formulas of its sizes."""
    sizes: set[Symbol] = set()
    for tensor in model.tensors.values():
        sizes.update(*(sympy.sympify(dimension).free_symbols for dimension in tensor.shape))
    for row in model.rows:
        bound = {limit[0] for total in row.expression.atoms(sympy.Sum) for limit in total.limits}
        read = {symbol for symbol in row.expression.atoms(Symbol) if symbol.is_integer and symbol.is_positive}
        sizes |= read - bound - set(row.indices)
    sizes.update(*(formula.free_symbols for _, formula in model.sizes))
    return sizes
