"""What is drawn of the graph of a network, compared with its layers and with arrays at small sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from answers.derivations.sizes import Stated
from answers.graphs.scalar import ArrowNumbers
from answers.latex.sheet import Picture
from answers.readback.called import is_called
from answers.readback.drawings import Drawing, DrawnNode, Undrawn, drawing_of
from answers.reading import ReadingError
from derive.building.blueprint import Meeting
from derive.graph.tensors import TensorEdge, TensorGraph, TensorNode
from numeric.measuring.point import Point
from numeric.sampling.points import sample, sample_sizes

SIGNS: dict[Meeting, str] = {"sum": "+", "product": r"\odot", "join": "[ , ]"}
ESCAPED = re.compile(r"\\([_*&%#$])")


def misdrawn_tensors(picture: Picture, graph: TensorGraph, shown: ArrowNumbers) -> Iterator[str]:
    """What of a drawing is not so, in words: nodes, arrows, and the shapes at them."""
    try:
        drawn = drawing_of(picture.latex, len(graph.nodes))
    except Undrawn as reason:
        yield str(reason)
        return
    yield from (
        f"{found.text} is drawn in the place of {node.name}"
        for found, node in zip(drawn.nodes, graph.nodes, strict=True)
        if found.shape != node.kind or found.below or not _stands_for(found, node)
    )
    if sorted((one.source, one.target) for one in drawn.arrows) != sorted((e.source, e.target) for e in graph.edges):
        yield "the arrows are others than those of the graph"
        return
    yield from _misordered(drawn, graph)
    yield from _misshapen(drawn, graph, shown)


def _stands_for(drawn: DrawnNode, node: TensorNode) -> bool:
    """Whether what stands in a node is the name of the tensor, of the layer, or the sign of what meets."""
    if node.kind != "operator":
        return is_called(drawn.text, node.name)
    if node.meeting is not None:
        return drawn.text == SIGNS[node.meeting]
    said = re.fullmatch(r"\\text\{(.*)\}", drawn.text)
    return said is not None and ESCAPED.sub(r"\1", said[1]) == node.name


def _misordered(drawn: Drawing, graph: TensorGraph) -> Iterator[str]:
    """What stands one after the other, and is drawn in another order."""
    for place, node in enumerate(graph.nodes):
        if node.meeting == "join":
            arriving = sorted((one for one in drawn.arrows if one.target == place), key=lambda one: one.slot)
            if [one.source for one in arriving] != [edge.source for edge in graph.edges if edge.target == place]:
                yield f"what is joined in {node.name} is drawn in another order"


def _misshapen(drawn: Drawing, graph: TensorGraph, shown: ArrowNumbers) -> Iterator[str]:
    """The shapes at arrows that are not those of arrays, at sizes that are small and differ."""
    network = graph.network
    sizes = sample_sizes(network.forward, 0)
    stated = Stated.of(network.forward, sizes)
    base = network if network.general is None else network.general.network
    small = sample_sizes(base.forward, 0)
    # Where sizes are large, arrays of them are not made: then shapes are those that the sizes say.
    arrays = None if network.general is not None else Point(base.forward, sample(base.forward, 0, small), small)
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    for arrow in drawn.arrows:
        edge = edges[arrow.source, arrow.target]
        forward = stated.lengths(edge.forward) if arrays is None else list(arrays.value(edge.tensor).shape)
        back = _turned(forward, edge, graph) if shown == "both" and edge.backward is not None else None
        for text, shape, side in ((arrow.above, None if shown == "drawing" else forward, "above"),
                                  (arrow.below, back, "below")):  # fmt: skip
            if not _says(text, shape, stated):
                yield f"{text or 'nothing'} stands {side} the arrow of {edge.tensor}"


def _turned(shape: Sequence[int], edge: TensorEdge, graph: TensorGraph) -> list[int]:
    """The shape of the derivative of the loss by an array, in the layout of the network."""
    if graph.network.layout == "gradient" or not 0 < len(edge.forward) <= 2:
        return list(shape)
    return [1, *shape] if len(shape) == 1 else list(reversed(shape))


def _says(text: str, shape: Sequence[int] | None, stated: Stated) -> bool:
    """Whether a text says a shape; nothing where there is none."""
    if shape is None or not text:
        return shape is None and not text
    try:
        return stated.shape(text) == [float(length) for length in shape or (1,)]
    except ReadingError:
        return False
