from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.errors import ArrayError
from numeric.expression.forward import forward
from numeric.measuring.differences import TRIALS_AT_ONCE, Method, jacobian_by_differences
from numeric.measuring.point import Point
from numeric.sampling.points import sample
from tests.examples import examples
from tests.numeric.models import d, n, perceptron, softmax_loss

METHODS: tuple[tuple[Method, float], ...] = (("central", 1e-7), ("wide", 1e-9), ("complex", 1e-13))


@examples(25)
@given(st.integers(0, 100), st.sampled_from(METHODS))
def test_the_gradients_of_the_perceptron(seed: int, method: tuple[Method, float]) -> None:
    model = perceptron("sigma")
    arrays = sample(model, seed)
    v = forward(model, arrays)
    dy = v["y_hat"] - v["y"]
    dz1 = (v["W2"].T @ dy) * v["z2"] * (1 - v["z2"])
    expected = {
        ("l", "y_hat"): dy,
        ("l", "W2"): np.outer(dy, v["z2"]),
        ("l", "z1"): dz1,
        ("l", "W1"): np.outer(dz1, v["x"]),
        ("l", "x"): v["W1"].T @ dz1,
        ("y_hat", "z2"): v["W2"],
        ("z2", "z1"): np.diag(v["z2"] * (1 - v["z2"])),
        ("z1", "W1"): np.einsum("ia,b->iab", np.eye(len(dz1)), v["x"]),
        ("z1", "z1"): np.eye(len(dz1)),
        ("z1", "W2"): np.zeros((len(dz1), *v["W2"].shape)),
    }
    for (top, bottom), right in expected.items():
        found = jacobian_by_differences(model, arrays, top, bottom, method[0])
        assert found.shape == right.shape
        assert np.allclose(found, right, rtol=method[1], atol=method[1]), (top, bottom)


def test_more_elements_than_are_perturbed_at_once() -> None:
    model = perceptron("sigma")
    arrays = sample(model, 0, {n: 41, d: 9})
    assert arrays["W1"].size > TRIALS_AT_ONCE
    v = forward(model, arrays)
    dz1 = (v["W2"].T @ (v["y_hat"] - v["y"])) * v["z2"] * (1 - v["z2"])
    assert np.allclose(jacobian_by_differences(model, arrays, "l", "W1", "complex"), np.outer(dz1, v["x"]), rtol=1e-12)


def test_central_differences_stay_inside_the_domain_of_a_logarithm() -> None:
    model = softmax_loss()
    arrays = {"z": np.array([-12.0, 0.5, 1.0]), "y": np.array([1.0, 0, 0])}
    a = forward(model, arrays)["a"]
    assert a[0] < 1e-5
    assert np.allclose(jacobian_by_differences(model, arrays, "l", "a"), [-1 / a[0], 0, 0], rtol=1e-8)


def test_a_held_tensor_does_not_move() -> None:
    model = softmax_loss()
    point = Point(model, sample(model, 0))
    e, s = point.value("e"), point.value("s")
    direct = np.eye(len(e)) / s
    assert np.allclose(point.partial("da/de|s").value, direct)
    assert np.allclose(point.partial("da/de").value, direct - e[:, np.newaxis] / s**2)


def test_a_given_row_is_where_the_derivative_is_taken() -> None:
    model = perceptron("sigma")
    arrays = {"z1": np.array([0.3, -2.0])}
    z2 = 1 / (1 + np.exp(-arrays["z1"]))
    assert np.allclose(jacobian_by_differences(model, arrays, "z2", "z1", "complex"), np.diag(z2 * (1 - z2)))


def test_noise_is_small_where_nothing_cancels_and_seen_where_it_does() -> None:
    model = softmax_loss()
    point = Point(model, {"z": np.array([0.1, 0.9, -0.4, 2.0]), "y": np.full(4, 0.25)})
    assert point.partial("dl/dz").noise.max() < 1e-15
    assert np.abs(point.partial("da/dz").value.sum(axis=0)).max() < 1e-15


def test_names_that_are_not_tensors() -> None:
    arrays = sample(perceptron(), 0)
    with pytest.raises(ArrayError, match="W3 is not a tensor"):
        jacobian_by_differences(perceptron(), arrays, "l", "W3")
    with pytest.raises(ArrayError, match="dl/dW3 is not given, and W3 is not a tensor"):
        Point(perceptron(), arrays).value("dl/dW3")
    with pytest.raises(ArrayError, match="the array y of shape"):
        jacobian_by_differences(perceptron(), {k: v for k, v in arrays.items() if k != "y"}, "l", "x")
