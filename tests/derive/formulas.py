"""Random index expressions over small tensors, and their values by number."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, Symbol

from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, size
from numeric.expression.compiled import evaluate_expression

n, m = size("n"), size("m")
i, j = index("i"), index("j")
FREE = {i: n, j: m}
COUNTS = {n: 3, m: 2}
LETTERS = [index(letter) for letter in "ijkpq"]


def arrays(seed: int = 0) -> dict[str, Any]:
    """Values of the tensors that random expressions read: a[n], c[m], W[n, m]."""
    generator = np.random.default_rng(seed)
    return {name: generator.normal(size=shape) for name, shape in {"a": (3,), "c": (2,), "W": (3, 2)}.items()}


def value(expression: Expr, given: dict[str, Any] | None = None) -> Any:
    """The 3 by 2 array of an expression whose free indices are i below n and j below m."""
    return evaluate_expression(expression, (i, j), (3, 2), arrays() if given is None else given, COUNTS)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3, scope: tuple[tuple[Symbol, Expr], ...] = tuple(FREE.items())) -> Expr:
    """A sum of products of elements, deltas, brackets, powers and sums over further indices.

    Sums take their letters from a short list, so that letters of neighbouring sums often meet; a sum never
    binds a letter that is already in its scope.
    """
    if depth == 0:
        return draw(_leaf(scope))
    kind = draw(st.sampled_from(["leaf", "add", "multiply", "multiply", "sum", "sum", "power"]))
    if kind == "leaf":
        return draw(_leaf(scope))
    if kind == "power":
        return draw(expressions(depth - 1, scope)) ** 2
    if kind == "sum":
        taken = {letter for letter, _ in scope}
        letter = draw(st.sampled_from([letter for letter in LETTERS if letter not in taken]))
        length = draw(st.sampled_from([n, m]))
        return sympy.Sum(draw(expressions(depth - 1, (*scope, (letter, length)))), (letter, 0, length - 1))
    left, right = draw(expressions(depth - 1, scope)), draw(expressions(depth - 1, scope))
    return left + right if kind == "add" else left * right


@st.composite
def _leaf(draw: st.DrawFn, scope: tuple[tuple[Symbol, Expr], ...]) -> Expr:
    rows = [letter for letter, length in scope if length == n]
    columns = [letter for letter, length in scope if length == m]
    row, other, column = (draw(st.sampled_from(letters)) for letters in (rows, rows, columns))
    leaves = [
        element("a", (row,)),
        element("c", (column,)),
        element("W", (row, column)),
        KroneckerDelta(row, other),
        Bracket(row <= other),
        sympy.Integer(draw(st.sampled_from([-1, 2, 3]))),
    ]
    return draw(st.sampled_from(leaves))
