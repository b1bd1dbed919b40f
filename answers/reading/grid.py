"""The axes of indices, lengths and shapes that evaluating is about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy

from answers.reading import tree
from answers.reading.errors import NoValue
from answers.reading.point import Point
from answers.reading.shapes import Bindings, Shape, is_unknown, resolve
from answers.reading.symbols import Axis

Array = Any
SMALL = 1e-9
"""Numbers that differ by less are the same subscript."""


MOST_WORK = 1 << 26
"""Formulas that compute more numbers than this have no value."""


class Grid(ABC):
    """The places at which a tree is evaluated at one point: an axis for every index, in front of those of a value."""

    def __init__(
        self,
        point: Point,
        bindings: Bindings,
        slots: Sequence[int],
        ranges: Mapping[int, Axis],
        most_work: int = MOST_WORK,
    ) -> None:
        self.point, self.bindings, self.table = point, bindings, point.table
        self.dimension = {slot: at for at, slot in enumerate(slots)}
        self.count = len(slots)
        self.work, self.most_work = 0, most_work
        self.extreme = False
        self.indices: dict[int, Array] = {}
        self.ranges = ranges
        for slot in ranges:
            self.indices[slot] = self._spread_out(self._range(ranges[slot], "a free index"), slot)

    def at(self, node: tree.Node) -> Array:
        """The value, with an axis for every index in front."""
        with numpy.errstate(all="ignore"):
            return self.value(node, numpy.ones((1,) * self.count, bool))

    @abstractmethod
    def value(self, node: tree.Node, mask: Array) -> Array:
        """The value of a node where the mask counts."""

    # Lengths, ranges, shapes

    def length(self, axis: Axis) -> int | None:
        axis = resolve(axis, self.bindings)
        if isinstance(axis, int):
            return axis
        return self.point.lengths.get(axis)

    def known_length(self, axis: Axis, what: str) -> int:
        found = self.length(axis)
        if found is None:
            shown = resolve(axis, self.bindings)
            raise NoValue(f"the length of {what} is not known" + ("" if is_unknown(shown) else f": {shown}"))
        return found

    def _range(self, axis: Axis, what: str) -> Array:
        return numpy.arange(self.known_length(axis, f"the range of {what}")) + float(self.table.base)

    def _spread_out(self, values: Array, slot: int) -> Array:
        shape = [1] * self.count
        shape[self.dimension[slot]] = len(values)
        return numpy.asarray(values, float).reshape(shape)

    def shaped(self, value: Array, own: Shape, target: Shape) -> Array:
        """A value of one shape as one of another: numbers go with everything, a column of n is n × 1."""
        rank = len(target.axes)
        if len(own.axes) == rank:
            return value
        if own.is_scalar or not own.axes:
            return value.reshape(value.shape[: self.count] + (1,) * rank)
        if rank == 2:
            return value[..., None, :] if own.row else value[..., :, None]
        if len(own.axes) == 2 and rank == 1:
            return value[..., 0, :] if target.row else value[..., :, 0]
        raise NoValue(f"{own} is not {target}")

    def square(self, value: Array, own: Shape) -> Array:
        """A value as a matrix."""
        if not own.axes:
            return value[..., None, None]
        if len(own.axes) == 1:
            return value[..., None, :] if own.row else value[..., :, None]
        return value

    def parts(self, nodes: Sequence[tree.Node], target: Shape, mask: Array) -> Iterator[Array]:
        for node in nodes:
            yield self.shaped(self.value(node, mask), node.shape, target)
