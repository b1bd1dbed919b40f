"""A backward function with an error planted in it: the message names the gradient, the element and the factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from derive import layer, network
from numeric import assert_gradients
from numeric.scope import Array

NET = network("x:n -> Linear(d) -> Tanh -> Linear(K)", loss="MSE", batch="B")
Arrays = dict[str, Array]


def own(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Arrays:
    z2 = numpy.tanh(x @ W1.T + b1)
    dy_hat = 2 * (z2 @ W2.T + b2 - y) / len(x)
    dz1 = dy_hat @ W2 * (1 - z2**2)
    return {"W1": dz1.T @ x, "b1": dz1.sum(axis=0), "W2": dy_hat.T @ z2, "b2": dy_hat.sum(axis=0)}


def changed(change: Callable[[Arrays], Any]) -> Callable[..., Arrays]:
    def backward(**arrays: Array) -> Arrays:
        gradients = own(**arrays)
        change(gradients)
        return gradients

    return backward


def fails(change: Callable[[Arrays], Any], *words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradients(changed(change), NET, points=1)
    for word in words:
        assert word in str(caught.value)


def test_a_right_function_passes() -> None:
    assert_gradients(own, NET)


def test_planted_errors() -> None:
    fails(lambda g: g.update(W2=2 * g["W2"]), "every element of the gradient of W2 is 2 times", "B = ")
    fails(lambda g: g.update(b1=-g["b1"]), "b1 is -1 times")
    fails(lambda g: g["W1"].__setitem__((0, 1), 3 * g["W1"][0, 1]), "the gradient of W1[0, 1]", "3 times", "; 1 of")
    fails(lambda g: g.update(W1=g["W1"].T), "W1 has shape")
    fails(lambda g: g["b2"].__setitem__(0, numpy.nan), "b2[0] is nan")
    fails(lambda g: g.update(W9=g.pop("W1")), "W9", "W1, b1, W2, b2")
    fails(lambda g: g.clear(), "nothing")


def test_the_layer_norm_of_a_user() -> None:
    def backward(z: Array, weight: Array, bias: Array, dy: Array, eps: Array) -> Arrays:
        centred = z - z.mean(axis=-1, keepdims=True)
        scale = 1 / numpy.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
        scaled = centred * scale
        dx = weight * dy
        dz = scale * (dx - dx.mean(axis=-1, keepdims=True) - scaled * (dx * scaled).mean(axis=-1, keepdims=True))
        return {"z": dz, "weight": (dy * scaled).sum(axis=0), "bias": dy.sum(axis=0)}

    made = layer("LayerNorm", batch="B")
    assert_gradients(backward, made, points=1)
    with pytest.raises(AssertionError, match="gradient of bias is 0"):
        assert_gradients(lambda **a: {"bias": backward(**a)["bias"] / 2}, made, points=1)
