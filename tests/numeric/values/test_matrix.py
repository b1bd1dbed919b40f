from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive.conventions import Layout
from derive.expression.functions import Bracket
from derive.forward import Forward, Row
from derive.matrix import nodes
from derive.matrix.nodes import Named, Node, Product, Transpose
from numeric.arrays.layout import as_matrix
from numeric.errors import ArrayError, ExpressionError
from numeric.expression.forward import forward
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import sample, sample_sizes
from numeric.values.matrix import evaluate_matrix
from tests.examples import examples
from tests.numeric.models import SIGMA, K, at, d, i, j, n, perceptron, softmax_loss, tensor, u

MODEL = perceptron("sigma")
ARRAYS = sample(MODEL, 7)
SIZES = sample_sizes(MODEL, 7)
VALUES = forward(MODEL, ARRAYS)
ONE = sympy.S.One

x, z1, z2 = Named("x", n, ONE), Named("z1", d, ONE), Named("z2", d, ONE)
y, y_hat = Named("y", K, ONE), Named("y_hat", K, ONE)
W1, W2 = Named("W1", d, n), Named("W2", K, d)


def column(name: str) -> np.ndarray:
    return VALUES[name][:, np.newaxis]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (W1, VALUES["W1"]),
        (z1, column("z1")),
        (Named("z1", ONE, d), column("z1").T),
        (Named("l", ONE, ONE), VALUES["l"].reshape(1, 1)),
        (nodes.Ones(d, n), np.ones((SIZES[d], SIZES[n]))),
        (nodes.Identity(K), np.eye(SIZES[K])),
        (nodes.Basis(d, sympy.S.One), np.eye(SIZES[d])[:, [1]]),
        (nodes.Scale(2 * at("l") / K, z1), 2 * VALUES["l"] / SIZES[K] * column("z1")),
        (Transpose(Product((W2, W1))), (VALUES["W2"] @ VALUES["W1"]).T),
        (Product((W2, W1, x)), VALUES["W2"] @ VALUES["W1"] @ column("x")),
        (nodes.Hadamard((z1, z2, z2)), column("z1") * column("z2") ** 2),
        (nodes.Plus((y_hat, nodes.Scale(sympy.Integer(-1), y))), column("y_hat") - column("y")),
        (nodes.Diagonal(z2), np.diag(VALUES["z2"])),
        (nodes.DiagonalOf(Product((z1, Transpose(z2)))), column("z1") * column("z2")),
        (nodes.Elementwise(SIGMA(u), (u,), (z1,)), column("z2")),
        (nodes.Elementwise(Bracket(u > 0) * at("l"), (u,), (W1,)), (VALUES["W1"] > 0) * VALUES["l"]),
        (nodes.Elementwise(sympy.Integer(3), (u,), (z1,)), np.full((SIZES[d], 1), 3.0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_node(node: Node, expected: np.ndarray) -> None:
    found = evaluate_matrix(node, MODEL, ARRAYS)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-14)


def test_elementwise_formulas_of_two_arguments() -> None:
    v = sympy.Symbol("v", real=True)
    found = evaluate_matrix(nodes.Elementwise(u / v + u, (u, v), (z1, z2)), MODEL, ARRAYS)
    assert np.allclose(found, column("z1") / column("z2") + column("z1"))


def test_apply_computes_the_rows_between() -> None:
    model = softmax_loss()
    arrays = sample(model, 0)
    node = nodes.Apply("softmax", nodes.Scale(sympy.Integer(2), Named("z", K, ONE)), "z", "a")
    powers = np.exp(2 * arrays["z"])
    expected = (powers / powers.sum())[:, np.newaxis]
    assert np.allclose(evaluate_matrix(node, model, arrays), expected)
    a = forward(model, arrays)["a"][:, np.newaxis]
    assert np.allclose(evaluate_matrix(nodes.Plus((Named("a", K, ONE), node)), model, arrays), a + expected)


def test_partials_follow_the_layout() -> None:
    gradient = jacobian_by_differences(MODEL, ARRAYS, "l", "W1", "complex")
    jacobian = jacobian_by_differences(MODEL, ARRAYS, "y_hat", "z1", "complex")
    assert np.allclose(evaluate_matrix(Named("dl/dW1", d, n), MODEL, ARRAYS), gradient)
    assert np.allclose(evaluate_matrix(Named("dl/dW1", n, d), MODEL, ARRAYS, layout="numerator"), gradient.T)
    for layout in ("gradient", "numerator"):
        assert np.allclose(evaluate_matrix(Named("dy_hat/dz1", K, d), MODEL, ARRAYS, layout=layout), jacobian)
    row = Product((Named("dl/dy_hat", ONE, K), Named("dy_hat/dz1", K, d)))
    expected = jacobian_by_differences(MODEL, ARRAYS, "l", "z1", "complex")
    assert np.allclose(evaluate_matrix(row, MODEL, ARRAYS, layout="numerator"), expected[np.newaxis])


@examples(20)
@given(st.integers(0, 50), st.sampled_from(["gradient", "numerator"]))
def test_a_square_matrix_is_still_transposed_by_its_layout(seed: int, layout: Layout) -> None:
    arrays = sample(MODEL, seed, {n: 3, d: 3})
    gradient = jacobian_by_differences(MODEL, arrays, "l", "W1", "complex")
    found = evaluate_matrix(Named("dl/dW1", d, n), MODEL, arrays, layout=layout)
    assert np.allclose(found, gradient if layout == "gradient" else gradient.T)
    assert np.allclose(as_matrix(gradient, "dl/dW1", MODEL, layout), found)


def test_index_forms_as_matrices() -> None:
    vector = np.arange(3.0)
    assert as_matrix(vector, "z1", MODEL, "numerator").shape == (3, 1)
    assert as_matrix(vector, "dl/dz1", MODEL, "gradient").shape == (3, 1)
    assert as_matrix(vector, "dl/dz1", MODEL, "numerator").shape == (1, 3)
    assert as_matrix(np.array(2.0), "l", MODEL, "gradient").shape == (1, 1)
    with pytest.raises(ArrayError, match="dz1/dW1 has 3 axes"):
        as_matrix(np.ones((2, 2, 3)), "dz1/dW1", MODEL, "gradient")


def test_a_vector_is_no_matrix_of_as_many_elements() -> None:
    arrays = sample(MODEL, 0, {n: 4, K: 2})
    with pytest.raises(ArrayError, match=r"x has shape \(4,\), expected 2 by 2"):
        evaluate_matrix(Named("x", K, K), MODEL, arrays)


def test_apply_keeps_matrices_and_lengths() -> None:
    rows = (Row(tensor("Z", d, n), (i, j), 2 * at("X", i, j)), Row(tensor("t", d), (i,), at("X", i, 0)))
    model = Forward(given=(tensor("X", d, n),), rows=rows)
    arrays = {"X": np.arange(6.0).reshape(2, 3)}
    assert np.array_equal(
        evaluate_matrix(nodes.Apply("twice", Named("X", d, n), "X", "Z"), model, arrays), 2 * arrays["X"]
    )
    turned = Transpose(Named("X", d, n))
    with pytest.raises(ArrayError, match="twice of 3 by 2 stands for X"):
        evaluate_matrix(nodes.Apply("twice", turned, "X", "Z"), model, arrays)
    with pytest.raises(ArrayError, match=r"first gives t of shape \(2,\), not 2 by 3"):
        evaluate_matrix(nodes.Apply("first", Named("X", d, n), "X", "t"), model, arrays)


class Unknown(Node):
    """A node that nothing evaluates."""


@pytest.mark.parametrize(
    ("node", "error", "match"),
    [
        (Named("W1", n, d), ArrayError, "W1 is . by ., expected . by ."),
        (Named("x", d, ONE), ArrayError, r"x has shape \(.,\), expected"),
        (Named("W3", d, n), ArrayError, "W3 is needed and not given"),
        (nodes.Basis(d, n + 10), ArrayError, "has no position"),
        (nodes.Diagonal(W1), ArrayError, "a diagonal is made of a column"),
        (nodes.DiagonalOf(W1), ArrayError, "is not square"),
        (nodes.Apply("f", W1, "z1", "z2"), ArrayError, "stands for z1"),
        (nodes.Elementwise(at("v", i), (u,), (z1,)), ArrayError, "v is needed"),
        (Unknown(), ExpressionError, "Unknown has no number"),
    ],
)
def test_what_does_not_fit_is_named(node: Node, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        evaluate_matrix(node, MODEL, ARRAYS)


def test_a_gradient_read_by_its_name_has_the_orientation_of_the_layout() -> None:
    """A row that is printed as a column would be wrong in every product, although its numbers are the same."""
    row, column = Named("dl/db1", ONE, d), Named("dl/db1", d, ONE)
    forms: list[tuple[Layout, Node, Node]] = [("numerator", row, column), ("gradient", column, row)]
    for layout, right, wrong in forms:
        assert evaluate_matrix(right, MODEL, ARRAYS, layout=layout).size == len(ARRAYS["b1"])
        with pytest.raises(ArrayError, match=r"dl/db1 is . by ., expected . by ."):
            evaluate_matrix(wrong, MODEL, ARRAYS, layout=layout)
