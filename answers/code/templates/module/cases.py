"""Cases for a ``module.py``: layers at random points, and what their forward definitions make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy

from answers.code.cases import SEQUENCE, SHAPES, Case, point, slopes, value
from derive.layer import Layer, layer
from derive.remembering import TRIALS

CONVOLUTIONS = (
    {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)},
    {"kernel_size": (2, 2), "stride": (1, 1), "padding": (0, 0)},
    {"kernel_size": (2, 3), "stride": (2, 3), "padding": (1, 2)},
)
POOLINGS = (
    {"kernel_size": (3, 2), "stride": (1, 1)},
    {"kernel_size": (2, 2), "stride": (2, 2)},
    {"kernel_size": (2, 3), "stride": (3, 2)},
)
"""Windows that overlap, that meet, and that leave gaps."""

CHANNELS = ({"N": 2, "C": 3}, {"N": 1, "C": 1}, {"N": 3, "C": 2})
OUTPUTS = (2, 3, 1)
SPACE = {"H": 6, "W": 5}
EXTREME = 1000.0


def cases(layers: tuple[str, ...], seed: int = 0, shapes: int = SHAPES) -> tuple[Case, ...]:
    """Cases for all layers, each at several shapes."""
    return tuple(case for number in range(shapes) for name in layers for case in _of_layer(name, number, seed + number))


@lru_cache(maxsize=TRIALS)
def _of_layer(name: str, number: int, seed: int) -> tuple[Case, ...]:
    return tuple(_cases(name, number, seed))


def _cases(name: str, number: int, seed: int) -> Iterator[Case]:
    channels = CHANNELS[number % len(CHANNELS)]
    if name == "Conv2d":
        shape, outputs = CONVOLUTIONS[number % len(CONVOLUTIONS)], OUTPUTS[number % len(OUTPUTS)]
        stride, padding = shape["stride"], shape["padding"]
        made = layer("Conv2d", outputs, shape["kernel_size"], stride=stride, padding=padding, batch="N")
        arguments = {"in_channels": channels["C"], "out_channels": outputs, **shape}
        yield _case(name, made, arguments, {**channels, **SPACE}, seed)
    elif name == "MaxPool2d":
        shape = POOLINGS[number % len(POOLINGS)]
        made = layer("MaxPool2d", shape["kernel_size"], stride=shape["stride"], batch="N")
        yield _case(name, made, shape, {**channels, **SPACE}, seed)
    else:
        yield _case(name, layer(name, batch="N"), {}, {"N": channels["N"]}, seed)
        if number == 0:
            yield _at_the_ends(name)


def _case(name: str, made: Layer, arguments: Mapping[str, Any], sizes: Mapping[str, int], seed: int) -> Case:
    model = made.network.forward
    given = point(model, seed, sizes)
    expected = {"y": value(model, given, "y"), **slopes(model, given, made.differentiable)}
    return Case(name, SEQUENCE, {"layer": name, "arguments": dict(arguments)}, given, expected, sizes=sizes)


def _at_the_ends(name: str) -> Case:
    """An activation of large inputs, of which only finite results are asked for."""
    ends = numpy.array([[EXTREME, -EXTREME]])
    settings = {"layer": name, "arguments": {}}
    given = {"z": ends, "dy": ends / EXTREME}
    return Case(
        f"{name} at |z| = {EXTREME:g}", SEQUENCE, settings, given, {"y": ends, "dz": ends}, finite=True, extreme=True
    )
