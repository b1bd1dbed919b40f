"""Gradients that are computed only where they are asked for: those by inputs that are data."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping


def with_needed(source: str, gradients: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The module with an argument ``needed`` of ``backward``, and the names of what it decides on.

    Args:
        gradients: for each tensor the Python name of its gradient. A gradient that one statement computes, and
            that nothing but the result reads, becomes None where its tensor is not among ``needed``.
    """
    tree = ast.parse(source)
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "backward")
    statements = function.body[:-1]
    lines = source.splitlines()
    found = []
    for name, gradient in gradients.items():
        alone = _only(statements, gradient)
        if alone is not None:
            lines[alone.lineno - 1] += f' if "{name}" in needed else None'
            found.append(name)
    if found:
        default = f"({', '.join(repr(name) for name in found)}{',' if len(found) == 1 else ''})".replace("'", '"')
        head = lines[function.lineno - 1]
        lines[function.lineno - 1] = f"{head.removesuffix('):')}, needed={default}):"
    return "\n".join(lines) + "\n", tuple(found)


def _only(statements: Iterable[ast.stmt], name: str) -> ast.Assign | None:
    """The one assignment of one line in which a name stands, if it stands in no other statement."""
    holders = [one for one in statements if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(one))]
    if len(holders) != 1:
        return None
    alone = holders[0]
    if not isinstance(alone, ast.Assign) or alone.lineno != alone.end_lineno:
        return None
    target, value = alone.targets[0], alone.value
    made = isinstance(value, ast.BinOp | ast.Call | ast.UnaryOp | ast.Subscript)
    return alone if made and isinstance(target, ast.Name) and target.id == name else None
