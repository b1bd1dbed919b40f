"""Right derivations made by hand, in index form and, where there is one, in matrix form."""

from __future__ import annotations

import sympy
from sympy import Function

from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.expression.symbols import size
from derive.matrix.nodes import Diagonal, Elementwise, Hadamard, Named, Plus, Product, Scale, Transpose
from tests.numeric.models import (
    SIGMA,
    K,
    at,
    convolution,
    d,
    delta,
    derivation,
    i,
    j,
    k,
    n,
    over,
    perceptron,
    q,
    softmax_loss,
    u,
)

ONE = sympy.S.One
DY = at("y_hat", k) - at("y", k)
RELU_SLOPE = Bracket(at("z1", i) > 0)
W1_GRADIENT = over(DY * at("W2", k, i), k, K) * RELU_SLOPE * at("x", j)
DY_NODE = Plus((Named("y_hat", K, ONE), Scale(sympy.Integer(-1), Named("y", K, ONE))))
MASK = Elementwise(Bracket(u > 0), (u,), (Named("z1", d, ONE),))
UPSTREAM = Hadamard((Product((Transpose(Named("W2", K, d)), DY_NODE)), MASK))
W1_MATRIX = Product((UPSTREAM, Transpose(Named("x", n, ONE))))
RIGHT = derivation(perceptron(), "dl/dW1", (i, j), (d, n), W1_GRADIENT, W1_MATRIX)


def convolution_gradient(stride: int, padding: int) -> Derivation:
    """dl/dz[a] = Σ_q w[q] g[(a + padding - q)/stride] where the stride divides."""
    place = i + padding - q
    width = size("k_w")
    inside = Bracket(sympy.Eq(sympy.Mod(place, stride), 0)) if stride > 1 else ONE
    result = over(at("w", q) * at("g", place / sympy.Integer(stride)) * inside, q, width)
    return derivation(convolution(stride, padding), "dl/dz", (i,), (size("H"),), result)


CORRECT = {
    "ReLU perceptron": RIGHT,
    "numerator layout": derivation(
        perceptron(), "dl/dW1", (i, j), (d, n), W1_GRADIENT, Transpose(W1_MATRIX), "numerator"
    ),
    "row gradient": derivation(perceptron(), "dl/dy_hat", (k,), (K,), DY, Transpose(DY_NODE), "numerator"),
    "partials": derivation(
        perceptron(),
        "dl/dz1",
        (i,),
        (d,),
        over(at("dl/dz2", k) * at("dz2/dz1", k, i), k, d),
        Product((Named("dl/dz2", ONE, d), Named("dz2/dz1", d, d))),
        "numerator",
    ),
    "unknown f": derivation(
        perceptron("f"), "dl/db1", (i,), (d,), over(DY * at("W2", k, i), k, K) * Function("f'")(at("z1", i))
    ),
    "sigmoid": derivation(
        perceptron("sigma"),
        "dz2/dz1",
        (i, j),
        (d, d),
        delta(i, j) * at("z2", i) * (1 - at("z2", i)),
        Diagonal(Elementwise(u * (1 - u), (u,), (Named("z2", d, ONE),))),
    ),
    "softmax": derivation(softmax_loss(), "dl/dz", (i,), (K,), at("a", i) - at("y", i)),
    "softmax with labels": derivation(softmax_loss(True), "dl/dz", (i,), (K,), at("a", i) - delta(i, at("y"))),
    "softmax Jacobian": derivation(softmax_loss(), "da/dz", (i, j), (K, K), at("a", i) * (delta(i, j) - at("a", j))),
    "held": derivation(softmax_loss(), "da/de|s", (i, j), (K, K), delta(i, j) / at("s")),
    "value": derivation(
        perceptron("sigma"), "z2", (i,), (d,), SIGMA(over(at("W1", i, j) * at("x", j), j, n) + at("b1", i))
    ),
    "no path": derivation(perceptron(), "dz1/dW2", (i, j, k), (d, K, d), sympy.S.Zero),
    "convolution": convolution_gradient(1, 1),
    "strided convolution": convolution_gradient(2, 1),
    "wide stride": convolution_gradient(3, 2),
}
