"""Graphs of networks by number: what moves when a tensor does, and how values meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy
from sympy import Symbol

from derive.building.blueprint import Meeting
from derive.graph.tensors import Operator, TensorGraph
from numeric.arrays.axes import Array
from numeric.expression.forward import Program, program
from numeric.sampling.points import candidates, sample_sizes


def misread(graph: TensorGraph) -> Iterator[str]:
    """What of the arrows of a graph is not so, in words.

    Each tensor takes the values of other points, all else that a layer reads kept as it is: what the layer makes of it
    has to change if an arrow runs from there, and must not if none does.
    """
    network = graph.network if graph.network.general is None else graph.network.general.network
    model, chart = network.forward, program(network.forward)
    sizes = sample_sizes(model, 0)
    values = dict(candidates(model, sizes, numpy.random.default_rng(0)))
    chart.compute(chart.rows, values, sizes, numpy.float64)
    visible = {tensor.name for tensor in model.given} | {node.name for node in graph.nodes if node.kind != "operator"}
    for operator in graph.operators:
        wrong = _met(operator.block.meeting, [values[name] for name in operator.reads], values[operator.block.value])
        if not wrong:
            yield f"{operator.block.value} is not the {operator.block.meeting} of what meets there"
        for name in model.tensors:
            if name in visible and name not in operator.rows:
                moves = _moves(chart, operator, name, values, sizes)
                if moves != (name in operator.reads):
                    yield f"{operator.block.label} {'reads' if moves else 'does not read'} {name}"


def _moves(
    chart: Program, operator: Operator, name: str, values: Mapping[str, Array], sizes: Mapping[Symbol, int]
) -> bool:
    """Whether anything that an operator makes changes where one tensor has the values of other points."""
    moved = {**values, name: numpy.roll(values[name], 1, axis=-1)}
    chart.compute(operator.rows, moved, sizes, numpy.float64)
    return any(not numpy.array_equal(moved[made], values[made], equal_nan=True) for made in operator.makes)


def _met(meeting: Meeting | None, parts: list[Array], whole: Array) -> bool:
    """Whether a value is what its parts make where they meet; of several in an order of theirs."""
    if meeting == "sum":
        return bool(numpy.allclose(numpy.add.reduce(parts), whole))
    if meeting == "product":
        return bool(numpy.allclose(numpy.multiply.reduce(parts), whole))
    if meeting == "join":
        return sum(part.size for part in parts) == whole.size
    return True
