"""The little language of networks, read into stages: ``x:n -> Linear(d) -> 5*ReLU -> Linear(K)``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from derive.numbers.magnitudes import power, rational
from derive.remembering import ONE

Argument: TypeAlias = Expr | str | tuple["Argument", ...]
"""What a layer is given: a number or size, a name or text, or a tuple of them."""


@dataclass(frozen=True)
class Stage:
    """One stage as it was written: a layer's name, its arguments, the scale in front of it, and the names behind it.

    A layer that was named before may be ``transposed``, ``V^T``: its weight is used the other way round.
    """

    name: str
    positional: tuple[Argument, ...] = ()
    named: tuple[tuple[str, Argument], ...] = ()
    scale: Expr = sympy.S.One
    names: tuple[str, ...] = ()
    transposed: bool = False


@dataclass(frozen=True)
class Source:
    """Where a chain begins: an ``input`` with its shape, a ``value`` of an earlier chain, the ``total`` of
    several or their product element by element (``hadamard``), several ``joined`` along their first axis, or several
    ``together`` as a layer's inputs."""

    kind: Literal["input", "value", "total", "hadamard", "joined", "together"]
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
FORMS = {
    "network": "x:n -> Linear(d) -> ReLU -> Linear(K)",
    "stage": "Name(arguments) or 1/2*Name",
    "objective": "Name(arguments), 1/2*Name, or a sum such as MSE + lambda/2*L2(W1)",
}
QUALIFIED = re.compile(r"\b(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*)")
"""A name with the module of a library before it, such as nn.ReLU."""


@lru_cache(maxsize=ONE)
def _parser() -> Lark:
    grammar = (files("derive.building") / "language.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["network", "objective", "stage"])


def parse_network(text: str) -> Description:
    """Read a network.

    Raises:
        NetworkError: the text is not of the form ``x:n -> Layer(...) -> ...``; the message points at the place.
    """
    return tuple(_chain(tree) for tree in _parse(text, "network").children)


def parse_stage(text: str) -> Stage:
    """Read one stage, such as ``1/T*Softmax`` or ``Linear(d)``.

    Raises:
        NetworkError: the text is not a stage.
    """
    return _stage(_parse(text, "stage"))


def parse_objective(text: str) -> tuple[Stage, ...]:
    """Read the terms of an objective, such as ``1/2*MSE + lambda/2*L2(W1)``, each with its factors and its sign.

    Raises:
        NetworkError: the text is no sum of losses.
    """
    return tuple(_terms(_parse(text, "objective")))


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
        form = FORMS[start]
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


def _terms(tree: Tree[Any]) -> Iterator[Stage]:
    if tree.data == "objective":
        yield _stage(tree.children[0])
        return
    before, last = tree.children
    yield from _terms(before)
    term = _stage(last) if tree.data == "plus" else _layer(last)
    yield term if tree.data == "plus" else replace(term, scale=-term.scale)


def _stage(tree: Tree[Any]) -> Stage:
    product, behind = tree.children
    names = () if behind is None else tuple(_word(name, "a layer or a parameter") for name in behind.children)
    return _layer(product, names)


def _layer(product: Tree[Any], names: tuple[str, ...] = ()) -> Stage:
    """The layer of a product and its factors: the one with arguments, or the last that nothing is divided by."""
    parts = [(node, _of_turned(node), below) for node, below in _parts(product)]
    named = [plain for _, plain, below in parts if plain.data == "named" and not below]
    turned = {id(plain) for node, plain, _ in parts if node.data == "turned"}
    called = [plain for plain in named if plain.children[1] is not None or id(plain) in turned]
    if len(called) > 1:
        both = " and ".join(str(node.children[0]) for node in called)
        raise NetworkError(f"{both} are multiplied; a layer or a loss has numbers and letters as its factors")
    if not named:
        raise NetworkError("there are factors and no layer or loss behind them, as in 1/2*MSE")
    layer = called[0] if called else named[-1]
    scale = sympy.S.One
    for node, plain, below in parts:
        scale *= sympy.S.One if plain is layer else _below(_number(node)) if below else _number(node)
    name, arguments = layer.children
    positional: list[Argument] = []
    given: list[tuple[str, Argument]] = []
    for argument in arguments.children if arguments is not None else ():
        if argument is None:
            continue
        key, value = argument.children
        if key is None:
            positional.append(_value(value))
        else:
            given.append((_word(key, "an argument"), _value(value)))
    return Stage(_word(name, "a layer"), tuple(positional), tuple(given), scale, names, id(layer) in turned)


def _of_turned(node: Tree[Any]) -> Tree[Any]:
    """What a transpose stands behind, with the arguments behind that, or the node itself."""
    if node.data != "turned":
        return node
    inner, arguments = node.children
    if inner.data != "named" or inner.children[1] is not None:
        raise NetworkError("a transpose stands behind the name of an earlier layer, as in Linear(d) as V, c -> V^T")
    return Tree("named", [inner.children[0], arguments])


def _parts(product: Tree[Any], below: bool = False) -> Iterator[tuple[Tree[Any], bool]]:
    """The factors of a product, and whether each is below a line."""
    if product.data == "opposite":
        yield Tree("number", [Token("INTEGER", "-1")]), False
        yield from _parts(product.children[0], below)
    elif product.data in ("times", "over"):
        before, last = product.children
        yield from _parts(before, below)
        yield last, product.data == "over"
    else:
        yield product, below


def _below(number: Expr) -> Expr:
    if number == 0:
        raise NetworkError("a factor divides by 0")
    return 1 / number


def _number(tree: Tree[Any]) -> Expr:
    """The value of a factor in numbers and letters."""
    kind, children = str(tree.data), tree.children
    if kind == "number":
        text = str(children[0])
        return -rational(text[1:]) if text.startswith("-") else rational(text)
    if kind == "named":
        name, arguments = children
        if arguments is not None:
            raise NetworkError(f"{name}(...) stands among the factors of another; factors are numbers and letters")
        return symbols.scalar(_word(name, "a factor"))
    if kind == "turned":
        raise NetworkError("a transposed layer stands among the factors of another; factors are numbers and letters")
    if kind == "raised":
        return power(_number(children[0]), rational(str(children[1])))
    if kind == "opposite":
        return -_number(children[0])
    left, right = map(_number, children)
    operations = {"times": left * right, "added": left + right, "taken": left - right}
    result: Expr = operations[kind] if kind in operations else left * _below(right)
    return result


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
