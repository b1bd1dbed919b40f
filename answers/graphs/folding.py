"""Wide drawings in several rows, one below the other, as a text is broken into lines."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from answers.graphs.layout import Placed, Point, Size

LANE = 0.17
"""The distance between edges that turn from one row to the next beside each other."""

BETWEEN = 0.3
"""The distance of those edges from the rows."""

Rows = tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Folded:
    """A drawing in rows.

    ``routes`` are the points of each edge in each row that it runs through, ``turns`` the corners between the last
    point in a row and the first in the next.
    """

    nodes: tuple[Point, ...]
    labels: tuple[Point, ...]
    routes: tuple[Rows, ...]
    turns: tuple[Rows, ...]
    width: float


@dataclass(frozen=True)
class _Moves:
    """The right borders of the rows in the uncut drawing, and how far the boxes of each row are moved."""

    borders: tuple[float, ...]
    moves: tuple[Point, ...]

    def row(self, point: Point) -> int:
        return bisect_left(self.borders, point[0] - 1e-9)

    def __call__(self, point: Point) -> Point:
        x, y = self.moves[self.row(point)]
        return (point[0] + x, point[1] + y)


def folded(placed: Placed, sizes: Sequence[Size], labels: Sequence[Size], width: float) -> Folded:
    """The drawing in as few rows of that width as it takes, cut where few edges run."""
    rows = _rows(placed, width)
    borders = tuple(placed.columns[last][1] for _, last in rows)
    boxes = [*zip(placed.nodes, sizes, strict=True), *zip(placed.labels, labels, strict=False)]
    boxes += [(point, Size(0.0, 0.0)) for route in placed.routes for point in route]
    crossing = [_crossing(placed, border) for border in borders[:-1]]
    moves = _Moves(borders, tuple(_moves(placed, rows, boxes, [len(edges) for edges in crossing])))
    routes = [
        tuple(tuple(map(moves, points)) for _, points in groupby(route, key=moves.row)) for route in placed.routes
    ]
    turns: list[list[tuple[Point, ...]]] = [[] for _ in routes]
    for number, edges in enumerate(crossing):
        right = borders[number] + moves.moves[number][0]
        left = placed.columns[rows[number + 1][0]][0] + moves.moves[number + 1][0]
        floor = min(moves(centre)[1] - size.height / 2 for centre, size in boxes if moves.row(centre) == number)
        for place, edge in enumerate(edges):
            before, after = routes[edge][len(turns[edge])][-1], routes[edge][len(turns[edge]) + 1][0]
            # What leaves at the top turns outermost, runs back lowest and enters innermost: so turns do not cross.
            out, back = right + LANE * (len(edges) - place), floor - BETWEEN - LANE * (len(edges) - 1 - place)
            inner = left - LANE * (place + 2)
            turns[edge].append(((out, before[1]), (out, back), (inner, back), (inner, after[1])))
    extent = max(
        placed.columns[last][1] - placed.columns[first][0] + _margins(placed, first, last) for first, last in rows
    )
    return Folded(
        tuple(map(moves, placed.nodes)),
        tuple(map(moves, placed.labels)),
        tuple(routes),
        tuple(map(tuple, turns)),
        extent,
    )


def _rows(placed: Placed, width: float) -> list[tuple[int, int]]:
    """The first and the last column of each row: few rows, then few edges cut, then rows of like width."""
    columns = placed.columns
    best: list[tuple[tuple[int, int, float], list[tuple[int, int]]]] = [((0, 0, 0.0), [])]
    for last in range(len(columns)):
        choices = []
        for first in range(last + 1):
            (count, cut, uneven), rows = best[first]
            extent = columns[last][1] - columns[first][0] + _margins(placed, first, last)
            if extent <= width or first == last:
                through = len(_crossing(placed, columns[first - 1][1])) if first else 0
                choices.append(((count + 1, cut + through, uneven + extent**2), [*rows, (first, last)]))
        best.append(min(choices))
    return best[-1][1]


def _margins(placed: Placed, first: int, last: int) -> float:
    """The room beside a row for the edges that turn into it and out of it."""
    before = LANE * (len(_crossing(placed, placed.columns[first - 1][1])) + 2) if first else 0.0
    whole = last == len(placed.columns) - 1
    return before + (0.0 if whole else LANE * (len(_crossing(placed, placed.columns[last][1])) + 1))


def _crossing(placed: Placed, border: float) -> list[int]:
    """The edges that run on to the right of a column's border, the highest first."""
    found = [
        (-start[1], edge)
        for edge, route in enumerate(placed.routes)
        for start, end in pairwise(route)
        if start[0] <= border + 1e-9 < end[0]
    ]
    return [edge for _, edge in sorted(found)]


def _moves(
    placed: Placed, rows: Sequence[tuple[int, int]], boxes: Sequence[tuple[Point, Size]], crossing: Sequence[int]
) -> list[Point]:
    """How far each row is moved: its left border to the margin, its top below the row before it."""
    moves, bottom = [], 0.0
    for number, (first, last) in enumerate(rows):
        left, right = placed.columns[first][0], placed.columns[last][1]
        inside = [(centre, size) for centre, size in boxes if left <= centre[0] <= right]
        top = max(centre[1] + size.height / 2 for centre, size in inside)
        low = min(centre[1] - size.height / 2 for centre, size in inside)
        if number:
            bottom -= 2 * BETWEEN + LANE * (crossing[number - 1] - 1)
        margin = LANE * (crossing[number - 1] + 2) if number else 0.0
        moves.append((margin - left, bottom - top))
        bottom -= top - low
    return moves
