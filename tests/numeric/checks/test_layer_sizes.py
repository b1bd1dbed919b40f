"""Sizes of layers against what is counted: what is right passes, whatever is spoilt is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sympy import Expr, Integer

from derive.layers import LayerDefinition
from derive.network import Network, network
from derive.sizes import LayerSize, connections, layer_sizes
from numeric.checks import layer_sizes as checking
from numeric.checks.layer_sizes import miscounted, uncounted

SQUARE = {"W": ("n", "n")}
W = {"W": "W"}
OWN = [
    LayerDefinition("Gate", "y[i] = z[i]*tanh(sum[j] W[i,j]*z[j])", ("n",), shapes=SQUARE, parameters=W),
    LayerDefinition("Twice", "y[i] = 2*(sum[j] W[i,j]*z[j])", ("n",), shapes=SQUARE, parameters=W),
    LayerDefinition("Plus", "y[i,j] = z[i,j] + W[i,j]", ("n", "m"), shapes={"W": ("n", "m")}, parameters=W),
    LayerDefinition(
        "Both", "y[i] = sum[j] W[i,j]*(sum[k] W[j,k]*z[k])", ("n",), shapes=SQUARE, parameters=W
    ),
]  # fmt: skip
COUNTED = [
    ("x:n -> Linear(d) -> ReLU -> Linear(K)", None, "K*d + d*n"),
    ("x:n -> Linear(d)", "B", "d*n"),
    ("x:(3,8,8) -> Conv2d(4, 3, padding=1)", None, "6912"),
    ("x:(3,8,8) -> Conv2d(4, 3, stride=2)", "B", "972"),
    ("x:(4,6) -> Conv1d(4, 3, groups=2, dilation=2, padding=2)", None, "144"),
    ("x:(2,5) -> ConvTranspose1d(3, 3, stride=2, padding=1)", None, "90"),
    ("x:(T,n) -> SelfAttention(d)", None, "3*T*d*n"),
    ("x:(T,d) -> MultiHeadAttention(2)", None, "8*T*d*d_y_hat"),
    ("x:n -> SwiGLU(d)", None, "2*d*n"),
    ("x1:n; x2:m; (x1, x2) -> Bilinear(k)", None, "k*m*n"),
    ("x:n -> Gate", None, "n**2"),
    ("x:n -> Twice", None, "n**2"),
    ("x:(n,m) -> Plus", None, "0"),
    ("x:T -> Embedding(V, d)", None, "0"),
]


def made(described: str, batch: str | None) -> tuple[Network, bool]:
    return network(described, batch=batch, extra=OWN), batch is not None


@pytest.mark.parametrize(("described", "batch", "expected"), COUNTED)
def test_connections_are_those_that_are_counted(described: str, batch: str | None, expected: str) -> None:
    net, batched = made(described, batch)
    assert str(sum((layer.connections for layer in layer_sizes(net, batched=batched)), Integer(0)).expand()) == expected
    assert list(miscounted(net, batched=batched)) == []
    assert uncounted(net, batched=batched) == ()


@pytest.mark.parametrize("spoil", [lambda right: 3 * right + 7, lambda right: right - right])
@pytest.mark.parametrize(("described", "batch", "expected"), [case for case in COUNTED if case[2] != "0"])
def test_wrong_connections_are_noticed(
    described: str, batch: str | None, expected: str, spoil: Callable[[Expr], Expr], monkeypatch: pytest.MonkeyPatch
) -> None:
    net, batched = made(described, batch)
    monkeypatch.setattr(checking, "connections", lambda *given, **options: spoil(connections(*given, **options)))
    assert any("pairs of a weight" in complaint for complaint in miscounted(net, batched=batched))


def test_what_no_count_confirms_is_named() -> None:
    net, batched = made("x:n -> Both", None)
    assert uncounted(net, batched=batched) == ("y_hat",)


@pytest.mark.parametrize(
    ("what", "value", "words"),
    [
        ("shape", lambda layer: tuple(length + 1 for length in layer.shape), "has the shape"),
        ("parameters", lambda layer: layer.parameters + 1, "parameters, not"),
        ("field", lambda layer: tuple(extent + 1 for extent in layer.field or ()) or None, "places, not"),
        ("field", lambda layer: None, "is said to have no window"),
    ],
)
@pytest.mark.parametrize("described", ["x:(2,9,9) -> Conv2d(3, 3) -> ReLU -> MaxPool2d(2)", "x:(2,9) -> Conv1d(3, 2)"])
def test_other_wrong_sizes_are_noticed(
    described: str, what: str, value: Callable[[LayerSize], Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net, batched = made(described, None)
    first, *others = layer_sizes(net, batched=batched)
    spoilt = (replace(first, **{what: value(first)}), *others)
    monkeypatch.setattr(checking, "layer_sizes", lambda network, batched: spoilt)
    assert any(words in complaint for complaint in miscounted(net, batched=batched))


@pytest.mark.parametrize(
    "described", ["x:(2,3,3) -> GlobalAvgPool2d -> Linear(4)", "x:(2,9) -> Conv1d(3, 2) -> Flatten"]
)
def test_what_sees_all_of_space_has_no_window(described: str) -> None:
    net, batched = made(described, None)
    assert layer_sizes(net)[-1].field is None
    assert list(miscounted(net, batched=batched)) == []


def test_values_one_after_the_other_are_no_windows() -> None:
    skip = "x:(1,8,8) -> Conv2d(4, 3, padding=1) -> a; a -> MaxPool2d(2) -> Upsample2d -> b; [a, b] -> Conv2d(2, 1)"
    assert list(miscounted(network(skip), batched=False)) == []
