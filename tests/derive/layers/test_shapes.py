"""Layers that rearrange: against PyTorch, and as index arithmetic with symbolic sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import NetworkError, layer, network
from numeric import check
from tests.derive.layers.comparing import agrees, checked
from tests.examples import examples

SHAPE = st.lists(st.integers(1, 4), min_size=2, max_size=4)


@given(shape=SHAPE)
@examples(10)
def test_flatten(shape: list[int]) -> None:
    z = np.random.default_rng(0).normal(size=(2, *shape))
    agrees(layer("Flatten", rank=len(shape), batch="B"), {"z": z}, lambda z: z.flatten(1))


@given(shape=SHAPE)
@examples(8)
def test_transpose(shape: list[int]) -> None:
    z = np.random.default_rng(0).normal(size=shape)
    agrees(layer("Transpose", rank=len(shape)), {"z": z}, lambda z: z.transpose(-1, -2))


@given(rows=st.integers(1, 4), columns=st.integers(1, 4), third=st.integers(1, 3))
@examples(8)
def test_reshape(rows: int, columns: int, third: int) -> None:
    z = np.random.default_rng(0).normal(size=(columns, rows * third))
    agrees(layer("Reshape", (third, rows, columns), rank=2), {"z": z}, lambda z: z.reshape(third, rows, columns))


@pytest.mark.parametrize("name", ["Flatten", "Transpose"])
def test_every_step_is_right_by_number(name: str) -> None:
    checked(layer(name))


def test_the_gradient_of_flatten_counts_in_reading_order() -> None:
    assert layer("Flatten").vjp("z").unicode("index").split(" = ", 1)[1] == "dy[H·W·p+W·q+r]"


@given(seed=st.integers(0, 50))
@examples(4)
def test_reshape_to_sizes_that_are_symbols(seed: int) -> None:
    reshaped = layer("Reshape", (2, -1, "k"), rank=2)
    assert reshaped.vjp("z").unicode("index").split(" = ", 1)[1] == (
        "dy[⌊(H·p+q)/(k·n₁)⌋,⌊(H·p+q)/k⌋ mod n₁,(H·p+q) mod k]"
    )
    checked(reshaped, seed)


def test_only_one_size_may_follow() -> None:
    with pytest.raises(NetworkError, match="one of which may be -1"):
        layer("Reshape", (-1, -1), rank=2)


def test_a_small_convolutional_network() -> None:
    net = network("x:(1,6,6) -> Conv2d(2,3) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(3)", "SoftmaxCrossEntropy")
    for name in net.parameters:
        outcome = check(net.gradient(name), points=1)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


@pytest.mark.parametrize("padding", [0, 1])
def test_the_place_of_a_maximum_is_inside(padding: int) -> None:
    """Nothing needs to be said about it, behind other layers too, with sizes that are symbols."""
    chain = f"x:(C,H,W) -> Conv2d(D, k) -> MaxPool2d(3, stride=2, padding={padding}) -> Flatten -> Linear(K)"
    gradient = network(chain, "SoftmaxCrossEntropy").gradient("W1")
    assert "1[" not in gradient.unicode("index")
    assert check(gradient, points=1).ok


def test_too_few_axes() -> None:
    with pytest.raises(NetworkError, match="an input with 1 axes was given, expected 2 to 4"):
        layer("Transpose", rank=1)
