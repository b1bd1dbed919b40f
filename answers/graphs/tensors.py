"""Computational graphs of networks as drawings: blank, with shapes, or with shapes and those of the gradients."""

from __future__ import annotations

from answers.graphs.scalar import ArrowNumbers
from answers.graphs.tikz import Arrow, Vertex, drawing
from answers.latex.escape import escape
from derive.building.blueprint import Meeting
from derive.graph.tensors import Shape, TensorGraph, TensorNode
from derive.render.names import ranks_of
from derive.render.piece import Piece
from derive.render.printing import LATEX, shape_piece, symbol_piece

LETTER = 0.95
"""The width of a letter of a word, in those of mathematics."""
MEETING: dict[Meeting, Piece] = {"sum": Piece("+", 1.6), "product": Piece(r"\odot", 1.6), "join": Piece("[ , ]", 2)}
"""What stands in the box of values that meet."""


def tensor_drawing(graph: TensorGraph, shapes: ArrowNumbers = "drawing", *, room: bool = False) -> str:
    """A drawing of the graph of a network, with room for shapes that are to be written if there is to be."""
    vertices = [Vertex(_text(graph, node), node.kind, ordered=node.meeting == "join") for node in graph.nodes]
    arrows = [
        Arrow(
            edge.source,
            edge.target,
            None if shapes == "drawing" else _shape(edge.forward),
            None if shapes != "both" or edge.backward is None else _shape(edge.backward),
        )
        for edge in graph.edges
    ]
    return drawing(vertices, arrows, room=room)


def _shape(shape: Shape) -> Piece:
    return shape_piece(LATEX, shape)


def _text(graph: TensorGraph, node: TensorNode) -> Piece:
    """What stands in a node: the symbol of a tensor, the name of a layer, the sign of what meets."""
    if node.kind != "operator":
        return LATEX.signed(symbol_piece(LATEX, node.name, ranks_of(graph.network.forward)))
    if node.meeting is not None:
        return MEETING[node.meeting]
    return Piece(rf"\text{{{escape(node.name)}}}", LETTER * len(node.name))
