"""Values of sums, products and maxima, and of matrices that one entry stands for."""

from __future__ import annotations

from typing import Any

import numpy

from answers.reading import tree
from answers.reading.errors import NoValue
from answers.reading.grid import SMALL, Grid
from answers.reading.shapes import Shape
from answers.reading.walks import walk

Array = Any
LARGEST = 1 << 22
"""A sum whose terms are more than this is added one by one."""


MOST_TERMS = 100_000
"""Sums of more terms have no value here."""


class Sums(Grid):
    """Evaluates what binds indices."""

    def family(self, node: tree.Family, mask: Array) -> Array:
        axes, lengths = [], []
        for bound in node.bounds:
            _, _, first, last = self.limits(bound, mask)
            self.indices[bound.slot] = self._spread_out(numpy.arange(first, last + 1, dtype=float), bound.slot)
            axes.append(self.dimension[bound.slot])
            lengths.append(last - first + 1)
        value = self.value(node.body, mask)
        full = list(value.shape)
        for axis, length in zip(axes, lengths, strict=True):
            full[axis] = length
        moved = numpy.moveaxis(numpy.broadcast_to(value, full), axes, range(-len(axes), 0))
        for axis in sorted(axes):
            moved = numpy.expand_dims(moved, axis)
        return moved

    def big(self, node: tree.Big, mask: Array) -> Array:
        if node.kind == "product":
            return self.product(node, mask)
        if node.kind == "sum":
            return self.added(node, 0, mask)
        return self.largest(node, mask)

    def limits(self, bound: tree.Bound, mask: Array) -> tuple[Array, Array, int, int]:
        """The limits at every place, and the smallest and largest where it counts."""
        if bound.high is None:
            span = self._range(bound.axis, bound.letter)
            low = numpy.full((1,) * self.count, span[0]) if bound.low is None else self.value(bound.low, mask)
            high = numpy.full((1,) * self.count, span[-1])
        else:
            high = self.value(bound.high, mask)
            low = numpy.full((1,) * self.count, float(self.table.base))
            if bound.low is not None:
                low = self.value(bound.low, mask)
        shown = [numpy.broadcast_to(end, numpy.broadcast_shapes(end.shape, mask.shape)) for end in (low, high)]
        active = [end[numpy.broadcast_to(mask, end.shape)] for end in shown]
        if active[0].size == 0:
            return low, high, 0, -1
        first, last = numpy.ceil(active[0].min() - SMALL), numpy.floor(active[1].max() + SMALL)
        if not numpy.isfinite(first) or not numpy.isfinite(last):
            raise NoValue("a sum without end")
        if last - first > MOST_TERMS:
            raise NoValue(f"a sum of more than {MOST_TERMS} terms")
        return low, high, int(first), int(last)

    def added(self, node: tree.Big, at: int, mask: Array) -> Array:
        if at == len(node.bounds):
            own = mask
            if node.condition is not None:
                own = mask & (self.value(node.condition, mask) != 0)
            value = self.value(node.body, own)
            return numpy.where(own.reshape(own.shape + (1,) * len(node.shape.axes)), value, 0.0)
        bound = node.bounds[at]
        low, high, first, last = self.limits(bound, mask)
        axis = self.dimension[bound.slot]
        numbers = numpy.arange(first, last + 1, dtype=float)
        if len(numbers) == 0:
            return numpy.zeros((1,) * (self.count + len(node.shape.axes)))
        if mask.size * len(numbers) <= LARGEST:
            return self.slice_of(node, at, mask, numbers, low, high).sum(axis=axis, keepdims=True)
        total: Array = 0
        for number in numbers:
            total = total + self.slice_of(node, at, mask, numpy.array([number]), low, high)
        return total

    def slice_of(self, node: tree.Big, at: int, mask: Array, numbers: Array, low: Array, high: Array) -> Array:
        bound = node.bounds[at]
        here = self._spread_out(numbers, bound.slot)
        self.indices[bound.slot] = here
        own = mask & (here >= low - SMALL) & (here <= high + SMALL)
        return self.added(node, at + 1, own)

    def largest(self, node: tree.Big, mask: Array) -> Array:
        """A maximum or the place of one; over several indices a place counts through all of them."""
        own, axes, counts, starts = mask, [], [], []
        for bound in node.bounds:
            low, high, first, last = self.limits(bound, own)
            here = self._spread_out(numpy.arange(first, last + 1, dtype=float), bound.slot)
            self.indices[bound.slot] = here
            own = own & (here >= low - SMALL) & (here <= high + SMALL)
            axes.append(self.dimension[bound.slot])
            counts.append(here.size)
            starts.append(first)
        if node.condition is not None:
            own = own & (self.value(node.condition, own) != 0)
        sign = -1.0 if node.kind in ("min", "argmin") else 1.0
        outer, self.extreme = self.extreme, sign > 0
        value = numpy.where(own, sign * self.value(node.body, own), -numpy.inf)
        self.extreme = outer
        full = list(value.shape)
        for axis, count in zip(axes, counts, strict=True):
            full[axis] = count
        value = numpy.moveaxis(numpy.broadcast_to(value, full), axes, range(-len(axes), 0))
        flat = value.reshape(value.shape[: value.ndim - len(axes)] + (-1,))
        if node.kind in ("max", "min"):
            best = sign * flat.max(axis=-1)
        else:
            best = flat.argmax(axis=-1)
            which = 0 if len(starts) == 1 else node.which
            if which is None:
                best = best + float(self.table.base)
            else:
                best = numpy.unravel_index(best, counts)[which] + float(starts[which])
        for axis in sorted(axes):
            best = numpy.expand_dims(best, axis)
        return best

    def product(self, node: tree.Big, mask: Array) -> Array:
        """A product from the first limit to the second as they are written, which may go down."""
        bound = node.bounds[0]
        some = node.condition is not None and not node.shape.axes
        if len(node.bounds) != 1 or bound.low is None or bound.high is None or some:
            return self.product_over(node, mask)
        low, high = self.value(bound.low, mask), self.value(bound.high, mask)
        down = _goes_down(bound, low, high, mask)
        start, stop = (high, low) if down else (low, high)
        first, last = int(numpy.rint(start.min())), int(numpy.rint(stop.max()))
        numbers = range(first, last + 1)
        result: Array = None
        for number in reversed(numbers) if down else numbers:
            self.indices[bound.slot] = self._spread_out(numpy.array([number]), bound.slot)
            own = mask & (number >= start - SMALL) & (number <= stop + SMALL)
            if node.condition is not None:
                own = own & (self.value(node.condition, own) != 0)
            result = self.multiplied(result, self.value(node.body, own), own, node.shape)
        return self.neutral(node.shape) if result is None else result

    def product_over(self, node: tree.Big, mask: Array) -> Array:
        own, axes = mask, []
        for bound in node.bounds:
            low, high, first, last = self.limits(bound, own)
            here = self._spread_out(numpy.arange(first, last + 1, dtype=float), bound.slot)
            self.indices[bound.slot] = here
            own = own & (here >= low - SMALL) & (here <= high + SMALL)
            axes.append(self.dimension[bound.slot])
        if node.condition is not None:
            own = own & (self.value(node.condition, own) != 0)
        if node.shape.axes:
            raise NoValue("a product of matrices needs an order, from one limit to the other")
        value = numpy.where(own, self.value(node.body, own), 1.0)
        full = [max(a, b) for a, b in zip(value.shape, own.shape, strict=True)]
        return numpy.broadcast_to(value, full).prod(axis=tuple(axes), keepdims=True)

    def neutral(self, shape: Shape) -> Array:
        if len(shape.axes) == 2:
            size = self.known_length(shape.axes[0], "the matrix of this product")
            return numpy.eye(size).reshape((1,) * self.count + (size, size))
        return numpy.ones((1,) * (self.count + len(shape.axes)))

    def multiplied(self, result: Array, value: Array, own: Array, shape: Shape) -> Array:
        if len(shape.axes) == 1:
            raise NoValue("a product of vectors")
        kept = own.reshape(own.shape + (1,) * len(shape.axes))
        value = numpy.where(kept, value, self.neutral(shape))
        if result is None:
            return value
        return result @ value if shape.axes else result * value


def _goes_down(bound: tree.Bound, low: Array, high: Array, mask: Array) -> bool:
    """Whether a product goes from a large number to a small one: told by the numbers, else by how its limits look."""
    whole = numpy.broadcast_shapes(low.shape, high.shape, mask.shape)
    apart = numpy.broadcast_to(low - high, whole)[numpy.broadcast_to(mask, whole)]
    if not apart.size or apart.min() < -1 - SMALL or apart.max() > 1 + SMALL:
        return bool(apart.size and apart.min() >= -1 - SMALL)
    # At most two factors, or none: the end that lies one further, as t + 1 does, is the smaller of the two.
    ends = [list(walk(end)) for end in (bound.low, bound.high) if end is not None]
    further, moving = (
        [any(isinstance(part, kind) for part in end) for end in ends] for kind in (tree.Number, tree.Place)
    )
    if further[0] != further[1]:
        return further[1]
    return moving[1] if moving[0] != moving[1] else bool(apart.min() > 0)
