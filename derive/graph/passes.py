"""Numbers at nodes and edges: the forward pass, and the backward pass from one output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy
from sympy import Expr, Rational
from sympy.core.function import AppliedUndef

from derive.errors import DeriveError, nearest
from derive.graph.graph import ScalarGraph
from derive.graph.structure import SLOTS, Edge
from derive.scalar import ScalarFunction

Numbers = Mapping[str, Any]
"""Values of inputs: numbers, or text such as 1/3. A float stands for the decimal that it is printed as."""


@dataclass(frozen=True)
class Forwarded:
    """The exact value of every node of a graph."""

    graph: ScalarGraph
    values: tuple[Expr, ...]

    def __getitem__(self, name: str) -> Expr:
        """The value of an input or of a named value."""
        return self.values[self.graph.place(name)]


@dataclass(frozen=True)
class Backward:
    """The derivative of ``output`` at every node: the sum of what flows back along the arrows that leave it."""

    forward: Forwarded
    output: str
    gradients: tuple[Expr, ...]

    def __getitem__(self, name: str) -> Expr:
        """The derivative of the output by an input or a named value."""
        return self.gradients[self.forward.graph.place(name)]

    @cached_property
    def edges(self) -> Mapping[Edge, Expr]:
        """Along each arrow the upstream gradient times the local one."""
        return {edge: along(self.forward, self.gradients[edge.target], edge) for edge in self.forward.graph.edges}

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("forward", "output", "gradients")}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def forward(graph: ScalarGraph, values: Numbers) -> Forwarded:
    """The exact value of every node from those of the inputs; ``ScalarGraph.forward``."""
    unknown = [name for name in values if name not in graph.inputs]
    if unknown:
        raise DeriveError(f"there is no input {unknown[0]} in this graph; {nearest(unknown[0], graph.inputs)}")
    missing = [name for name in graph.inputs if name not in values]
    if missing:
        raise DeriveError(f"no value is given for {', '.join(missing)}; the inputs are {', '.join(graph.inputs)}")
    if graph.unknown:
        raise DeriveError(f"{', '.join(graph.unknown)} has no formula, so the graph has no numbers")
    found: list[Expr] = []
    for node in graph.nodes:
        arguments = [found[argument] for argument in node.arguments]
        if node.operation is not None:
            found.append(_settled(written_out(graph.functions, node.operation.at(*arguments)), node.name))
        elif node.constant is not None:
            found.append(node.constant)
        else:
            found.append(arguments[0] if arguments else exact(values[node.name], node.name))
    return Forwarded(graph, tuple(found))


def backward(forward: Forwarded, of: str | None) -> Backward:
    """The derivative of one output at every node; ``ScalarGraph.backward``."""
    graph = forward.graph
    output = graph.output if of is None else of
    gradients = [sympy.S.Zero] * len(graph.nodes)
    gradients[graph.place(output)] = sympy.S.One
    for place in reversed(range(graph.place(output))):
        total = sympy.Add(*(along(forward, gradients[edge.target], edge) for edge in graph.readers[place]))
        gradients[place] = _settled(total, f"the gradient by {graph.nodes[place].name}")
    return Backward(forward, output, tuple(gradients))


def along(forward: Forwarded, upstream: Expr, edge: Edge) -> Expr:
    """What flows back along an arrow: the upstream gradient times the local partial, exactly."""
    node = forward.graph.nodes[edge.target]
    if node.operation is None or upstream == 0:
        return upstream
    arguments = [forward.values[argument] for argument in node.arguments]
    slope = node.operation.slope(edge.slot, forward.graph.slopes)
    local = written_out(forward.graph.functions, slope.xreplace(dict(zip(SLOTS, arguments, strict=False))))
    return _settled(upstream * local, f"the slope of {node.name}")


def written_out(functions: Iterable[ScalarFunction], expression: Expr) -> Expr:
    """The expression with functions replaced by their formulas."""
    formulas = {function.name: function for function in functions}
    while applied := [call for call in expression.atoms(AppliedUndef) if call.func.__name__ in formulas]:
        expression = expression.xreplace({call: formulas[call.func.__name__].at(call.args[0]) for call in applied})
    return expression


def exact(value: Any, name: str) -> Expr:
    """A number as it was given, a decimal as the rational that it says.

    Raises:
        DeriveError: it is no finite real number.
    """
    message = f"the value of {name} is a number such as -2, 0.5 or 1/3, not {value!r}"
    try:
        number = Rational(str(value).replace(" ", ""))
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise DeriveError(message) from error
    if not number.is_finite:
        raise DeriveError(message)
    return number


def _settled(value: Expr, what: str) -> Expr:
    """The value, 0 where its terms cancel.

    Raises:
        DeriveError: it is infinite or not real.
    """
    if value.has(sympy.nan, sympy.I) or value.is_finite is False or value.is_real is False:
        raise DeriveError(f"{what} has no finite real value here")
    # SymPy calls a real number comparable if it has a significant digit.
    return value if value.is_comparable else sympy.S.Zero
