"""The little language of networks, read into stages: ``x:n -> Linear(d) -> 5*ReLU -> Linear(K)``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias

import sympy
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from sympy import Expr, Rational

from derive import symbols
from derive.errors import NetworkError

Argument: TypeAlias = Expr | str | tuple["Argument", ...]
"""What a layer is given: a number or size, a name or text, or a tuple of them."""


@dataclass(frozen=True)
class Stage:
    """One stage as it was written: a layer's name, its arguments, and the scale in front of it."""

    name: str
    positional: tuple[Argument, ...] = ()
    named: tuple[tuple[str, Argument], ...] = ()
    scale: Expr = sympy.S.One


@dataclass(frozen=True)
class Description:
    """A network as it was written: the input's name and shape, then the stages."""

    input: str
    shape: tuple[Expr, ...]
    stages: tuple[Stage, ...]


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (files("derive") / "language.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["network", "stage"])


def parse_network(text: str) -> Description:
    """Read a network.

    Raises:
        NetworkError: the text is not of the form ``x:n -> Layer(...) -> ...``; the message points at the place.
    """
    tree = _parse(text, "network")
    source, *stages = tree.children
    name, shape = source.children
    return Description(str(name), tuple(map(_dimension, shape.children)), tuple(map(_stage, stages)))


def parse_stage(text: str) -> Stage:
    """Read one stage, such as ``1/2*MSE`` or ``MSE(mean)``.

    Raises:
        NetworkError: the text is not a stage.
    """
    return _stage(_parse(text, "stage"))


def _parse(text: str, start: str) -> Tree[Any]:
    try:
        tree: Tree[Any] = _parser().parse(text, start=start)
        return tree
    except UnexpectedInput as error:
        place = error.get_context(text, span=30).rstrip()
        form = "x:n -> Linear(d) -> ReLU -> Linear(K)" if start == "network" else "Name(arguments) or 1/2*Name"
        raise NetworkError(f"cannot read the {start}, expected the form {form}:\n{place}") from error


def _dimension(token: Any) -> Expr:
    return symbols.dimension(str(token))


def _stage(tree: Tree[Any]) -> Stage:
    scale, name, arguments = tree.children
    positional: list[Argument] = []
    named: list[tuple[str, Argument]] = []
    for argument in arguments.children if arguments is not None else ():
        if argument is None:
            continue
        key, value = argument.children
        if key is None:
            positional.append(_value(value))
        else:
            named.append((str(key), _value(value)))
    return Stage(str(name), tuple(positional), tuple(named), sympy.S.One if scale is None else _factor(scale))


def _factor(node: Tree[Any] | Token) -> Expr:
    if isinstance(node, Tree):
        above, below = node.children
        return Rational(str(above)) / Rational(str(below))
    return symbols.scalar(str(node)) if node.type == "NAME" else Rational(str(node))


def _value(tree: Tree[Any]) -> Argument:
    kind, children = str(tree.data), tree.children
    if kind == "tuple":
        return tuple(_value(child) for child in children)
    if kind == "negative":
        value = _value(children[0])
        if isinstance(value, Expr):
            return -value
        raise NetworkError(f"a minus sign stands before {value}, expected a number")
    text = str(children[0])
    if kind in ("integer", "real"):
        return Rational(text)
    return text.strip("'")
