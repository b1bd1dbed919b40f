"""Conditions that an answer has and its forward definition does not, and points for both of their outcomes.

Random points are near 0 and of a few sizes: an answer that is wrong where a value is larger than 3, or for five inputs
alone, is right at all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

import numpy
import sympy
from sympy import Expr
from sympy.core.relational import Relational

from derive.expression import symbols, walks
from derive.expression.functions import Bracket
from derive.forward import Forward
from numeric.arrays.axes import Array, Scope
from numeric.arrays.sizes import lengths
from numeric.expression.compiled import compile_expression
from numeric.expression.forward import program
from numeric.sampling import Sizing
from numeric.sampling.kinks import Range, gaps
from numeric.sampling.plan import fitted, plan
from numeric.sampling.points import MARGINS, candidates, distances, sample_sizes

FARTHER = (1.0, 3.0, 10.0, 30.0, 100.0)
"""By what values are made larger from round to round."""
SIZES, LARGEST, MOST = 12, 200, 400
"""Up to what number sizes are looked for, up to what one beside numbers of the condition, and how many choices of
them are tried."""


@dataclass(frozen=True)
class Branch:
    """A condition on values or on sizes, at every value of its indices."""

    condition: Relational
    ranges: tuple[Range, ...]

    @property
    def is_of_sizes(self) -> bool:
        """Whether no value decides it."""
        return not symbols.accesses(self.condition)

    def outcomes(self, model: Forward, values: dict[str, Array], sizes: Sizing) -> Array:
        """Whether it holds, trials last."""
        letters = tuple(letter for letter, _ in self.ranges)
        compiled = compile_expression(Bracket(self.condition), letters, model.functions)
        return compiled(Scope(values, sizes, lengths([length for _, length in self.ranges], sizes))) == 1


def branches(expression: Expr, ranges: tuple[Range, ...], model: Forward) -> tuple[Branch, ...]:
    """The conditions of an expression that no row of the forward definition has.

    What compares indices is a range, which is checked by itself.
    """
    known = {side for gap in gaps(model) for side in (gap.expression, -gap.expression)}
    found = (branch for branch in _branches(expression, ranges) if _is_told(branch, model))
    return tuple(dict.fromkeys(one for one in found if one.condition.lhs - one.condition.rhs not in known))


def _is_told(branch: Branch, model: Forward) -> bool:
    """Whether the points of a check decide a condition: it is of sizes alone, or of values of rows."""
    read = {symbols.name_of(access) for access in symbols.accesses(branch.condition)}
    letters = {letter for letter, _ in branch.ranges}
    sizes = sample_sizes(model, 0).keys()
    numbers = {symbol for symbol in walks.free_symbols(branch.condition) if symbol.is_integer}
    if not numbers <= letters | sizes:
        return False
    if read:
        equal = isinstance(branch.condition, sympy.Eq | sympy.Ne)
        return not equal and all(name in model.tensors and model.tensors[name].domain == "real" for name in read)
    return numbers.isdisjoint(letters)


def _branches(expression: Expr, ranges: tuple[Range, ...]) -> Iterator[Branch]:
    if not walks.holds(expression, Relational):
        return
    if isinstance(expression, Relational):
        free = walks.free_symbols(expression)
        yield Branch(expression, tuple(entry for entry in ranges if entry[0] in free))
        return
    inside = ranges
    if isinstance(expression, sympy.Sum):
        if any(lower != 0 for _, lower, _ in expression.limits):
            return
        inside = (*ranges, *((letter, upper + 1) for letter, _, upper in expression.limits))
    for argument in expression.args:
        yield from _branches(argument, inside)


def sizes_where(branch: Branch, outcome: bool, model: Forward, seed: int) -> Sizing | None:
    """Small sizes at which a condition on sizes has an outcome, None if none are found."""
    usual = plan(model, seed).telling[0]
    free = [symbol for symbol in usual if symbol in walks.free_symbols(branch.condition)]
    named = [int(number) for number in branch.condition.atoms(sympy.Integer) if SIZES <= number < LARGEST]
    tried = (*range(1, SIZES + 1), *(number + by for number in named for by in (-1, 0, 1)))
    for numbers in islice(product(tried, repeat=len(free)), MOST):
        sizes = fitted(model, {**usual, **dict(zip(free, numbers, strict=True))})
        if sizes is not None and bool(branch.outcomes(model, {}, sizes).any()) == outcome:
            return sizes
    return None


def sample_where(branch: Branch, outcome: bool, model: Forward, sizes: Sizing, seed: int) -> dict[str, Array] | None:
    """A point away from kinks at which a condition on values has an outcome somewhere, None if none is found."""
    generator, chart = numpy.random.default_rng(seed), program(model)
    for farther in FARTHER:
        given = candidates(model, sizes, generator)
        for tensor in model.given:
            if tensor.domain == "real" and (tensor.role == "input" or len(tensor.shape) == 1):
                given[tensor.name] = given[tensor.name] * farther
        values = dict(given)
        chart.compute(chart.rows, values, sizes, numpy.float64)
        distance, _ = distances(model, values, sizes, tied=True)
        met = branch.outcomes(model, values, sizes) == outcome
        there = numpy.flatnonzero((distance > MARGINS[-1]) & met.reshape(-1, met.shape[-1]).any(axis=0))
        if there.size:
            return {name: numpy.array(array[..., there[0]]) for name, array in given.items()}
    return None
