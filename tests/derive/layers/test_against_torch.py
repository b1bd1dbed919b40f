"""Values and gradients of activations and losses against PyTorch in float64, at kinks too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derive.network import network
from numeric import evaluate

torch = pytest.importorskip("torch", reason="torch is not installed (pip install '.[check]')")
functional = torch.nn.functional
POINTS = np.array([-3.0, -2.5, -1.0, -0.3, 0.0, 0.7, 1.0, 3.0, 6.0, 7.0])
UPSTREAM = np.array([0.8, 0.3, -1.2, 0.5, 2.0, -0.7, 1.1, 0.9, -0.4, 1.3])

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "Identity": lambda z: z,
    "ReLU": functional.relu,
    "5*ReLU": lambda z: 5 * functional.relu(z),
    "LeakyReLU": functional.leaky_relu,
    "LeakyReLU(0.2)": lambda z: functional.leaky_relu(z, 0.2),
    "LeakyReLU(slope=0.5)": lambda z: functional.leaky_relu(z, 0.5),
    "ELU": functional.elu,
    "ELU(2)": lambda z: functional.elu(z, 2.0),
    "Softplus": functional.softplus,
    "Softplus(2)": lambda z: functional.softplus(z, 2),
    "GELU": functional.gelu,
    "GELUTanh": lambda z: functional.gelu(z, approximate="tanh"),
    "SiLU": functional.silu,
    "Softsign": functional.softsign,
    "Hardtanh": functional.hardtanh,
    "Hardtanh(-0.3, 0.7)": lambda z: functional.hardtanh(z, -0.3, 0.7),
    "ReLU6": functional.relu6,
    "Hardsigmoid": lambda z: functional.relu6(z + 3) / 6,  # its own divides by a 6 of single precision
    "Hardswish": functional.hardswish,
    "SELU": functional.selu,
    "CELU": functional.celu,
    "CELU(2)": lambda z: functional.celu(z, 2.0),
    "LogSigmoid": functional.logsigmoid,
    "Softshrink": functional.softshrink,
    "Softshrink(0.3)": lambda z: functional.softshrink(z, 0.3),
    "Hardshrink(1)": lambda z: functional.hardshrink(z, 1.0),
    "Tanhshrink": functional.tanhshrink,
    "SquaredReLU": lambda z: functional.relu(z) ** 2,
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "Softmax": lambda z: functional.softmax(z, dim=-1),
    "LogSoftmax": lambda z: functional.log_softmax(z, dim=-1),
    "1/2*Softmax": lambda z: functional.softmax(z, dim=-1) / 2,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    net = network(f"x:n -> {name}", "1/2*MSE")
    x = torch.tensor(POINTS, requires_grad=True)
    value = ACTIVATIONS[name](x)
    value.backward(torch.tensor(UPSTREAM))
    ours = evaluate(net.value("y_hat"), {"x": POINTS})
    assert np.allclose(ours, value.detach().numpy(), rtol=1e-12, atol=1e-14)
    # Half the squared error has the upstream gradient y_hat - y: the target is chosen to make it UPSTREAM.
    gradient = evaluate(net.gradient("x"), {"x": POINTS, "y": ours - UPSTREAM})
    assert np.allclose(gradient, x.grad.numpy(), rtol=1e-11, atol=1e-13)


def test_prelu_and_its_slope() -> None:
    net = network("x:n -> PReLU", "1/2*MSE")
    x, a = torch.tensor(POINTS, requires_grad=True), torch.tensor([0.25], dtype=torch.float64, requires_grad=True)
    value = functional.prelu(x, a)
    value.backward(torch.tensor(UPSTREAM))
    arrays = {"x": POINTS, "a1": 0.25, "y": value.detach().numpy() - UPSTREAM}
    assert np.allclose(evaluate(net.gradient("x"), arrays), x.grad.numpy(), rtol=1e-12)
    assert np.allclose(evaluate(net.gradient("a1"), arrays), a.grad.numpy()[0], rtol=1e-12)


SCORES = np.array([-1.5, 0.0, 0.4, 2.0, 1.0])
REAL = np.array([-0.5, 0.0, 1.4, 0.5, 1.5])  # errors at 0, at +1 and -1, at +1/2 and -1/2
SIGNS = np.array([1.0, -1.0, -1.0, 1.0, -1.0])
COUNTS = np.array([0.0, 3.0, 1.0, 2.0, 5.0])
BINARY = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
ONE_HOT = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
SIMPLEX = np.array([0.1, 0.2, 0.3, 0.25, 0.15])
UNIT = np.array([0.1, 0.7, 0.5, 0.35, 0.9])
CLASS = np.array(2)


def _mean(function: Callable[..., Any], **options: Any) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(x, y, reduction="mean", **options)


def _sum(function: Callable[..., Any], **options: Any) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(x, y, reduction="sum", **options)


LOSSES: dict[str, tuple[Any, Any, Callable[[Any, Any], Any]]] = {
    "MSE": (SCORES, REAL, _sum(functional.mse_loss)),
    "1/2*MSE": (SCORES, REAL, lambda x, y: functional.mse_loss(x, y, reduction="sum") / 2),
    "MSE(mean)": (SCORES, REAL, _mean(functional.mse_loss)),
    "L1": (SCORES, REAL, _sum(functional.l1_loss)),
    "L1(mean)": (SCORES, REAL, _mean(functional.l1_loss)),
    "Huber": (SCORES, REAL, _sum(functional.huber_loss)),
    "Huber(0.5)": (SCORES, REAL, _sum(functional.huber_loss, delta=0.5)),
    "Huber(mean)": (SCORES, REAL, _mean(functional.huber_loss)),
    "SmoothL1": (SCORES, REAL, _sum(functional.smooth_l1_loss)),
    "SmoothL1(0.5)": (SCORES, REAL, _sum(functional.smooth_l1_loss, beta=0.5)),
    "PoissonNLL": (SCORES, COUNTS, _sum(functional.poisson_nll_loss)),
    "SoftMargin": (SCORES, SIGNS, _sum(functional.soft_margin_loss)),
    "HingeEmbedding": (SCORES, SIGNS, _sum(functional.hinge_embedding_loss)),
    "HingeEmbedding(2)": (SCORES, SIGNS, _sum(functional.hinge_embedding_loss, margin=2.0)),
    "BCE": (UNIT, BINARY, _sum(functional.binary_cross_entropy)),
    "BCE(mean)": (UNIT, BINARY, _mean(functional.binary_cross_entropy)),
    "BCEWithLogits": (SCORES, BINARY, _sum(functional.binary_cross_entropy_with_logits)),
    "BCEWithLogits(mean)": (SCORES, UNIT, _mean(functional.binary_cross_entropy_with_logits)),
    "CrossEntropy": (SIMPLEX, ONE_HOT, lambda x, y: functional.nll_loss(torch.log(x)[None], y.argmax()[None])),
    "CrossEntropy(class)": (SIMPLEX, CLASS, lambda x, y: functional.nll_loss(torch.log(x)[None], y[None])),
    "SoftmaxCrossEntropy": (SCORES, ONE_HOT, functional.cross_entropy),
    "SoftmaxCrossEntropy(class)": (SCORES, CLASS, functional.cross_entropy),
    "NLL": (np.log(SIMPLEX), ONE_HOT, lambda x, y: functional.nll_loss(x[None], y.argmax()[None])),
    "NLL(class)": (np.log(SIMPLEX), CLASS, lambda x, y: functional.nll_loss(x[None], y[None])),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    prediction, target, reference = LOSSES[name]
    net = network("x:K -> Identity", name)
    x = torch.tensor(prediction, requires_grad=True)
    loss = reference(x, torch.tensor(target))
    loss.backward()
    arrays = {"x": prediction, "y": target}
    assert np.allclose(evaluate(net.value("l"), arrays), loss.item(), rtol=1e-12)
    assert np.allclose(evaluate(net.gradient("x"), arrays), x.grad.numpy(), rtol=1e-12, atol=1e-14)


BESIDE: dict[str, tuple[dict[str, Any], Callable[..., Any]]] = {
    "GaussianNLL": (
        {"y": REAL, "v": np.array([0.3, 2.0, 1.0, 0.1, 4.0])},
        lambda x, y, v: functional.gaussian_nll_loss(x, y, v, reduction="sum"),
    ),
    "MarginRanking(0.5)": (
        {"y": SIGNS, "other": REAL},
        lambda x, y, other: functional.margin_ranking_loss(x, other, y, margin=0.5, reduction="sum"),
    ),
    "CosineEmbedding": (
        {"other": REAL, "same": np.array(1.0)},
        lambda x, other, same: functional.cosine_embedding_loss(x[None], other[None], same[None]),
    ),
    "CosineEmbedding(0.1)": (
        {"other": REAL, "same": np.array(-1.0)},
        lambda x, other, same: functional.cosine_embedding_loss(x[None], other[None], same[None], margin=0.1),
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_losses_with_more_inputs(name: str) -> None:
    given, reference = BESIDE[name]
    net = network("x:K -> Identity", name)
    x = torch.tensor(SCORES, requires_grad=True)
    loss = reference(x, **{key: torch.tensor(value) for key, value in given.items()})
    loss.backward()
    arrays = {"x": SCORES, **given}
    assert np.allclose(evaluate(net.value("l"), arrays), loss.item(), rtol=1e-12)
    assert np.allclose(evaluate(net.gradient("x"), arrays), x.grad.numpy(), rtol=1e-11, atol=1e-14)


def test_a_batch_of_a_whole_network() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K)", "SoftmaxCrossEntropy(class)", batch="B")
    generator = np.random.default_rng(0)
    shapes = {"x": (6, 3), "W1": (4, 3), "b1": (4,), "W2": (5, 4), "b2": (5,)}
    arrays: dict[str, Any] = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    arrays["y"] = generator.integers(5, size=6)
    tensors = {name: torch.tensor(array, requires_grad=name in net.parameters) for name, array in arrays.items()}
    hidden = functional.relu(functional.linear(tensors["x"], tensors["W1"], tensors["b1"]))
    loss = functional.cross_entropy(functional.linear(hidden, tensors["W2"], tensors["b2"]), tensors["y"])
    loss.backward()
    for name in net.parameters:
        assert np.allclose(evaluate(net.gradient(name), arrays), tensors[name].grad.numpy(), rtol=1e-10, atol=1e-14)
