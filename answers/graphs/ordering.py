"""The order of vertices within each layer, with few crossings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from answers.graphs.layers import Arrow, Layered

SWEEPS = 12

Order = list[list[int]]


def ordered(graph: Layered) -> Layered:
    """The graph with its layers in the best order that was met while sweeping.

    Each sweep sorts every layer by the mean position of neighbours in the layer before, then swaps neighbours as
    long as that removes crossings.

    Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures, 1981.
    """
    before, after = _neighbours(graph)
    order: Order = [list(layer) for layer in graph.layers]
    best, fewest = [layer[:] for layer in order], _crossings(order, after)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        _sweep(order, before if downwards else after, downwards)
        _swap(order, before, after)
        found = _crossings(order, after)
        if found < fewest:
            best, fewest = [layer[:] for layer in order], found
    return replace(graph, layers=tuple(map(tuple, best)))


def crossings(graph: Layered) -> int:
    """How many pairs of segments cross."""
    return _crossings([list(layer) for layer in graph.layers], _neighbours(graph)[1])


def _neighbours(graph: Layered) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """For each vertex its neighbours in the layer before, and in the layer after."""
    before: dict[int, list[int]] = {vertex: [] for vertex in range(graph.count)}
    after: dict[int, list[int]] = {vertex: [] for vertex in range(graph.count)}
    for source, target in graph.segments:
        before[target].append(source)
        after[source].append(target)
    return before, after


def _sweep(order: Order, neighbours: Mapping[int, list[int]], downwards: bool) -> None:
    """Sort every layer by the mean position of its neighbours; vertices without any stay where they are."""
    levels = range(1, len(order)) if downwards else range(len(order) - 2, -1, -1)
    for level in levels:
        fixed = {vertex: place for place, vertex in enumerate(order[level - 1 if downwards else level + 1])}
        own = {vertex: place for place, vertex in enumerate(order[level])}
        means = {
            vertex: fmean(fixed[other] for other in neighbours[vertex]) if neighbours[vertex] else own[vertex]
            for vertex in order[level]
        }
        order[level].sort(key=means.__getitem__)


def _swap(order: Order, before: Mapping[int, list[int]], after: Mapping[int, list[int]]) -> None:
    """Swap neighbours in a layer as long as there are fewer crossings after it."""
    improved = True
    while improved:
        improved = False
        for level, layer in enumerate(order):
            for place in range(len(layer) - 1):
                pair, swapped = layer[place : place + 2], layer[place : place + 2][::-1]
                if _around(pair, order, level, before, after) > _around(swapped, order, level, before, after):
                    layer[place : place + 2] = swapped
                    improved = True


def _around(
    pair: Sequence[int], order: Order, level: int, before: Mapping[int, list[int]], after: Mapping[int, list[int]]
) -> int:
    """The crossings between the segments of two vertices, the first above the second."""
    count = 0
    for neighbours, other in ((before, level - 1), (after, level + 1)):
        if 0 <= other < len(order):
            place = {vertex: position for position, vertex in enumerate(order[other])}
            first, second = ([place[end] for end in neighbours[vertex]] for vertex in pair)
            count += sum(above > below for above in first for below in second)
    return count


def _crossings(order: Order, after: Mapping[int, list[int]]) -> int:
    return sum(_crossings_between(segments) for segments in _segments(order, after))


def _segments(order: Order, after: Mapping[int, list[int]]) -> Iterator[list[Arrow]]:
    """The segments after each layer, by the positions of their ends."""
    for layer, following in itertools.pairwise(order):
        place = {vertex: position for position, vertex in enumerate(following)}
        yield [(position, place[end]) for position, vertex in enumerate(layer) for end in after[vertex]]


def _crossings_between(segments: Sequence[Arrow]) -> int:
    return sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for number, a in enumerate(segments) for b in segments[number + 1 :])
