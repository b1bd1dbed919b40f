"""Matrix nodes with named leaves written out by other nodes."""

from __future__ import annotations

from collections.abc import Callable

from derive.matrix.build import rebuilt
from derive.matrix.nodes import Named, Node, Scale


def substitute(node: Node, value_of: Callable[[str], Node | None]) -> Node:
    """The node with every named leaf replaced by ``value_of(name)`` where that is not None."""
    if isinstance(node, Named):
        return value_of(node.name) or node
    return rebuilt(node, (substitute(child, value_of) for child in node.children)) if node.children else node


def coefficient_names(node: Node) -> set[str]:
    """The names of the scalars that stand in the coefficients of a node."""
    scales = (part for part in node.walk() if isinstance(part, Scale))
    return {symbol.name for part in scales for symbol in part.coefficient.free_symbols}
