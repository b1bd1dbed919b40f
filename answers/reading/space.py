"""Values of maps over space, whose lengths may be those that are wanted of them."""

from __future__ import annotations

from typing import Any

import numpy

from answers.reading import tree
from answers.reading import windows as maps
from answers.reading.grid import Grid
from answers.reading.shapes import Shape

Array = Any


class Space(Grid):
    """Evaluates products of maps, and what pads, crops, dilates, turns and thins them out."""

    def wanted(self, shape: Shape) -> maps.Wanted:
        return tuple(self.length(axis) for axis in shape.axes)

    def space(self, node: tree.Node, mask: Array, wanted: maps.Wanted) -> Array:
        """A map whose lengths may be those that are wanted of it."""
        if isinstance(node, tree.Spread):
            return self.spread(node, mask, wanted)
        if isinstance(node, tree.Windows):
            return self.windows(node, mask, wanted)
        if isinstance(node, tree.Negative):
            return -self.space(node.inside, mask, wanted)
        if isinstance(node, tree.Times) and sum(bool(factor.shape.axes) for factor in node.factors) == 1:
            result: Array = 1.0
            for factor in node.factors:
                part = self.space(factor, mask, wanted) if factor.shape.axes else self.value(factor, mask)
                result = result * self.shaped(part, factor.shape, node.shape)
            return result
        return self.value(node, mask)

    def windows(self, node: tree.Windows, mask: Array, wanted: maps.Wanted | None = None) -> Array:
        wanted = wanted or self.wanted(node.shape)
        rank = len(node.shape.axes)
        right = self.space(node.right, mask, (None,) * rank)
        if node.kind == "convolve":
            left = self.space(node.left, mask, (None,) * rank)
            full = maps.convolve(left, right, rank)
            return full if None in wanted else maps.pad(full, (0,) * rank, wanted)
        lengths = tuple(
            None if want is None else want + kernel - 1
            for want, kernel in zip(wanted, right.shape[-rank:], strict=True)
        )
        return maps.correlate(self.space(node.left, mask, lengths), right, rank)

    def spread(self, node: tree.Spread, mask: Array, wanted: maps.Wanted | None = None) -> Array:
        rank = len(node.shape.axes)
        wanted = wanted or self.wanted(node.shape)
        if None in wanted:
            wanted = tuple(
                want if want is not None else own for want, own in zip(wanted, self.wanted(node.shape), strict=True)
            )
        numbers = [int(numpy.rint(self.value(number, mask)).flat[0]) for number in node.numbers]
        numbers = numbers * rank if len(numbers) == 1 else numbers
        if node.kind == "rot180":
            return maps.rot180(self.space(node.inside, mask, wanted), rank)
        if node.kind == "stride":
            before = tuple(None if n is None else (n - 1) * step + 1 for n, step in zip(wanted, numbers, strict=True))
            return maps.stride(self.space(node.inside, mask, before), numbers)
        inside = self.space(node.inside, mask, (None,) * rank)
        if node.kind == "dilate":
            return maps.dilate(inside, numbers)
        return (maps.pad if node.kind == "pad" else maps.crop)(inside, numbers, wanted)
