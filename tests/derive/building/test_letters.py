"""Networks with large numbers as sizes: derived with letters in their place, the numbers put in at the end."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest

from derive import layer, network
from derive.errors import NetworkError
from derive.layer import as_layer
from derive.network import Network

RESIDUAL = (
    "x:(24,20,20) -> Conv2d(48,3,stride=2,padding=1) -> ReLU -> Conv2d(48,3,padding=1) -> u;"
    "x -> Conv2d(48,1,stride=2) -> v; u + v -> s; s -> ReLU -> GlobalAvgPool2d -> Linear(5)"
)
ATTENTION = (
    "x:(20,48) -> LayerNorm -> MultiHeadAttention(6) -> a; a + x -> s;"
    "s -> LayerNorm -> Linear(96) -> GELU -> Linear(48) -> u; u + s -> r; r -> Flatten -> Linear(3)"
)
LARGE: list[Any] = [
    "x:300 -> Linear(40) -> Tanh -> Linear(7)",
    "x:(1,28,28) -> Conv2d(6,5,padding=2) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(9)",
    pytest.param(
        "x:(1,28,28) -> Conv2d(6,5,padding=2) -> ReLU -> MaxPool2d(2) -> Conv2d(16,5,stride=2) -> Flatten -> Linear(9)",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        "x:432 -> Reshape((3,12,12)) -> Conv2d(20,3) -> Sigmoid -> AvgPool2d(2) -> Flatten -> Linear(4)",
        marks=pytest.mark.slow,
    ),
    pytest.param(
        "x:(32,9,9) -> Conv2d(64,3,groups=4,padding=1) -> ReLU -> GlobalAvgPool2d -> Linear(3)", marks=pytest.mark.slow
    ),
    "x:30 -> Embedding(5000,24) -> Flatten -> Linear(3)",
    "x:(24,20) -> Conv1d(24,3,padding=1) -> u; u + x -> s; s -> GlobalAvgPool1d -> Linear(5)",
    pytest.param(RESIDUAL, marks=pytest.mark.slow),
]


def in_numbers(net: Network) -> Network:
    """The same network derived with its numbers as they stand."""
    return replace(net, general=None)


def sizes(net: Network) -> set[str]:
    assert net.general is not None
    return {str(symbol) for symbol, _ in net.general.numbers if str(symbol).startswith("#")}


@pytest.mark.parametrize("description", LARGE)
def test_what_is_derived_is_the_same_as_with_numbers(description: str) -> None:
    net = network(description, "SoftmaxCrossEntropy")
    plain = in_numbers(net)
    for name in (*net.parameters, net.values[0]):
        with_letters, with_numbers = net.gradient(name), plain.gradient(name)
        for notation in ("matrix", "index", "convolution"):
            assert with_letters.unicode(notation, steps=True) == with_numbers.unicode(notation, steps=True)
        assert "#" not in repr((with_letters.result, with_letters.steps, with_letters.shape, with_letters.notes))
    for name in net.values:
        assert net.value(name) == plain.value(name)


def test_small_numbers_stay_numbers() -> None:
    assert network("x:16 -> Linear(9) -> ReLU -> Linear(2)", "MSE").general is None
    assert network("x:n -> Linear(d) -> ReLU -> Linear(K)", "MSE").general is None


def test_axes_of_one_length_are_told_apart() -> None:
    assert sizes(network("x:(20,20) -> Linear(20) -> Flatten -> Linear(20)", "MSE")) == {
        "#20",
        "#20'",
        "#20''",
        "#20'''",
    }


def test_lengths_that_must_agree_have_one_letter() -> None:
    assert sizes(network(RESIDUAL, "MSE")) == {"#24", "#20", "#20'", "#48", "#5"}
    assert sizes(network("x:30 -> Linear(30) -> ReLU -> a; a + x -> s; s -> Linear(2)", "MSE")) == {"#30", "#2"}


def test_lengths_that_others_divide_are_products() -> None:
    net = network(ATTENTION, "MSE")
    assert net.general is not None
    heads = net.general.network.forward.tensors["W_Q2"].shape
    assert [str(length) for length in heads] == ["#6", "#8", "#6*#8"]
    reshaped = network("x:432 -> Reshape((3,12,12)) -> Flatten -> Linear(4)", "MSE")
    assert reshaped.general is not None
    assert str(reshaped.general.network.forward.tensors["x"].shape[0]) == "#12**2*#3"


def test_letters_of_a_user_stay() -> None:
    net = network("x:(T,40) -> Linear(30) -> Tanh -> Flatten -> Linear(K)", "MSE", batch="B")
    assert net.gradient("W1") == in_numbers(net).gradient("W1")


def test_layers_and_products_with_hessians() -> None:
    alone = layer("Linear(100000000)")
    assert alone.vjp("weight").unicode("index") == "∂ℓ/∂weight[i,j] = dy[i] · z[j]"
    assert as_layer(network("x:300 -> Linear(40)")).network.general is not None
    net = network("x:30 -> Linear(20)", "MSE")
    plain = in_numbers(net)
    assert net.hessian("W1").unicode() == plain.hessian("W1").unicode()
    assert net.hessian_vector_product("W1").unicode() == plain.hessian_vector_product("W1").unicode()
    assert [entry.unicode() for entry in net.backward()] == [entry.unicode() for entry in plain.backward()]


def test_derivations_with_their_general_ones_are_values() -> None:
    found = network(LARGE[0], "MSE").gradient("W1")
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert hash(again) == hash(found)
    assert again.general == found.general
    assert found.general is not None


def test_elements_are_not_lost_when_they_are_rearranged() -> None:
    with pytest.raises(NetworkError, match="12 elements of the 10"):
        network("x:10 -> Reshape((3,4)) -> Flatten -> Linear(2)", "MSE")
