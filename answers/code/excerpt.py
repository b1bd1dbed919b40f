"""The part of a reference solution that its handout lacks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ALMOST_ALL = 0.7
"""From this share of the lines on, a solution is shown whole."""


def written_lines(solution: str, skeleton: str) -> tuple[int, ...]:
    """The numbers of the lines of the functions that differ from the handout, with the heads of their classes.

    All lines if there is no handout, or if almost all of them are to be written.
    """
    source = solution.splitlines()
    everything = tuple(range(1, len(source) + 1))
    if not skeleton:
        return everything
    handed_out = dict(_functions(skeleton))
    lines: set[int] = set()
    for name, text, numbers in _located(solution):
        if handed_out.get(name) != text:
            lines |= numbers
    written = sum(bool(source[number - 1].strip()) for number in lines)
    return tuple(sorted(lines)) if 0 < written < ALMOST_ALL * sum(map(bool, map(str.strip, source))) else everything


def _functions(source: str) -> Iterator[tuple[str, str]]:
    for name, text, _ in _located(source):
        yield name, text


def _located(source: str) -> Iterator[tuple[str, str, set[int]]]:
    """Each function, methods among them: its name, its text, and the lines that show it."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, _text(source, node), _span(node)
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield f"{node.name}.{method.name}", _text(source, method), {node.lineno} | _span(method)


def _text(source: str, node: ast.FunctionDef) -> str:
    return ast.get_source_segment(source, node) or ""


def _span(node: ast.FunctionDef) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
