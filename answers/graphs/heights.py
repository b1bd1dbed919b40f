"""How high each vertex stands in its layer: near its neighbours, runs without branches straight."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy
from numpy.typing import NDArray

from answers.graphs.layers import Layered

ROUNDS = 60
"""How often the heights of all layers are improved."""

STRAIGHT = 4.0
"""How much more a bend between two crossings of layers costs than one at a node."""

Numbers = NDArray[numpy.float64]


def heights_of(graph: Layered, sizes: Sequence[float], apart: float) -> list[float]:
    """The height of the middle of every vertex, vertices of a layer ``apart`` from each other, from 0 upwards.

    The sum of the squared rises of all segments is made small layer by layer: each vertex is moved to the mean of its
    neighbours, as far as the others leave it room, which is an isotonic regression. Then runs of vertices that
    neither branch nor join are made level where there is room.
    """
    stacks = [_stack(layer, sizes, apart) for layer in graph.layers]
    heights = numpy.zeros(graph.count)
    for layer, stack in zip(graph.layers, stacks, strict=True):
        heights[list(layer)] = stack.mean() - stack
    weights = _weights(graph)
    layers = list(zip(graph.layers, stacks, strict=True))
    for number in range(ROUNDS):
        for layer, stack in layers if number % 2 == 0 else reversed(layers):
            _settle(heights, weights, list(layer), stack)
    _straighten(graph, heights, sizes, apart)
    return [float(height) for height in heights - heights.min()]


def _weights(graph: Layered) -> Numbers:
    weights = numpy.zeros((graph.count, graph.count))
    for source, target in graph.segments:
        weight = STRAIGHT if source >= graph.nodes and target >= graph.nodes else 1.0
        weights[source, target] += weight
        weights[target, source] += weight
    return weights


def _stack(layer: Sequence[int], sizes: Sequence[float], apart: float) -> Numbers:
    """How far each vertex is below the first one at least."""
    halves = [sizes[vertex] / 2 for vertex in layer]
    steps = [upper + lower + apart for upper, lower in itertools.pairwise(halves)]
    return numpy.concatenate([[0.0], numpy.cumsum(steps)])


def _settle(heights: Numbers, weights: Numbers, layer: list[int], stack: Numbers) -> None:
    """Move the vertices of a layer to the best heights that their order allows, the other layers as they are."""
    from scipy.optimize import isotonic_regression  # slow to import, and most homeworks draw no graph

    total = weights[layer].sum(axis=1)
    wanted = numpy.where(total > 0, weights[layer] @ heights / numpy.maximum(total, 1e-9), heights[layer])
    moved = isotonic_regression(-wanted - stack, weights=numpy.maximum(total, 1e-3)).x
    heights[layer] = -(moved + stack)


def _straighten(graph: Layered, heights: Numbers, sizes: Sequence[float], apart: float) -> None:
    """Make every run level where its neighbours in the layers leave room at a common height."""
    above, below = _beside(graph, 1), _beside(graph, -1)
    for run in sorted(_runs(graph), key=lambda run: (-len(run), run)):
        members = set(run)
        low = [
            heights[other] + (sizes[other] + sizes[vertex]) / 2 + apart
            for vertex in run
            if (other := below.get(vertex)) is not None and other not in members
        ]
        high = [
            heights[other] - (sizes[other] + sizes[vertex]) / 2 - apart
            for vertex in run
            if (other := above.get(vertex)) is not None and other not in members
        ]
        lowest, highest = max(low, default=-numpy.inf), min(high, default=numpy.inf)
        if lowest <= highest + 1e-9:
            heights[run] = min(max(float(heights[run].mean()), lowest), highest)


def _beside(graph: Layered, step: int) -> Mapping[int, int]:
    """For each vertex the one next to it in its layer, above it if ``step`` is 1 and below it if it is −1."""
    pairs = (pair for layer in graph.layers for pair in itertools.pairwise(layer))
    return {lower: upper for upper, lower in pairs} if step == 1 else dict(pairs)


def _runs(graph: Layered) -> Iterator[list[int]]:
    """Vertices one after the other, none of which has more than one segment on either side."""
    before: dict[int, list[int]] = {vertex: [] for vertex in range(graph.count)}
    after: dict[int, list[int]] = {vertex: [] for vertex in range(graph.count)}
    for source, target in graph.segments:
        after[source].append(target)
        before[target].append(source)
    simple = [vertex for vertex in range(graph.count) if len(before[vertex]) < 2 and len(after[vertex]) < 2]
    for vertex in simple:
        if before[vertex] and before[vertex][0] in simple:
            continue
        run = [vertex]
        while after[run[-1]] and after[run[-1]][0] in simple:
            run.append(after[run[-1]][0])
        if len(run) > 1:
            yield run
