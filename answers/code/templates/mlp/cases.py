"""Cases for an ``mlp.py``: random inputs and parameters, and what the forward definition makes of them.

The gradients that are expected are measured on the forward definition by the complex step, which has no
error of truncation or cancellation; no formula that the solution is generated from enters them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy
from numpy.random import Generator

from answers.code.cases import SEQUENCE, SHAPES, Array, Case
from answers.code.templates.mlp.options import BATCH, NETWORK, MlpOptions
from answers.errors import HomeworkContentError
from derive.building.language import parse_stage
from derive.expression import symbols
from derive.forward import Forward, Tensor
from derive.layers import LOSS
from derive.network import Network, network
from derive.remembering import LIBRARY
from numeric.expression.forward import forward
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import DOMAINS

PARAMETERS = ("W1", "b1", "W2", "b2")
GAINS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003)
"""Sizes of the last layer's weights, tried until the predictions are in the range of the loss."""

CENTRES = (0.5, 0.1, 0.02)
"""Biases of the last layer, tried in the same way."""

UNIT_RANGE = (0.05, 0.95)
EXTREME = 1000.0


def cases(options: MlpOptions, seed: int = 0, shapes: int = SHAPES) -> tuple[Case, ...]:
    """Cases for all pairs of activations and all losses, each at several shapes."""
    generator = numpy.random.default_rng(seed)
    found: list[Case] = []
    for sizes in _shapes(generator, shapes):
        for f in options.activations:
            for g in options.activations:
                for loss in options.losses:
                    found += _at_point(options, (f, g, loss), sizes, generator)
    return (*found, *_extremes(options))


def _shapes(generator: Generator, count: int) -> Iterator[dict[str, int]]:
    """Sizes that differ from each other; every second shape has one output, every third one sample."""
    for number in range(count):
        sizes = dict(zip((BATCH, "n", "d", "K"), map(int, generator.permutation(numpy.arange(2, 7))), strict=False))
        if number % 2 == 1:
            sizes["K"] = 1
        if number % 3 == 2:
            sizes[BATCH] = 1
        yield sizes


@lru_cache(maxsize=LIBRARY)
def _model(f: str, g: str, loss: str, reduction: Literal["mean", "sum"]) -> Network:
    return network(NETWORK.format(f=f, g=g), loss, batch=BATCH, reduction=reduction)


def _at_point(
    options: MlpOptions, names: tuple[str, str, str], sizes: Mapping[str, int], generator: Generator
) -> Iterator[Case]:
    f, g, loss = names
    model = _model(options.activations[f], options.activations[g], options.losses[loss], options.reduction).forward
    given = _point(options.losses[loss], _shapes_of(model.tensors, sizes), generator, model)
    values = forward(model, given)
    slopes = {f"dJd{name}": _measured(model, given, "l", name) for name in ("y_hat", *PARAMETERS)}
    label = f"f = {f}, g = {g}"
    settings = {"f": f, "g": g, "loss": loss}
    # The course tests where a training gets to; the gradient by y_hat is on the way, and a piece of its own.
    by_y_hat = {"dJdy_hat": slopes.pop("dJdy_hat")}
    trained = {"y_hat": values["y_hat"], "loss": values["l"], **slopes}
    yield Case(f"{label}, {loss}", SEQUENCE, settings, given, trained, sizes=sizes)
    alone = {"y": given["y"], "y_hat": values["y_hat"]}
    yield Case(loss, "loss", settings, alone, {"loss": values["l"], **by_y_hat}, sizes=sizes)
    if loss == next(iter(options.losses)):
        upstream = generator.normal(size=values["y_hat"].shape)
        jacobians = {name: _measured(model, given, "y_hat", name) for name in PARAMETERS}
        expected = {f"dJd{name}": numpy.tensordot(upstream, slope, 2) for name, slope in jacobians.items()}
        yield Case(label, "backward", settings, {**given, "dJdy_hat": upstream}, expected, sizes=sizes)


def _measured(model: Forward, given: Mapping[str, Array], numerator: str, denominator: str) -> Array:
    return jacobian_by_differences(model, given, numerator, denominator, method="complex")


def _shapes_of(tensors: Mapping[str, Tensor], sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    values = {symbols.size(name): number for name, number in sizes.items()}
    return {name: tuple(int(length.subs(values)) for length in tensor.shape) for name, tensor in tensors.items()}


def _point(loss: str, shapes: Mapping[str, tuple[int, ...]], generator: Generator, model: Forward) -> dict[str, Array]:
    """Random values; for a loss of probabilities, parameters at which the predictions are probabilities."""
    unit = LOSS[parse_stage(loss).name].prediction in ("unit", "simplex")
    target = model.tensors["y"]
    given = {name: generator.normal(size=shapes[name]) for name in ("x", *PARAMETERS)}
    given["y"] = DOMAINS[target.domain](generator, (*shapes["y"], 1))[..., 0]
    if not unit:
        return given
    weight, bias = given["W2"], given["b2"]
    for gain, centre in product(GAINS, CENTRES):
        given["W2"], given["b2"] = gain * centre * weight, centre * (1 + bias / 5)
        y_hat = forward(model, given)["y_hat"]
        if y_hat.min() > UNIT_RANGE[0] and y_hat.max() < UNIT_RANGE[1]:
            return given
    raise HomeworkContentError(
        f"{loss} takes probabilities, and no parameters were found that make the network give them"
    )


def _extremes(options: MlpOptions) -> Iterator[Case]:
    """Large inputs of each activation, and certain predictions where a loss takes probabilities."""
    one, none = numpy.ones((1, 1)), numpy.zeros(1)
    for name in options.activations:
        given = {"x": numpy.array([[EXTREME], [-EXTREME]]), "W1": one, "b1": none, "W2": one / EXTREME, "b2": none}
        upstream = numpy.ones((2, 1))
        yield Case(
            f"f = {name} at |z1| = {EXTREME:g}",
            "backward", {"f": name, "g": name},
            {**given, "dJdy_hat": upstream},
            {f"dJd{parameter}": given[parameter] for parameter in PARAMETERS},
            finite=True, extreme=True,
        )  # fmt: skip
    corners = numpy.array([[0.0], [0.0], [1.0], [1.0]])
    for name, loss in options.losses.items():
        if LOSS[parse_stage(loss).name].prediction == "unit":
            given = {"y": corners, "y_hat": corners[[0, 2, 1, 3]]}
            expected = {"loss": numpy.zeros(()), "dJdy_hat": corners}
            yield Case(f"{name} at y_hat = 0 and 1", "loss", {"loss": name}, given, expected, finite=True, extreme=True)
