"""The kind ``graph``: the computational graph of scalar equations or of a network, numbers or shapes at its arrows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import READ_BACK
from answers.contract.written import Noted
from answers.derivations.tensor_graphs import tensor_claims, tensor_picture
from answers.graphs.scalar import ArrowNumbers, graph_drawing, is_ordered, node_latex
from answers.kinds.scalar import Scalar, Values, backward_claim, forward_claim, name_latex, structure_claim
from answers.latex.sheet import Block, Equation, Picture, Room
from answers.readback.graphs import misdrawn
from answers.readback.reader import TOLERANCE
from derive.graph import Backward, ScalarGraph
from derive.graph.tensors import TensorGraph
from derive.render import shape_latex
from numeric.checks.comparison import Comparison


class Graph(Scalar, Noted):
    """A drawing of a graph, blank, with the values, or with the values and the gradients of one output.

    Of a network shapes stand at the arrows, in the place of values.
    """

    kind: Literal["graph"]
    equations: str = Field("", description="such as q = x + y; f = q*z")
    network: str = Field("", description="the name of a network, in the place of equations")
    at: Values = Field(default_factory=dict, description="the value of each input, such as {x: -2, y: 5}")
    of: str | None = Field(None, description="the output that is differentiated; the only one if left out")
    key: ArrowNumbers | None = Field(
        None, description="what the key shows: drawing, forward (values or shapes), both (with those of gradients)"
    )
    sheet: Literal["room", "blank", "forward", "given", "none"] = Field(
        "room",
        description="what the question sheet shows: room to draw, the graph without numbers, "
        "with values, as the key does, nothing",
    )
    lines: int = Field(8, ge=1, description="how many lines of room there are to draw")

    @model_validator(mode="after")
    def _numbers_need_values(self) -> Graph:
        if bool(self.equations) == bool(self.network):
            raise ValueError("a graph is that of equations or of a network: give one of the two")
        scalar = sorted({"grain", "constants", "at", "of"} & self.model_fields_set)
        if self.network and scalar:
            raise ValueError(f"the graph of a network has shapes at its arrows: {', '.join(scalar)} is for equations")
        if self.equations and not self.at and (self.key in ("forward", "both") or self.sheet == "forward"):
            raise ValueError("give the inputs their values with at, such as at: {x: -2, y: 5}")
        return self

    def blank(self, context: Context) -> tuple[Block, ...]:
        if self.sheet == "none":
            return ()
        if self.sheet == "room":
            return (Room(self.lines, ruled=False),)
        shown: dict[str, ArrowNumbers] = {"blank": "drawing", "forward": "forward"}
        what = shown.get(self.sheet, self._shown)
        if self.network:
            return (tensor_picture(TensorGraph(context.network(self.network)), what, room=what != "both"),)
        return (self._picture(self.graph(), what),)

    def answer(self, context: Context) -> Answered:
        if self.network:
            network = TensorGraph(context.network(self.network))
            picture = tensor_picture(network, self._shown)
            formulas = (
                f"{shape_latex((size,))} = {shape_latex((value,))}" for size, value in network.network.forward.sizes
            )
            return Answered(
                (*self.note_blocks(), picture, *map(Equation, formulas)), tensor_claims(picture, network, self._shown)
            )
        graph = self.graph()
        picture = self._picture(graph, self._shown)
        return Answered((*self.note_blocks(), picture), (*self._claims(graph), self._drawn(picture, graph)))

    def _drawn(self, picture: Picture, graph: ScalarGraph) -> Claim:
        """The claim that the nodes, the arrows and the numbers that are drawn are those of the graph."""
        shown = self._backward(graph) if self._shown != "drawing" else None

        def verdict() -> Comparison:
            wrong = list(misdrawn(picture, graph, shown, gradients=self._shown == "both"))
            return Comparison(float(bool(wrong)), TOLERANCE, len(graph.edges), "; ".join(wrong[:3]))

        return Claim("drawing", "the drawing", (READ_BACK,), verdict)

    @property
    def _shown(self) -> ArrowNumbers:
        return self.key or ("both" if self.at or self.network else "drawing")

    def _backward(self, graph: ScalarGraph) -> Backward | None:
        return graph.backward(dict(self.at), self.of) if self.at else None

    def _picture(self, graph: ScalarGraph, shown: ArrowNumbers) -> Picture:
        backward = self._backward(graph)
        return Picture(graph_drawing(graph, backward, shown), _caption(graph, backward, shown))

    def _claims(self, graph: ScalarGraph) -> list[Claim]:
        backward = self._backward(graph)
        if backward is None or self._shown == "drawing":
            return [structure_claim(graph)]
        claims = [forward_claim(backward.forward, self.at)]
        return [*claims, backward_claim(backward)] if self._shown == "both" else claims


def _caption(graph: ScalarGraph, backward: Backward | None, shown: ArrowNumbers) -> str:
    """What the shapes and the numbers of a drawing are."""
    caption = "Circles are values, boxes are operators."
    if any(is_ordered(node) for node in graph.nodes):
        signs = dict.fromkeys(f"${node_latex(node)}$" for node in graph.nodes if is_ordered(node))
        caption += f" The upper arrow into {' or '.join(signs)} is the first argument."
    if backward is None or shown == "drawing":
        return caption
    caption += r" Above each arrow: \textcolor{key}{its value}."
    if shown == "both":
        partial = rf"\partial {name_latex(backward.output)}/\partial(\cdot)"
        caption += rf" Below: \textcolor{{changed}}{{the gradient ${partial}$ that flows back along it}}."
        if any(len(edges) > 1 for edges in graph.readers):
            caption += " Below a node that several arrows leave: the sum of theirs."
    return caption
