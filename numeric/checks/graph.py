"""The numbers of a computational graph, compared with plain arithmetic of many digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import inf
from random import Random
from typing import Any

import mpmath
import sympy
from sympy import Expr, Float, Rational

from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.graph import Backward, Edge, Forwarded, Graph, Node
from derive.graph.certified import JUMPS, written_out
from derive.graph.numbers import Uncertain, printed_value
from derive.graph.structure import slots
from numeric.arrays.functions import stand_in
from numeric.checks.comparison import Comparison, relative_error
from numeric.checks.tolerances import DIGITS
from numeric.errors import ArrayError
from numeric.values.plain_digits import precise

PRECISION = 150
"""Digits with which graphs are compared whose numbers are not known."""

FEWEST_DIGITS, MOST_DIGITS = 600, 24000
"""Digits with which the truth is computed: three times as many as the numbers that are compared need, within these."""

DIGITS_FOR_ZERO = 8000
"""Digits with which a slope is measured that is said to be 0."""


def compare_values(forward: Forwarded) -> Iterator[Comparison]:
    """Every named value against the equations, which are read and evaluated without the graph."""
    graph = forward.graph
    with mpmath.workdps(_digits_for([forward[name] for name in graph.model.row])):
        truths = _equations(graph, _inputs(forward), graph.functions)
        for name, truth in truths.items():
            yield _compared(name, forward[name], [truth])


def compare_given(forward: Forwarded, given: Mapping[str, int | float | str]) -> Iterator[Comparison]:
    """Every input that was given against the number that the graph computes with."""
    for name, value in given.items():
        same = Fraction(str(value).replace(" ", "")) == Fraction(str(forward[name]))
        yield _comparison(name, 0.0 if same else inf)


def compare_printed(numbers: Iterable[Expr], written: Callable[[Expr], str]) -> Iterator[Comparison]:
    """Numbers as they are printed, read back, against the numbers."""
    for number in numbers:
        text = written(number)
        shown, tolerance = printed_value(text)
        if isinstance(number, Uncertain):
            right = shown == number.whole and tolerance == Rational(10) ** number.exponent
        else:
            distance = abs(sympy.N(shown - number, PRECISION))
            right = distance <= tolerance * (1 + sympy.N("1e-9")) and (shown == 0) == (sympy.N(number, PRECISION) == 0)
        yield _comparison(f"the printed {text}", 0.0 if right else inf)


def compare_structure(graph: Graph, points: int = 3, seed: int = 0) -> Iterator[Comparison]:
    """Every named value of the nodes against the equations at random points, unknown functions given a formula."""
    functions = (*graph.functions, *map(stand_in, graph.unknown))
    generator = Random(seed)
    for _ in range(points):
        with mpmath.workdps(PRECISION):
            inputs = {name: mpmath.mpf(generator.randint(-194, 194)) / 97 for name in graph.inputs}
            found = _values(graph, inputs, functions)
            for name, truth in _equations(graph, inputs, functions).items():
                yield _comparison(name, _error(found[graph.place(name)], truth))


def compare_gradients(backward: Backward) -> Iterator[Comparison]:
    """The gradient along every arrow and at every node against a backward pass in measured slopes.

    The slope along an arrow is the difference quotient of the one operation that it leads to, in plain floating
    point of many digits: no rule of calculus is used but the chain rule. Where the quotients to both sides differ, at
    a kink, the declared one is taken.
    """
    graph = backward.forward.graph
    reached = _reached(graph, backward.output)
    numbers = [*backward.edges.values(), *backward.gradients]
    said_zero = any(backward.edges[edge] == 0 and backward.gradients[edge.target] != 0 for edge in graph.edges)
    with mpmath.workdps(_digits_for(numbers, DIGITS_FOR_ZERO if said_zero else FEWEST_DIGITS)):
        base = _values(graph, _inputs(backward.forward), graph.functions)
        truths = [mpmath.mpf(0)] * len(graph.nodes)
        truths[graph.place(backward.output)] = mpmath.mpf(1)
        # What would be added up if nothing cancelled: what rounding leaves of a gradient that is 0 is beside that.
        added = [abs(truth) for truth in truths]
        along, beside = {}, {}
        for edge in reversed(graph.edges):
            if edge.target in reached:
                slope = _declared(_slopes(graph, base, edge), backward, edge)
                along[edge] = truths[edge.target] * slope
                beside[edge] = added[edge.target] * abs(slope)
                truths[edge.source] += along[edge]
                added[edge.source] += beside[edge]
        for edge in graph.edges:
            what = f"{graph.nodes[edge.source].name} to {graph.nodes[edge.target].name}"
            yield _compared(what, backward.edges[edge], [along.get(edge, mpmath.mpf(0))], beside.get(edge, 0))
        for place, node in enumerate(graph.nodes):
            yield _compared(node.name, backward.gradients[place], [truths[place]], added[place])


def compare_inputs(backward: Backward) -> Iterator[Comparison]:
    """The gradient by every input against differences of the equations, which are read without the graph.

    At a kink that the input reaches no difference is the declared gradient: relu(x) - relu(-x) is x, and a program that
    takes 0 for both slopes at 0 has 0 there.
    """
    graph = backward.forward.graph
    reached = _reached(graph, backward.output)
    said_zero = any(backward[name] == 0 and graph.place(name) in reached for name in graph.inputs)
    fewest = DIGITS_FOR_ZERO if said_zero else FEWEST_DIGITS
    with mpmath.workdps(_digits_for([backward[name] for name in graph.inputs], fewest)):
        inputs = _inputs(backward.forward)
        base = _equations(graph, inputs, graph.functions)[backward.output]
        bent = _bent(graph, _values(graph, inputs, graph.functions))
        for name in graph.inputs:
            if graph.place(name) in bent:
                continue
            quotients: list[Any] = []
            for step in (*_steps(inputs[name]), *_small_steps(inputs[name])):
                moved = _equations(graph, {**inputs, name: inputs[name] + step}, graph.functions)[backward.output]
                if _is_noise(moved - base, base) and quotients[1:]:
                    break
                quotients.append((moved - base) / step)
                comparison = _compared(name, backward[name], quotients)
                if comparison.ok:
                    break
            yield comparison


def _equations(graph: Graph, inputs: Mapping[str, Any], functions: Iterable[ScalarFunction]) -> dict[str, Any]:
    """The value of each equation, one after the other."""
    library = {function.name: function for function in functions}
    known = {symbols.scalar(name): value for name, value in inputs.items()}
    for row in graph.model.rows:
        known[symbols.scalar(row.name)] = precise(row.expression, known, library)
    return {row.name: known[symbols.scalar(row.name)] for row in graph.model.rows}


def _inputs(forward: Forwarded) -> dict[str, Any]:
    """The inputs at the precision of the context."""
    return {name: precise(forward[name], {}, {}) for name in forward.graph.inputs}


def _values(graph: Graph, inputs: Mapping[str, Any], functions: Iterable[ScalarFunction]) -> list[Any]:
    """Every node computed from the inputs."""
    library = {function.name: function for function in functions}
    found: list[Any] = []
    for node in graph.nodes:
        if node.arguments:
            found.append(_computed(library, node, [found[argument] for argument in node.arguments]))
        else:
            found.append(inputs[node.name] if node.constant is None else precise(node.constant, {}, {}))
    return found


def _computed(library: Mapping[str, ScalarFunction], node: Node, arguments: Sequence[Any]) -> Any:
    if node.operation is None:
        return arguments[0]
    read = slots(node.operation.arity)
    return precise(node.operation.formula, dict(zip(read, arguments, strict=True)), library)


def _slopes(graph: Graph, base: Sequence[Any], edge: Edge) -> Iterator[Any]:
    """The slopes that the operation at the end of an arrow may have: the difference quotients to both sides.

    At a jump also those beside it, at a kink of an absolute value also the mean of both sides.
    """
    steps = _steps(base[edge.source])
    # Beside a small number the other steps are long, and what they cut off shows where terms cancel.
    for step in _small_steps(base[edge.source]):
        quotient = _quotient(graph, base, edge, (0, step))
        if not _is_noise(quotient * step, base[edge.target]):
            yield quotient
    for step in steps:
        yield _quotient(graph, base, edge, (0, step))
    if _is_bent(graph, base, edge):
        for step in steps:
            yield _quotient(graph, base, edge, (step, 2 * step))
        if _formula(graph, edge).has(sympy.Abs):
            yield _quotient(graph, base, edge, steps)


def _quotient(graph: Graph, base: Sequence[Any], edge: Edge, places: tuple[Any, Any]) -> Any:
    """The difference quotient of an operation between two places beside one of its arguments."""
    library = {function.name: function for function in graph.functions}
    node = graph.nodes[edge.target]
    values = []
    for away in places:
        moved = (away if slot == edge.slot else 0 for slot in range(len(node.arguments)))
        arguments = [base[argument] + by for argument, by in zip(node.arguments, moved, strict=True)]
        values.append(_computed(library, node, arguments))
    return (values[1] - values[0]) / (places[1] - places[0])


def _is_bent(graph: Graph, base: Sequence[Any], edge: Edge) -> bool:
    """Whether the operation that an arrow leads to has a kink or a jump there."""
    if not _formula(graph, edge).has(*JUMPS):
        return False
    first, second = (_quotient(graph, base, edge, (0, step)) for step in _steps(base[edge.source]))
    limit = mpmath.mpf(10) ** (mpmath.mp.dps // 4)
    largest = max(abs(first), abs(second))
    return bool(abs(first - second) * limit > max(1, largest) or largest > limit)


def _formula(graph: Graph, edge: Edge) -> Expr:
    """What the operation at the end of an arrow computes, in arithmetic and elementary functions."""
    operation = graph.nodes[edge.target].operation
    return sympy.S.Zero if operation is None else written_out(graph.functions, operation.formula)


def _bent(graph: Graph, base: Sequence[Any]) -> set[int]:
    """The places from which an arrow leads, directly or not, to an operation at a kink or a jump of it."""
    found: set[int] = set()
    for edge in reversed(graph.edges):
        if edge.target in found or _is_bent(graph, base, edge):
            found.add(edge.source)
    return found


def _steps(of: Any) -> tuple[Any, Any]:
    """Steps to both sides of a number, small beside it, or beside 1 where it is less."""
    step = mpmath.mpf(10) ** -(mpmath.mp.dps // 3) * max(1, abs(of))
    return step, -step


def _small_steps(of: Any) -> tuple[Any, ...]:
    """Steps that are small beside a number that is itself small beside 1, such as 1/x needs."""
    if of == 0 or abs(of) >= mpmath.mpf(10) ** -(mpmath.mp.dps // 6):
        return ()
    step = abs(of) * mpmath.mpf(10) ** -(mpmath.mp.dps // 3)
    return step, -step


def _is_noise(difference: Any, of: Any) -> bool:
    """Whether a difference of two values has too few digits left to be measured."""
    return bool(abs(difference) <= abs(of) * mpmath.mpf(10) ** -(mpmath.mp.dps // 2))


def _declared(slopes: Iterable[Any], backward: Backward, edge: Edge) -> Any:
    """Of the slopes to both sides the one that is meant, where they differ."""
    upstream, claimed = (_plain(number) for number in (backward.gradients[edge.target], backward.edges[edge]))
    found: list[Any] = []
    for slope in slopes:
        found.append(slope)
        if _error(upstream * slope, claimed) <= DIGITS:
            break
    return min(found, key=lambda slope: abs(upstream * slope - claimed))


def _reached(graph: Graph, output: str) -> set[int]:
    """The places of the output and of all that it is computed from."""
    found = {graph.place(output)}
    for place in reversed(range(len(graph.nodes))):
        if place in found:
            found |= set(graph.nodes[place].arguments)
    return found


def _digits_for(numbers: Iterable[Expr], fewest: int = FEWEST_DIGITS) -> int:
    """How many digits it takes to measure numbers of these sizes."""
    sizes = [_size(number) for number in numbers]
    return min(MOST_DIGITS, max(fewest, 200 + 3 * max((size for size in sizes if size <= _MOST_SIZE), default=0)))


_MOST_SIZE = (MOST_DIGITS - 200) // 3


def _size(number: Expr) -> int:
    """The digits from a number to its nearest whole one, or before its point."""
    if isinstance(number, Uncertain):
        return abs(int(number.exponent))
    if number.is_Rational:
        return abs(len(str(abs(number.p))) - len(str(number.q)))
    _, mantissa, exponent, bits = number._mpf_
    return int(max(abs(exponent + bits), 0 if mantissa == 1 else abs(exponent)) * 0.302)


def _plain(number: Expr) -> Any:
    """A number of a graph at the precision of the context."""
    if isinstance(number, Float):
        return mpmath.mpf(number._mpf_)
    return precise(number.whole if isinstance(number, Uncertain) else number, {}, {})


def _compared(what: str, value: Expr, truths: list[Any], added: Any = 0) -> Comparison:
    """The relative error against the nearest of the truths; a truth that is only noise is 0, also beside the size of
    what was ``added`` up to it.

    A number so small that the digits may not suffice is untried where none of the truths confirms it.
    """
    if isinstance(value, Uncertain):
        return Comparison.untried("no number of digits would do", what)
    found = _plain(value)
    if found == 0:
        noise = max(mpmath.mpf(10) ** -(mpmath.mp.dps // 4), added * mpmath.mpf(10) ** -(mpmath.mp.dps // 8))
        return _comparison(what, 0.0 if min(map(abs, truths)) < noise else 1.0)
    error = min(_error(found, truth) for truth in truths)
    if error > DIGITS and abs(found) < 1 and _exceeds(value):
        return Comparison.untried("no number of digits would do", what)
    return _comparison(what, error)


def _error(found: Any, truth: Any) -> float:
    """The relative error; infinite where there is no number to compare."""
    try:
        return relative_error(found, truth)
    except ArrayError:
        return inf


def _comparison(what: str, error: float) -> Comparison:
    return Comparison(error, DIGITS, what=what)


def _exceeds(value: Expr) -> bool:
    return _size(value) > _MOST_SIZE
