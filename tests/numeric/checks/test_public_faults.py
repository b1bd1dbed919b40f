"""Backward passes with faults that real ones had, written anew: each is found and named, the right one passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from derive import layer
from numeric import GradientError, assert_gradients
from numeric.arrays.axes import Array
from numeric.measuring.differences import Measured
from numeric.measuring.point import Point

Gradients = dict[str, Array]


@dataclass(frozen=True)
class Fault:
    """A backward pass that is right, the same with a fault, and what names it."""

    name: str
    subject: Any
    right: Callable[..., Gradients]
    wrong: Callable[..., Gradients]
    words: str


def batch_norm(variance: bool, mean: bool) -> Callable[..., Gradients]:
    def backward(z: Array, weight: Array, dy: Array, eps: float) -> Gradients:
        root = np.sqrt(z.var(axis=0) + eps)
        hat, inside = (z - z.mean(axis=0)) / root, dy * weight
        back = inside - mean * inside.mean(axis=0) - variance * hat * (inside * hat).mean(axis=0)
        return {"z": back / root, "weight": (dy * hat).sum(axis=0), "bias": dy.sum(axis=0)}

    return backward


NORM3 = (
    "m[b,t] = 1/n*sum[i] x[b,t,i]; v[b,t] = 1/n*sum[i] (x[b,t,i] - m[b,t])^2;"
    "y[b,t,i] = (x[b,t,i] - m[b,t])/sqrt(v[b,t] + eps)*g[i] + c[i]"
)


def norm_of_rank_3(axes: Any) -> Callable[..., Gradients]:
    def backward(x: Array, eps: float, dy: Array) -> Gradients:
        hat = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + eps)
        return {"g": (dy * hat).sum(axis=axes), "c": dy.sum(axis=axes)}

    return backward


def windows(z: Array, dy: Array, send: Callable[[Array, float], Array], add: bool) -> Gradients:
    """What windows of three, two apart, send back; added up, or assigned."""
    dz = np.zeros_like(z)
    for b, c, t in np.ndindex(dy.shape):
        window = slice(2 * t, 2 * t + 3)
        sent = send(z[b, c, window], float(dy[b, c, t]))
        places = sent != 0
        dz[b, c, window][places] = (dz[b, c, window] * add + sent)[places]
    return {"z": dz}


def largest(window: Array, above: float) -> Array:
    return np.where(np.arange(3) == window.argmax(), above, 0.0)


def average(window: Array, above: float) -> Array:
    return np.full(3, above / 3)


def convolution(add: bool) -> Callable[..., Gradients]:
    def backward(z: Array, weight: Array, dy: Array) -> Gradients:
        dz = np.zeros_like(z)
        for t in range(dy.shape[2]):
            sent = np.einsum("bd,dck->bck", dy[:, :, t], weight)
            dz[:, :, t : t + 3] = sent + add * dz[:, :, t : t + 3]
        return {"z": dz}

    return backward


def rows_of_words(add: bool) -> Callable[..., Gradients]:
    def backward(z: Array, weight: Array, dy: Array) -> Gradients:
        found = np.zeros_like(weight)
        if add:
            np.add.at(found, z, dy)
        else:
            found[z] = dy
        return {"weight": found}

    return backward


def rms(whole: bool) -> Callable[..., Gradients]:
    def backward(x: Array, g: Array, eps: float, dy: Array) -> Gradients:
        root = np.sqrt((x * x).mean() + eps)
        return {"x": dy * g / root - whole * x * (dy * g * x).mean() / root**3}

    return backward


def isrlu(power: float) -> Callable[..., Gradients]:
    return lambda z, dy, alpha: {"z": dy * np.where(z > 0, 1.0, (1 + alpha * z * z) ** -power)}


def of_scores(mean: bool) -> Callable[..., Gradients]:
    def backward(x: Array, t: Array) -> Gradients:
        powers = np.exp(x)
        error = powers / powers.sum(axis=1, keepdims=True) - np.eye(x.shape[1])[t]
        return {"x": error / (len(x) if mean else 1)}

    return backward


NAMED = "what several outputs send back to one element is overwritten"
CONV = layer("Conv2d(D, 3, padding=1)", batch="B")
FAULTS = [
    Fault(
        "batch norm", layer("BatchNorm1d"), batch_norm(True, True), batch_norm(False, True), "v is taken for a constant"
    ),
    Fault(
        "its mean", layer("BatchNorm1d"), batch_norm(True, True), batch_norm(True, False), "mu is taken for a constant"
    ),
    Fault(
        "LayerNorm",
        NORM3,
        norm_of_rank_3((0, 1)),
        norm_of_rank_3(0),
        "the sum over the first axis, of length T, is missing",
    ),
    Fault(
        "max pool",
        layer("MaxPool1d(3, stride=2)", batch="B"),
        lambda z, dy: windows(z, dy, largest, add=True),
        lambda z, dy: windows(z, dy, largest, add=False),
        NAMED,
    ),
    Fault(
        "average pool",
        layer("AvgPool1d(3, stride=2)", batch="B"),
        lambda z, dy: windows(z, dy, average, add=True),
        lambda z, dy: windows(z, dy, average, add=False),
        NAMED,
    ),
    Fault("convolution", layer("Conv1d(D, 3)", batch="B"), convolution(True), convolution(False), NAMED),
    Fault(
        "the bias of a kernel",
        CONV,
        lambda dy: {"bias": dy.sum(axis=(0, 2, 3))},
        lambda dy: {"bias": dy.sum(axis=0)},
        "the sum over axes 1 and 2 is missing",
    ),
    Fault(
        "softmax",
        layer("Softmax", batch="B"),
        lambda y, dy: {"z": y * (dy - (dy * y).sum(axis=1, keepdims=True))},
        lambda y, dy: {"z": y * (1 - y) * dy},
        "only the diagonal of ∂y/∂z counts",
    ),
    Fault(
        "ISRLU",
        "y[i] = where(z[i] > 0, z[i], z[i]/sqrt(1 + alpha*z[i]^2))",
        isrlu(1.5),
        isrlu(0.5),
        "it is wrong where z is below 0: the slope is that which it should be to the power 1/3",
    ),
    Fault(
        "Poisson",
        "l = 1/B*sum[b] (exp(x[b]) - t[b]*x[b])",
        lambda x, t: {"x": (np.exp(x) - t) / len(x)},
        lambda x, t: {"x": np.exp(x) - t},
        "a division by B is missing",
    ),
    Fault("embedding", "y[b,i] = weight[z[b],i]", rows_of_words(True), rows_of_words(False), NAMED),
    Fault("RMS norm", "y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]", rms(True), rms(False), "the term −"),
    Fault(
        "cross-entropy",
        "l = 1/B*sum[b] log(sum[k] exp(x[b,k])) - 1/B*sum[b] x[b,t[b]]",
        of_scores(True),
        of_scores(False),
        "a division by B is missing",
    ),
    Fault(
        "sigmoid",
        "Sigmoid",
        lambda y, dy: {"z": dy * y * (1 - y)},
        lambda y, dy: {"z": dy * y},
        "the term −dy[i] · y[i]² is missing",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_and_named(fault: Fault) -> None:
    assert_gradients(fault.right, fault.subject)
    with pytest.raises(GradientError) as caught:
        assert_gradients(fault.wrong, fault.subject)
    assert fault.words in str(caught.value).partition("\n")[0]


def test_of_paths_left_out_only_the_one_that_explains_is_measured_by_each_element(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured: list[str] = []
    partial = Point.partial

    def counted(point: Point, name: str, *method: Any) -> Measured:
        measured.append(name)
        return partial(point, name, *method)

    monkeypatch.setattr(Point, "partial", counted)

    def unexplained(z: Array, weight: Array, dy: Array, eps: float) -> Gradients:
        found = batch_norm(True, True)(z, weight, dy, eps)
        return {**found, "z": 3 * found["z"] + found["z"] ** 2}

    for wrong, paths in ((batch_norm(False, True), {"dl/dz|v"}), (unexplained, set())):
        measured.clear()
        with pytest.raises(GradientError):
            assert_gradients(wrong, layer("BatchNorm1d"), sizes={"B": 30, "n": 8})
        assert {name for name in measured if "|" in name} == paths
