"""Matrix nodes with named leaves written out by other nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from sympy import Expr

from derive.matrix import build
from derive.matrix.nodes import (
    Apply,
    Diagonal,
    DiagonalOf,
    Elementwise,
    Hadamard,
    Named,
    Node,
    Plus,
    Product,
    Scale,
    Slice,
    Stacked,
    Transpose,
)
from derive.matrix.tree import children


def substitute(node: Node, value_of: Callable[[str], Node | None]) -> Node:
    """The node with every named leaf replaced by ``value_of(name)`` where that is not None."""

    def visit(part: Node) -> Node:
        match part:
            case Named():
                return value_of(part.name) or part
            case Scale():
                return build.scale(part.coefficient, visit(part.node))
            case Transpose():
                return build.transpose(visit(part.node))
            case Product():
                return build.product(*map(visit, part.factors))
            case Hadamard():
                return build.hadamard(*map(visit, part.factors))
            case Plus():
                return build.plus(*map(visit, part.terms))
            case Stacked():
                return Stacked(tuple(map(visit, part.parts)))
            case Slice():
                return replace(part, node=visit(part.node))
            case Diagonal():
                return build.diagonal(visit(part.node))
            case DiagonalOf():
                return build.diagonal_of(visit(part.node))
            case Elementwise():
                return build.elementwise(part.formula, part.variables, [visit(argument) for argument in part.arguments])
            case Apply():
                return Apply(part.function, visit(part.argument), part.reads, part.value)
        return part

    return visit(node)


def coefficient_names(node: Node) -> set[str]:
    """The names of the scalars that stand in the coefficients of a node."""
    own = {symbol.name for symbol in node.coefficient.free_symbols} if isinstance(node, Scale) else set()
    return own.union(*(coefficient_names(child) for child in children(node)))


def resized(node: Node, sizes: Mapping[Expr, Expr]) -> Node:
    """The same node with other dimensions, and nothing rearranged."""

    def changed(value: object) -> object:
        if isinstance(value, Node):
            return resized(value, sizes)
        if isinstance(value, tuple):
            return tuple(changed(part) for part in value)
        return value.xreplace(sizes) if isinstance(value, Expr) else value

    return replace(node, **{field.name: changed(getattr(node, field.name)) for field in fields(node)})
