"""Errors in a text that say at which place of it something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lark import Token, Tree

from derive.errors import DefinitionError

SPAN = 40
"""How many characters of a long line are shown to either side of a place."""


class PlacedError(DefinitionError):
    """Something is wrong at a place of a text, which is counted in characters from 0.

    ``unbound`` is the name of an index that nothing binds there.
    """

    def __init__(self, message: str, position: int, unbound: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.unbound = unbound


def position_of(node: Tree[Any] | Token) -> int:
    """Where a part of a text begins."""
    if isinstance(node, Token):
        return node.start_pos or 0
    return int(node.meta.start_pos) if not node.meta.empty else 0


def pointed(text: str, position: int) -> str:
    """The line of a text that holds a place, and below it a mark at the place."""
    begin = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    first = max(begin, position - SPAN)
    shown = text[first : min(len(text) if end < 0 else end, position + SPAN)].rstrip()
    return f"{shown}\n{' ' * (position - first)}^"


@contextmanager
def shown_in(text: str, tree: Tree[Any]) -> Iterator[None]:
    """Show the place in the text to which errors inside belong; an index that nothing binds gets a way out.

    Raises:
        DefinitionError: in the place of a ``PlacedError``.
    """
    try:
        yield
    except PlacedError as error:
        hint = _way_out(text, tree, error.unbound) if error.unbound else ""
        raise DefinitionError(f"{error.message}{hint}:\n{pointed(text, error.position)}") from error


def _way_out(text: str, tree: Tree[Any], letter: str) -> str:
    """How the sum or the maximum that binds a letter elsewhere would reach as far as the letter is used."""
    for reduction in tree.find_data("reduction"):
        kind, *ranges, condition, body = reduction.children
        if condition is not None or letter not in {str(part.children[0]) for part in ranges}:
            continue
        end = _reach(tree, reduction, letter)
        meant = text[position_of(body) : end]
        if end > reduction.meta.end_pos and _balanced(meant):
            head = text[reduction.meta.start_pos : position_of(body)].rstrip(" (")
            return (
                f"; {kind}[{letter}] reaches to the end of its product. Did you mean {head} ({meant})? Put the brackets"
            )
    return ""


def _reach(tree: Tree[Any], reduction: Tree[Any], letter: str) -> int:
    """The end of the smallest sum of terms around a reduction that holds what is behind it and uses the letter."""
    uses = [node.meta.end_pos for node in tree.find_data("symbol") if str(node.children[0]) == letter]
    behind = [end for end in uses if end > reduction.meta.end_pos]
    around = [
        node.meta.end_pos
        for node in tree.iter_subtrees()
        if node.data in ("add", "subtract")
        and node.meta.start_pos <= reduction.meta.start_pos
        and node.meta.end_pos >= max(behind, default=0)
    ]
    return min(around) if behind and around else 0


def _balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0
