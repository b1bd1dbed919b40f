"""Scores of ±1000: losses and gradients are finite, and those of PyTorch where it is installed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy
import pytest

from derive import LayerDefinition, layer, network
from derive.layers import ACTIVATION
from numeric.codegen import compile

SCORES = [[1000.0, -1000.0, 0.0], [-1000.0, 1000.0, 1000.0], [5.0, -3.0, 1.0], [0.0, 0.0, 0.0]]
LABELS = [1, 0, 2, 0]
TYPES = (numpy.float32, numpy.float64)

LOSSES = {
    "SoftmaxCrossEntropy": ("Identity", "cross_entropy(s, y)"),
    "SoftmaxCrossEntropy(class)": ("Identity", "cross_entropy(s, labels)"),
    "CrossEntropy": ("Softmax", "cross_entropy(s, y)"),
    "CrossEntropy(class)": ("Softmax", "cross_entropy(s, labels)"),
    "BCEWithLogits": ("Identity", "binary_cross_entropy_with_logits(s, y, reduction='sum') / 4"),
    "BCE": ("Sigmoid", "binary_cross_entropy_with_logits(s, y, reduction='sum') / 4"),
    "SmoothedCrossEntropy": ("Identity", "cross_entropy(s, y, label_smoothing=0.1)"),
    "KLWithLogits": ("Identity", "kl_div(log_softmax(s, 1), y, reduction='batchmean')"),
    "NLL": ("LogSoftmax", "cross_entropy(s, y)"),
    "Focal": ("Identity", "-(y * (1 - softmax(s, 1)) ** 2 * log_softmax(s, 1)).sum() / 4"),
    "Focal(class)": ("Identity", "-(y * (1 - softmax(s, 1)) ** 2 * log_softmax(s, 1)).sum() / 4"),
    "MSE": ("Softmax", "((softmax(s, 1) - y) ** 2).sum() / 4"),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("real", TYPES)
def test_losses_at_large_scores(loss: str, real: Any) -> None:
    torch = pytest.importorskip("torch")
    last, formula = LOSSES[loss]
    compiled = compile(network(f"x:n -> Linear(K) -> {last}", loss=loss, batch="B"))
    x = numpy.array(SCORES, dtype=real)
    one_hot = numpy.eye(3, dtype=real)[LABELS]
    target = numpy.array(LABELS) if "class" in loss else one_hot
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, gradients = compiled.loss_and_gradients({"W1": numpy.eye(3, dtype=real), "b1": x[3]}, x, target)
    weight = torch.eye(3, dtype=torch.tensor(x).dtype, requires_grad=True)
    names = {**vars(torch.nn.functional), "s": torch.tensor(x) @ weight.T, "y": torch.tensor(one_hot)}
    expected = eval(formula, {**names, "labels": torch.tensor(LABELS)})
    expected.backward()
    tolerance = 1e-6 if real is numpy.float32 else 1e-12
    numpy.testing.assert_allclose(value, expected.item(), rtol=tolerance)
    numpy.testing.assert_allclose(gradients["W1"], weight.grad.numpy(), rtol=tolerance, atol=tolerance)
    assert value.dtype == gradients["W1"].dtype == real


@pytest.mark.parametrize("activation", sorted(ACTIVATION))
def test_activations_at_large_values(activation: str) -> None:
    compiled = compile(network(f"x:n -> Linear(d) -> {activation} -> y_hat", loss="MSE", batch="B"))
    for real in TYPES:
        x = numpy.array([[1000.0, -1000.0, 0.5]], dtype=real)
        params = {"W1": numpy.eye(3, dtype=real), "b1": numpy.zeros(3, real), "a2": numpy.asarray(0.25, real)}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            value, gradients = compiled.loss_and_gradients(params, x, numpy.zeros((1, 3), real))
        assert numpy.isfinite(value)
        assert all(numpy.isfinite(gradient).all() for gradient in gradients.values())


@pytest.mark.parametrize("real", TYPES)
@pytest.mark.parametrize("options", ["causal=True", "mask=True"])
def test_masked_attention_at_large_scores(options: str, real: Any) -> None:
    torch = pytest.importorskip("torch")
    compiled = compile(layer(f"Attention({options})", batch="B"))
    generator = numpy.random.default_rng(0)
    q, k, v, dy = (generator.normal(size=(2, 4, 3)) for _ in range(4))
    q, v, dy = (array.astype(real) for array in (1000 * q, v, dy))
    k[:, -1] *= 50  # what is left out has the largest scores by far
    k = k.astype(real)
    mask = numpy.tril(numpy.ones((4, 4), real))
    given = [q, k, v] if "causal" in options else [q, k, v, numpy.stack([mask, mask])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y, cache = compiled.forward({}, *given)
        gradients = compiled.backward({}, cache, dy)
    leaves = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in (q, k, v)]
    expected = torch.nn.functional.scaled_dot_product_attention(*leaves, attn_mask=torch.tensor(mask > 0))
    tolerance = 1e-2 if real is numpy.float32 else 1e-9
    numpy.testing.assert_allclose(y, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    right = torch.autograd.grad(expected, leaves, torch.tensor(dy, dtype=torch.float64))
    for name, gradient in zip("QKV", right, strict=True):
        assert gradients[name].dtype == real
        scale = 1 + float(gradient.abs().max())
        numpy.testing.assert_allclose(gradients[name], gradient.numpy(), atol=tolerance * scale)


def test_a_quotient_under_a_logarithm_need_not_be_a_softmax() -> None:
    """Whatever a layer of one's own calls its rows, only what is an exponential is taken for one."""
    equations = "e_a[i] = 1 + z[i]^2\ns = sum[j] e_a[j]\nq[i] = e_a[i]/s\ny[i] = log(q[i])"
    net = network("x:n -> Own", "MSE", extra=[LayerDefinition("Own", equations, axes=("n",))])
    x = numpy.array([[1.0, 2.0, 3.0]])
    y_hat, _ = compile(net).forward({}, x)
    assert numpy.allclose(y_hat, numpy.log((1 + x**2) / (1 + x**2).sum()), rtol=1e-14)
