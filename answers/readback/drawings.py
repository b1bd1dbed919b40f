"""Drawings of computational graphs, read back from the TikZ that goes to TeX: nodes, arrows, and the numbers at them.

Arrows are told by where they begin and end, numbers by the arrow that runs under them.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TypeVar

Point = tuple[float, float]
Place = TypeVar("Place", bound=Hashable)
AT = r"\((-?[\d.]+),(-?[\d.]+)\)"
SIZE = r"minimum width=([\d.]+)cm(?:,minimum height=([\d.]+)cm)?"
NODE = re.compile(rf"\\node\[(input|constant|value|output|operator),{SIZE}\] at {AT} \{{\$(.*)\$\}};")
NUMBER = re.compile(rf"\\node\[(forward|backward),(above|below)=2pt\] at {AT} \{{[^$]*\$(.*)\$\}};")
ARROW = re.compile(r"\\draw\[arrow\] (.*);")
NEAR = 0.02
"""How far, in centimetres, a number may be from the line that it stands at."""
HEIGHT = 0.68
"""The height of the box of an operator that says none."""
SAMPLES = 16
"""Points of a bend at which it is seen whether a number stands there."""


class Undrawn(ValueError):
    """A drawing that is no graph with numbers at its arrows."""


@dataclass(frozen=True)
class DrawnNode:
    """A node: what it looks like, what stands in it, and the number under it, if there is one."""

    shape: str
    text: str
    below: str = ""


@dataclass(frozen=True)
class DrawnArrow:
    """An arrow by the places of its nodes, the ``slot`` it arrives at from the top, and the numbers at it, if any."""

    source: int
    target: int
    slot: int
    above: str = ""
    below: str = ""


@dataclass(frozen=True)
class Drawing:
    """A graph as it is drawn."""

    nodes: tuple[DrawnNode, ...]
    arrows: tuple[DrawnArrow, ...]


@dataclass(frozen=True)
class _Box:
    shape: str
    text: str
    centre: Point
    width: float
    height: float

    def touches(self, point: Point, *, leaving: bool) -> bool:
        """Whether a point is on the side that arrows leave, the right one, or on that at which they arrive."""
        side = self.centre[0] + (1 if leaving else -1) * self.width / 2
        return abs(point[0] - side) < NEAR and abs(point[1] - self.centre[1]) <= self.height / 2 + NEAR


def drawing_of(tikz: str, nodes: int) -> Drawing:
    """What a picture of a graph with so many nodes draws.

    Raises:
        Undrawn: it draws no graph, or one with more or fewer nodes; the message is for whoever prints it.
    """
    try:
        drawn = drawing_in(tikz)
    except Undrawn as reason:
        raise Undrawn(f"drawn, but not read: {reason}") from reason
    if len(drawn.nodes) != nodes:
        raise Undrawn(f"{len(drawn.nodes)} nodes are drawn, not {nodes}")
    return drawn


def drawing_in(tikz: str) -> Drawing:
    """The graph of a picture.

    Raises:
        Undrawn: an arrow begins or ends at no node, or a number stands at none of the arrows and nodes.
    """
    boxes = list(_boxes(tikz))
    routes = [tuple(_points(path)) for path in ARROW.findall(tikz)]
    ends = [(_box_at(boxes, r[0], leaving=True), _box_at(boxes, r[-1], leaving=False)) for r in routes]
    at_arrows: dict[tuple[int, str], str] = {}
    at_nodes: dict[int, str] = {}
    for style, side, x, y, text in NUMBER.findall(tikz):
        if (style, side) not in (("forward", "above"), ("backward", "below")):
            raise Undrawn(f"the number {text} has the colour of the other side")
        point = float(x), float(y)
        under = [place for place, box in enumerate(boxes) if side == "below" and _is_under(point, box)]
        along = [place for place, route in enumerate(routes) if _distance(point, route) < NEAR]
        if under:
            _put(at_nodes, under[0], text)
        else:
            _put(at_arrows, (_nearest(point, along, routes), side), text)
    nodes = tuple(DrawnNode(box.shape, box.text, at_nodes.get(place, "")) for place, box in enumerate(boxes))
    return Drawing(nodes, tuple(_arrows(routes, ends, at_arrows)))


def _boxes(tikz: str) -> Iterator[_Box]:
    for shape, width, height, x, y, text in NODE.findall(tikz):
        usual = HEIGHT if shape == "operator" else float(width)
        yield _Box(shape, text, (float(x), float(y)), float(width), float(height) if height else usual)


def _put(numbers: dict[Place, str], place: Place, text: str) -> None:
    if place in numbers:
        raise Undrawn(f"two numbers stand at one place: {numbers[place]} and {text}")
    numbers[place] = text


def _arrows(
    routes: Sequence[Sequence[Point]], ends: Sequence[tuple[int, int]], numbers: dict[tuple[int, str], str]
) -> Iterator[DrawnArrow]:
    for place, (route, (source, target)) in enumerate(zip(routes, ends, strict=True)):
        arriving = [other[-1][1] for other, (_, to) in zip(routes, ends, strict=True) if to == target]
        slot = sorted(arriving, reverse=True).index(route[-1][1])
        yield DrawnArrow(source, target, slot, numbers.get((place, "above"), ""), numbers.get((place, "below"), ""))


def _box_at(boxes: Sequence[_Box], point: Point, *, leaving: bool) -> int:
    found = [place for place, box in enumerate(boxes) if box.touches(point, leaving=leaving)]
    if len(found) != 1:
        raise Undrawn(f"an arrow {'begins' if leaving else 'ends'} at {len(found)} nodes, at {point[0]}, {point[1]}")
    return found[0]


def _is_under(point: Point, box: _Box) -> bool:
    return abs(point[0] - box.centre[0]) < NEAR and abs(point[1] - box.centre[1] + box.height / 2) < NEAR


def _nearest(point: Point, along: Sequence[int], routes: Sequence[Sequence[Point]]) -> int:
    if not along:
        raise Undrawn(f"a number stands at no arrow, at {point[0]}, {point[1]}")
    return min(along, key=lambda place: _distance(point, routes[place]))


def _points(path: str) -> Iterator[Point]:
    """Points along a path of TikZ: its corners, and some on each bend."""
    here: Point | None = None
    for piece in re.finditer(rf"controls {AT} and {AT} \.\. {AT}|{AT}", path):
        numbers = [float(number) for number in piece.groups() if number is not None]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if len(points) == 1 or here is None:
            here = points[-1]
            yield here
            continue
        bend = (here, *points)
        for step in range(1, SAMPLES + 1):
            t = step / SAMPLES
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            yield (sum(w * p[0] for w, p in zip(weights, bend, strict=True)),
                   sum(w * p[1] for w, p in zip(weights, bend, strict=True)))  # fmt: skip
        here = points[-1]


def _distance(point: Point, route: Sequence[Point]) -> float:
    """How far a point is from the pieces of a route."""
    return min((_from_piece(point, start, end) for start, end in pairwise(route)), default=float("inf"))


def _from_piece(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0 if not length else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = min(1.0, max(0.0, along))
    return hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)
