"""Every layer of the library compiles, and gives what its derivations give."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy
import pytest

from derive import LayerDefinition, layer
from derive.layer import Layer
from derive.layers import ACTIVATION, LAYERS
from numeric.measuring.point import Point
from numeric.sampling.points import sample, sample_sizes
from tests.needed import needed
from tests.numeric.codegen.subjects import compiled_for_numpy

OPTIONS = {
    "Linear": ["d", "d, bias=False", "d, rank=2"],
    "Softmax": ["", "axis=0, rank=2", "axis=1, rank=3"],
    "LogSoftmax": ["", "axis=0, rank=2"],
    "Conv1d": ["J, k, stride=s, padding=p, dilation=q", "4, 2, groups=2", "J, 3, padding=2"],
    "Conv2d": [
        "J, 3, padding=1",
        "J, (3, 1), stride=(2, 1), padding=(1, 0)",
        "J, k, stride=s, padding=p, groups=G",
        "4, (3, 2), stride=(2, 1), groups=2",
    ],
    "Conv3d": ["J, 2"],
    "ConvTranspose1d": [
        "J, 3, stride=2, padding=1",
        "J, k, stride=s, padding=p",
        "J, k, stride=s, dilation=d, output_padding=q",
    ],
    "ConvTranspose2d": [
        "J, (3, 2), stride=(1, 2)",
        "J, 2, bias=False",
        "J, (1, k), stride=(1, s), dilation=(1, d), output_padding=(0, q)",
    ],
    "MaxPool1d": ["2", "k, stride=s", "3, stride=s, padding=1", "1"],
    "MaxPool2d": [
        "2",
        "3, stride=1",
        "3, stride=2, padding=1",
        "(2, 3), stride=(1, 2)",
        "(3, 1)",
        "(1, k)",
        "(3, 1), padding=(1, 0)",
        "(1, 3), stride=(2, 1), padding=(0, 1)",
        "1",
    ],
    "AvgPool1d": ["2", "k, stride=s, padding=p"],
    "AvgPool2d": ["2", "3, stride=2, padding=1", "(3, 1), padding=(1, 0)", "(1, k)"],
    "LPPool1d": ["2, k", "3, 2, stride=s"],
    "LPPool2d": ["2, 2"],
    "ZeroPad1d": ["p"],
    "ZeroPad2d": ["(1, 2)"],
    "ZeroPad3d": ["1"],
    "Upsample1d": ["s"],
    "PixelShuffle": ["r"],
    "PixelUnshuffle": ["2"],
    "ChannelShuffle": ["G"],
    "Unfold": ["k, stride=s", "(2, 3), padding=1"],
    "LocalResponseNorm": ["m", "3"],
    "LayerNorm": ["", "rank=2", "affine=False"],
    "BatchNorm1d": ["", "affine=False", "training=False", "rank=2"],
    "BatchNorm2d": ["", "training=False"],
    "InstanceNorm2d": ["affine=True"],
    "GroupNorm": ["2", "G", "2, rank=1"],
    "L2Norm": [""],
    "Bilinear": ["d"],
    "Maxout": ["d, 3"],
    "GLU": ["", "rank=2"],
    "SwiGLU": ["d"],
    "Dropout": ["", "p=0.3", "p=1/4", 'p="0.5"'],
    "Embedding": ["V, d", "V, d, rank=2"],
    "Flatten": ["", "rank=2"],
    "Reshape": ["(2, 3)", "n, rank=2"],
    "Transpose": ["", "rank=3"],
    "Attention": ["", "mask=True", "causal=True"],
    "SelfAttention": ["d"],
    "MultiHeadAttention": ["2", "H, causal=True", "2, mask=True"],
    "RNNCell": ["H"],
    "LSTMCell": ["H", "H, bias=False"],
    "GRUCell": ["H"],
}
"""Hyper-parameters of layers; others get what they need, and an activation takes none."""


def options(name: str) -> list[str]:
    """The hyper-parameters that a layer or an activation is tried with."""
    least = ", ".join(f"{key}={value}" for key, value in needed(name).items()) if name in LAYERS else ""
    return OPTIONS.get(name, [least])


TEXTS = [f"{name}({given})" for name in (*LAYERS, *ACTIVATION) for given in options(name)]

FIRST = list({text.partition("(")[0]: text for text in reversed(TEXTS)}.values())
"""Every layer and activation once."""

ONCE_QUICKLY = [text if text in FIRST else pytest.param(text, marks=pytest.mark.slow) for text in TEXTS]
"""All of ``TEXTS``, where one of each layer is tried with every change and the others are with ``make test-slow``."""

TOGETHER = pytest.mark.xdist_group("every layer")
"""Tests on all of ``TEXTS`` run in one process, which derives each layer once."""
pytestmark = TOGETHER


@cache
def on_a_batch(text: str) -> Layer:
    """A layer of the library on a batch."""
    return layer(text.removesuffix("()"), batch="B")


@pytest.mark.parametrize("text", TEXTS)
def test_forward_and_backward(text: str) -> None:
    is_what_is_derived(on_a_batch(text))


DIAGONALS = {
    "y = sum[i] z[i,i]": "nn",
    "y = sum[i] z[i,i] + z[0,1]": "nm",
    "y[i] = sum[j] z[i,j,j]": "mnn",
    "y[j] = sum[i] exp(z[i,j,i])": "nmn",
    "y = sum[i] z[i,i,i]": "nnn",
    "y[i,j] = z[i,j] + z[i,i]*z[j,j]": "nn",
    "y[i] = sum[k] z[k,k]*z[i,k]": "nn",
    "t = sum[i] z[i,i]\ny[i,j] = z[i,j] - t*z[j,i]": "nn",
    "y = sum[i,j] z[i,j]*z[j,i]": "nn",
}
"""Own equations in which an element's subscripts are one index, with the axes of the input."""


@pytest.mark.parametrize("equations", DIAGONALS)
def test_diagonals_and_traces(equations: str) -> None:
    axes = tuple(DIAGONALS[equations])
    is_what_is_derived(layer(LayerDefinition(name="Own", equations=equations, axes=axes), batch="B"))


RATIOS = [
    "y = sum[i] z[i]/sqrt(sum[j] z[j]^2)",
    "y[i] = z[i]*(sum[j] z[j]^2)/(1 + (sum[k] z[k]^2)^2)",
    "y[i] = (log(sum[j] exp(z[j])) - z[i])^2",
    "y = (sum[i] z[i])*(max[j] z[j])/(2 + (1/n*sum[k] z[k])^2)",
]
"""Own equations in which a sum over one axis stands beside another, or beside the index of that axis."""


@pytest.mark.parametrize("equations", RATIOS)
def test_sums_beside_each_other(equations: str) -> None:
    is_what_is_derived(layer(LayerDefinition(name="Own", equations=equations, axes=("n",)), batch="B"))


def is_what_is_derived(made: Layer) -> None:
    """The generated functions give what the forward rows and the derivations do, in both types."""
    compiled = compiled_for_numpy(made)
    plan, model = compiled.plan, made.network.forward
    arrays, sizes = sample(model, seed=1), sample_sizes(model, seed=1)
    point = Point(model, arrays, sizes)
    settings = {name: sizes[compiled.module.sizes.known[name]] for name in compiled.module.settings}
    for real, tolerance in ((numpy.float64, 1e-9), (numpy.float32, 1e-3)):
        given = {
            tensor.name: _typed(arrays[tensor.name], tensor.domain, real) for tensor in (*model.given, *plan.parameters)
        }
        before = {name: array.copy() for name, array in given.items()}
        params = {tensor.name: given[tensor.name] for tensor in plan.parameters} | settings
        *outputs, cache = compiled.forward(params, *(given[tensor.name] for tensor in plan.inputs))
        gradients = compiled.backward(params, cache, *(given[tensor.name] for tensor in plan.beside))
        found = {**dict(zip(made.outputs, outputs, strict=True)), **{f"dl/d{name}": g for name, g in gradients.items()}}
        assert set(gradients) == set(made.differentiable)
        right = [*map(made.network.value, made.outputs), *map(made.vjp, made.differentiable)]
        for derivation in right:
            array = found[derivation.quantity.name]
            expected = point.expression(derivation.result, derivation.quantity.indices, derivation.shape)
            assert array.dtype == real, derivation.quantity.name
            numpy.testing.assert_allclose(array, expected, rtol=tolerance, atol=tolerance)
        for name, array in given.items():
            assert numpy.array_equal(array, before[name]), f"{name} was overwritten"


def _typed(array: Any, domain: str, real: Any) -> Any:
    return numpy.asarray(array).astype(numpy.int64 if domain == "class" else real)


def test_every_option_is_one_of_a_layer() -> None:
    assert set(OPTIONS) <= set(LAYERS)
