"""Python's own syntax trees: how their nodes are made, patterns with holes, and which names a tree holds.

Trees are values: what changes one makes another. Whether a name is read or assigned follows from where it stands, so
``ctx`` says nothing here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar, TypeGuard

from derive.remembering import EXPRESSIONS

Part = ast.expr | None
"""What fills a hole of a pattern; None leaves the argument out."""


class Comment(ast.stmt):
    """A comment between statements, on one line; it is broken where it is printed."""

    _fields: ClassVar[tuple[str, ...]] = ("text",)

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text


def name(word: str) -> ast.Name:
    """A name."""
    return ast.Name(word, ast.Load())


def number(value: int | float) -> ast.expr:
    """A number; a negative one is its size with a minus sign."""
    return negative(ast.Constant(-value)) if value < 0 else ast.Constant(value)


def negative(node: ast.expr) -> ast.expr:
    """The node with a minus sign."""
    return ast.UnaryOp(ast.USub(), node)


def is_negative(node: ast.AST) -> TypeGuard[ast.UnaryOp]:
    """Whether a minus sign stands in front of all of it."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def binary(left: ast.expr, operator: ast.operator, right: ast.expr) -> ast.expr:
    """An operation on two operands."""
    return ast.BinOp(left, operator, right)


def tuple_of(elements: Iterable[ast.expr]) -> ast.Tuple:
    """A tuple."""
    return ast.Tuple(list(elements), ast.Load())


def call(function: str | ast.expr, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """A call of a function, by its name or dotted name: ``np.diag``."""
    called = quoted(function) if isinstance(function, str) else function
    return ast.Call(called, list(arguments), [ast.keyword(word, value) for word, value in keywords.items()])


def method(node: ast.expr, attribute: str, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """A call of a method."""
    return call(ast.Attribute(node, attribute, ast.Load()), *arguments, **keywords)


def subscript(node: ast.expr, places: Iterable[ast.expr]) -> ast.Subscript:
    """The elements of an array at places, of which several are a tuple."""
    found = list(places)
    return ast.Subscript(node, found[0] if len(found) == 1 else tuple_of(found), ast.Load())


def cut(start: ast.expr | None = None, end: ast.expr | None = None, step: ast.expr | None = None) -> ast.Slice:
    """A slice; without limits the whole axis."""
    return ast.Slice(start, end, step)


def is_whole_axis(place: ast.expr) -> bool:
    """Whether a place is ``:``."""
    return isinstance(place, ast.Slice) and place.lower is place.upper is place.step is None


def quoted(pattern: str, parts: Mapping[str, Part] | None = None, **more: Part) -> ast.expr:
    """The expression of a pattern, with nodes in the place of some of its names.

    ``*arrays`` as an argument takes a tuple apart; an argument whose part is None is left out.
    """
    filled: ast.expr = _Filling({**(parts or {}), **more}).visit(_expression(pattern))
    return filled


def statement(pattern: str, parts: Mapping[str, Part] | None = None, **more: Part) -> ast.stmt:
    """The statement of a pattern, with nodes in the place of some of its names."""
    filled: ast.stmt = _Filling({**(parts or {}), **more}).visit(_statement(pattern))
    return filled


def assigned(target: str | ast.expr, value: ast.expr, sign: str = "") -> ast.stmt:
    """The assignment of a value; with a ``sign`` such as ``+`` one in place."""
    place = name(target) if isinstance(target, str) else target
    if not sign:
        return ast.Assign([place], value)
    operator = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div}[sign]()
    if not isinstance(place, ast.Name | ast.Attribute | ast.Subscript):
        raise TypeError(f"{ast.dump(place)} cannot be changed in place")
    return ast.AugAssign(place, operator, value)


def loop(variable: str, over: ast.expr, body: Iterable[ast.stmt]) -> ast.stmt:
    """A loop over the elements of something."""
    return ast.For(name(variable), over, list(body), [])


def function(word: str, arguments: Iterable[str], title: str, body: Iterable[ast.stmt]) -> ast.FunctionDef:
    """The definition of a function, with its docstring."""
    made = definition("def function(): pass")
    made.name = word
    made.args.args = [ast.arg(argument) for argument in arguments]
    made.body = [ast.Expr(ast.Constant(title)), *body]
    return made


def definition(source: str) -> ast.FunctionDef:
    """The function that a module of this package has as a text."""
    (made,) = ast.parse(source.strip()).body
    if not isinstance(made, ast.FunctionDef):
        raise TypeError(f"expected the definition of a function, got {source}")
    return made


def names_in(*trees: ast.AST) -> frozenset[str]:
    """The names that trees hold, read or assigned."""
    return frozenset(node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name))


def holds(tree: ast.AST, part: ast.expr) -> bool:
    """Whether an expression stands somewhere in a tree."""
    return any(same(node, part) for node in ast.walk(tree))


def same(first: ast.AST, second: ast.AST) -> bool:
    """Whether two trees say the same."""
    return type(first) is type(second) and ast.dump(first) == ast.dump(second)


@lru_cache(maxsize=EXPRESSIONS)
def _expression(pattern: str) -> ast.expr:
    return ast.parse(pattern, mode="eval").body


@lru_cache(maxsize=EXPRESSIONS)
def _statement(pattern: str) -> ast.stmt:
    return ast.parse(pattern).body[0]


class _Filling:
    """Copies a pattern with nodes in the place of names."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.parts = parts

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Name):
            return self.parts.get(node.id) or node
        made = type(node)()
        for field, value in ast.iter_fields(node):
            setattr(made, field, self._field(value))
        return made

    def _field(self, value: object) -> object:
        if isinstance(value, ast.AST):
            return self.visit(value)
        if isinstance(value, list):
            return [one for item in value for one in self._items(item)]
        return value

    def _items(self, item: object) -> list[object]:
        inner = item.value if isinstance(item, ast.Starred | ast.keyword) else item
        if isinstance(inner, ast.Name) and inner.id in self.parts:
            part = self.parts[inner.id]
            if part is None:
                return []
            if isinstance(item, ast.Starred) and isinstance(part, ast.Tuple):
                return list(part.elts)
        return [self._field(item)]
