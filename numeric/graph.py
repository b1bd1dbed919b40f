"""The numbers of a computational graph, checked with many digits, and computed as a program would."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Expr, Float, N

from derive import symbols
from derive.functions import Bracket
from derive.graph import Backward, Edge, Forwarded, ScalarGraph
from derive.graph.passes import Numbers, exact, written_out
from derive.graph.structure import SLOTS, Operation

PRECISION = 150
STEP = Float("1e-60", PRECISION)
TOLERANCE = 1e-12
"""The error of a difference of such a step at this precision is far below."""

NOISE = Float("1e-50", PRECISION)
"""A difference that is smaller is 0."""


@dataclass(frozen=True)
class Comparison:
    """A number of a graph with its relative error."""

    what: str
    error: float


def compare_values(forward: Forwarded) -> Iterator[Comparison]:
    """Every named value against the equations, which are read and evaluated without the graph."""
    graph = forward.graph
    known = {symbols.scalar(name): forward[name] for name in graph.inputs}
    for row in graph.model.rows:
        known[symbols.scalar(row.name)] = _number(graph, row.expression.xreplace(known))
        yield Comparison(row.name, _error(forward[row.name], [known[symbols.scalar(row.name)]]))


def compare_gradients(backward: Backward) -> Iterator[Comparison]:
    """The gradient along every arrow and at every node against differences of the graph's values.

    Only what flows along that arrow, or leaves that node, is moved. Where the differences to both sides differ,
    at a kink, one of them has to agree.
    """
    graph, output = backward.forward.graph, backward.output
    inputs = {name: backward.forward[name] for name in graph.inputs}
    base = _run(graph, inputs, output, None, sympy.S.Zero)

    def differences(moved: Edge | int) -> list[Expr]:
        return [(_run(graph, inputs, output, moved, step) - base) / step for step in (STEP, -STEP)]

    for edge, gradient in backward.edges.items():
        what = f"{graph.nodes[edge.source].name} to {graph.nodes[edge.target].name}"
        yield Comparison(what, _error(gradient, differences(edge)))
    for place, node in enumerate(graph.nodes):
        yield Comparison(node.name, _error(backward.gradients[place], differences(place)))


def compare_inputs(backward: Backward) -> Iterator[Comparison]:
    """The gradient by every input against SymPy's differentiation of the composed expression.

    A graph with functions that are defined by cases is left to the differences.
    """
    graph = backward.forward.graph
    composed = _composed(graph)[backward.output]
    if composed.has(Bracket):
        return
    point = {symbols.scalar(name): backward.forward[name] for name in graph.inputs}
    for name in graph.inputs:
        slope = sympy.diff(composed, symbols.scalar(name)).xreplace(point)
        yield Comparison(name, _error(backward[name], [N(slope, PRECISION)]))


def float_gradients(graph: ScalarGraph, values: Numbers, of: str | None = None) -> Mapping[str, float]:
    """The gradient by every input in floating point: each operation and local slope rounded, as a program does it.

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
    for edge in reversed(graph.edges):
        node = graph.nodes[edge.target]
        local = 1.0
        if node.operation is not None:
            arguments = [found[argument] for argument in node.arguments]
            local = _compiled(graph, node.operation)[1 + edge.slot](*arguments)
        gradients[edge.source] += gradients[edge.target] * local
    return {name: gradients[graph.place(name)] for name in graph.inputs}


@lru_cache(maxsize=256)
def _compiled(graph: ScalarGraph, operation: Operation) -> tuple[Callable[..., float], ...]:
    """An operation and its local slopes, a function that is whole called by its name."""
    whole: dict[str, Callable[[float], float]] = {}
    for function in graph.functions:
        whole[function.name] = sympy.lambdify(function.variable, function.formula, [whole, BRACKETS, "math"])
    slots = SLOTS[: operation.arity]
    slopes = [operation.slope(place, graph.slopes) for place in range(operation.arity)]
    return tuple(sympy.lambdify(slots, formula, [whole, BRACKETS, "math"]) for formula in (operation.formula, *slopes))


BRACKETS: Mapping[str, Callable[[bool], float]] = {"Bracket": float, "erf": math.erf}


def _run(graph: ScalarGraph, inputs: Mapping[str, Expr], output: str, moved: Edge | int | None, step: Expr) -> Expr:
    """The output where what flows along an arrow, or out of a node, is moved by a step."""
    found: list[Expr] = []
    for place, node in enumerate(graph.nodes):
        arguments = [
            found[source] + (step if moved == Edge(source, place, slot) else 0)
            for slot, source in enumerate(node.arguments)
        ]
        if node.operation is not None:
            value = _number(graph, node.operation.at(*arguments))
        elif node.constant is not None:
            value = N(node.constant, PRECISION)
        else:
            value = arguments[0] if arguments else N(inputs[node.name], PRECISION)
        found.append(value + step if moved == place else value)
    return found[graph.place(output)]


def _composed(graph: ScalarGraph) -> dict[str, Expr]:
    """Every named value in the inputs alone."""
    known: dict[Expr, Expr] = {}
    for row in graph.model.rows:
        known[symbols.scalar(row.name)] = written_out(graph, row.expression.xreplace(known))
    return {symbol.name: expression for symbol, expression in known.items()}


def _number(graph: ScalarGraph, expression: Expr) -> Expr:
    return N(written_out(graph, expression), PRECISION)


def _error(value: Expr, truths: list[Expr]) -> float:
    """The relative error against the nearest of the truths; a truth that is only noise is 0."""
    found = N(value, PRECISION)
    errors = []
    for truth in truths:
        scale = max(abs(found), abs(truth))
        near = abs(truth) < NOISE if found == 0 else False
        errors.append(0.0 if near or scale == 0 else float(abs(found - truth) / scale))
    return min(errors)
