"""Reads what is printed of a derivation at large sizes, which is a case of one for all sizes.

Nothing is measured at such sizes: the expressions of the derivation are checked as those that the general one becomes
there. So what is printed is compared with them, at points where partials have any values and rows those of the forward
definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy
from sympy import Expr

from answers.readback.printed import Printed
from answers.readback.reader import POINTS, Reader, Unequal
from answers.readback.sayings import Sayings
from answers.readback.sentences import Statement, listed
from answers.reading import Reading
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.steps import Quantity
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths
from numeric.checks.directions import drawn
from numeric.expression.work import deepest
from numeric.measuring import point as measured
from numeric.sampling.points import sample_sizes

MOST_PRODUCTS = 1 << 24
"""How many products what is printed may be added up from for it to be computed; more of them are only read."""
FORMULAS = ("held", "row", "slope", "through", "closed", "partial", "partials", "sums")
"""The parts of what is said that are formulas, or lists of them."""


@dataclass(frozen=True)
class CaseReader(Reader):
    """Reads what is printed of a derivation at large sizes, and compares it with the derivation's own expressions."""

    def error(self, printed: Printed, reading: Reading) -> float:
        """The worst relative error over the points; what would take too long to compute is only read.

        Raises:
            ReadingError: it has no value.
            Unequal: it is not what it should be.
        """
        if printed.key:
            self._require_key(printed)
        named = {self.derivation.quantity.name} if printed.cell else self.named(reading.sides[0])
        stated = [one for one in self._stated if one[0].name in named]
        if printed.variable or not stated:
            return super().error(printed, reading)
        if not self.is_comparable:
            return 0.0
        return max(self._of_one(one, printed, stated) for one in _equations(reading, printed))

    def _of_one(self, reading: Reading, printed: Printed, stated: Sequence[tuple[Quantity, Expr]]) -> float:
        """The error of an equation, or of a cell, by what is stated that it is nearest to."""
        wrong: list[Unequal] = []
        for quantity, expression in stated:
            try:
                return max(self._of_expression(reading, printed, place, quantity, expression) for place in self.places)
            except Unequal as reason:
                wrong.append(reason)
        raise min(wrong, key=lambda reason: reason.error)

    @cached_property
    def _stated(self) -> tuple[tuple[Quantity, Expr], ...]:
        """What is stated of each quantity, in the result and in the steps."""
        derivation = self.derivation
        found = [(derivation.quantity, derivation.result)]
        found += [(step.quantity, step.expression) for step in reversed(derivation.steps)]
        return tuple(dict.fromkeys(found))

    def _of_expression(
        self, reading: Reading, printed: Printed, place: measured.Point, quantity: Quantity, expression: Expr
    ) -> float:
        """The error of a formula where the quantity on its left has the values of an expression."""
        here = place.fork()
        for name in self._partials:
            if name != quantity.name:
                here.adopt(name, self._random[place, name], 0)
        truth = here.expression(expression, quantity.indices, quantity.shape)
        here.adopt(quantity.name, truth, 0)
        compare = self._of_cell if printed.cell else self._of_equation
        return compare(reading, here, printed)

    @property
    def is_comparable(self) -> bool:
        """Whether what is printed can be computed in a short time: rows, and what is stated of quantities."""
        return products(self.derivation) <= MOST_PRODUCTS

    @property
    def _kinks(self) -> tuple[measured.Point, ...]:
        """None: what holds at kinks is said by the expressions, whose values are taken at any numbers."""
        return ()

    @cached_property
    def places(self) -> tuple[measured.Point, ...]:
        """Points with the rows of the forward definition; nothing has a value where it would take too long."""
        return tuple(self._place(seed) for seed in range(POINTS))

    @property
    def every_place(self) -> tuple[measured.Point, ...]:
        """The same."""
        return self.places

    def _place(self, seed: int) -> measured.Point:
        model, sizes = self.derivation.forward, _sizes(self.derivation.forward)
        if not self.is_comparable:
            return measured.Point(model, {}, sizes)
        generator = numpy.random.default_rng(seed)
        arrays: dict[str, Any] = {tensor.name: drawn(model, tensor, generator, sizes) for tensor in model.given}
        place = measured.Point(model, arrays, sizes)
        for name in sorted(set().union(*(row.reads for row in place.chart.rows.values())) - set(model.tensors)):
            place.adopt(name, numpy.asarray(generator.uniform(0.2, 0.8)), 0)
        for row in model.rows:
            place.value(row.name)
        return place

    @cached_property
    def _random(self) -> Mapping[tuple[measured.Point, str], Array]:
        """Any values for the partials, at each of the points."""
        generator, tensors = numpy.random.default_rng(0), self.derivation.forward.tensors
        named = [(name, partial.ends) for name in self._partials if (partial := partial_named(name)) is not None]
        return {
            (place, name): generator.normal(size=[n for end in ends for n in place.shape(tensors[end].shape)])
            for place in self.places
            for name, ends in named
        }

    def _noise_of(self, name: str, place: measured.Point) -> float:
        """Nothing is measured."""
        return 0.0

    def rounding(self, names: set[str], place: measured.Point, *, final: bool = True) -> float:
        """What is printed is compared with expressions that are rounded as it is."""
        return 0.0


def _equations(reading: Reading, printed: Printed) -> Iterator[Reading]:
    """A chain taken apart, as one link may be in a partial that another has inserted."""
    if printed.cell:
        yield from (replace(reading, sides=(side,), signs=()) for side in reading.sides)
    elif len(reading.sides) < 3:
        yield reading
    else:
        first, *others = reading.sides
        for sign, side in zip(reading.signs, others, strict=True):
            yield replace(reading, sides=(first, side), signs=(sign,))


class CaseSayings(Sayings):
    """Reads the sentences beside it: what they say is compared where the general derivation is printed."""

    def _error(self, statement: Statement, printed: Printed) -> float:
        for name in FORMULAS:
            for one in listed(statement.part(name)):
                self._named(one)
        for text in statement.formulas:
            self._named(text)
        return 0.0


def products(derivation: Derivation) -> int:
    """From how many products the rows are added up, and what is stated of quantities, at the sizes as they stand."""
    model = derivation.forward
    sizes = _sizes(model)
    stated = [(row.tensor.shape, row.expression) for row in model.rows]
    stated += [(step.quantity.shape, step.expression) for step in derivation.steps]
    stated.append((derivation.quantity.shape, derivation.result))
    partials = {name for _, expression in stated for name in symbols.names_in(expression)}
    named = [partial for name in partials if (partial := partial_named(name)) is not None]
    held = (prod(n for end in p.ends for n in lengths(model.tensors[end].shape, sizes)) for p in named)
    return sum(held) + sum(prod(lengths((*shape, *deepest(expression)), sizes)) for shape, expression in stated)


def _sizes(model: Forward) -> Mapping[Any, int]:
    """Small numbers for the sizes that are letters."""
    letters = {s for tensor in model.tensors.values() for length in tensor.shape for s in length.free_symbols}
    return sample_sizes(model, 0) if letters else {}
