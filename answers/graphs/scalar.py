"""Computational graphs as drawings: blank, with values, or with values and gradients."""

from __future__ import annotations

from typing import Literal

from answers.graphs.tikz import Arrow, Shape, Vertex, drawing
from derive.graph import Backward, Node, ScalarGraph
from derive.graph.numbers import number_piece
from derive.graph.rendering import node_piece

ArrowNumbers = Literal["drawing", "forward", "both"]
"""No numbers, the values, or the values and the gradients."""


def graph_drawing(graph: ScalarGraph, backward: Backward | None = None, numbers: ArrowNumbers = "drawing") -> str:
    """A drawing of a graph; where numbers are given and not shown, it has room for them."""
    forward = backward.forward if backward is not None and numbers != "drawing" else None
    shown = backward if numbers == "both" else None
    vertices = [_vertex(graph, place, shown) for place in range(len(graph.nodes))]
    arrows = [
        Arrow(
            edge.source,
            edge.target,
            None if forward is None else number_piece(forward.values[edge.source]),
            None if shown is None else number_piece(shown.edges[edge]),
        )
        for edge in graph.edges
    ]
    return drawing(vertices, arrows, room=backward is not None and numbers != "both")


def node_latex(node: Node) -> str:
    """What stands in a node."""
    return node_piece(node).text


def _vertex(graph: ScalarGraph, place: int, backward: Backward | None) -> Vertex:
    """The node, with its gradient under it where that is the sum of several arrows' numbers."""
    node = graph.nodes[place]
    is_sum = backward is not None and len(graph.readers[place]) > 1 and node.kind != "constant"
    below = number_piece(backward.gradients[place]) if backward is not None and is_sum else None
    return Vertex(node_piece(node), _shape(graph, node), below, is_ordered(node))


def is_ordered(node: Node) -> bool:
    """Whether the order of what an operator reads matters."""
    return len(node.arguments) == 2 and node.name in ("-", "/", "^")


def _shape(graph: ScalarGraph, node: Node) -> Shape:
    if node.kind == "value":
        return "output" if node.name in graph.outputs else "value"
    return node.kind
