"""Derivatives by perturbation: central differences and the complex step, of any tensor by any other."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy
from sympy import Symbol

from derive.forward import Forward
from numeric.arrays.axes import Array, Scope, stacked
from numeric.arrays.sizes import lengths, sizes_from
from numeric.errors import ArrayError
from numeric.expression.forward import Program, program, require
from numeric.expression.work import work

Method = Literal["central", "wide", "complex", "rounded"]
"""Central differences; those of the fourth order, over longer steps; the complex step; and that with every row rounded
another way, which tells what rounding does to it."""

COMPLEX_STEPS = (1e-170, 3e-170, 7e-171)
"""Steps along the imaginary axis. They are so small that their squares are 0: real parts stay what they are, and so do
conditions at their boundaries. None of them is a power of two times another, so that their results differ by what
rounding does to them."""

LEAST = 1e-130
"""The smallest number that steps are taken in proportion to."""

EPSILON = float(numpy.finfo(numpy.float64).eps)
CENTRAL = {"central": ((1, -1), (1 / 2, -1 / 2)), "wide": ((1, -1, 2, -2), (2 / 3, -2 / 3, -1 / 12, 1 / 12))}
"""The steps of central differences in units of the shortest one, and the weight of the value at each."""
CENTRAL_STEP = {"central": EPSILON ** (1 / 3), "wide": EPSILON ** (1 / 5)}
"""The shortest step, at which rounding and what is cut off are about equal. Along a longer one rounding is less, while
a kink may be crossed."""
TRIALS_AT_ONCE = 256
"""How many perturbations are computed together at most."""
PRODUCTS_AT_ONCE = 4_000_000
"""How many products a row may be added up from for all perturbations together, which bounds the memory they take."""

KEPT = 200_000
"""Rows that were recomputed for some perturbations are kept for other numerators if they have no more elements."""


@dataclass(frozen=True)
class Measured:
    """A derivative as it was measured, and about how large the rounding errors of its elements are.

    ``noise`` broadcasts against ``value``.
    """

    value: Array
    noise: Array


@dataclass(frozen=True)
class Perturbation:
    """Every perturbation of the elements of one tensor, and the rows that were recomputed for them.

    ``base`` holds the unperturbed values, trial axis last. The derivative of a row is found by setting the
    tensor to its perturbed values, computing the rows between the two, and comparing; rows that are
    ``held`` keep their unperturbed values, and those that are ``exact`` are not rounded another way.
    ``recomputed`` keeps what was computed, since the derivatives of several rows by one tensor are usually wanted.
    """

    chart: Program
    base: Mapping[str, Array]
    sizes: Mapping[Symbol, int]
    denominator: str
    held: tuple[str, ...]
    method: Method
    exact: frozenset[str] = frozenset()
    recomputed: list[dict[str, Array]] = field(default_factory=list)

    def derivative(self, numerator: str) -> Measured:
        """The derivative of ``numerator``, of its shape followed by the shape of the denominator."""
        shape = self.base[self.denominator].shape[:-1]
        elements = int(numpy.prod(shape, dtype=int))
        width = self._width
        parts = [
            self._part(numerator, number, numpy.arange(start, min(start + width, elements)))
            for number, start in enumerate(range(0, max(elements, 1), width))
        ]
        value = numpy.concatenate([part.value for part in parts], axis=-1)
        noise = numpy.concatenate([part.noise for part in parts], axis=-1)
        return Measured(value.reshape(value.shape[:-1] + shape), noise.reshape(shape))

    def along(self, numerator: str, directions: Array) -> Measured:
        """The derivatives of ``numerator`` along directions, which are counted by the last axis, here and there.

        A direction has the shape of the denominator. Where it is its elements that are moved, in proportion, as for
        probabilities, it is the caller who scales it.
        """
        steps = numpy.outer(self._kinds, [1.0])
        width = self._width
        parts = []
        for start in range(0, directions.shape[-1], width):
            some = directions[..., start : start + width]
            factors = numpy.repeat(steps, some.shape[-1], axis=1)
            moves = (some[..., numpy.newaxis, :] * factors).reshape(*some.shape[:-1], -1)
            parts.append(self._measured(numerator, self._turned(moves), factors, {}))
        return Measured(
            numpy.concatenate([part.value for part in parts], axis=-1),
            numpy.concatenate([part.noise for part in parts], axis=-1),
        )

    @property
    def _kinds(self) -> Array:
        """The steps of each kind of perturbation, of an element of the size 1."""
        if self.method == "complex":
            return numpy.array(COMPLEX_STEPS)
        if self.method == "rounded":
            return numpy.array(COMPLEX_STEPS[:1])
        return CENTRAL_STEP[self.method] * numpy.array(CENTRAL[self.method][0])

    @cached_property
    def _width(self) -> int:
        """How many perturbations are computed together, so that they fit into memory."""
        per_trial = len(COMPLEX_STEPS) * work(self.chart.model).largest(self.sizes)
        return max(1, min(TRIALS_AT_ONCE, PRODUCTS_AT_ONCE // per_trial))

    def _part(self, numerator: str, number: int, elements: Array) -> Measured:
        steps = self._steps(elements)
        if number == len(self.recomputed):
            self.recomputed.append({})
        kept = self.recomputed[number]
        measured = self._measured(numerator, self._moves(elements, steps), steps, kept)
        if sum(array.size for array in kept.values()) > KEPT:
            kept.clear()
        return measured

    def _measured(self, numerator: str, moves: Array, steps: Array, changed: dict[str, Array]) -> Measured:
        if set(self.held) & set(self.chart.model.cycle):
            result = self._one_row(numerator, moves)
        else:
            result = self._recomputed(numerator, moves, changed)
        trials = numpy.broadcast_to(result, (*result.shape[:-1], steps.size))
        trials = trials.reshape((*result.shape[:-1], *steps.shape))
        if self.method == "rounded":
            moved = numpy.abs(trials.real - self._unmoved(numerator)[..., numpy.newaxis]).max(initial=0.0)
            return Measured(trials.imag[..., 0, :] / steps[0], numpy.full(steps.shape[1], moved))
        if self.method == "complex":
            return _complex(trials, steps)
        return _central(trials, steps, self.method)

    def _unmoved(self, numerator: str) -> Array:
        """The numerator where nothing is moved, which a fork of the point may have computed for itself alone."""
        values = dict(self.base)
        self.chart.compute(self.chart.needed({numerator}, values), values, self.sizes, numpy.float64)
        return values[numerator]

    def _recomputed(self, numerator: str, moves: Array, changed: dict[str, Array]) -> Array:
        """The numerator with every row between the two computed again; ``changed`` keeps what is computed."""
        recurrent = self.denominator in self.chart.model.cycle
        if not changed:
            changed.update({name: self.base[name] for name in self.held})
            if not recurrent:
                changed[self.denominator] = self.base[self.denominator] + moves
        kept = self.base.keys() - (self.chart.rows.keys() if self.method == "rounded" else self._affected)
        rows = self.chart.needed({numerator}, kept | changed.keys())
        values = ChainMap(changed, dict(self.base))
        # A row of a recurrence cannot be set as a whole, since what it is later follows from what it is now.
        moved = {self.denominator: moves} if recurrent else None
        self.chart.compute(rows, values, self.sizes, numpy.float64, moved, self._turned_row)
        return values[numerator]

    def _turned_row(self, name: str, array: Array) -> Array:
        """A row as the rows behind it read it: with ``rounded`` the next number above or below each."""
        if self.method != "rounded" or name in self.exact or self.chart.model.tensors[name].domain == "index":
            return array
        place = list(self.chart.rows).index(name)
        sides = numpy.random.default_rng(place).choice((-1.0, 1.0), size=array.shape)
        return array * (1 + EPSILON * sides)

    @cached_property
    def _affected(self) -> frozenset[str]:
        """The denominator and the rows that are computed from it."""
        rows = (name for name in self.chart.rows if self.chart.depends(name, self.denominator))
        return frozenset((self.denominator, *rows))

    def _one_row(self, numerator: str, moves: Array) -> Array:
        """The numerator's own row with the denominator moved, and all else that it reads held."""
        values = {**self.base, self.denominator: self.base[self.denominator] + moves}
        counts = lengths(self.chart.model.tensors[numerator].shape, self.sizes)
        return self._turned_row(numerator, self.chart.rows[numerator](Scope(values, self.sizes, counts)))

    def _steps(self, elements: Array) -> Array:
        """The steps, one row for each kind of perturbation and one column for each element."""
        values = self.base[self.denominator][..., 0].reshape(-1)[elements].real
        if self.method in ("complex", "rounded"):
            # A step beside a probability of 1e-40 must be small beside it too, where its logarithm is taken.
            return numpy.outer(self._kinds, in_proportion(values))
        # A step in proportion to the element keeps a small probability positive, where its logarithm is taken.
        return numpy.outer(self._kinds, numpy.where(values == 0, 1.0, numpy.abs(values)))

    def _moves(self, elements: Array, steps: Array) -> Array:
        """What is added to the denominator, one trial for each step of each element."""
        base = self.base[self.denominator]
        moves = numpy.zeros((base[..., 0].size, *steps.shape), dtype=steps.dtype)
        moves[elements, :, numpy.arange(len(elements))] = steps.T
        return self._turned(moves.reshape((*base.shape[:-1], steps.size)))

    def _turned(self, moves: Array) -> Array:
        """Moves along the imaginary axis where steps are taken along it."""
        return 1j * moves if self.method in ("complex", "rounded") else moves


def in_proportion(values: Array) -> Array:
    """How far elements may be moved beside 1: as far as they are large, where they are smaller than 1 and not 0."""
    return numpy.clip(numpy.abs(numpy.where(values == 0, 1.0, values)), LEAST, 1.0)


def _complex(trials: Array, steps: Array) -> Measured:
    slopes = trials.imag / steps
    spread = numpy.ptp(slopes, axis=-2).max(initial=0.0)
    return Measured(slopes[..., 0, :], numpy.full(steps.shape[1], spread))


def _central(trials: Array, steps: Array, method: Literal["central", "wide"]) -> Measured:
    difference = numpy.tensordot(trials, CENTRAL[method][1], axes=([-2], [0])) / steps[0]
    # The logarithm of a number near 1 is small, but it is only as exact as that number.
    rounded = EPSILON * float(numpy.abs(trials).max(initial=1.0))
    return Measured(difference, rounded / steps[0])


def jacobian_by_differences(
    model: Forward, arrays: Mapping[str, Any], numerator: str, denominator: str, method: Method = "central"
) -> Array:
    """The derivative of one tensor by another, measured on the forward definition.

    Returns an array of the numerator's shape followed by the denominator's. Either may be given or
    computed; a computed denominator is set to the perturbed values and only what depends on it is
    computed again, so the derivative is the total one along every path.

    Raises:
        ArrayError: a tensor that is needed is missing or does not fit, or a name is not a tensor's.
    """
    chart = program(model)
    for name in (numerator, denominator):
        if name not in model.tensors:
            raise ArrayError(f"{name} is not a tensor of the forward definition ({', '.join(model.tensors)})")
    sizes = sizes_from(model, arrays)
    base = {name: stacked(array, numpy.float64) for name, array in arrays.items()}
    rows = chart.needed({numerator, denominator}, base)
    require(model, base, set().union(*(chart.rows[row].reads for row in rows)))
    chart.compute(rows, base, sizes, numpy.float64)
    return Perturbation(chart, base, sizes, denominator, (), method).derivative(numerator).value
