"""Connections counted: the pairs of an element and a weight that a row multiplies with something of other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from sympy import Indexed, Symbol

from derive.expression import symbols
from derive.forward import Forward, Row
from numeric.arrays.axes import Array
from numeric.measuring.point import Point

MOST_PAIRS = 200_000
"""Of so many pairs of an element and a weight it is measured which are products."""

SEEN = 1e-6
"""A difference beside the largest one that is more than rounding."""

STEP = 1 / 8
"""How far a weight is moved: rows are linear in their weights, or smooth in what is."""


@dataclass(frozen=True)
class Counting:
    """Counts the products of rows at the values of a point; those of the first sample along the axis of ``samples``."""

    model: Forward
    point: Point
    sizes: Mapping[Symbol, int]
    samples: int | None

    def pairs(self, row: Row) -> frozenset[int]:
        """How many elements of a weight the elements of a row multiply with something, each with each.

        There may be two counts: as it is, and with borders in full, where every weight has as many as the one that
        has most. Empty where pairs do not tell: the row reads no weight or several, or there are too many of them.
        """
        reads = self.weights_read(row)
        if len(reads) != 1 or self.model.initial:
            return frozenset()
        (weight,) = reads
        start = self.point.value(weight)
        if self._of_sample(self.point.value(row.name)).size * start.size > MOST_PAIRS:
            return frozenset()
        # A weight that is looked up or only added makes the same difference whatever the other values are. Behind a
        # ReLU are zeros, of which no weight is seen: other values are drawn.
        generator = numpy.random.default_rng(0)
        one, other = (self._responses(row, weight, self._drawn(row, weight, generator)) for _ in range(2))
        difference = numpy.abs(one - other)
        seen = difference > SEEN * max(float(numpy.abs(one).max(initial=0.0)), SEEN)
        of_each = seen.reshape(-1, start.size).sum(axis=0)
        return frozenset({int(of_each.sum()), int(start.size * of_each.max(initial=0))})

    def weights_read(self, row: Row) -> list[str]:
        """The weights that a row reads, one for each of its reads."""
        tensors = self.model.tensors
        read = (symbols.name_of(one) for one in symbols.accesses(row.expression) if isinstance(one, Indexed))
        return [name for name in read if name in tensors and tensors[name].is_weight]

    def _of_sample(self, array: Array) -> Array:
        if self.samples is None:
            return array
        return array[:1] if self.samples == 0 else array[..., :1]

    def _drawn(self, row: Row, weight: str, generator: numpy.random.Generator) -> dict[str, Array]:
        """Other values for all real tensors that a row reads beside its weight."""
        names = {symbols.name_of(access) for access in symbols.accesses(row.expression)} & set(self.model.tensors)
        return {
            name: generator.normal(size=self.point.value(name).shape)
            for name in sorted(names - {weight})
            if self.model.tensors[name].domain == "real"
        }

    def _responses(self, row: Row, weight: str, drawn: Mapping[str, Array]) -> Array:
        """What a step of each element of a weight changes of the elements of a row, those of the weight last."""
        start = self.point.value(weight)
        base = self._value(row, {**drawn, weight: start})
        columns = []
        for place in numpy.ndindex(start.shape):
            moved = start.copy()
            moved[place] += STEP
            columns.append(self._value(row, {**drawn, weight: moved}) - base)
        return numpy.stack(columns, axis=-1)

    def _value(self, row: Row, values: Mapping[str, Array]) -> Array:
        known = {tensor.name: self.point.value(tensor.name) for tensor in self.model.tensors.values()}
        point = Point(self.model, {**known, **values}, dict(self.sizes))
        return self._of_sample(point.expression(row.expression, row.indices, row.tensor.shape))
