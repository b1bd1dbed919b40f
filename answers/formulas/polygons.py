"""The regions of the plane on which a network of straight pieces is affine, by cutting polygons with lines.

Up to a stage that bends the network is affine on each region so far, so a unit of that stage changes its side along a
straight line there, and lines cut convex polygons into convex polygons: all regions stay convex, which is why a corner
test along the edges is enough to cut one, and why the mean of its corners lies inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy
from numpy.typing import NDArray

from answers.formulas.pattern import Stage
from derive.forward import Forward
from numeric.expression.forward import run_from

Values = NDArray[numpy.float64]

EMPTY = 1e-9
"""The area of a polygon, beside that of the window, that counts as none."""


@dataclass(frozen=True)
class Region:
    """A convex polygon (its corners, one a row) on which the values are ``matrix @ x + offset``.

    ``pattern`` says of every unit so far how many of its kinks its value is above.
    """

    corners: Values
    matrix: Values
    offset: Values
    pattern: tuple[int, ...] = ()

    @property
    def area(self) -> float:
        """The area, by the shoelace formula."""
        x, y = self.corners.T
        return float(abs(x @ numpy.roll(y, -1) - y @ numpy.roll(x, -1)) / 2)

    @property
    def centre(self) -> Values:
        """The mean of the corners, which lies inside."""
        return numpy.asarray(self.corners.mean(axis=0))

    def value(self, at: Values) -> Values:
        """The values at a point, by the matrix and the offset."""
        return numpy.asarray(self.matrix @ at + self.offset)


def regions(
    model: Forward, arrays: Mapping[str, Any], found: tuple[Stage, ...], low: float, high: float
) -> list[Region]:
    """The regions of the square from ``low`` to ``high``, one for each pattern that occurs in it."""
    corners = numpy.array([[low, low], [high, low], [high, high], [low, high]])
    parts = [Region(corners, numpy.eye(2), numpy.zeros(2))]
    whole = parts[0].area
    for stage in found:
        if stage.bends:
            parts = [piece for part in parts for piece in _bent(part, model, arrays, stage, EMPTY * whole)]
        else:
            matrix, offset = _linear(model, arrays, stage, parts[0].offset.size)
            parts = [replace(p, matrix=matrix @ p.matrix, offset=matrix @ p.offset + offset) for p in parts]
    return parts


def _linear(model: Forward, arrays: Mapping[str, Any], stage: Stage, width: int) -> tuple[Values, Values]:
    """A linear stage as a matrix and a vector, read off its values at 0 and at the unit vectors."""
    offset = _stage_value(model, arrays, stage, numpy.zeros(width))
    columns = [_stage_value(model, arrays, stage, unit) - offset for unit in numpy.eye(width)]
    return numpy.stack(columns, axis=1), offset


def _stage_value(model: Forward, arrays: Mapping[str, Any], stage: Stage, reads: Values) -> Values:
    return numpy.asarray(run_from(model, arrays, {stage.block.reads: reads})[stage.block.value])


def _bent(part: Region, model: Forward, arrays: Mapping[str, Any], stage: Stage, least: float) -> Iterator[Region]:
    """The pieces of a region on which every unit of a stage keeps its side, with the slope on each."""
    pieces = [part]
    for unit in range(part.offset.size):
        for kink in stage.sides:
            line = part.matrix[unit], part.offset[unit] - kink
            # A line through a corner or along an edge leaves a sliver of rounding errors, which is no region.
            pieces = [half for piece in pieces for half in _halves(piece, *line) if half.area > least]
    for piece in pieces:
        # The straight pieces go through the origin (``_require_straight``), so value over argument is their slope. The
        # centre is on no unit's line, since the regions have been cut along these; an argument that is 0 there is 0 on
        # all of the region, because the units before it are off, and any slope makes 0 of it.
        inside = piece.value(piece.centre)
        values = _stage_value(model, arrays, stage, inside)
        slopes = numpy.divide(values, inside, out=numpy.zeros_like(values), where=inside != 0)
        sides = tuple(int((value > numpy.array(stage.sides)).sum()) for value in inside)
        yield Region(piece.corners, slopes[:, None] * piece.matrix, slopes * piece.offset, (*part.pattern, *sides))


def _halves(part: Region, normal: Values, level: float) -> Iterator[Region]:
    """The parts of a polygon on the two sides of the line where ``normal @ x + level`` is 0."""
    heights = part.corners @ normal + level
    if not heights.any():
        yield part  # the value is at the kink everywhere: there is nothing to cut
        return
    for side in (1.0, -1.0):
        kept = _clipped(part.corners, side * heights)
        if len(kept) >= 3:
            yield replace(part, corners=kept)


def _clipped(corners: Values, heights: Values) -> Values:
    """The part of a convex polygon where the height is positive; heights are linear along its edges."""
    kept: list[Values] = []
    for number in range(len(corners)):
        here, there = corners[number], corners[(number + 1) % len(corners)]
        low, high = heights[number], heights[(number + 1) % len(corners)]
        # A corner on the line belongs to both halves, and an edge is cut where its ends lie strictly on two sides: so
        # no corner is counted twice, and the halves share the new edge to the last bit.
        if low >= 0:
            kept.append(here)
        if low * high < 0:
            kept.append(here + (there - here) * low / (low - high))
    return numpy.array(kept).reshape(-1, 2)
