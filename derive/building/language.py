"""The little language of networks, read into stages: ``x:n -> Linear(d) -> 5*ReLU -> Linear(K)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import sympy
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from sympy import Expr

from derive.building.foreign import layer_elsewhere, loss_elsewhere
from derive.errors import NetworkError
from derive.expression import symbols
from derive.expression.identifiers import quoted, word
from derive.numbers.magnitudes import rational

Argument: TypeAlias = Expr | str | tuple["Argument", ...]
"""What a layer is given: a number or size, a name or text, or a tuple of them."""


@dataclass(frozen=True)
class Stage:
    """One stage as it was written: a layer's name, its arguments, and the scale in front of it."""

    name: str
    positional: tuple[Argument, ...] = ()
    named: tuple[tuple[str, Argument], ...] = ()
    scale: Expr = sympy.S.One
    label: str = ""


@dataclass(frozen=True)
class Source:
    """Where a chain begins: an ``input`` with its shape, a ``value`` of an earlier chain, the ``total`` of
    several, several ``joined`` along their first axis, or several ``together`` as a layer's inputs."""

    kind: Literal["input", "value", "total", "joined", "together"]
    names: tuple[str, ...]
    shape: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Chain:
    """A source and the stages behind it."""

    source: Source
    stages: tuple[Stage, ...]


Description: TypeAlias = tuple[Chain, ...]
"""A network as it was written: its chains in order."""


NUMBER = re.compile(r"(-)?\s*([0-9]+(?:\.[0-9]+)?(?:e-?[0-9]{1,3})?)\s*(?:/\s*([0-9]+(?:\.[0-9]+)?))?")
"""A number or a quotient of two, as an argument between quotes may be."""
QUALIFIED = re.compile(r"\b(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*)")
"""A name with the module of a library before it, such as nn.ReLU."""


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = (files("derive.building") / "language.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["network", "stage"])


def parse_network(text: str) -> Description:
    """Read a network.

    Raises:
        NetworkError: the text is not of the form ``x:n -> Layer(...) -> ...``; the message points at the place.
    """
    return tuple(_chain(tree) for tree in _parse(text, "network").children)


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
        qualified = QUALIFIED.search(text)
        if qualified is not None:
            whole, name = qualified.group(0), qualified.group(1)
            meant = loss_elsewhere(name) or layer_elsewhere(name) or f"write {name}"
            raise NetworkError(f"no module stands before a name, as in {whole}; {meant}:\n{place}") from error
        form = "x:n -> Linear(d) -> ReLU -> Linear(K)" if start == "network" else "Name(arguments) or 1/2*Name"
        raise NetworkError(f"cannot read the {start}, expected the form {form}:\n{place}") from error


def _chain(tree: Any) -> Chain:
    source, *stages = tree.children
    kind: Any = str(source.data)
    if kind == "input":
        name, shape = source.children
        start = Source("input", (_word(name, "an input"),), tuple(map(_dimension, shape.children)))
    else:
        start = Source(kind, tuple(_word(name, "a value") for name in source.children))
    return Chain(start, tuple(map(_stage, stages)))


def _dimension(token: Any) -> Expr:
    return symbols.dimension(str(token))


def _word(token: Any, what: str) -> str:
    return word(str(token), what, NetworkError)


def _stage(tree: Tree[Any]) -> Stage:
    scale, name, arguments, label = tree.children
    positional: list[Argument] = []
    named: list[tuple[str, Argument]] = []
    for argument in arguments.children if arguments is not None else ():
        if argument is None:
            continue
        key, value = argument.children
        if key is None:
            positional.append(_value(value))
        else:
            named.append((_word(key, "an argument"), _value(value)))
    factor = sympy.S.One if scale is None else _factor(scale)
    shared = "" if label is None else _word(label, "a layer")
    return Stage(_word(name, "a layer"), tuple(positional), tuple(named), factor, shared)


def _factor(node: Tree[Any] | Token) -> Expr:
    if isinstance(node, Tree):
        above, below = node.children
        return _quotient(str(above), str(below))
    return symbols.scalar(str(node)) if node.type == "NAME" else rational(str(node))


def _value(tree: Tree[Any]) -> Argument:
    kind, children = str(tree.data), tree.children
    if kind == "tuple":
        return tuple(_value(child) for child in children)
    if kind == "negative":
        value = _value(children[0])
        if isinstance(value, Expr):
            return -value
        raise NetworkError(f"a minus sign stands before {value}, expected a number")
    if kind == "ratio":
        return _quotient(*map(str, children))
    text = str(children[0])
    if kind in ("integer", "real"):
        return rational(text)
    return _word(text, "a size") if kind == "name" else _option(number_or_text(text[1:-1]))


def _option(given: Expr | str) -> Expr | str:
    """What stands between quotes: a number, or a word that a layer may know, such as same.

    Raises:
        NetworkError: it is neither. Sizes are numbers and names, and formulas of them are not read here.
    """
    if isinstance(given, Expr):
        return given
    if not given.isidentifier():
        raise NetworkError(
            f"the argument {quoted(given)} is no word; a size is a number or a name without quotes, such as 3 or d"
        )
    return word(given, "an argument", NetworkError)


def number_or_text(text: str) -> Expr | str:
    """The number that a text is, ``"0.5"`` or ``"1/2"``, or the text itself."""
    found = NUMBER.fullmatch(text.strip())
    if found is None:
        return text
    sign, above, below = found.groups()
    return _quotient(above, below or "1") * (-1 if sign else 1)


def _quotient(above: str, below: str) -> Expr:
    if rational(below) == 0:
        raise NetworkError(f"{above}/{below} divides by 0")
    return rational(above) / rational(below)
