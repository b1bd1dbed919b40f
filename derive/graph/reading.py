"""Equations as they are written, read into the nodes of a graph."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Any, Literal, TypeAlias

from lark import Token, Tree
from sympy import Expr, Rational

from derive.building.known import ELEMENTARY, SEVERAL
from derive.building.placed import shown_in
from derive.building.reader import CONSTANTS, Reader, Vocabulary, parse_formula, parse_tree
from derive.building.shorthands import WITH_CONSTANT, shorthand_of
from derive.errors import DefinitionError
from derive.expression.functions import Bracket
from derive.graph.structure import OF_TWO, Node, Operation
from derive.layers import CALLED
from derive.layers.definition import Activation
from derive.numbers.magnitudes import called, limited, power, rational
from derive.render.names import require_distinct

Grain = Literal["primitives", "functions"] | tuple[str, ...]
"""Which functions with a formula are one node: none, all of them, or those that are named."""

SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "raise": "^"}

Reading: TypeAlias = int | Expr
"""The place of a node, or a number."""


def read_equations(text: str, grain: Grain, constants: Literal["inside", "nodes"]) -> tuple[Node, ...]:
    """The nodes of a list of equations, each after those that it reads.

    An operator that is applied twice to the same arguments is one node.

    Raises:
        DefinitionError: the text is not a list of equations between numbers, a name is given a value twice or is
            read before, or two names look alike in print.
    """
    builder = _Builder(grain, constants)
    reader = Reader(Vocabulary({}, {}, {}, frozenset(CALLED)), set())
    for row in parse_tree(text.strip(), "rows").children:
        with shown_in(text.strip(), row):
            for call in row.find_data("call"):
                name, *arguments = call.children
                if isinstance(name, Token):
                    reader.check_call(name, len(arguments))
        name, subscripts, body = row.children
        if subscripts is not None:
            raise DefinitionError(f"{name} has subscripts; a graph is made of equations between numbers")
        builder.define(str(name), body)
    require_distinct(builder.values)
    return tuple(builder.nodes)


def _split_by_cases(activation: Activation) -> bool:
    """Whether a formula has cases, which arithmetic cannot say."""
    constants = {name: parse_formula(value) for name, value in activation.constants.items()}
    return parse_formula(activation.formula, constants=constants, functions=CALLED).has(Bracket)


@dataclass
class _Builder:
    """Collects nodes; ``values`` are the places of named ones, ``known`` those of operators."""

    grain: Grain
    constants: Literal["inside", "nodes"]
    nodes: list[Node] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)
    known: dict[Node, int] = field(default_factory=dict)

    def define(self, name: str, body: Tree[Any]) -> None:
        """A named value by its right side."""
        if name in self.values:
            used = "is given a value twice" if self.nodes[self.values[name]].kind == "value" else "is read before"
            raise DefinitionError(f"{name} {used} its equation {name} = ...")
        computed = self._place(self._read(body, {}))
        if name in self.values:
            raise DefinitionError(f"{name} is read in its own equation")
        self.values[name] = self._new(Node(name, "value", (computed,)))

    def _read(self, tree: Tree[Any], variables: Mapping[str, Reading]) -> Reading:
        kind, children = str(tree.data), tree.children
        written = shorthand_of(tree)
        if written is not None and str(written.children[0]) in WITH_CONSTANT and self._has_cases(written):
            name, *arguments = written.children
            return self._of_several(str(name), [self._read(argument, variables) for argument in arguments])
        if kind == "number":
            return rational(str(children[0]))
        if kind == "symbol":
            return self._symbol(str(children[0]), variables)
        if kind == "negate":
            return self._apply("*", Rational(-1), self._read(children[0], variables))
        if kind in SIGNS:
            first, second = (self._read(child, variables) for child in children)
            return self._apply(SIGNS[kind], first, second)
        if kind == "call":
            return self._call(str(children[0]), [self._read(child, variables) for child in children[1:]])
        raise DefinitionError(f"a graph is made of arithmetic and functions of one number, not of a {kind}")

    def _has_cases(self, written: Tree[Any]) -> bool:
        """Whether an activation with its constant is one node: where it is left whole, and where it has cases."""
        name = str(written.children[0])
        return self._is_whole(name) or _split_by_cases(CALLED[name])

    def _symbol(self, name: str, variables: Mapping[str, Reading]) -> Reading:
        if name in variables:
            return variables[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name not in self.values:
            self.values[name] = self._new(Node(name, "input"))
        return self.values[name]

    def _apply(self, sign: str, first: Reading, second: Reading) -> Reading:
        """An operation of two arguments, with a number inside it where there is one."""
        if isinstance(first, Expr) and isinstance(second, Expr):
            return (
                power(first, second) if sign == "^" else limited(OF_TWO[sign](first, second), f"the result of {sign}")
            )
        reciprocal = sign == "/" and first == 1
        inside = self.constants == "inside" or sign == "^" or reciprocal or (sign == "*" and first == -1)
        if inside and isinstance(second, Expr):
            return self._operator(Operation(sign, second), first)
        if inside and isinstance(first, Expr):
            leading = sign in ("-", "/", "^")
            return self._operator(Operation(sign, first, leading), second)
        return self._operator(Operation(sign), first, second)

    def _call(self, name: str, arguments: list[Reading]) -> Reading:
        if name in SEVERAL:
            return self._extreme(name, arguments)
        if len(arguments) > 1:
            return self._of_several(name, arguments)
        (argument,) = arguments
        if name in ELEMENTARY and isinstance(argument, Expr):
            return called(ELEMENTARY[name], argument)
        activation = CALLED.get(name)
        if activation is None or self._is_whole(name) or _split_by_cases(activation):
            return self._operator(Operation(name), argument)
        constants = {key: parse_formula(value) for key, value in activation.constants.items()}
        return self._read(parse_tree(activation.formula, "expression"), {**constants, "z": argument})

    def _of_several(self, name: str, arguments: list[Reading]) -> Reading:
        """A function of several values, whole; numbers among them are nodes."""
        numbers = [argument for argument in arguments if isinstance(argument, Expr)]
        if name in ELEMENTARY and len(numbers) == len(arguments):
            return called(ELEMENTARY[name], *numbers)
        return self._operator(Operation(name, several=len(arguments)), *arguments)

    def _extreme(self, name: str, arguments: list[Reading]) -> Reading:
        """The largest or the smallest of several values, one operator with the numbers among them as one."""
        numbers = [argument for argument in arguments if isinstance(argument, Expr)]
        places = [argument for argument in arguments if not isinstance(argument, Expr)]
        number = reduce(OF_TWO[name], numbers) if numbers else None
        if len(places) < 2 or (len(places) == 2 and number is None):
            return reduce(partial(self._apply, name), arguments)
        if self.constants == "inside" or number is None:
            return self._operator(Operation(name, number, several=len(places)), *places)
        return self._operator(Operation(name, several=len(places) + 1), number, *places)

    def _is_whole(self, name: str) -> bool:
        names: Container[str] = () if isinstance(self.grain, str) else self.grain
        return self.grain == "functions" or name in names

    def _operator(self, operation: Operation, *arguments: Reading) -> int:
        places = tuple(self._place(argument) for argument in arguments)
        node = Node(operation.sign, "operator", places, operation)
        if node not in self.known:
            self.known[node] = self._new(node)
        return self.known[node]

    def _place(self, reading: Reading) -> int:
        if isinstance(reading, int):
            return reading
        return self._new(Node(str(reading), "constant", constant=reading))

    def _new(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1
