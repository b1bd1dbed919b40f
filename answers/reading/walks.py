"""Going through trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from answers.reading import tree

NODES = frozenset(get_args(tree.Node))


def walk(node: tree.Node) -> Iterator[tree.Node]:
    """A tree's nodes, each before those in it."""
    waiting: list[Any] = [node]
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind is tuple:
            waiting.extend(reversed(part))
        elif kind is tree.Bound:
            waiting += (part.high, part.low)
        elif kind in NODES:
            yield part
            waiting.extend([getattr(part, name) for name in reversed(kind.__slots__)])


def bounds_in(node: tree.Node) -> Iterator[tree.Bound]:
    """The indices that a node binds."""
    if isinstance(node, tree.Big | tree.Family):
        yield from node.bounds
