"""Numbers at nodes and edges: the forward pass, and the backward pass from one output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Expr

from derive.errors import DeriveError, nearest
from derive.graph.certified import gradients, node_values
from derive.graph.graph import Graph
from derive.graph.structure import Edge
from derive.numbers.magnitudes import rational

Numbers = Mapping[str, Any]
"""Values of inputs: numbers, or text such as 1/3. A float stands for the decimal that it is printed as."""


@dataclass(frozen=True)
class Forwarded:
    """The value of every node of a graph: rational numbers exactly, others to so many digits that all are right."""

    graph: Graph
    values: tuple[Expr, ...]

    @property
    def inputs(self) -> tuple[Expr, ...]:
        """The values of the inputs."""
        return tuple(self[name] for name in self.graph.inputs)

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

    @property
    def edges(self) -> Mapping[Edge, Expr]:
        """Along each arrow the upstream gradient times the local one."""
        return self._along_arrows[1]

    @property
    def slopes(self) -> Mapping[Edge, Expr]:
        """The local partial along each arrow."""
        return self._along_arrows[0]

    @cached_property
    def _along_arrows(self) -> tuple[Mapping[Edge, Expr], Mapping[Edge, Expr]]:
        graph = self.forward.graph
        _, slopes, flows = gradients(graph, self.forward.inputs, graph.place(self.output))
        return slopes, flows

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("forward", "output", "gradients")}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def forward(graph: Graph, values: Numbers) -> Forwarded:
    """The value of every node from those of the inputs; ``ScalarGraph.forward``."""
    unknown = [name for name in values if name not in graph.inputs]
    if unknown:
        raise DeriveError(f"there is no input {unknown[0]} in this graph; {nearest(unknown[0], graph.inputs)}")
    missing = [name for name in graph.inputs if name not in values]
    if missing:
        raise DeriveError(f"no value is given for {', '.join(missing)}; the inputs are {', '.join(graph.inputs)}")
    if graph.unknown:
        raise DeriveError(f"{', '.join(graph.unknown)} has no formula, so the graph has no numbers")
    return Forwarded(graph, node_values(graph, tuple(exact(values[name], name) for name in graph.inputs)))


def backward(forward: Forwarded, of: str | None) -> Backward:
    """The derivative of one output at every node; ``ScalarGraph.backward``."""
    graph = forward.graph
    output = graph.output if of is None else of
    found, *_ = gradients(graph, forward.inputs, graph.place(output))
    return Backward(forward, output, found)


def exact(value: Any, name: str) -> Expr:
    """A number as it was given, a decimal as the rational that it says.

    Raises:
        DeriveError: it is no finite real number, or has too many digits.
    """
    try:
        return rational(str(value))
    except DeriveError:
        raise
    except ValueError as error:
        raise DeriveError(f"the value of {name} is a number such as -2, 0.5 or 1/3, not {value!r}") from error
