from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.conventions import Conventions
from derive.derivation import Derivation
from numeric import ArrayError, evaluate
from numeric.expression.forward import forward
from numeric.sampling.points import sample
from tests.numeric.models import K, at, d, derivation, i, j, k, n, over, perceptron, softmax_loss

MODEL = perceptron("sigma")
DY = at("y_hat", k) - at("y", k)
GRADIENT = derivation(
    MODEL, "dl/dW1", (i, j), (d, n), over(DY * at("W2", k, i), k, K) * at("z2", i) * (1 - at("z2", i)) * at("x", j)
)
OUTPUT = derivation(MODEL, "dl/dy_hat", (i,), (K,), at("y_hat", i) - at("y", i))
JACOBIAN = derivation(MODEL, "dy_hat/dz2", (i, j), (K, d), at("W2", i, j))
LOSS = derivation(MODEL, "l", (), (), over((at("y_hat", i) - at("y", i)) ** 2, i, K) / 2)


def expected_gradient(arrays: dict[str, np.ndarray]) -> np.ndarray:
    v = forward(MODEL, arrays)
    return np.outer((v["W2"].T @ (v["y_hat"] - v["y"])) * v["z2"] * (1 - v["z2"]), v["x"])


@given(st.integers(0, 30))
def test_a_gradient_in_both_layouts(seed: int) -> None:
    arrays = sample(MODEL, seed)
    right = expected_gradient(arrays)
    assert np.allclose(evaluate(GRADIENT, arrays), right)
    assert np.allclose(evaluate(replace(GRADIENT, conventions=Conventions("numerator")), arrays), right.T)


def test_only_what_is_needed_must_be_given() -> None:
    assert np.array_equal(evaluate(JACOBIAN, {"W2": np.ones((2, 3))}), np.ones((2, 3)))
    given_rows = evaluate(OUTPUT, {"y_hat": np.array([3.0, 1]), "y": np.array([1.0, 1])})
    assert np.array_equal(given_rows, [2, 0])
    with pytest.raises(ArrayError, match="the array W1"):
        evaluate(OUTPUT, {"x": np.ones(3), "y": np.ones(2)})


def test_partials_are_used_as_given_or_computed() -> None:
    chained = derivation(MODEL, "dl/dz2", (i,), (d,), over(at("dl/dy_hat", k) * at("W2", k, i), k, K))
    arrays = sample(MODEL, 1)
    v = forward(MODEL, arrays)
    assert np.allclose(evaluate(chained, arrays), v["W2"].T @ (v["y_hat"] - v["y"]))
    upstream = np.arange(1.0, 1 + len(v["y"]))
    assert np.allclose(evaluate(chained, {"W2": v["W2"], "dl/dy_hat": upstream}), v["W2"].T @ upstream)


@given(st.integers(0, 30), st.integers(1, 4))
def test_a_batch(seed: int, batch: int) -> None:
    one = sample(MODEL, seed)
    generator = np.random.default_rng(seed)
    xs, ys = (generator.normal(size=(batch, *one[name].shape)) for name in ("x", "y"))
    samples = [{**one, "x": a, "y": b} for a, b in zip(xs, ys, strict=True)]
    arrays = {**one, "x": xs, "y": ys}
    rows = [forward(MODEL, each) for each in samples]
    assert np.allclose(evaluate(GRADIENT, arrays), np.mean([expected_gradient(each) for each in samples], axis=0))
    assert np.allclose(evaluate(OUTPUT, arrays), np.stack([v["y_hat"] - v["y"] for v in rows]) / batch)
    assert np.allclose(evaluate(LOSS, arrays), np.mean([v["l"] for v in rows]))
    assert np.allclose(evaluate(JACOBIAN, arrays), np.stack([one["W2"]] * batch))
    value = derivation(MODEL, "z2", (i,), (d,), at("z2", i))
    assert np.allclose(evaluate(value, arrays), np.stack([v["z2"] for v in rows]))


def test_a_batch_of_labels() -> None:
    model = softmax_loss(labels=True)
    loss: Derivation = derivation(model, "l", (), (), at("l"))
    z, y = np.array([[1.0, 2, 0], [0.5, 0, 3]]), np.array([1, 2])
    a = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert np.allclose(evaluate(loss, {"z": z, "y": y}), -np.log(a[[0, 1], y]).mean())


def test_a_batch_that_does_not_fit() -> None:
    arrays = {**sample(MODEL, 0), "x": np.ones((2, 3)), "y": np.ones((4, 5))}
    with pytest.raises(ArrayError, match="differ in the length of the batch axis"):
        evaluate(GRADIENT, arrays)
    with pytest.raises(ArrayError, match="x has shape"):
        evaluate(GRADIENT, {**sample(MODEL, 0), "x": np.ones((2, 3))})


def test_single_precision_is_kept_whatever_the_labels_are() -> None:
    arrays = {"z": np.zeros(3, np.float32), "y": np.int64(1)}
    found = evaluate(derivation(softmax_loss(labels=True), "l", (), (), at("l")), arrays)
    assert found.dtype == np.float32
    assert found == pytest.approx(np.log(3), rel=1e-6)


def test_sizes_that_are_given_nowhere_are_named() -> None:
    with pytest.raises(ArrayError, match="no array gives the size K"):
        evaluate(derivation(MODEL, "dz1/dx", (i, j), (d, n), at("W1", i, j) * K), {"W1": np.ones((2, 3))})
