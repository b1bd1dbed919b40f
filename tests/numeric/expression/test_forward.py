from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.network import network
from numeric.errors import ArrayError
from numeric.expression.forward import forward, program, run_from
from numeric.sampling.points import sample
from tests.numeric.models import convolution, perceptron, softmax_loss


@given(st.integers(0, 50))
def test_the_perceptron_is_what_numpy_says(seed: int) -> None:
    a = sample(perceptron(), seed)
    values = forward(perceptron(), a)
    z1 = a["W1"] @ a["x"] + a["b1"]
    y_hat = a["W2"] @ np.maximum(z1, 0) + a["b2"]
    assert np.allclose(values["z1"], z1)
    assert np.allclose(values["y_hat"], y_hat)
    assert np.allclose(values["l"], np.sum((y_hat - a["y"]) ** 2) / 2)


def test_the_convolution_is_what_numpy_says() -> None:
    z, w = np.array([1.0, -2, 3, 0.5, 4]), np.array([2.0, -1])
    values = forward(convolution(2, 1), {"z": z, "w": w, "g": np.ones(3)})
    padded = np.pad(z, 1)
    assert np.allclose(values["y"], [padded[2 * p : 2 * p + 2] @ w for p in range(3)])


def test_single_precision() -> None:
    values = forward(perceptron("sigma"), sample(perceptron("sigma"), 1), np.float32)
    assert {array.dtype for array in values.values()} == {np.dtype(np.float32)}


def test_an_override_is_kept_and_only_what_depends_on_it_changes() -> None:
    model = perceptron("sigma")
    arrays = forward(model, sample(model, 3))
    z2 = arrays["z2"] + 1
    values = run_from(model, arrays, {"z2": z2})
    assert np.array_equal(values["z2"], z2)
    assert np.array_equal(values["z1"], arrays["z1"])
    assert np.allclose(values["y_hat"], arrays["W2"] @ z2 + arrays["b2"])
    assert values["l"] != arrays["l"]


def test_rows_that_are_given_replace_what_they_come_from() -> None:
    model = perceptron()
    arrays = sample(model, 0)
    chart = program(model)
    assert chart.needed({"l"}, {"z2", *arrays}) == ("y_hat", "l")
    assert chart.depends("l", "W1")
    assert not chart.depends("z1", "W2")


def test_softmax_sums_to_one_for_both_kinds_of_target() -> None:
    for labels in (False, True):
        model = softmax_loss(labels)
        arrays = sample(model, 2)
        values = forward(model, arrays)
        chosen = int(arrays["y"]) if labels else int(np.argmax(arrays["y"]))
        assert np.isclose(values["a"].sum(), 1)
        assert np.isclose(values["l"], -np.log(values["a"][chosen]))


def test_a_missing_array_and_an_unknown_override_are_named() -> None:
    arrays = sample(perceptron(), 0)
    del arrays["W2"]
    with pytest.raises(ArrayError, match=r"the array W2 of shape \(K, d\) is missing \(given: W1, b1, b2, x, y\)"):
        forward(perceptron(), arrays)
    with pytest.raises(ArrayError, match="W3 is not a tensor"):
        run_from(perceptron(), arrays, {"W3": np.ones(2)})


def test_the_tensors_that_all_paths_pass_through() -> None:
    net = network("x:n -> Linear(n) -> u; u + x -> s; s -> Linear(K) -> z; z -> Tanh -> y_hat", "MSE")
    chart = program(net.forward)
    assert list(chart.passed("l", "x")) == ["y_hat", "z", "s"]
    assert list(chart.passed("l", "W1")) == ["y_hat", "z", "s", "u"]
    assert list(chart.passed("z", "s")) == []
