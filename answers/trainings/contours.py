"""Lines at which a function on a grid takes a value: marching squares, joined into curves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from numpy.typing import NDArray

from answers.latex.sheet import Point

Values = NDArray[numpy.float64]
Edge = tuple[int, int, int]
"""An edge of the grid: row and column of its lower or left end, and 0 if it lies along x, 1 along y."""


def contours(x: Values, y: Values, values: Values, level: float = 0.0) -> tuple[tuple[Point, ...], ...]:
    """Curves along which ``values`` (len(y), len(x)) are ``level``, by linear interpolation on the grid's edges."""
    shifted = numpy.where(values == level, 1e-12, values - level)
    segments = [segment for cell in numpy.ndindex(len(y) - 1, len(x) - 1) for segment in _segments(shifted, *cell)]
    return tuple(tuple(_crossing(x, y, shifted, edge) for edge in chain) for chain in _chains(segments))


def _segments(values: Values, row: int, column: int) -> Iterator[tuple[Edge, Edge]]:
    """The pairs of edges of a cell that a line joins; in a saddle the one that keeps the centre's side together."""
    low_left, low_right = values[row, column], values[row, column + 1]
    high_left, high_right = values[row + 1, column], values[row + 1, column + 1]
    bottom, top, left, right = (row, column, 0), (row + 1, column, 0), (row, column, 1), (row, column + 1, 1)
    crossed = [
        edge
        for edge, one, other in (
            (bottom, low_left, low_right),
            (right, low_right, high_right),
            (top, high_left, high_right),
            (left, low_left, high_left),
        )
        if (one > 0) != (other > 0)
    ]
    if len(crossed) == 2:
        yield crossed[0], crossed[1]
    elif len(crossed) == 4:
        centre = low_left + low_right + high_left + high_right
        together = (centre > 0) == (low_left > 0)
        yield from ((bottom, right), (top, left)) if together else ((left, bottom), (right, top))


def _chains(segments: list[tuple[Edge, Edge]]) -> Iterator[list[Edge]]:
    """Segments joined end to end: an edge is part of two of them at most."""
    beside: dict[Edge, list[Edge]] = {}
    for one, other in segments:
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    ends = [edge for edge, others in beside.items() if len(others) == 1]
    for start in (*ends, *beside):
        if not beside[start]:
            continue
        chain = [start]
        while beside[chain[-1]]:
            following = beside[chain[-1]].pop()
            beside[following].remove(chain[-1])
            chain.append(following)
        yield chain


def _crossing(x: Values, y: Values, values: Values, edge: Edge) -> Point:
    row, column, along_y = edge
    one = values[row, column]
    other = values[row + 1, column] if along_y else values[row, column + 1]
    share = float(one / (one - other))
    if along_y:
        return float(x[column]), float(y[row] + share * (y[row + 1] - y[row]))
    return float(x[column] + share * (x[column + 1] - x[column])), float(y[row])
