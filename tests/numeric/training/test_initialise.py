from __future__ import annotations

import numpy
import pytest

from derive import network
from numeric.training.initialise import Scheme, initial_parameters


def spread(layers: str, name: str, shape: tuple[int, ...], scheme: Scheme = "auto") -> float:
    net = network(layers, loss="MSE", batch="B")
    return float(initial_parameters(net, {name: shape}, 0, scheme)[name].std())


@pytest.mark.parametrize("activation", ["ReLU", "LeakyReLU", "5*ReLU", "GELU", "SiLU", "ELU", "PReLU", "Softplus"])
def test_weights_before_a_rectifier_are_he_s(activation: str) -> None:
    layers = f"x:n -> Linear(d) -> {activation} -> Linear(K)"
    assert spread(layers, "W1", (300, 200)) == pytest.approx((2 / 200) ** 0.5, rel=0.02)


@pytest.mark.parametrize("activation", ["Tanh", "Sigmoid", "Identity"])
def test_weights_before_other_activations_are_xavier_s(activation: str) -> None:
    layers = f"x:n -> Linear(d) -> {activation} -> Linear(K)"
    assert spread(layers, "W1", (300, 200)) == pytest.approx((2 / 500) ** 0.5, rel=0.02)


def test_the_last_layer_and_a_chosen_scheme() -> None:
    layers = "x:n -> Linear(d) -> ReLU -> Linear(d) -> ReLU -> Linear(K)"
    last = next(name for name in ("W3", "W2") if name in network(layers, loss="MSE").parameters)
    assert spread(layers, last, (300, 200)) == pytest.approx((2 / 500) ** 0.5, rel=0.02)
    assert spread(layers, last, (300, 200), "he") == pytest.approx((2 / 200) ** 0.5, rel=0.02)
    assert spread(layers, "W1", (300, 200), "xavier") == pytest.approx((2 / 500) ** 0.5, rel=0.02)


def test_the_fan_in_of_a_kernel_counts_its_elements() -> None:
    net = network("x:3x8x8 -> Conv2d(50, 3) -> ReLU", batch="B")
    weight = initial_parameters(net, {"W1": (50, 30, 3, 3)}, 0)["W1"]
    assert weight.std() == pytest.approx((2 / 270) ** 0.5, rel=0.02)


def test_biases_are_zero_and_scales_one() -> None:
    net = network("x:n -> Linear(d) -> LayerNorm -> PReLU -> Linear(K)", loss="MSE", batch="B")
    start = initial_parameters(net, {"b1": (4,), "gamma2": (4,), "beta2": (4,), "a3": ()}, 0)
    assert [float(array.mean()) for array in start.values()] == [0, 1, 0, 0.25]


def test_the_seed_decides() -> None:
    net = network("x:n -> Linear(K)", loss="MSE", batch="B")
    one, same, other = (initial_parameters(net, {"W1": (3, 2)}, seed)["W1"] for seed in (0, 0, 1))
    assert numpy.array_equal(one, same)
    assert not numpy.array_equal(one, other)
