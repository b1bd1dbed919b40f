"""Expressions and matrix nodes that the tests of printing share."""

from __future__ import annotations

import sympy
from sympy import Expr, Function, KroneckerDelta, Rational, Sum, exp, sqrt

from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, scalar, size
from derive.matrix.nodes import (
    Apply,
    Diagonal,
    Elementwise,
    Hadamard,
    Named,
    Node,
    Plus,
    Product,
    Scale,
    Transpose,
)

RANKS = {
    "x": 1, "y": 1, "z1": 1, "z2": 1, "z3": 1, "y_hat": 1, "W1": 2, "W2": 2, "b1": 1, "b2": 1, "l": 0,
    "weight": 3, "bias": 1, "z": 2, "dy": 2, "gamma": 1, "mu": 0, "v": 0,
}  # fmt: skip

i, j, k, m, h, a = (index(name) for name in "ijkmha")
n, d, K, s, p, H = (size(name) for name in "ndKspH")
eps, slope = scalar("eps"), scalar("slope")
u, v = scalar("u"), scalar("v")


def x(subscript: Expr) -> Expr:
    return element("x", (subscript,))


def y(subscript: Expr) -> Expr:
    return element("y", (subscript,))


def y_hat(subscript: Expr) -> Expr:
    return element("y_hat", (subscript,))


def z1(subscript: Expr) -> Expr:
    return element("z1", (subscript,))


def column(name: str, rows: Expr) -> Named:
    return Named(name, rows, sympy.S.One)


def minus(node: Node) -> Node:
    return Scale(sympy.S.NegativeOne, node)


Y, Y_HAT, Z1, Z2, X = column("y", K), column("y_hat", K), column("z1", d), column("z2", d), column("x", n)
W1, W2, B1 = Named("W1", d, n), Named("W2", K, d), column("b1", d)
ERROR = Plus((minus(Y), Y_HAT))
POSITIVE = Elementwise(Bracket(u > 0), (u,), (Z1,))

EXPRESSIONS: tuple[Expr, ...] = (
    y_hat(i) - y(i),
    2 * (y_hat(i) - y(i)) / K,
    y_hat(i) * (KroneckerDelta(i, j) - y_hat(j)),
    (1 - y(i)) / (1 - y_hat(i)) - y(i) / y_hat(i),
    Function("f'")(z1(i)) * x(j) * Sum(element("W2", (k, i)) * element("dl/dz3", (k,)), (k, 0, K - 1)),
    exp(z1(i)) / Sum(exp(z1(k)), (k, 0, K - 1)),
    element("gamma", (i,)) * (x(i) - scalar("mu")) / sqrt(scalar("v") + eps),
    Sum(element("weight", (j, k, m)) * element("z", (k, s * h + d * m - p)), (k, 0, n - 1), (m, 0, K - 1)),
    Rational(1, 2) * Sum((y_hat(i) - y(i)) ** 2, (i, 0, K - 1)),
)

NODES: tuple[Node, ...] = (
    Product((ERROR, Transpose(Z2))),
    Product((Hadamard((Product((Transpose(W2), ERROR)), POSITIVE)), Transpose(X))),
    Plus((Diagonal(Y_HAT), minus(Product((Y_HAT, Transpose(Y_HAT)))))),
    Elementwise((1 - v) / (1 - u) - v / u, (u, v), (Y_HAT, Y)),
    Apply("softmax", Plus((Product((W1, X)), B1)), "z3", "y_hat"),
    Product((Transpose(Named("dz2/dz1", d, d)), Transpose(W2), Named("dl/dz3", K, sympy.S.One))),
)
