"""Forward definitions and derivations made by hand, from which the tests start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy
from sympy import Expr, Function, KroneckerDelta, Sum, exp, log

from derive.conventions import Conventions, Layout
from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.expression.symbols import element, index, scalar, size
from derive.forward import Domain, Forward, Role, Row, Tensor
from derive.matrix.nodes import Node
from derive.step_rules import StepRule
from derive.steps import Quantity, Step

n, d, K = size("n"), size("d"), size("K")
i, j, k, p, q = (index(name) for name in "ijkpq")
u = scalar("u")

SIGMA = ScalarFunction("sigma", u, 1 / (1 + exp(-u)))
RELU = ScalarFunction("ReLU", u, u * Bracket(u > 0))


def tensor(name: str, *shape: Expr, role: Role = "value", domain: Domain = "real") -> Tensor:
    """A tensor of the given shape."""
    return Tensor(name, tuple(sympy.sympify(dimension) for dimension in shape), role, domain)


def at(name: str, *subscripts: Any) -> Expr:
    """An element of a tensor, or the symbol of a tensor of rank zero."""
    return element(name, [sympy.sympify(subscript) for subscript in subscripts])


def over(body: Expr, letter: sympy.Symbol, dimension: Expr) -> Expr:
    """The sum of ``body`` over an index."""
    return Sum(body, (letter, 0, dimension - 1))


def perceptron(activation: str = "ReLU") -> Forward:
    """x -> Linear(d) -> activation -> Linear(K) with half the squared error; ``f`` stays unknown."""
    return Forward(
        given=(
            tensor("x", n, role="input"),
            tensor("y", K, role="target"),
            tensor("W1", d, n, role="parameter"),
            tensor("b1", d, role="parameter"),
            tensor("W2", K, d, role="parameter"),
            tensor("b2", K, role="parameter"),
        ),
        rows=(
            Row(tensor("z1", d), (i,), over(at("W1", i, j) * at("x", j), j, n) + at("b1", i)),
            Row(tensor("z2", d), (i,), Function(activation)(at("z1", i))),
            Row(tensor("y_hat", K), (i,), over(at("W2", i, j) * at("z2", j), j, d) + at("b2", i)),
            Row(tensor("l", role="loss"), (), over((at("y_hat", i) - at("y", i)) ** 2, i, K) / 2),
        ),
        functions=(SIGMA, RELU),
    )


def softmax_loss(labels: bool = False) -> Forward:
    """Softmax with cross-entropy of scores z, for a one-hot target or for a class."""
    target = tensor("y", role="target", domain="class") if labels else tensor("y", K, role="target", domain="one_hot")
    loss = -log(at("a", at("y"))) if labels else -over(at("y", i) * log(at("a", i)), i, K)
    return Forward(
        given=(tensor("z", K, role="input"), target),
        rows=(
            Row(tensor("e", K, role="hidden"), (i,), exp(at("z", i))),
            Row(tensor("s", role="hidden"), (), over(at("e", k), k, K)),
            Row(tensor("a", K, domain="simplex"), (i,), at("e", i) / at("s")),
            Row(tensor("l", role="loss"), (), loss),
        ),
    )


def convolution(stride: int = 2, padding: int = 1) -> Forward:
    """y[p] = Σ_q w[q] z[stride p + q - padding], and the loss Σ g[p] y[p] that makes dl/dy equal to g."""
    length, width = size("H"), size("k_w")
    out = sympy.floor((length + 2 * padding - width) / sympy.Integer(stride)) + 1
    return Forward(
        given=(
            tensor("z", length, role="input"),
            tensor("w", width, role="parameter"),
            tensor("g", out, role="target"),
        ),
        rows=(
            Row(tensor("y", out), (p,), over(at("w", q) * at("z", stride * p + q - padding), q, width)),
            Row(tensor("l", role="loss"), (), over(at("g", p) * at("y", p), p, out)),
        ),
    )


def derivation(
    model: Forward,
    name: str,
    indices: Sequence[sympy.Symbol],
    shape: Sequence[Any],
    result: Expr,
    matrix: Node | None = None,
    layout: Layout = "gradient",
) -> Derivation:
    """A derivation of one step, whose expression is the result."""
    quantity = Quantity(name, tuple(indices), tuple(sympy.sympify(dimension) for dimension in shape))
    step = Step(quantity, sympy.sympify(result), StepRule.COLLECT, "A test.", matrix)
    return Derivation(model, quantity, sympy.sympify(result), (step,), matrix, Conventions(layout))


def with_result(
    right: Derivation, result: Expr | None = None, matrix: Node | None = None, **changes: Any
) -> Derivation:
    """The derivation with another result or matrix form, in its step as in itself."""
    expression = right.result if result is None else sympy.sympify(result)
    form = matrix or (right.matrix if result is None else None)
    steps = (replace(right.steps[0], expression=expression, matrix=form),)
    return replace(right, result=expression, matrix=form, steps=steps, **changes)


def delta(a: Expr, b: Expr) -> Expr:
    """Kronecker's delta."""
    return KroneckerDelta(a, b)
