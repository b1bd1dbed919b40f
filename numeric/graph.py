"""The numbers of a computational graph, checked with many digits, and computed as a program would."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import sympy
from sympy import Expr, Float, N, Rational

from derive import symbols
from derive.functions import Bracket
from derive.graph import Backward, Edge, Forwarded, Node, ScalarGraph
from derive.graph.passes import Numbers, exact, written_out
from derive.graph.structure import SLOTS, Operation
from derive.scalar import ScalarFunction
from numeric.functions import stand_in

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
    truths = _equations(graph, {name: forward[name] for name in graph.inputs}, graph.functions)
    for name, truth in truths.items():
        yield Comparison(name, _error(forward[name], [truth]))


def compare_structure(graph: ScalarGraph, points: int = 3, seed: int = 0) -> Iterator[Comparison]:
    """Every named value of the nodes against the equations at random points, unknown functions given a formula."""
    functions = (*graph.functions, *map(stand_in, graph.unknown))
    generator = Random(seed)
    for _ in range(points):
        inputs = {name: Rational(generator.randint(-194, 194), 97) for name in graph.inputs}
        found = _values(graph, inputs, functions)
        for name, truth in _equations(graph, inputs, functions).items():
            yield Comparison(name, _error(found[graph.place(name)], [truth]))


def compare_gradients(backward: Backward) -> Iterator[Comparison]:
    """The gradient along every arrow and at every node against differences of the graph's values.

    Only what flows along that arrow, or leaves that node, is moved. Where the differences to both sides differ,
    at a kink, one of them has to agree.
    """
    graph, output = backward.forward.graph, backward.forward.graph.place(backward.output)
    base = _values(graph, {name: backward.forward[name] for name in graph.inputs}, graph.functions)

    def differences(moved: Edge | int) -> list[Expr]:
        return [(_moved(graph, base, moved, step)[output] - base[output]) / step for step in (STEP, -STEP)]

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


@dataclass(frozen=True)
class FloatPass:
    """A backward pass in floating point: the gradient by every input, and the local slope along every arrow."""

    gradients: Mapping[str, float]
    slopes: Mapping[Edge, float]


def float_pass(graph: ScalarGraph, values: Numbers, of: str | None = None) -> FloatPass:
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


def _equations(graph: ScalarGraph, inputs: Mapping[str, Expr], functions: Iterable[ScalarFunction]) -> dict[str, Expr]:
    """The value of each equation, one after the other."""
    known = {symbols.scalar(name): value for name, value in inputs.items()}
    for row in graph.model.rows:
        known[symbols.scalar(row.name)] = _number(functions, row.expression.xreplace(known))
    return {row.name: known[symbols.scalar(row.name)] for row in graph.model.rows}


def _values(graph: ScalarGraph, inputs: Mapping[str, Expr], functions: Iterable[ScalarFunction]) -> list[Expr]:
    """Every node computed from the inputs."""
    found: list[Expr] = []
    for node in graph.nodes:
        if node.arguments:
            found.append(_computed(functions, node, [found[argument] for argument in node.arguments]))
        else:
            found.append(N(inputs[node.name] if node.constant is None else node.constant, PRECISION))
    return found


def _computed(functions: Iterable[ScalarFunction], node: Node, arguments: Sequence[Expr]) -> Expr:
    return arguments[0] if node.operation is None else _number(functions, node.operation.at(*arguments))


def _moved(graph: ScalarGraph, base: Sequence[Expr], moved: Edge | int, step: Expr) -> list[Expr]:
    """Every node where what flows along an arrow, or out of a node, is moved by a step."""
    found = list(base)
    if isinstance(moved, int):
        found[moved] += step
    for place, node in enumerate(graph.nodes):
        arguments = [
            found[source] + (step if moved == Edge(source, place, slot) else 0)
            for slot, source in enumerate(node.arguments)
        ]
        if place != moved and arguments != [base[source] for source in node.arguments]:
            found[place] = _computed(graph.functions, node, arguments)
    return found


def _composed(graph: ScalarGraph) -> dict[str, Expr]:
    """Every named value in the inputs alone."""
    known: dict[Expr, Expr] = {}
    for row in graph.model.rows:
        known[symbols.scalar(row.name)] = written_out(graph.functions, row.expression.xreplace(known))
    return {symbol.name: expression for symbol, expression in known.items()}


def _number(functions: Iterable[ScalarFunction], expression: Expr) -> Expr:
    return N(written_out(functions, expression), PRECISION)


def _error(value: Expr, truths: list[Expr]) -> float:
    """The relative error against the nearest of the truths; a truth that is only noise is 0."""
    found = N(value, PRECISION)
    errors = []
    for truth in truths:
        scale = max(abs(found), abs(truth))
        near = abs(truth) < NOISE if found == 0 else False
        errors.append(0.0 if near or scale == 0 else float(abs(found - truth) / scale))
    return min(errors)
