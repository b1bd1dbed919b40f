"""Trees of frozen dataclasses: what the nodes of matrix forms and of convolution forms have in common.

A node's children are its fields that are nodes, or tuples of nodes, in the order of the fields. So every walk is
written once, and a new kind of node is a dataclass and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, Self, TypeVar, cast

from sympy import Basic, Expr

Kind = TypeVar("Kind", bound="Tree[Any]")


@dataclass(frozen=True)
class Tree(Generic[Kind]):
    """A node of a tree, immutable; each kind of tree has one subclass of which its nodes are."""

    @property
    def children(self) -> tuple[Kind, ...]:
        """The nodes that the node is made of, none for a leaf."""
        return tuple(child for entry in fields(self) for child in _nodes(getattr(self, entry.name)))

    def with_children(self, children: Iterable[Kind]) -> Self:
        """The same node over other children, as many as it has, with nothing rearranged."""
        waiting = iter(children)
        changed: dict[str, Any] = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, Tree):
                changed[entry.name] = next(waiting)
            elif _nodes(value):
                changed[entry.name] = tuple(next(waiting) for _ in value)
        return replace(self, **changed) if changed else self

    def walk(self) -> Iterator[Kind]:
        """The node and all nodes below it, each before its children."""
        yield cast("Kind", self)
        for child in self.children:
            yield from child.walk()

    def with_expressions(self, change: Callable[[Expr], Basic]) -> Self:
        """The same tree with ``change`` made of every expression in it: dimensions, coefficients, formulas, limits."""

        def changed(value: Any) -> Any:
            if isinstance(value, Tree):
                return value.with_expressions(change)
            if isinstance(value, tuple):
                return tuple(map(changed, value))
            return change(value) if isinstance(value, Expr) else value

        return replace(self, **{entry.name: changed(getattr(self, entry.name)) for entry in fields(self)})

    def resized(self, sizes: Mapping[Expr, Expr]) -> Self:
        """The same tree at other sizes."""
        return self.with_expressions(lambda expression: expression.xreplace(sizes))


def _nodes(value: Any) -> tuple[Any, ...]:
    """The nodes that a field holds."""
    if isinstance(value, Tree):
        return (value,)
    return value if isinstance(value, tuple) and value and all(isinstance(part, Tree) for part in value) else ()
