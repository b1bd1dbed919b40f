"""Layers of a directed acyclic graph, and its edges cut into segments between neighbouring layers."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy

Arrow = tuple[int, int]


@dataclass(frozen=True)
class Layered:
    """Vertices in layers, and segments between neighbouring layers alone.

    The first vertices are the nodes of the graph; the others are where an edge crosses a layer. ``chains`` gives
    for each edge its vertices from source to target. ``layers`` hold vertices from top to bottom.
    """

    nodes: int
    layers: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]

    @property
    def segments(self) -> list[Arrow]:
        """The segments of all edges."""
        return [segment for chain in self.chains for segment in itertools.pairwise(chain)]

    @property
    def count(self) -> int:
        """How many vertices there are."""
        return sum(map(len, self.layers))


def layered(nodes: int, arrows: Sequence[Arrow], labelled: bool) -> Layered:
    """The graph in layers whose edges are as short as they can be in total.

    Every edge crosses a layer of its own label if it is ``labelled``, and so does each of several parallel edges,
    which keeps them apart.
    """
    repeated = Counter(arrows)
    lengths = [2 if labelled or repeated[arrow] > 1 else 1 for arrow in arrows]
    levels = _levels(nodes, arrows, lengths)
    layers: list[list[int]] = [[] for _ in range(max(levels, default=-1) + 1)]
    for node, level in enumerate(levels):
        layers[level].append(node)
    chains, last = [], nodes
    for source, target in arrows:
        between = range(levels[source] + 1, levels[target])
        for level in between:
            layers[level].append(last + level - between.start)
        chains.append((source, *range(last, last + len(between)), target))
        last += len(between)
    return Layered(nodes, tuple(map(tuple, layers)), tuple(chains))


def _levels(nodes: int, arrows: Sequence[Arrow], lengths: Sequence[int]) -> list[int]:
    """The layer of each node, from 0, such that the edges are at least so long, and no longer in total than needed.

    Source: E. Gansner, E. Koutsofios, S. North, K.-P. Vo, A technique for drawing directed graphs, 1993, section 2.
    The constraints are totally unimodular: a vertex of the linear program is integral.
    """
    from scipy.optimize import linprog  # slow to import, and most homeworks draw no graph

    if not arrows:
        return [0] * nodes
    cost = numpy.full(nodes, 1e-3)
    rows = numpy.zeros((len(arrows), nodes))
    for row, (source, target) in zip(rows, arrows, strict=True):
        row[source], row[target] = 1, -1
        cost[source], cost[target] = cost[source] - 1, cost[target] + 1
    solution = linprog(cost, A_ub=rows, b_ub=-numpy.asarray(lengths), bounds=(0, None), method="highs-ds")
    return [round(level) for level in solution.x]
