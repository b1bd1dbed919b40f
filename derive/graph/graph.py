"""The computational graph of scalar equations, as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.building.equations import Vocabulary, parse_equations
from derive.building.known import ELEMENTARY
from derive.calculus.slopes import SlopeTable
from derive.derivation import Derivation
from derive.errors import DefinitionError, DeriveError, nearest
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Forward, Row, Tensor
from derive.graph.reading import Grain, read_equations
from derive.graph.structure import ARITHMETIC, Edge, Node
from derive.layers import CALLED, named_functions, scalar_function

if TYPE_CHECKING:
    from derive.graph.passes import Backward, Forwarded, Numbers
    from derive.graph.paths import PathSum

SEPARATE = " \n;"


@dataclass(frozen=True)
class ScalarGraph:
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
        applied = (node.name for node in self.nodes if node.operation is not None)
        return tuple(dict.fromkeys(name for name in applied if name not in {*known, *ELEMENTARY, *ARITHMETIC}))

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

    def forward(self, values: Numbers) -> Forwarded:
        """The exact value of every node, from those of the inputs.

        Raises:
            DeriveError: an input is missing or unknown, or a function has no formula.
        """
        from derive.graph.passes import forward

        return forward(self, values)

    def backward(self, values: Numbers, of: str | None = None) -> Backward:
        """The derivative of an output, the only one if left out, at every node and along every edge.

        Raises:
            DeriveError: as ``forward`` does, or it is not said which output is meant.
        """
        from derive.graph.passes import backward

        return backward(self.forward(values), of)

    def partial(self, name: str, given: Sequence[str] = ()) -> PathSum:
        """A partial such as ``dw/dx`` as the sum over all paths of the products along them.

        Partials that are ``given``, such as ``dL/dh3`` where L is no value of the graph, stay symbols.

        Raises:
            DeriveError: the name is not that of a partial, or of values that are not there.
        """
        from derive.graph.paths import path_sum

        return path_sum(self, name, tuple(given))

    def gradient(self, name: str) -> Derivation:
        """The derivation of the partial of the output by a value.

        Raises:
            DeriveError: there are several outputs, or no such value.
        """
        return self.partial(symbols.partial_name(self.output, name)).derivation

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("equations", "grain", "nodes")}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def scalar_graph(
    equations: str, *, grain: Grain | str = "primitives", constants: Literal["inside", "nodes"] = "inside"
) -> ScalarGraph:
    """The computational graph of equations such as ``q = x + y; f = q*z``.

    Args:
        equations: each gives a value its name, and may read those before it. A name without an equation is an
            input, a function without a formula is unknown.
        grain: ``primitives`` takes functions such as sigma apart into arithmetic and exp, ``functions`` leaves
            them whole; names, such as ``sigma``, leave those whole. A function that is defined by cases stays whole.
        constants: whether a number in the equations is part of its operator, as in ``+ 1``, or a node.

    Raises:
        DefinitionError: the equations cannot be read, or ``grain`` names a function that has no formula.
    """
    chosen = _grain(grain)
    if "^" in equations or "**" in equations:
        # Which refuses powers that would not end.
        parse_equations(equations.strip(SEPARATE), Vocabulary({}, {}, {}, frozenset(CALLED)))
    return ScalarGraph(equations.strip(SEPARATE), chosen, read_equations(equations, chosen, constants))


def is_equations(text: str) -> bool:
    """Whether a text begins as an equation does, with a name and an equals sign."""
    return re.match(r"\s*\w+\s*=", text) is not None


def model_of(equations: str, inputs: Sequence[str], functions: tuple[ScalarFunction, ...]) -> Forward:
    """Scalar equations as a forward definition with a row for each."""
    read = parse_equations(equations, Vocabulary({}, {}, {}, frozenset(CALLED)))
    rows = tuple(Row(Tensor(equation.name, ()), (), equation.expression) for equation in read)
    return Forward(tuple(Tensor(name, (), "input") for name in inputs), rows, functions)


def _grain(given: Grain | str) -> Grain:
    if given == "primitives":
        return "primitives"
    if given == "functions":
        return "functions"
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if name not in CALLED:
            raise DefinitionError(
                f"{name} is no function that has a formula; {nearest(name, CALLED)}; or say primitives or functions"
            )
    return names


def values_of(graph: ScalarGraph) -> tuple[Expr, ...]:
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
