"""Where the nodes of a drawing stand, where its edges run, and where their labels are."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answers.graphs.heights import heights_of
from answers.graphs.layers import Arrow, Layered, layered
from answers.graphs.ordering import ordered

Point = tuple[float, float]

STEEP = 0.22
"""How much wider the gap between two columns is for each centimetre that an edge rises in it."""

HEAD = 0.16
"""How far an edge runs level before its end, so that its head points along it."""

PORTS = 0.24
"""The distance between the points at which edges end at one node."""


@dataclass(frozen=True)
class Size:
    """Width and height in centimetres."""

    width: float
    height: float


@dataclass(frozen=True)
class Placed:
    """A drawing: the centres of nodes and labels, and the points of each edge.

    An edge runs level from the first point to the second, bends in the gap to the third, and so on: every second
    segment is level. The last point is at the left border of the target. y grows upwards. ``columns`` are the left
    and right borders of the columns of nodes and labels.
    """

    nodes: tuple[Point, ...]
    labels: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    columns: tuple[tuple[float, float], ...]

    @property
    def width(self) -> float:
        """The width of the whole."""
        return self.columns[-1][1]


def layout(
    sizes: Sequence[Size],
    arrows: Sequence[Arrow],
    labels: Sequence[Size] = (),
    *,
    bodies: Sequence[float] = (),
    in_order: Collection[int] = (),
    apart: float = 0.2,
    gap: float = 0.3,
) -> Placed:
    """Place nodes of these sizes in columns from left to right, with a label for every arrow if labels are given.

    Edges join the ``bodies`` of the nodes, which have these widths in the middle of them, or are all of them.
    Arrows that end at one node end at points one below the other, in the order in which they come, or in that in
    which they are given at the nodes ``in_order``; parallel ones are kept apart. Nothing overlaps: within a column
    boxes are ``apart``, edges are level, and they bend only in the gaps between columns, which are at least ``gap``
    wide.
    """
    graph = ordered(layered(len(sizes), arrows, bool(labels)))
    boxes = _boxes(graph, sizes, labels)
    heights = heights_of(graph, [box.height for box in boxes], apart)
    columns = _columns(graph, boxes, heights, gap)
    level = {vertex: number for number, layer in enumerate(graph.layers) for vertex in layer}
    centres = [(sum(columns[level[vertex]]) / 2, heights[vertex]) for vertex in range(graph.count)]
    routes = (_route(chain, level, columns, centres) for chain in graph.chains)
    ports = _ports(graph, heights, in_order)
    widths = bodies or [size.width for size in sizes]
    return Placed(
        tuple(centres[: len(sizes)]),
        tuple(centres[chain[1]] for chain in graph.chains) if labels else (),
        tuple(
            _ended(route, widths[chain[0]], widths[chain[-1]], centres[chain[-1]], port)
            for route, chain, port in zip(routes, graph.chains, ports, strict=True)
        ),
        tuple(columns),
    )


def _boxes(graph: Layered, sizes: Sequence[Size], labels: Sequence[Size]) -> list[Size]:
    """The size of every vertex; an edge has its label where it crosses the first layer."""
    boxes = [*sizes, *([Size(0.0, 0.0)] * (graph.count - len(sizes)))]
    for chain, label in zip(graph.chains, labels, strict=False):
        boxes[chain[1]] = label
    return boxes


def _columns(graph: Layered, boxes: Sequence[Size], heights: Sequence[float], gap: float) -> list[tuple[float, float]]:
    """The left and the right border of every layer; where edges rise much there is more room between two."""
    columns: list[tuple[float, float]] = []
    x = 0.0
    for number, layer in enumerate(graph.layers):
        if number:
            rises = (abs(heights[source] - heights[target]) for source, target in graph.segments if target in layer)
            x += gap + STEEP * max(rises, default=0.0)
            x += HEAD if any(vertex < graph.nodes for vertex in layer) else 0.0
        width = max(boxes[vertex].width for vertex in layer)
        columns.append((x, x + width))
        x += width
    return columns


def _route(
    chain: Sequence[int], level: dict[int, int], columns: Sequence[tuple[float, float]], centres: Sequence[Point]
) -> tuple[Point, ...]:
    """The points of an edge from the centre of its source to the left border of its target's column."""
    points = [centres[chain[0]]]
    for vertex, following in itertools.pairwise(chain):
        points.append((columns[level[vertex]][1], centres[vertex][1]))
        points.append((columns[level[following]][0], centres[following][1]))
    return tuple(points)


def _ports(graph: Layered, heights: Sequence[float], in_order: Collection[int]) -> list[float]:
    """How far above the centre of its target each edge ends."""
    arriving: dict[int, list[int]] = {}
    for number, chain in enumerate(graph.chains):
        arriving.setdefault(chain[-1], []).append(number)
    ports = [0.0] * len(graph.chains)
    for target, numbers in arriving.items():
        if target not in in_order:
            numbers.sort(key=lambda number: -heights[graph.chains[number][-2]])
        for place, number in enumerate(numbers):
            ports[number] = ((len(numbers) - 1) / 2 - place) * PORTS
    return ports


def _ended(route: tuple[Point, ...], source: float, target: float, centre: Point, port: float) -> tuple[Point, ...]:
    """The route from the right border of its source to the left border of its target, at the port."""
    y = centre[1] + port
    start = (route[0][0] + source / 2, route[0][1])
    return (start, *route[1:-1], (route[-1][0] - HEAD, y), (centre[0] - target / 2, y))
