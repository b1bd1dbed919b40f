"""What a computational graph of scalar equations is: its nodes, and the arrows between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.building.equations import parse_equations
from derive.building.known import ELEMENTARY
from derive.building.reader import Vocabulary
from derive.calculus.slopes import SlopeTable
from derive.errors import DeriveError, nearest
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Forward, Row, Tensor
from derive.graph.reading import Grain, read_equations
from derive.graph.structure import ARITHMETIC, OF_TWO, Edge, Node
from derive.layers import CALLED, named_functions, scalar_function


@dataclass(frozen=True)
class Graph:
    """Nodes for values and operators, each after those that it reads.

    ``equations`` are the text that it was made of, ``grain`` says which functions are one node.
    """

    equations: str
    grain: Grain
    nodes: tuple[Node, ...]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The arrows, in the order of their targets and arguments."""
        return tuple(
            Edge(source, target, slot)
            for target, node in enumerate(self.nodes)
            for slot, source in enumerate(node.arguments)
        )

    @cached_property
    def readers(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the arrows that leave it."""
        leaving: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            leaving[edge.source].append(edge)
        return tuple(map(tuple, leaving))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The places of inputs and named values."""
        return {node.name: place for place, node in enumerate(self.nodes) if node.kind in ("input", "value")}

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs, in the order in which the equations read them."""
        return tuple(node.name for node in self.nodes if node.kind == "input")

    @property
    def outputs(self) -> tuple[str, ...]:
        """The named values that nothing reads."""
        return tuple(
            node.name for place, node in enumerate(self.nodes) if node.kind == "value" and not self.readers[place]
        )

    @property
    def output(self) -> str:
        """The one output.

        Raises:
            DeriveError: there are several.
        """
        if len(self.outputs) != 1:
            raise DeriveError(f"the graph has several outputs ({', '.join(self.outputs)}); say which one is meant")
        return self.outputs[0]

    @cached_property
    def functions(self) -> tuple[ScalarFunction, ...]:
        """The functions that the equations apply and that have a formula, and those that formulas apply."""
        read = parse_equations(self.equations, Vocabulary({}, {}, {}, frozenset(CALLED)))
        applied = {call.func.__name__ for row in read for call in row.expression.atoms(AppliedUndef)}
        named = {function.name for function in named_functions()}
        own = (
            scalar_function(name, activation.formula, tuple(activation.constants.items()))
            for name, activation in CALLED.items()
            if name in applied - named
        )
        return (*named_functions(), *own)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The functions that have no formula."""
        known = {function.name for function in self.functions}
        operations = (node.operation for node in self.nodes if node.operation is not None)
        applied = (operation.sign for operation in operations if not operation.is_written_out)
        return tuple(dict.fromkeys(name for name in applied if name not in {*known, *ELEMENTARY, *OF_TWO}))

    @property
    def slopes(self) -> SlopeTable:
        """The derivatives of the functions, derived from their formulas."""
        return SlopeTable(self.functions)

    @cached_property
    def model(self) -> Forward:
        """The same equations as a forward definition, read without this graph, against which it is checked."""
        return model_of(self.equations, self.inputs, self.functions)

    def place(self, name: str) -> int:
        """The place of an input or a named value.

        Raises:
            DeriveError: there is none of that name.
        """
        if name not in self.places:
            raise DeriveError(f"there is no value {name} in this graph; {nearest(name, self.places)}")
        return self.places[name]

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("equations", "grain", "nodes")}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def built(equations: str, grain: Grain, constants: Literal["inside", "nodes"] = "inside") -> Graph:
    """The graph of equations; ``derive.graph.scalar_graph`` without its checks of what a user gives."""
    return Graph(equations, grain, read_equations(equations, grain, constants))


def model_of(equations: str, inputs: Sequence[str], functions: tuple[ScalarFunction, ...]) -> Forward:
    """Scalar equations as a forward definition with a row for each."""
    read = parse_equations(equations, Vocabulary({}, {}, {}, frozenset(CALLED)))
    rows = tuple(Row(Tensor(equation.name, ()), (), equation.expression) for equation in read)
    return Forward(tuple(Tensor(name, (), "input") for name in inputs), rows, functions)


def values_of(graph: Graph) -> tuple[Expr, ...]:
    """Every node as an expression: values by their names, an operator's result in the values that it reads.

    The result of a function that has a name, y = sigma(h), is that name.
    """
    named = {node.arguments[0]: node.name for node in graph.nodes if node.kind == "value"}
    found: list[Expr] = []
    for place, node in enumerate(graph.nodes):
        if node.operation is None:
            found.append(symbols.scalar(node.name) if node.constant is None else node.constant)
        elif place in named and node.operation.sign not in ARITHMETIC:
            found.append(symbols.scalar(named[place]))
        else:
            found.append(node.operation.at(*(found[argument] for argument in node.arguments)))
    return tuple(found)
