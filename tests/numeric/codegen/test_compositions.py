"""Networks in which layers of many kinds meet: residual blocks, branches, attention, cells that are used again."""

from __future__ import annotations

import numpy
import pytest

from derive import network
from numeric.codegen import compile
from tests.numeric.codegen.points import assert_compiled

NETWORKS = {
    "a small convolutional network": (
        "x:(2,8,8) -> Conv2d(3, 3) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(4)",
        "SoftmaxCrossEntropy(class)",
    ),
    "a residual block": (
        "x:(2,5,6) -> Conv2d(2, 3, padding=1) -> ReLU -> Conv2d(2, 3, padding=1) -> u;"
        "u + x -> s; s -> ReLU -> GlobalAvgPool2d -> Linear(K)",
        "SoftmaxCrossEntropy",
    ),
    "two convolutions of one value": (
        "x:(2,6) -> Conv1d(3, 3, padding=1) -> a; x -> Conv1d(3, 1) -> b; a + b -> s; s -> Tanh -> GlobalAvgPool1d",
        "MSE",
    ),
    "groups and normalisation": (
        "x:(4,6,6) -> Conv2d(4, 3, groups=2) -> GroupNorm(2) -> SiLU -> AvgPool2d(2) -> Flatten -> Linear(K)",
        "MSE",
    ),
    "values one after the other": (
        "x:n -> Linear(d) -> Tanh -> h; [h, x] -> s; s -> Linear(K)",
        "SoftmaxCrossEntropy",
    ),
    "a transformer's block": (
        "x:(3,4) -> LayerNorm -> SelfAttention(4) -> a; a + x -> s;"
        "s -> LayerNorm -> Linear(5) -> GELU -> Linear(4) -> u; u + s -> r; r -> Flatten -> Linear(K)",
        "SoftmaxCrossEntropy",
    ),
    "attention to another sequence": (
        "x:(T,n) -> Linear(d, bias=False) -> q; m:(L,n) -> Linear(d, bias=False) -> k; m -> Linear(w) -> v;"
        "(q, k, v) -> Attention -> GlobalAvgPool1d -> Linear(K)",
        "MSE",
    ),
    "two steps of a cell": (
        "x1:n; x2:n; h0:H; c0:H; (x1, h0, c0) -> LSTMCell(H) as cell -> h1; (x2, h1, c_h1) -> cell -> h2;"
        "h2 -> Linear(K)",
        "SoftmaxCrossEntropy",
    ),
    "a table and batch normalisation": (
        "x:T -> Embedding(V, d) -> Flatten -> Linear(m) -> BatchNorm1d -> ReLU -> Linear(K)",
        "SoftmaxCrossEntropy(class)",
    ),
    "a transposed convolution": (
        "x:(2,3,3) -> ConvTranspose2d(2, 2, stride=2) -> Sigmoid -> Flatten -> Linear(K)",
        "BCEWithLogits",
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_differences_of_the_loss(name: str) -> None:
    description, loss = NETWORKS[name]
    made = network(description, loss=loss, batch="B")
    assert_compiled(compile(made), made, numpy.float64, 1e-9)
