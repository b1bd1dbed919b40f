"""Wrong answers of many kinds, each planted in a right derivation: the check must fail at every seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from sympy import Eq, Expr, Function, Mod, Rational

from derive.derivation import Derivation, Step
from derive.functions import Bracket
from derive.matrix.nodes import Elementwise, Hadamard, Identity, Named, Node, Ones, Plus, Product, Scale, Transpose
from derive.symbols import size
from numeric import check
from tests.numeric.derivations import (
    CORRECT,
    DY,
    DY_NODE,
    MASK,
    ONE,
    RELU_SLOPE,
    RIGHT,
    UPSTREAM,
    W1_GRADIENT,
    W1_MATRIX,
    convolution_gradient,
)
from tests.numeric.models import K, at, d, delta, i, j, k, n, over, q, u, with_result

BACK = over(DY * at("W2", k, i), k, K)
DZ = at("z2", i) * (1 - at("z2", i))
PLACE = i + 1 - q
WIDTH = size("k_w")

WRONG_RESULTS: dict[str, tuple[str, Expr]] = {
    "sign": ("ReLU perceptron", -W1_GRADIENT),
    "factor 2": ("ReLU perceptron", 2 * W1_GRADIENT),
    "factor 1/K": ("ReLU perceptron", W1_GRADIENT / K),
    "factor 1.00001": ("ReLU perceptron", W1_GRADIENT * Rational(100001, 100000)),
    "zero": ("ReLU perceptron", sympy.S.Zero),
    "missing derivative of the activation": ("ReLU perceptron", BACK * at("x", j)),
    "activation in the place of its derivative": ("ReLU perceptron", BACK * at("z2", i) * at("x", j)),
    "wrong branch": ("ReLU perceptron", BACK * Bracket(at("z1", i) < 0) * at("x", j)),
    "bracket on the wrong tensor": ("ReLU perceptron", BACK * Bracket(at("b1", i) > 0) * at("x", j)),
    "swapped difference": ("ReLU perceptron", over(-DY * at("W2", k, i), k, K) * RELU_SLOPE * at("x", j)),
    "missing target": ("ReLU perceptron", over(at("y_hat", k) * at("W2", k, i), k, K) * RELU_SLOPE * at("x", j)),
    "one output of the sum": ("ReLU perceptron", DY.subs(k, 0) * at("W2", 0, i) * RELU_SLOPE * at("x", j)),
    "sum without its last term": (
        "ReLU perceptron",
        sympy.Sum(DY * at("W2", k, i), (k, 0, K - 2)) * RELU_SLOPE * at("x", j),
    ),
    "hidden value for the input": ("ReLU perceptron", BACK * RELU_SLOPE * at("z1", j)),
    "transposed weight": ("ReLU perceptron", over(DY * at("W2", i, k), k, K) * RELU_SLOPE * at("x", j)),
    "additive constant": ("ReLU perceptron", W1_GRADIENT + Rational(1, 10**6)),
    "f for f'": ("unknown f", BACK * Function("f")(at("z1", i))),
    "f' at the wrong place": ("unknown f", BACK * Function("f'")(at("z2", i))),
    "f'' for f'": ("unknown f", BACK * Function("f''")(at("z1", i))),
    "f' left out": ("unknown f", BACK),
    "Jacobian without its delta": ("sigmoid", DZ),
    "sigmoid's square lost": ("sigmoid", delta(i, j) * at("z2", i)),
    "tanh's derivative for sigmoid's": ("sigmoid", delta(i, j) * (1 - at("z2", i) ** 2)),
    "softmax as if elementwise": ("softmax Jacobian", delta(i, j) * at("a", i) * (1 - at("a", i))),
    "softmax without the diagonal": ("softmax Jacobian", -at("a", i) * at("a", j)),
    "softmax with a plus": ("softmax Jacobian", at("a", i) * (delta(i, j) + at("a", j))),
    "cross-entropy without softmax": ("softmax", at("z", i) - at("y", i)),
    "cross-entropy turned round": ("softmax", at("y", i) - at("a", i)),
    "label off by one": ("softmax with labels", at("a", i) - delta(i, at("y") + 1)),
    "total for direct derivative": ("held", delta(i, j) / at("s") - at("e", i) / at("s") ** 2),
    "forward value without its bias": ("value", Function("sigma")(over(at("W1", i, j) * at("x", j), j, n))),
    "no path, yet a number": ("no path", delta(i, j)),
    "correlation for convolution": ("convolution", over(at("w", q) * at("g", i - 1 + q), q, WIDTH)),
    "padding forgotten": ("convolution", over(at("w", q) * at("g", i - q), q, WIDTH)),
    "divisibility forgotten": ("strided convolution", over(at("w", q) * at("g", PLACE / 2), q, WIDTH)),
    "rounded down": ("strided convolution", over(at("w", q) * at("g", sympy.floor(PLACE / 2)), q, WIDTH)),
    "wrong parity": (
        "strided convolution",
        over(at("w", q) * at("g", PLACE / 2) * Bracket(Eq(Mod(PLACE, 2), 1)), q, WIDTH),
    ),
}


@pytest.mark.parametrize("kind", WRONG_RESULTS)
@pytest.mark.parametrize("seed", [0, 100, 200])
def test_a_wrong_result_is_caught(kind: str, seed: int) -> None:
    name, wrong = WRONG_RESULTS[kind]
    right = CORRECT[name]
    assert wrong != right.result
    result = check(with_result(right, wrong), seed=seed)
    failed = [item.what for item in result.items if not item.ok]
    assert not result.ok
    assert any(what.startswith("step 1") for what in failed)
    assert any(what.startswith("result") for what in failed)


ROW = Transpose(Named("x", n, ONE))
W2 = Named("W2", K, d)

WRONG_MATRICES: dict[str, Node] = {
    "transposed": Transpose(W1_MATRIX),
    "sign": Scale(sympy.Integer(-1), W1_MATRIX),
    "factor of the sizes": Scale(1 / K, W1_MATRIX),
    "missing mask": Product((Product((Transpose(W2), DY_NODE)), ROW)),
    "mask of the complement": Product(
        (
            Hadamard((Product((Transpose(W2), DY_NODE)), Elementwise(Bracket(u <= 0), (u,), (Named("z1", d, ONE),)))),
            ROW,
        )
    ),
    "mask twice, values for one": Product((Hadamard((UPSTREAM, Named("z2", d, ONE))), ROW)),
    "ones for the input": Product((UPSTREAM, Ones(ONE, n))),
    "sum for difference": Product(
        (Hadamard((Product((Transpose(W2), Plus((Named("y_hat", K, ONE), Named("y", K, ONE))))), MASK)), ROW)
    ),
    "an additional term": Plus((W1_MATRIX, Ones(d, n))),
    "another tensor": Named("W1", d, n),
    "a square that does not fit": Identity(d),
}


@pytest.mark.parametrize("kind", WRONG_MATRICES)
@pytest.mark.parametrize("seed", [0, 100, 200])
def test_a_wrong_matrix_form_is_caught(kind: str, seed: int) -> None:
    result = check(with_result(RIGHT, matrix=WRONG_MATRICES[kind]), seed=seed)
    failed = [item.what for item in result.items if not item.ok]
    assert failed == ["step 1, dl/dW1 (test): matrix form", "result, dl/dW1: matrix form"]


@pytest.mark.parametrize("name", ["ReLU perceptron", "numerator layout", "row gradient"])
def test_the_other_layout_is_caught(name: str) -> None:
    right = CORRECT[name]
    other = replace(right, layout="gradient" if right.layout == "numerator" else "numerator")
    assert [item.what for item in check(other).items if not item.ok] != []
    assert check(right).ok


def test_the_other_layout_of_a_square_weight_is_caught() -> None:
    """Where both dimensions are one size symbol, no shape can tell a gradient from its transpose."""
    model = RIGHT.forward
    square = replace(
        model,
        given=tuple(replace(t, shape=tuple(d if s == n else s for s in t.shape)) for t in model.given),
        rows=tuple(replace(row, expression=row.expression.xreplace({n: d})) for row in model.rows),
    )
    quantity = replace(RIGHT.quantity, shape=(d, d))
    matrix = Product((UPSTREAM, Transpose(Named("x", d, ONE))))
    right = Derivation(square, quantity, RIGHT.result, (), matrix)
    assert check(right).ok
    assert not check(replace(right, matrix=Transpose(matrix))).ok
    assert not check(replace(right, layout="numerator")).ok


@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_error_in_any_step_is_caught(position: int) -> None:
    steps = [Step(RIGHT.quantity, W1_GRADIENT, "test", ".") for _ in range(3)]
    steps[position] = replace(steps[position], expression=W1_GRADIENT + at("z1", i) / 10**5)
    assert not check(replace(RIGHT, steps=tuple(steps))).ok
    assert check(replace(RIGHT, steps=tuple(Step(RIGHT.quantity, W1_GRADIENT, "test", ".") for _ in range(3)))).ok


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 0), (2, 1), (3, 1), (3, 2)])
def test_a_wrong_padding_is_caught_at_every_stride(stride: int, padding: int) -> None:
    right = convolution_gradient(stride, padding)
    assert check(right).ok
    wrong = convolution_gradient(stride, padding + 1)
    assert not check(replace(right, result=wrong.result, steps=wrong.steps)).ok
