"""Compiled perceptrons with every activation and every loss, against differences of the forward rows."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from derive import network
from derive.layers import ACTIVATION, LOSS
from numeric import evaluate
from numeric.codegen import CompileError, compile
from numeric.sampling.points import sample
from tests.numeric.codegen.points import arguments, assert_compiled

TYPES = ((numpy.float64, 1e-9), (numpy.float32, 1e-4))
BEHIND = {"unit": "Sigmoid", "simplex": "Softmax", "log_simplex": "LogSoftmax", "real": "Identity"}
CLASSES = [name for name in LOSS if LOSS[name].class_equations]


@pytest.mark.parametrize("activation", sorted(ACTIVATION))
def test_every_activation(activation: str) -> None:
    made = network(f"x:n -> Linear(d) -> {activation} -> Linear(K)", loss="MSE", batch="B")
    compiled = compile(made)
    for real, tolerance in TYPES:
        assert_compiled(compiled, made, real, tolerance)


@pytest.mark.parametrize("loss", [*LOSS, *(f"{name}(class)" for name in CLASSES)])
def test_every_loss(loss: str) -> None:
    last = BEHIND.get(LOSS[loss.removesuffix("(class)")].prediction, "Identity")
    made = network(f"x:n -> Linear(K) -> {last}", loss=loss, batch="B")
    compiled = compile(made)
    for real, tolerance in TYPES:
        assert_compiled(compiled, made, real, tolerance)


@pytest.mark.parametrize("gamma", ["5", "8", "1/2", "3.5", "'4'", "g"])
def test_every_power_of_a_focal_loss(gamma: str) -> None:
    made = network("x:n -> Linear(K) -> Softmax", loss=f"Focal(gamma={gamma})", batch="B")
    assert_compiled(compile(made), made, numpy.float64, 1e-9)


@pytest.mark.parametrize(
    ("description", "loss"),
    [
        ("x:n -> Linear(d) -> Tanh -> Linear(m) -> ReLU -> Linear(p) -> SiLU -> Linear(K)", "SoftmaxCrossEntropy"),
        ("x:n -> Linear(d) -> Softmax -> Linear(K) -> Softmax", "CrossEntropy(class)"),
        ("x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> Identity", "1/2*MSE(mean)"),
        ("x:n -> Linear(K) -> LogSoftmax", "SoftmaxCrossEntropy"),
    ],
)
def test_deeper_networks(description: str, loss: str) -> None:
    made = network(description, loss=loss, batch="B")
    assert_compiled(compile(made), made, numpy.float64, 1e-9)


def test_agrees_with_the_derivations_element_by_element() -> None:
    made = network("x:n -> Linear(d) -> GELU -> Linear(K)", loss="SoftmaxCrossEntropy", batch="B")
    compiled = compile(made)
    arrays = sample(made.forward, seed=1)
    params, others = arguments(compiled, arrays, numpy.float64)
    _, gradients = compiled.loss_and_gradients(params, *others)
    for name, gradient in gradients.items():
        numpy.testing.assert_allclose(gradient, evaluate(made.gradient(name), arrays), rtol=1e-9, atol=1e-12)


def test_a_sum_over_the_batch() -> None:
    made = network("x:n -> Linear(K)", loss="MSE", batch="B", reduction="sum")
    assert_compiled(compile(made), made, numpy.float64, 1e-9)


def test_a_network_of_one_sample_is_taken_over_a_batch() -> None:
    one = compile(network("x:n -> Linear(K)", loss="MSE"))
    assert one.source == compile(network("x:n -> Linear(K)", loss="MSE", batch="B")).source


def test_the_three_functions_in_turn_give_what_the_one_gives() -> None:
    compiled = compile(network("x:n -> Linear(d) -> ReLU -> Linear(K)", loss="SoftmaxCrossEntropy"))
    arrays = sample(compiled.plan.model, seed=2)
    params, (x, y) = arguments(compiled, arrays, numpy.float32)
    y_hat, cache = compiled.forward(params, x)
    assert y_hat.shape == y.shape
    loss = compiled.loss(params, cache, y)
    for _ in range(2):  # the backward pass leaves the cache as it is
        gradients = compiled.backward(params, cache, y)
        expected = compiled.loss_and_gradients(params, x, y)
        assert loss == expected[0]
        for name, gradient in gradients.items():
            assert numpy.array_equal(gradient, expected[1][name])


def test_no_import_but_numpy_and_no_upcast_in_the_source() -> None:
    source = compile(network("x:n -> Linear(d) -> GELU -> Linear(K)", loss="BCEWithLogits")).source
    imports = [line for line in source.splitlines() if "import" in line.split()]
    assert imports == ["import numpy as np"]
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    assert callable(namespace["loss_and_gradients"])


def test_error_function_is_that_of_the_standard_library() -> None:
    import math

    compiled = compile(network("x:n -> Linear(d) -> GELU -> Linear(K)", loss="MSE"))
    namespace: dict[str, Any] = {}
    exec(compiled.source, namespace)
    points = numpy.concatenate([numpy.linspace(-7, 7, 1401), [-1000.0, 1000.0, 1e-9]])
    exact = numpy.array([math.erf(point) for point in points])
    numpy.testing.assert_allclose(namespace["erf"](points), exact, rtol=0, atol=4e-16)
    single = namespace["erf"](points.astype(numpy.float32))
    assert single.dtype == numpy.float32
    numpy.testing.assert_allclose(single, exact, rtol=0, atol=3e-7)


def test_an_unknown_activation_has_no_code() -> None:
    with pytest.raises(CompileError, match="z2"):
        compile(network("x:n -> Linear(d) -> f -> Linear(K)", loss="MSE"))
