from __future__ import annotations

import re
from typing import Any

import numpy
import pytest

from derive import network
from numeric.data import Dataset, Samples, divided
from numeric.training import TrainingError, prepare
from numeric.training.learner import reshaped
from tests.numeric.training.learning import settings, spiral


def three_classes() -> Dataset:
    random = numpy.random.default_rng(0)
    return divided("three", Samples(random.normal(size=(60, 4)), numpy.arange(60) % 3), 3)


def line() -> Dataset:
    x = numpy.random.default_rng(0).normal(size=(40, 2))
    return divided("line", Samples(x, x.sum(axis=1, keepdims=True)))


@pytest.mark.parametrize(
    ("loss", "last", "threshold"),
    [("BCEWithLogits", "Linear(1)", 0.0), ("BCE", "Linear(1) -> Sigmoid", 0.5), ("MSE", "Linear(1)", 0.5)],
)
def test_the_threshold_is_where_both_labels_cost_the_same(loss: str, last: str, threshold: float) -> None:
    learner = prepare(network(f"x:n -> Linear(d) -> Tanh -> {last}", loss=loss), spiral(), settings())
    assert learner.threshold == pytest.approx(threshold, abs=1e-9)
    assert learner.decide(numpy.array([[threshold + 0.1], [threshold - 0.1]])).tolist() == [1, 0]


@pytest.mark.parametrize("loss", ["SoftmaxCrossEntropy", "SoftmaxCrossEntropy(class)", "MSE", "WeightedCrossEntropy"])
def test_the_data_give_the_sizes(loss: str) -> None:
    learner = prepare(network("x:n -> Linear(d) -> Tanh -> Linear(K)", loss=loss), three_classes(), settings())
    assert dict(learner.shapes) == {"W1": (8, 4), "b1": (8,), "W2": (3, 8), "b2": (3,)}
    assert learner.outputs == 3


def test_weights_of_classes_are_balanced_unless_they_are_given() -> None:
    net = network("x:n -> Linear(K)", loss="WeightedCrossEntropy")
    data = divided(
        "skew", Samples(numpy.random.default_rng(0).normal(size=(100, 2)), numpy.repeat([0, 1], [80, 20])), 2
    )
    balanced = prepare(net, data, settings(sizes={})).constants["weight"]
    assert numpy.allclose(balanced, [100 / 160, 100 / 40])
    given = prepare(net, data, settings(sizes={}, class_weights=(1.0, 2.0))).constants["weight"]
    assert given.tolist() == [1, 2]


def test_rows_of_pixels_are_read_as_images() -> None:
    data = three_classes()
    net = network("x:1x2x2 -> Conv2d(2, 2) -> ReLU", batch="B")
    shape = net.forward.tensors["x"].shape[1:]
    assert reshaped(data.train.x, shape).shape == (len(data.train), 1, 2, 2)


def refused(
    layers: str, loss: str | None, data: Dataset, message: str, batch: str | None = None, **changes: Any
) -> None:
    with pytest.raises(TrainingError, match=re.escape(message)):
        prepare(network(layers, loss=loss, batch=batch), data, settings(**changes))


def test_what_does_not_go_together_is_said() -> None:
    layers = "x:n -> Linear(d) -> Tanh -> Linear(K)"
    batch_norm = "x:n -> Linear(d) -> BatchNorm1d -> ReLU -> Linear(1)"
    refused(batch_norm, "BCE", spiral(), "is computed from all samples of a batch", batch="B")
    refused(layers, None, spiral(), "has no loss, so there is nothing to train it for")
    refused(layers, "MSE", line(), "accuracy counts classes, but line is a regression; its metric is mse")
    refused(layers, "BCE", spiral(), "the size d of W1 is not known; give sizes: {d: ...}", sizes={})
    refused(layers, "BCE", spiral(), "the network has no size e; known: K, d, n", sizes={"e": 2})
    refused(layers, "BCE", spiral(), "n = 3 was given, but spiral has 2", sizes={"d": 2, "n": 3})
    refused("x:5 -> Linear(1)", "BCE", spiral(), "reads 5 numbers, but a sample of spiral has 2", sizes={})
    refused("x:n -> Linear(7)", "MSE", three_classes(), "has 7 outputs, but three has 3 classes", sizes={})
    refused(
        layers,
        "WeightedCrossEntropy",
        three_classes(),
        "2 class weights were given, but three has 3 classes",
        class_weights=(1.0, 2.0),
    )
    refused("x:n -> Linear(K)", "Triplet", line(), "has as target: positive, negative", sizes={}, metrics=())
