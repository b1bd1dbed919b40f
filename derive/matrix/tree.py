"""How a matrix node is made up: its leaves and transposes, its coefficient, its runs of factors."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, S

from derive.matrix.nodes import (
    Diagonal,
    Elementwise,
    Hadamard,
    Identity,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    Transpose,
)


def is_column(node: Node) -> bool:
    """Whether the node has one column."""
    return node.shape[1] == 1


def is_scalar(node: Node) -> bool:
    """Whether the node is 1 by 1."""
    return node.shape == (1, 1)


def leaves(node: Node) -> int:
    """How many leaves a node has: names, ones, identities, basis columns."""
    below = node.children
    return sum(map(leaves, below)) if below else 1


def length(node: Node) -> int:
    """How much of a node there is to read: its leaves, and the terms of its coefficients other than signs."""
    scaled = isinstance(node, Scale) and node.coefficient not in (1, -1)
    below = node.children
    return scaled * len(Add.make_args(split_scale(node)[0])) + (sum(map(length, below)) if below else 1)


def transposes(node: Node) -> int:
    """How many transposes a node holds."""
    return isinstance(node, Transpose) + sum(map(transposes, node.children))


def turning_cost(node: Node) -> int:
    """How many more transposes the transpose of a node holds, moved inwards as far as that saves any."""
    match node:
        case _ if is_scalar(node):
            return 0
        case Transpose():
            return -1
        case Identity() | Ones() | Diagonal():
            return 0
        case Scale():
            return turning_cost(node.node)
        case Product():
            return sum(map(turning_cost, node.factors))
        case Hadamard() | Plus() | Elementwise():
            return min(1, sum(map(turning_cost, node.children)))
    return 1


def split_scale(node: Node) -> tuple[Expr, Node]:
    """The coefficient of a node and the node without it."""
    if isinstance(node, Scale):
        coefficient, bare = split_scale(node.node)
        return node.coefficient * coefficient, bare
    return S.One, node


def runs_of(factors: Sequence[Node]) -> list[list[Node]]:
    """The factors of a product, split wherever the inner dimension is 1."""
    runs = [[factors[0]]]
    for factor in factors[1:]:
        if is_column(runs[-1][-1]):
            runs.append([factor])
        else:
            runs[-1].append(factor)
    return runs
