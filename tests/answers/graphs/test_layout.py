from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from answers.graphs.layers import layered
from answers.graphs.layout import HEAD, Size, layout
from answers.graphs.ordering import crossings, ordered
from tests.answers.graphs.drawn import Graph, boxes_overlap, drawn, graphs, inside
from tests.examples import examples

FEW = examples(25)


@FEW
@given(graphs())
def test_edges_run_from_layer_to_layer(graph: Graph) -> None:
    found = layered(len(graph.sizes), graph.arrows, bool(graph.labels))
    level = {vertex: number for number, layer in enumerate(found.layers) for vertex in layer}
    assert len(level) == found.count
    for chain, arrow in zip(found.chains, graph.arrows, strict=True):
        assert (chain[0], chain[-1]) == arrow
        assert [level[vertex] - level[chain[0]] for vertex in chain] == list(range(len(chain)))
        assert len(chain) > 2 or not graph.labels


def test_edges_are_as_short_as_they_can_be() -> None:
    found = layered(5, [(0, 1), (1, 2), (2, 3), (4, 3)], labelled=False)
    assert found.layers == ((0,), (1,), (2, 4), (3,))


@FEW
@given(graphs())
def test_sweeping_never_adds_crossings(graph: Graph) -> None:
    before = layered(len(graph.sizes), graph.arrows, False)
    assert crossings(ordered(before)) <= crossings(before)


def test_a_needless_crossing_is_removed() -> None:
    graph = layered(4, [(0, 3), (1, 2)], labelled=False)
    assert crossings(graph) == 1
    assert crossings(ordered(graph)) == 0


@FEW
@given(graphs())
def test_nothing_overlaps(graph: Graph) -> None:
    placed = layout(graph.sizes, graph.arrows, graph.labels)
    nodes = list(zip(placed.nodes, graph.sizes, strict=True))
    labels = list(zip(placed.labels, graph.labels, strict=True))
    assert not boxes_overlap([*nodes, *labels])
    for number, (arrow, route) in enumerate(zip(graph.arrows, placed.routes, strict=True)):
        others = [box for place, box in enumerate(nodes) if place not in arrow]
        others += [box for place, box in enumerate(labels) if place != number]
        assert not any(inside(point, box) for point in drawn(route) for box in others)


@FEW
@given(graphs())
def test_edges_join_their_nodes_from_left_to_right(graph: Graph) -> None:
    placed = layout(graph.sizes, graph.arrows, graph.labels)
    for (source, target), route in zip(graph.arrows, placed.routes, strict=True):
        start, end = placed.nodes[source], placed.nodes[target]
        assert route[0] == pytest.approx((start[0] + graph.sizes[source].width / 2, start[1]))
        assert route[-1][0] == pytest.approx(end[0] - graph.sizes[target].width / 2)
        assert all(a[0] <= b[0] + 1e-9 for a, b in itertools.pairwise(route))
        assert all(a[1] == b[1] for a, b in zip(route[::2], route[1::2], strict=True))
        assert route[-1][0] - route[-2][0] >= HEAD - 1e-9


@FEW
@given(graphs(labelled=True))
def test_a_label_stands_on_its_edge(graph: Graph) -> None:
    placed = layout(graph.sizes, graph.arrows, graph.labels)
    for (x, y), size, route in zip(placed.labels, graph.labels, placed.routes, strict=True):
        level = [(a, b) for a, b in zip(route[::2], route[1::2], strict=True) if a[0] <= x - size.width / 2 + 1e-6]
        start, end = level[-1]
        assert (start[1], end[1]) == pytest.approx((y, y))
        assert end[0] >= x + size.width / 2 - 1e-6


def test_parallel_edges_are_apart() -> None:
    placed = layout([Size(0.8, 0.8)] * 2, [(0, 1), (0, 1)])
    (_, first, *_), (_, second, *_) = ([point[1] for point in route[2:4]] for route in placed.routes)
    assert abs(first - second) > 0.1
    assert placed.routes[0][-1] != placed.routes[1][-1]


@pytest.mark.parametrize("in_order", [(), (2,)])
def test_edges_end_in_the_order_of_arguments_where_it_matters(in_order: tuple[int, ...]) -> None:
    sizes = [Size(0.8, 0.8)] * 4
    placed = layout(sizes, [(1, 2), (0, 2), (0, 3)], in_order=in_order)
    first, second, _ = (route[-1][1] for route in placed.routes)
    higher = placed.nodes[1][1] > placed.nodes[0][1]
    assert (first > second) == (bool(in_order) or higher)


def test_a_chain_is_level() -> None:
    placed = layout([Size(0.8, 0.8)] * 6, [(0, 1), (2, 1), (1, 3), (3, 4), (4, 5)])
    assert len({round(placed.nodes[place][1], 9) for place in (3, 4, 5)}) == 1


def test_edges_join_bodies() -> None:
    placed = layout([Size(2.0, 1.0), Size(3.0, 1.0)], [(0, 1)], bodies=[0.8, 0.6])
    (route,) = placed.routes
    assert route[0][0] == pytest.approx(placed.nodes[0][0] + 0.4)
    assert route[-1][0] == pytest.approx(placed.nodes[1][0] - 0.3)
