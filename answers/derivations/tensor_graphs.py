"""The graph of a network on a sheet: its drawing with a caption, and what is claimed of it."""

from __future__ import annotations

from answers.contract.item import Claim
from answers.contract.methods import READ_BACK, Method
from answers.derivations.misdrawn import misdrawn_tensors
from answers.graphs.scalar import ArrowNumbers
from answers.graphs.tensors import tensor_drawing
from answers.latex.sheet import Picture
from answers.readback.reader import TOLERANCE
from derive.graph.tensors import TensorGraph
from numeric.checks.comparison import Comparison
from numeric.checks.tensor_graph import misread

READS = Method(
    "each tensor moved alone", "the arrows of a graph, with what the layers compute where one tensor has other values"
)


def tensor_picture(graph: TensorGraph, shown: ArrowNumbers, *, room: bool = False) -> Picture:
    """The drawing, with a caption that says what stands at the arrows."""
    caption = "Circles are tensors, boxes are layers."
    if any(node.meeting == "join" for node in graph.nodes):
        caption += " Into a box that joins values they come in their order, the first one at the top."
    if shown != "drawing":
        caption += r" Above each arrow: \textcolor{key}{the shape of its tensor}."
    if shown == "both" and any(edge.backward is not None for edge in graph.edges):
        gradient = r"the gradient $\partial \ell/\partial(\cdot)$ that flows back along it"
        caption += rf" Below: \textcolor{{changed}}{{the shape of {gradient}}}."
        if graph.is_branched:
            caption += " A tensor that several arrows leave gets the sum of theirs."
    return Picture(tensor_drawing(graph, shown, room=room), caption)


def tensor_claims(picture: Picture, graph: TensorGraph, shown: ArrowNumbers) -> tuple[Claim, ...]:
    """That the arrows are what the layers read, and that the drawing shows them with their shapes."""

    def drawn() -> Comparison:
        wrong = list(misdrawn_tensors(picture, graph, shown))
        return Comparison(float(bool(wrong)), TOLERANCE, len(graph.edges), "; ".join(wrong[:3]))

    def read() -> Comparison:
        wrong = list(misread(graph))
        return Comparison(float(bool(wrong)), TOLERANCE, len(graph.operators), "; ".join(wrong[:3]))

    return (
        Claim("graph", "what each layer reads", (READS,), read),
        Claim("drawing", "the drawing", (READ_BACK,), drawn),
    )
