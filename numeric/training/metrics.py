"""How good predictions are, as one number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy

from numeric.arrays.axes import Array

MetricName = Literal["accuracy", "weighted_accuracy", "mse", "rmse", "r_squared"]


@dataclass(frozen=True)
class Metric:
    """A metric: whether it is of class numbers, whether more of it is better, and how it is written."""

    title: str
    of_classes: bool
    more_is_better: bool


METRICS: dict[str, Metric] = {
    "accuracy": Metric("accuracy", True, True),
    "weighted_accuracy": Metric("weighted accuracy", True, True),
    "mse": Metric("mean squared error", False, False),
    "rmse": Metric("root mean squared error", False, False),
    "r_squared": Metric("R²", False, True),
}


def accuracy(predicted: Array, labels: Array) -> float:
    """The share of samples (N,) whose class is the predicted one."""
    return float((predicted == labels).mean())


def weighted_accuracy(predicted: Array, labels: Array, weights: Sequence[float] | None = None) -> float:
    """Σ_c w_c·a_c / Σ_c w_c, where a_c is the share of the samples of class c that were recognised.

    Without ``weights`` all classes weigh the same, however many samples each has. A class without samples
    does not count.
    """
    present = numpy.unique(labels)
    shares = numpy.array([(predicted[labels == label] == label).mean() for label in present])
    chosen = numpy.ones(len(present)) if weights is None else numpy.asarray(weights, dtype=float)[present]
    return float(chosen @ shares / chosen.sum())


def mse(predicted: Array, targets: Array, unit: float = 1.0) -> float:
    """The mean of the squared differences (N, K), in the unit of the target before it was scaled."""
    return float(numpy.square(predicted - targets, dtype=float).mean()) * unit**2


def rmse(predicted: Array, targets: Array, unit: float = 1.0) -> float:
    """The square root of ``mse``: an error in the unit of the target before it was scaled."""
    return mse(predicted, targets, unit) ** 0.5


def r_squared(predicted: Array, targets: Array) -> float:
    """1 − Σ(ŷ − y)²/Σ(y − mean)² over the samples, the mean over the K outputs; it has no unit.

    Targets (N, K) of which one is the same for all samples have none: NaN.
    """
    missed = numpy.square(predicted - targets, dtype=float).mean(axis=0)
    variance = numpy.var(targets, axis=0, dtype=float)
    return float((1 - missed / variance).mean()) if bool((variance > 0).all()) else float("nan")


def measured(name: str, predicted: Array, true: Array, unit: float = 1.0) -> float:
    """The metric of that name."""
    if name in ("mse", "rmse"):
        return (mse if name == "mse" else rmse)(predicted, true, unit)
    if name == "r_squared":
        return r_squared(predicted, true)
    return accuracy(predicted, true) if name == "accuracy" else weighted_accuracy(predicted, true)
