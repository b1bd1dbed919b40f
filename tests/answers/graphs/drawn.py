"""Random graphs, and whether what is drawn of them keeps clear of everything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from hypothesis import strategies as st

from answers.graphs.layers import Arrow
from answers.graphs.layout import Point, Size


@dataclass(frozen=True)
class Graph:
    sizes: tuple[Size, ...]
    arrows: tuple[Arrow, ...]
    labels: tuple[Size, ...]


@st.composite
def graphs(draw: st.DrawFn, labelled: bool | None = None) -> Graph:
    """Up to 20 nodes, each of which but the first few reads one or two earlier ones, the same one twice at times."""
    count = draw(st.integers(1, 20))
    arrows = [
        (source, target)
        for target in range(1, count)
        for source in draw(st.lists(st.integers(max(0, target - 8), target - 1), max_size=2))
    ]
    lengths = st.floats(0.5, 1.5)
    sizes = tuple(Size(draw(lengths), draw(lengths)) for _ in range(count))
    has_labels = draw(st.booleans()) if labelled is None else labelled
    labels = tuple(Size(draw(lengths), 0.6) for _ in arrows) if has_labels else ()
    return Graph(sizes, tuple(arrows), labels)


def boxes_overlap(boxes: Sequence[tuple[Point, Size]]) -> bool:
    return any(
        abs(a[0] - b[0]) < (size.width + other.width) / 2 - 1e-6
        and abs(a[1] - b[1]) < (size.height + other.height) / 2 - 1e-6
        for (a, size), (b, other) in combinations(boxes, 2)
    )


def inside(point: Point, box: tuple[Point, Size]) -> bool:
    (x, y), size = box
    return abs(point[0] - x) < size.width / 2 - 1e-3 and abs(point[1] - y) < size.height / 2 - 1e-3


def drawn(route: Sequence[Point], samples: int = 12) -> Iterator[Point]:
    """Points along a route, level and bent in turn, as it is drawn."""
    for place, (start, end) in enumerate(pairwise(route)):
        middle = (start[0] + end[0]) / 2
        bend = (start, (middle, start[1]), (middle, end[1]), end)
        for number in range(samples + 1):
            t = number / samples
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            yield _between(bend, weights) if place % 2 else _between((start, end), (1 - t, t))


def drawn_straight(corners: Sequence[Point], samples: int = 40) -> Iterator[Point]:
    """Points along the straight pieces between corners."""
    for start, end in pairwise(corners):
        for number in range(samples + 1):
            yield _between((start, end), (1 - number / samples, number / samples))


def _between(points: Sequence[Point], weights: Sequence[float]) -> Point:
    pairs = list(zip(points, weights, strict=True))
    return sum(x * w for (x, _), w in pairs), sum(y * w for (_, y), w in pairs)
