"""Layers that read several values of a network: against PyTorch, by differences, and with the wrong inputs."""

from __future__ import annotations

import numpy as np
import pytest

from derive import Network, NetworkError, network
from numeric import check, evaluate
from tests.derive.layers.comparing import same, torch

TRANSFORMER = (
    "x:(T,n) -> LayerNorm -> SelfAttention(n) -> a; a + x -> s;"
    "s -> LayerNorm -> Linear(m) -> GELU -> Linear(n) -> u; u + s -> r; r -> Flatten -> Linear(K)"
)
CROSSED = (
    "x:(T,n) -> Linear(d) -> q; m:(L,n) -> Linear(d) -> k; m -> Linear(w) -> v; (q, k, v) -> Attention -> Flatten "
    "-> Linear(K)"
)
RESIDUAL = (
    "x:(C,H,W) -> Conv2d(C, 3, padding=1) -> ReLU -> Conv2d(C, 3, padding=1) -> u; u + x -> s;"
    "s -> ReLU -> GlobalAvgPool2d -> Linear(K)"
)
TWO_STEPS = (
    "x1:n; x2:n; h0:H; c0:H; (x1,h0,c0) -> LSTMCell(H) as cell -> h1; (x2,h1,c_h1) -> cell -> h2; h2 -> Linear(K)"
)
NETWORKS: dict[str, tuple[str, str, str | None]] = {
    "transformer": (TRANSFORMER, "SoftmaxCrossEntropy", None),
    "attention": (CROSSED, "SoftmaxCrossEntropy(class)", None),
    "attention over a batch": (CROSSED, "MSE", "B"),
    "residual convolutions": (RESIDUAL, "SoftmaxCrossEntropy", None),
    "two steps of an LSTM": (TWO_STEPS, "SoftmaxCrossEntropy", None),
    "bilinear": ("a:n -> Linear(d) -> u; b:m -> Tanh -> v; (u, v) -> Bilinear(K)", "MSE", None),
    "bilinear over a batch": ("a:n -> Linear(d) -> u; b:m -> Tanh -> v; (u, v) -> Bilinear(K)", "MSE", "B"),
    "attention with a mask": ("x:(T,n) -> Linear(d) -> q; (q, x, x) -> Attention(mask=True) -> Flatten", "MSE", None),
}


def built(name: str) -> Network:
    layers, loss, batch = NETWORKS[name]
    return network(layers.replace("(q, x, x)", "(q, q, x)"), loss, batch=batch)


LONG = ("transformer", "attention over a batch", "bilinear", "attention")
"""What these are made of, the others have too."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in NETWORKS]
)
def test_every_gradient_has_its_shape_and_is_right_by_number(name: str) -> None:
    net = built(name)
    for parameter in net.parameters:
        derivation = net.gradient(parameter)
        assert derivation.shape == net.forward.tensors[parameter].shape
        outcome = check(derivation, points=1)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


def test_attention_of_a_network_is_pytorchs() -> None:
    net = network(
        "x:(T,n) -> Linear(d) -> q; m:(L,n) -> Linear(d) -> k; m -> Tanh -> v; (q,k,v) -> Attention -> Flatten", "MSE"
    )
    random = np.random.default_rng(0)
    shapes = {"x": (2, 3), "m": (4, 3), "W1": (5, 3), "b1": (5,), "W2": (5, 3), "b2": (5,), "y": (6,)}
    arrays = {name: random.normal(size=shape) for name, shape in shapes.items()}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    queries = tensors["x"] @ tensors["W1"].T + tensors["b1"]
    keys = tensors["m"] @ tensors["W2"].T + tensors["b2"]
    attended = torch.nn.functional.scaled_dot_product_attention(queries, keys, tensors["m"].tanh())
    ((attended.flatten() - tensors["y"]) ** 2).sum().backward()
    for name in ("W1", "b1", "W2", "x", "m"):
        same(evaluate(net.gradient(name), arrays), tensors[name].grad.numpy())


def test_a_bias_of_the_keys_has_no_effect() -> None:
    assert built("attention").gradient("b2").result == 0


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("a:n; (a, a) -> Linear(3)", "Linear reads z; 2 values were given"),
        ("a:n; b:n; (a, b) -> ReLU", r"ReLU reads one value; \(a, b\) were given"),
        ("a:(T,d); b:(L,d); (a, b) -> Attention", "Attention reads Q, K, V; 2 values were given"),
        ("a:(T,d); b:(L,e); (a, b, b) -> Attention", r"reads b as K of shape \(L, d\), not \(L, e\)"),
        ("a:(T,d); b:(L,d); c:(M,d); (a, b, c) -> Attention", r"reads c as V of shape \(L, d\), not \(M, d\)"),
        ("a:n; b:(n,m); (a, b) -> Bilinear(K)", r"reads b as x2 with 1 axes \(m\), but it has shape \(n, m\)"),
        ("a:n; b:n; (a, b, b) -> Bilinear(K)", "Bilinear reads x1, x2; 3 values were given"),
        ("a:n; (a, c) -> Bilinear(K)", "no chain before this one computes c"),
        ("a:n -> Linear(d, bias=no)", "Linear: bias is True or False, not no"),
        ("a:(C,H,W) -> MaxPool2d((true,1))", "MaxPool2d: kernel is a number or the letter of a size"),
        ("a:(C,H,W) -> Conv2d(3, 2, stride=False)", "Conv2d: stride is a number or the letter of a size"),
    ],
)
def test_wrong_inputs_are_said(layers: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        network(layers, "MSE")


def test_further_inputs_are_of_the_first_layer_alone() -> None:
    net = network("a:n; b:n; (a, b) -> CosineSimilarity -> c; a -> Linear(K)", "MSE")
    assert "x2_c" not in net.forward.tensors
    assert check(net.jacobian("c", "b"), points=1).ok
