"""Losses against PyTorch over a batch, by number for one sample and a batch, and in the form of the textbooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derive import Network, network
from numeric import check, evaluate
from tests.derive.layers.comparing import Array, same, torch
from tests.sweeps import loss_kind, sweep

functional = torch.nn.functional
BATCH, OUTPUTS = 4, 5
LABELS = np.array([2, 0, 4, 2])
ONE_HOT = np.eye(OUTPUTS)[LABELS]
WEIGHT = np.array([0.5, 2.0, 1.0, 0.3, 1.7])


def draw(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


SIMPLEX = np.exp(draw(5, BATCH, OUTPUTS)) / np.exp(draw(5, BATCH, OUTPUTS)).sum(axis=1, keepdims=True)


def behind(loss: str, batch: str | None = "B") -> Network:
    return network("x:K -> Identity", loss, batch=batch, reduction="sum")


Reference = Callable[[Any], Any]


def _focal(z: Any) -> Any:
    chosen = functional.log_softmax(z, dim=1)[torch.arange(BATCH), torch.tensor(LABELS)]
    return -((1 - chosen.exp()) ** 2 * chosen).sum()


def _triplet(z: Any) -> Any:
    margin = torch.nn.TripletMarginLoss(margin=1.0, eps=0.0, reduction="sum")
    return margin(z, torch.tensor(POSITIVE), torch.tensor(NEGATIVE))


def _negative_sampling(z: Any) -> Any:
    context, negatives = torch.tensor(POSITIVE), torch.tensor(NEGATIVES)
    return (
        -functional.logsigmoid((context * z).sum(1)).sum()
        - functional.logsigmoid(-torch.einsum("bki,bi->bk", negatives, z)).sum()
    )


POSITIVE, NEGATIVE, NEGATIVES = draw(1, BATCH, OUTPUTS), draw(2, BATCH, OUTPUTS), draw(3, BATCH, 3, OUTPUTS)
BESIDE = {"positive": POSITIVE, "negative": NEGATIVE}
CONTEXT = {"context": POSITIVE, "negatives": NEGATIVES}

REFERENCES: dict[str, tuple[dict[str, Array], Reference]] = {
    "LogCosh": ({"y": POSITIVE}, lambda z: torch.log(torch.cosh(z - torch.tensor(POSITIVE))).sum()),
    "SmoothedCrossEntropy": (
        {"y": ONE_HOT},
        lambda z: functional.cross_entropy(z, torch.tensor(LABELS), label_smoothing=0.1, reduction="sum"),
    ),
    "SmoothedCrossEntropy(class, smoothing=0.3)": (
        {"y": LABELS},
        lambda z: functional.cross_entropy(z, torch.tensor(LABELS), label_smoothing=0.3, reduction="sum"),
    ),
    "WeightedCrossEntropy": (
        {"y": ONE_HOT, "weight": WEIGHT},
        lambda z: functional.cross_entropy(z, torch.tensor(LABELS), torch.tensor(WEIGHT), reduction="sum"),
    ),
    "WeightedCrossEntropy(class)": (
        {"y": LABELS, "weight": WEIGHT},
        lambda z: functional.cross_entropy(z, torch.tensor(LABELS), torch.tensor(WEIGHT), reduction="sum"),
    ),
    "KLWithLogits": (
        {"y": SIMPLEX},
        lambda z: functional.kl_div(functional.log_softmax(z, dim=1), torch.tensor(SIMPLEX), reduction="sum"),
    ),
    "MultiClassHinge(class, mean)": (
        {"y": LABELS},
        lambda z: functional.multi_margin_loss(z, torch.tensor(LABELS), reduction="sum"),
    ),
    "MultiClassHinge(margin=0.5)": (
        {"y": ONE_HOT},
        lambda z: OUTPUTS * functional.multi_margin_loss(z, torch.tensor(LABELS), margin=0.5, reduction="sum"),
    ),
    "Focal": ({"y": ONE_HOT}, _focal),
    "Focal(class)": ({"y": LABELS}, _focal),
    "Triplet": (BESIDE, _triplet),
    "NegativeSampling": (CONTEXT, _negative_sampling),
}


@pytest.mark.parametrize("loss", REFERENCES)
def test_losses(loss: str) -> None:
    arrays, reference = REFERENCES[loss]
    scores = draw(0, BATCH, OUTPUTS)
    z = torch.tensor(scores, requires_grad=True)
    value = reference(z)
    value.backward()
    net = behind(loss)
    known = {"x": scores, **arrays}
    same(np.asarray(evaluate(net.value("l"), known)), value.detach().numpy())
    same(evaluate(net.gradient("y_hat"), known), z.grad.numpy())


def test_kl_of_probabilities() -> None:
    predicted = np.exp(draw(8, BATCH, OUTPUTS))
    predicted /= predicted.sum(axis=1, keepdims=True)
    p = torch.tensor(predicted, requires_grad=True)
    value = functional.kl_div(p.log(), torch.tensor(SIMPLEX), reduction="sum")
    value.backward()
    same(evaluate(behind("KL").gradient("y_hat"), {"x": predicted, "y": SIMPLEX}), p.grad.numpy())


@sweep(lambda loss, batch: loss if batch else loss_kind(loss))
@pytest.mark.parametrize("batch", [None, "B"])
@pytest.mark.parametrize("loss", [*REFERENCES, "Focal(class, gamma=g)", "SmoothedCrossEntropy(smoothing=s)"])
def test_every_step_is_right_by_number(loss: str, batch: str | None) -> None:
    net = network("x:n -> Linear(K)", loss, batch=batch)
    for name in ("y_hat", "W1"):
        outcome = check(net.gradient(name), points=2)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


@pytest.mark.parametrize(("loss", "names"), [("Triplet", BESIDE), ("NegativeSampling", CONTEXT)])
def test_gradients_of_what_is_given_beside(loss: str, names: dict[str, Array]) -> None:
    for name in names:
        assert check(behind(loss, None).gradient(name), points=2).ok


TEXTBOOK = {
    "LogCosh": "1 − 2σ(2(y[i] − ŷ[i]))",
    "SoftmaxCrossEntropy": "p[i] − y[i]",
    "SoftmaxCrossEntropy(class)": "p[i] − δ[i,y]",
    "SmoothedCrossEntropy": "p[i] − q[i]",
    "SmoothedCrossEntropy(class)": "p[i] − q[i]",
    "WeightedCrossEntropy(class)": "weight[y] · (p[i] − δ[i,y])",
    "KLWithLogits": "p[i] − y[i]",
    "Focal": "p[i] · Σ_{j=1}^{K} y[j] · (1 − p[j])(1 − p[j] − 2p[j] · log(p[j])) "
    "− y[i] · (1 − p[i])(1 − p[i] − 2p[i] · log(p[i]))",
    "Focal(class)": "(1 − p[y])(1 − p[y] − 2p[y] · log(p[y]))(p[i] − δ[i,y])",
    "Triplet": "((ŷ[i] − positive[i])/d_p − (ŷ[i] − negative[i])/d_n) · 1[1+d_p−d_n > 0]",
    "NegativeSampling": "(σ(s) − 1) · context[i] + Σ_{k=1}^{M} negatives[k,i] · σ(t[k])",
}
MATRIX = {
    "WeightedCrossEntropy(class)": "weight[y] (p − e_y)",
    "Focal(class)": "(1 − p[y])(1 − p[y] − 2p[y] · log(p[y]))(p − e_y)",
    "Triplet": "1[1+d_p−d_n > 0] ((1/d_p)(ŷ − positive) − (1/d_n)(ŷ − negative))",
}
OVER_A_BATCH = {
    "SoftmaxCrossEntropy": "(1/B)(p[b,i] − y[b,i])",
    "SoftmaxCrossEntropy(class)": "(1/B)(p[b,i] − δ[i,y[b]])",
    "SmoothedCrossEntropy(class)": "(1/B)(p[b,i] − q[b,i])",
    "KLWithLogits": "(1/B)(p[b,i] − y[b,i])",
}


@pytest.mark.parametrize("loss", TEXTBOOK)
def test_the_form_of_the_textbooks(loss: str) -> None:
    assert behind(loss, None).gradient("y_hat").unicode("index").split(" = ", 1)[1] == TEXTBOOK[loss]


@pytest.mark.parametrize("loss", MATRIX)
def test_the_matrix_form_of_the_textbooks(loss: str) -> None:
    gradient = behind(loss, None).gradient("y_hat")
    assert gradient.unicode().split(" = ", 1)[1] == MATRIX[loss]
    assert check(gradient, points=2).ok


def test_values_that_a_label_picks_are_written_out_where_the_question_does_not_allow_them() -> None:
    net = network("x:n -> Linear(K)", "WeightedCrossEntropy(class)")
    written = net.gradient("b1", within=["x", "y", "W1", "b1", "weight", "y_hat"])
    assert check(written, points=2).ok


@pytest.mark.parametrize("loss", OVER_A_BATCH)
def test_the_form_of_the_textbooks_over_a_batch(loss: str) -> None:
    mean = network("x:K -> Identity", loss, batch="B").gradient("y_hat")
    assert mean.unicode("index").split(" = ", 1)[1] == OVER_A_BATCH[loss]


def test_the_logarithm_of_the_hyperbolic_cosine_has_the_slope_tanh_at_the_ends_too() -> None:
    net = behind("LogCosh", None)
    scores, target = np.array([-900.0, -3.0, 1e-6, 0.5, 900.0]), np.zeros(5)
    known = {"x": scores, "y": target}
    same(evaluate(net.gradient("y_hat"), known), np.tanh(scores))
    same(np.asarray(evaluate(net.value("l"), known)), np.asarray(np.logaddexp(scores, -scores).sum() - 5 * np.log(2)))
