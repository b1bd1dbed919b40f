from __future__ import annotations

from typing import Any

import pytest

from derive.errors import NetworkError
from derive.expression.symbols import size
from derive.layers import LOSS
from derive.network import network
from numeric import check
from tests.sweeps import loss_kind, sweep

LAYER = {"unit": "Sigmoid", "simplex": "Softmax", "log_simplex": "LogSoftmax"}


def _losses() -> list[Any]:
    """Every loss with every option."""
    found: list[Any] = []
    for number, (name, loss) in enumerate(LOSS.items()):
        layer = LAYER.get(loss.prediction, "Linear(K)")
        found += [(name, layer), (f"c*{name}", layer)]
        # A loss sums or takes the mean if nothing is said; every other one is tried with either as an option.
        quick, other = ("(mean)", "(sum)") if number % 2 else ("(sum)", "(mean)")
        found += [(f"{name}{quick}", layer), pytest.param(f"{name}{other}", layer, marks=pytest.mark.slow)]
        found += [(f"{name}(class)", layer)] if loss.class_equations else []
    return found


@sweep(lambda loss: loss.removeprefix("c*").partition("(")[0])
@pytest.mark.parametrize(("loss", "layer"), _losses())
def test_gradients_of_every_loss(loss: str, layer: str) -> None:
    answer = network(f"x:n -> Linear(K) -> {layer}", loss).gradient("b1")
    report = check(answer, points=1)
    assert report.ok, [item for item in report.items if not item.ok]


@sweep(lambda loss, reduction: (loss_kind(loss), reduction))
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", list(LOSS))
def test_gradients_of_every_loss_over_a_batch(loss: str, reduction: str) -> None:
    layer = LAYER.get(LOSS[loss].prediction, "Identity")
    net = network(f"x:n -> Linear(K) -> {layer}", loss, batch="B", reduction=reduction)  # type: ignore[arg-type]
    report = check(net.gradient("W1"), points=1)
    assert report.ok, [item for item in report.items if not item.ok]


@pytest.mark.parametrize("loss", ["Huber(delta)", "Huber(0.5)", "Huber(delta=2)", "Huber(mean, delta=2)"])
def test_huber_takes_its_width(loss: str) -> None:
    assert check(network("x:n -> Linear(K)", loss).gradient("b1")).ok


def test_the_target_has_the_shape_of_the_prediction_or_is_a_class() -> None:
    assert network("x:n -> Linear(K)", "MSE").forward.tensors["y"].shape == (size("K"),)
    assert network("x:n -> Linear(K)", "SoftmaxCrossEntropy(class)").forward.tensors["y"].shape == ()


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("MES", "there is no loss MES; did you mean MSE"),
        ("MSE(class)", "MSE takes no class number as a target; these do: CrossEntropy"),
        ("MSE(men)", "MSE takes mean, sum, class, one_hot; got men"),
        ("Huber(dleta=2)", "Huber has no dleta; did you mean delta"),
        ("MSE(delta=2)", "MSE has no delta; it takes no named argument"),
    ],
)
def test_what_does_not_exist_is_said(loss: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        network("x:n -> Linear(K)", loss)


def test_an_unknown_reduction_is_refused() -> None:
    with pytest.raises(NetworkError, match="average"):
        network("x:n -> Linear(K)", "MSE", batch="B", reduction="average")  # type: ignore[arg-type]
