"""Sides of equations in a text, read as arithmetic of names, numbers, derivatives and quoted values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from sympy import Dummy, Expr, Symbol

from derive.errors import DefinitionError
from derive.expression.partials import partial_name
from derive.numbers.magnitudes import power, rational
from derive.remembering import ONE


@dataclass(frozen=True)
class Named:
    """A name of a text: what it may be called, and the subscript that it has."""

    base: str
    subscript: str = ""

    def __str__(self) -> str:
        return f"{self.base}_{self.subscript}" if self.subscript else self.base


@dataclass(frozen=True)
class Derivative:
    """The derivative of ``top`` by each of the ``bottoms``, one after the other.

    Without bottoms it is that by something that is given, without a top that of something that is defined.
    """

    top: Named | None
    bottoms: tuple[Named, ...] = ()

    def __str__(self) -> str:
        if self.top is None:
            return "a derivative"
        if not self.bottoms:
            return f"a derivative of {self.top}"
        order = len(self.bottoms)
        top = f"{order if order > 1 else ''}{self.top}"
        return partial_name(top, "d".join(map(str, self.bottoms)))


@dataclass(frozen=True)
class Quoted:
    """A value that is quoted, ``c.g``."""

    key: str

    def __str__(self) -> str:
        return self.key

    @property
    def evidence(self) -> str:
        """What the evidence is called."""
        return self.key.partition(".")[0]

    @property
    def value(self) -> str:
        """What the value is called in the evidence."""
        return self.key.partition(".")[2]


Leaf: TypeAlias = Named | Derivative | Quoted


@dataclass(frozen=True)
class Side:
    """Arithmetic of leaves, for each of which a symbol stands; ``text`` is how it is told in a message."""

    expression: Expr
    leaves: Mapping[Symbol, Leaf]
    text: str

    @classmethod
    def of(cls, leaf: Leaf, *, minus: bool = False) -> Side:
        """A leaf alone, or with a minus."""
        symbol = Dummy()
        return cls(-symbol if minus else symbol, {symbol: leaf}, f"-{leaf}" if minus else str(leaf))

    @property
    def quotes(self) -> tuple[Quoted, ...]:
        """The values that it quotes."""
        return tuple(leaf for leaf in self.leaves.values() if isinstance(leaf, Quoted))

    @property
    def names(self) -> tuple[Named, ...]:
        """The names that are no part of a derivative."""
        return tuple(leaf for leaf in self.leaves.values() if isinstance(leaf, Named))

    @property
    def derivatives(self) -> tuple[Derivative, ...]:
        """The derivatives in it."""
        return tuple(leaf for leaf in self.leaves.values() if isinstance(leaf, Derivative))

    @property
    def alone(self) -> Leaf | None:
        """The leaf that is all of it but for a minus."""
        if len(self.leaves) != 1:
            return None
        ((symbol, leaf),) = self.leaves.items()
        return leaf if self.expression in (symbol, -symbol) else None


MARKS = "⟦⟧"
"""What stands around the number of a leaf that was found before the arithmetic is read."""
NAME = r"\\?[A-Za-zΑ-ωℓ]+(?:_hat|_bar|_tilde)?(?:_(?:\{[^{}]*\}|[A-Za-z0-9]))?"
GRAMMAR = r"""
    start: sum
    ?sum: signed
        | sum "+" product -> add
        | sum _MINUS product -> subtract
    ?signed: product
        | _MINUS product -> negate
    ?product: factor
        | product factor -> multiply
        | product _TIMES factor -> multiply
        | product "/" factor -> divide
    ?factor: atom
        | atom "^" atom -> raise
    ?atom: NUMBER -> number
        | LEAF -> leaf
        | NAME -> name
        | "(" sum ")"
        | "[" sum "]"
        | "{" sum "}"
        | _FRACTION "{" sum "}" "{" sum "}" -> divide
    _MINUS: "-" | "−"
    _TIMES.2: /\\(cdot|times)(?![A-Za-z])|[*·×]/
    _FRACTION.2: /\\[dt]?frac(?![A-Za-z])/
    LEAF: /⟦[0-9]+⟧/
    NUMBER: /[0-9]+(\.[0-9]+)?/
    %ignore /\s+/
"""


@lru_cache(maxsize=ONE)
def _parser() -> Lark:
    return Lark(f"{GRAMMAR}\n    NAME: /{NAME}/", parser="lalr")


def read_side(text: str, leaves: Mapping[str, Leaf]) -> Side | None:
    """A side with marked ``leaves`` (``⟦0⟧``) as arithmetic; None if it is none, or has no value."""
    try:
        tree: Tree[Any] = _parser().parse(text)
        read = _Reader(leaves, {})
        expression = read.value(tree.children[0])
    except (UnexpectedInput, DefinitionError):
        return None
    marked = re.sub(f"{MARKS[0]}[0-9]+{MARKS[1]}", lambda match: f" {leaves[match[0]]} ", text)
    shown = re.sub(r"\\(?:cdot|times)(?![A-Za-z])", "*", marked).replace("\\", "")
    return Side(expression, {symbol: leaf for leaf, symbol in read.symbols.items()}, " ".join(shown.split()))


@dataclass(frozen=True)
class _Reader:
    leaves: Mapping[str, Leaf]
    symbols: dict[Leaf, Symbol]

    def value(self, tree: Any) -> Expr:
        """The expression of a tree, a symbol for each leaf."""
        if tree.data in ("number", "leaf", "name"):
            return self._atom(str(tree.data), tree.children[0])
        parts = [self.value(child) for child in tree.children]
        if tree.data == "negate":
            return -parts[0]
        left, right = parts
        if tree.data == "divide":
            if right == 0:
                raise DefinitionError("it divides by 0")
            return left / right
        if tree.data == "raise":
            return power(left, right)
        return left * right if tree.data == "multiply" else left + right if tree.data == "add" else left - right

    def _atom(self, kind: str, token: Token) -> Expr:
        if kind == "number":
            return rational(str(token))
        leaf = self.leaves[str(token)] if kind == "leaf" else named(str(token))
        return self.symbols.setdefault(leaf, Dummy())


def named(text: str) -> Named:
    """A name with its subscript, as a text has it: ``\\ell``, ``w_{12}``, ``y_hat``."""
    found = re.match(r"\\?([A-Za-zΑ-ωℓ]+(?:_hat|_bar|_tilde)?)(?:_\{?([^{}]*)\}?)?$", text)
    if found is None:
        return Named(text)
    return Named({"ell": "l", "ℓ": "l"}.get(found[1], found[1]), (found[2] or "").strip())
