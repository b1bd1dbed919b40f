"""Going through trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from answers.reading import tree


def walk(node: tree.Node) -> Iterator[tree.Node]:
    """A tree's nodes."""
    yield node
    for name in node.__slots__:
        yield from _inside(getattr(node, name))


def _inside(value: Any) -> Iterator[tree.Node]:
    if isinstance(value, tuple):
        for part in value:
            yield from _inside(part)
    elif isinstance(value, tree.Bound):
        for end in (value.low, value.high):
            if end is not None:
                yield from walk(end)
    elif isinstance(value, tree.Node):
        yield from walk(value)


def bounds_in(node: tree.Node) -> Iterator[tree.Bound]:
    """The indices that a node binds."""
    if isinstance(node, tree.Big | tree.Family):
        yield from node.bounds
