"""The lines of a contract: what is called in which order, as data that a driver goes through.

A line is a call or an assignment as Python writes it: ``y, cache = fc_forward(x, W, b)``, ``net.params['W1'] = W1``,
``dW1 = net.grads['W1']``. Nothing else can be written, and nothing of it is run as Python.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from answers.errors import HomeworkContentError
from derive.expression.identifiers import quoted

Node = list[Any]
"""What is computed: its kind, and what belongs to it. It is made of what JSON has."""

LONGEST_LINE = 500


def step_of(line: str) -> dict[str, Any]:
    """A line as its targets, each a node, and the node of its value.

    Raises:
        HomeworkContentError: it is no call and no assignment.
    """
    try:
        if len(line) > LONGEST_LINE:
            raise SyntaxError
        (statement,) = ast.parse(line.strip()).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise _refused(line) from None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return {"targets": [], "value": _node(statement.value, line)}
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise _refused(line)
    (target,) = statement.targets
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    if not all(isinstance(part, ast.Name | ast.Attribute | ast.Subscript) for part in parts):
        raise _refused(line)
    several = isinstance(target, ast.Tuple | ast.List)
    return {"targets": [_node(part, line) for part in parts], "several": several, "value": _node(statement.value, line)}


def names_set(step: dict[str, Any]) -> Iterator[str]:
    """The names that a step gives a value."""
    yield from (target[1] for target in step["targets"] if target[0] == "name")


def names_read(step: dict[str, Any]) -> Iterator[str]:
    """The names whose values a step uses; what is called by its name is none, since the file may define it."""
    for target in step["targets"]:
        if target[0] != "name":
            yield from _names(target)
    yield from _names(step["value"])


def _names(node: Node) -> Iterator[str]:
    kind, *parts = node
    if kind == "name":
        yield parts[0]
    elif kind == "call":
        called, positional, named = parts
        if called[0] != "name":
            yield from _names(called)
        for argument in (*positional, *named.values()):
            yield from _names(argument)
    elif kind in ("attribute", "item"):
        yield from _names(parts[0])
    elif kind in ("list", "tuple"):
        for part in parts[0]:
            yield from _names(part)
    elif kind == "dict":
        for _, part in parts[0]:
            yield from _names(part)


def _node(tree: ast.expr, line: str) -> Node:
    match tree:
        case ast.Name(id=name):
            return ["name", name]
        case ast.Constant(value=int() | float() | str() | None as value):
            return ["constant", value]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return ["constant", -value]
        case ast.Attribute(value=of, attr=name) if not name.startswith("__"):
            return ["attribute", _node(of, line), name]
        case ast.Subscript(value=of, slice=ast.Constant(value=int() | str() as key)):
            return ["item", _node(of, line), key]
        case ast.Call(func=ast.Name() | ast.Attribute() as called, args=args, keywords=keywords):
            if any(isinstance(part, ast.Starred) for part in args) or any(key.arg is None for key in keywords):
                raise _refused(line)
            named = {str(key.arg): _node(key.value, line) for key in keywords}
            return ["call", _node(called, line), [_node(part, line) for part in args], named]
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            kind = "list" if isinstance(tree, ast.List) else "tuple"
            return [kind, [_node(part, line) for part in parts]]
        case ast.Dict(keys=keys, values=values) if all(isinstance(key, ast.Constant) for key in keys):
            pairs = zip(keys, values, strict=True)
            return ["dict", [[key.value, _node(value, line)] for key, value in pairs if isinstance(key, ast.Constant)]]
    raise _refused(line)


def _refused(line: str) -> HomeworkContentError:
    return HomeworkContentError(
        f"{quoted(line[:80])} is no line of a contract; expected a call such as net.forward(x), or an assignment such "
        "as y, cache = fc_forward(x, W, b) or net.params['W1'] = W1"
    )
