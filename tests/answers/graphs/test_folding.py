from __future__ import annotations

import itertools

from hypothesis import assume, given

from answers.graphs.folding import folded
from answers.graphs.layout import Size, layout
from tests.answers.graphs.drawn import Graph, boxes_overlap, drawn, drawn_straight, graphs, inside
from tests.examples import examples

WIDTH = 9.0
FEW = examples(25)


@FEW
@given(graphs())
def test_nothing_overlaps_in_rows(graph: Graph) -> None:
    placed = layout(graph.sizes, graph.arrows, graph.labels)
    assume(placed.width > WIDTH)
    shown = folded(placed, graph.sizes, graph.labels, WIDTH)
    boxes = [*zip(shown.nodes, graph.sizes, strict=True), *zip(shown.labels, graph.labels, strict=True)]
    assert not boxes_overlap(boxes)
    for rows, turns in zip(shown.routes, shown.turns, strict=True):
        assert len(turns) == len(rows) - 1
        for before, corners, after in zip(rows, turns, rows[1:], strict=False):
            path = (before[-1], *corners, after[0])
            assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(path))
            assert not any(inside(point, box) for point in drawn_straight(path) for box in boxes)
    for arrow, rows in zip(graph.arrows, shown.routes, strict=True):
        others = [box for place, box in enumerate(boxes[: len(graph.sizes)]) if place not in arrow]
        assert not any(inside(point, box) for route in rows for point in drawn(route) for box in others)


@FEW
@given(graphs(labelled=True))
def test_rows_are_as_wide_as_allowed(graph: Graph) -> None:
    placed = layout(graph.sizes, graph.arrows, graph.labels)
    shown = folded(placed, graph.sizes, graph.labels, WIDTH)
    right = max(x + size.width / 2 for (x, _), size in zip(shown.nodes, graph.sizes, strict=True))
    assert right <= shown.width + 1e-6


def test_a_narrow_drawing_is_one_row() -> None:
    graph = Graph((Size(0.8, 0.8),) * 3, ((0, 1), (1, 2)), ())
    placed = layout(graph.sizes, graph.arrows)
    shown = folded(placed, graph.sizes, (), WIDTH)
    assert shown.turns == ((), ())
    assert all(len(rows) == 1 for rows in shown.routes)
