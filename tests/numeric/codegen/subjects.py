"""What the tests of targets and exports compile: every layer of the catalogue, every activation and every loss."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from answers.homework.load import load
from answers.kinds.layer import LayerPage
from derive import layer, network
from derive.layer import Layer
from derive.layers import ACTIVATION, LOSS
from derive.network import Network
from numeric.codegen import CompileError, compile

BEHIND = {"unit": "Sigmoid", "simplex": "Softmax", "log_simplex": "LogSoftmax", "real": "Identity"}

WITH_NUMBERS = [
    "Conv1d(J, 2, stride=3, padding=1)",
    "Conv2d(J, (3, 2), stride=2, padding=1, dilation=2)",
    "Conv2d(J, 3, groups=2)",
    "ConvTranspose2d(J, 3, stride=2, padding=1)",
    "MaxPool2d(2)",
    "MaxPool2d(3, stride=2, padding=1)",
    "MaxPool2d((3, 1), padding=(1, 0))",
    "AvgPool2d(2)",
    "ReLU",
]


def _catalogue() -> dict[str, tuple[str, dict[str, Any]]]:
    """The layers of the bundled catalogue with the hyper-parameters that it gives them, which they are called by.

    Their parameters have the names of the catalogue, which are no part of what they are called.
    """
    parts = load("layers").homework.parts()
    pages = [item for part in parts for item in part.answer if isinstance(item, LayerPage)]
    return {
        " ".join([page.layer.split()[0], *(f"{key}={value}" for key, value in page.options.items())]): (
            page.layer,
            page.options,
        )
        for page in pages
    }


CATALOGUE = _catalogue()
LAYERS = [*CATALOGUE, *WITH_NUMBERS]
LOSSES = [name + kind for name in LOSS for kind in ("", "(class)") if not kind or LOSS[name].class_equations]


@cache
def layer_subject(name: str) -> Layer:
    """A layer of ``LAYERS`` on a batch; skips the test if there is no generated code for it."""
    plain, options = CATALOGUE.get(name, (name, {}))
    return _compiled(layer(plain, batch="B", **options))


@cache
def activation_subject(name: str) -> Network:
    """A network with this activation."""
    return network(f"x:n -> Linear(d) -> {name} -> Linear(K)", loss="MSE", batch="B")


@cache
def loss_subject(name: str) -> Network:
    """A network with this loss."""
    last = BEHIND.get(LOSS[name.removesuffix("(class)")].prediction, "Identity")
    return network(f"x:n -> Linear(d) -> Tanh -> Linear(K) -> {last}", loss=name, batch="B")


ACTIVATIONS = sorted(ACTIVATION)

SOME_LAYERS = [
    "LayerNorm",
    "Conv2d(J, (3, 2), stride=2, padding=1, dilation=2)",
    "BatchNorm2d training=False",
    "Attention",
    "Dropout",
    "PReLU",
    "LSTMCell hidden=H",
    "Embedding rows=V dimension=d",
    "MaxPool2d(3, stride=2, padding=1)",
]
SOME_ACTIVATIONS = ["GELU", "SiLU"]
SOME_LOSSES = ["SoftmaxCrossEntropy(class)", "BCEWithLogits", "Huber", "MSE"]
"""Some of each kind, for what is the same for all of them."""

FEW = ("LayerNorm", "MaxPool2d(3, stride=2, padding=1)", "Embedding rows=V dimension=d", "SoftmaxCrossEntropy(class)")
"""What JAX, which compiles every operation for every shape, is tried on with every change."""


compiled_for_numpy = cache(compile)
"""The functions of a layer or a network for NumPy, written once for all tests of a process."""


def _compiled(made: Layer) -> Layer:
    try:
        compiled_for_numpy(made)
    except CompileError as error:
        pytest.skip(str(error))
    return made
