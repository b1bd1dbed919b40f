"""The numbers of a computational graph as a program has them: each operation and each local slope is rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy

from derive.graph import Edge, Graph
from derive.graph.passes import Numbers, exact
from derive.graph.structure import Operation, slots
from derive.remembering import LIBRARY


@dataclass(frozen=True)
class FloatPass:
    """A backward pass in floating point: the gradient by every input, and the local slope along every arrow."""

    gradients: Mapping[str, float]
    slopes: Mapping[Edge, float]


def float_pass(graph: Graph, values: Numbers, of: str | None = None) -> FloatPass:
    """Both passes in floating point: each operation and local slope is rounded, as a program does it.

    Raises:
        DeriveError: an input is missing or no number, or it is not said which output is meant.
    """
    output = graph.place(graph.output if of is None else of)
    found: list[float] = []
    for node in graph.nodes:
        arguments = [found[argument] for argument in node.arguments]
        if node.operation is not None:
            found.append(_compiled(graph, node.operation)[0](*arguments))
        elif node.constant is not None:
            found.append(float(node.constant))
        else:
            found.append(arguments[0] if arguments else float(exact(values[node.name], node.name)))
    gradients = [0.0] * len(graph.nodes)
    gradients[output] = 1.0
    slopes = {}
    for edge in reversed(graph.edges):
        node = graph.nodes[edge.target]
        slopes[edge] = 1.0
        if node.operation is not None:
            arguments = [found[argument] for argument in node.arguments]
            slopes[edge] = float(_compiled(graph, node.operation)[1 + edge.slot](*arguments))
        gradients[edge.source] += gradients[edge.target] * slopes[edge]
    return FloatPass({name: gradients[graph.place(name)] for name in graph.inputs}, slopes)


@lru_cache(maxsize=LIBRARY)
def _compiled(graph: Graph, operation: Operation) -> tuple[Callable[..., float], ...]:
    """An operation and its local slopes, a function that is whole called by its name."""
    whole: dict[str, Callable[[float], float]] = {}
    for function in graph.functions:
        whole[function.name] = sympy.lambdify(function.variable, function.formula, [whole, BRACKETS, "math"])
    slopes = [operation.slope(place, graph.slopes) for place in range(operation.arity)]
    return tuple(
        sympy.lambdify(slots(operation.arity), formula, [whole, BRACKETS, "math"])
        for formula in (operation.formula, *slopes)
    )


BRACKETS: Mapping[str, Callable[[bool], float]] = {"Bracket": float, "erf": math.erf}
