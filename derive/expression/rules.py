"""Tables of rules for the nodes of expressions and of trees: which is for which kind of node, in one place.

A pass over expressions is such a table. What it does with a new kind of node is one entry more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, get_args, overload

Rule = TypeVar("Rule")
Otherwise = TypeVar("Otherwise")


class Rules(Generic[Rule]):
    """Rules by kinds of nodes: that of a node is the one for its class, or for the nearest that its class derives from.

    A kind is a class, or a union of classes that have one rule.
    """

    def __init__(self, rules: Mapping[Any, Rule]) -> None:
        self._rules: dict[type, Rule] = {
            single: rule for kind, rule in rules.items() for single in (get_args(kind) or (kind,))
        }

    @overload
    def of(self, node: object) -> Rule | None: ...

    @overload
    def of(self, node: object, otherwise: Otherwise) -> Rule | Otherwise: ...

    def of(self, node: object, otherwise: Any = None) -> Any:
        """The rule for a node, or what is there otherwise."""
        rules = self._rules
        for kind in type(node).__mro__:
            if kind in rules:
                return rules[kind]
        return otherwise
