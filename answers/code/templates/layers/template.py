"""The template ``layers``: functions for fully connected, ReLU and softmax layers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import numpy
from pydantic import Field

from answers.code.assignment import Assignment
from answers.code.cases import SEQUENCE, SHAPES, Case, point, slopes, value
from answers.code.programming import Programming
from answers.code.rendering import render
from answers.code.templates.layers.lines import layer_lines
from answers.contract.methods import ALL_LAYERS, DIFFERENCES
from derive.conventions import USUAL, Conventions, Weights
from derive.layer import Layer, layer
from derive.remembering import TRIALS

SIZES = ({"N": 4, "inputs": 5, "outputs": 3}, {"N": 1, "inputs": 2, "outputs": 4}, {"N": 3, "inputs": 1, "outputs": 2})
NAMES = {"z": "x", "weight": "W", "bias": "b"}
EXTREME = 1000.0


class LayersFile(Programming):
    """A file ``layers.py`` with a function forward and one backward for each layer, in NumPy."""

    template: Literal["layers"] = Field(default="layers", description="layers.py: functions of three layers")
    title: str = Field(default="Layers of a classifier, from scratch", description="the first line of the file")

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        return (
            Assignment(
                file="layers.py",
                skeleton=layers_file(self, conventions.weights, solved=False),
                solution=layers_file(self, conventions.weights),
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, weights=conventions.weights),
                quantities=("y", "dx", "dW", "db"),
                examples={
                    "test_layers.py": render(
                        "layers/test_layers.py.j2", inputs_first=conventions.weights == "(in, out)"
                    )
                },
                methods=(DIFFERENCES, ALL_LAYERS),
            ),
        )


def layers_file(options: LayersFile, weights: Weights = USUAL.weights, *, solved: bool = True) -> str:
    """The ``layers.py``, by default the reference."""
    given = {"inputs_first": weights == "(in, out)", "lines": layer_lines(weights)}
    return render("layers/layers.py.j2", options=options, solved=solved, **given)


def cases(seed: int = 0, shapes: int = SHAPES, weights: Weights = USUAL.weights) -> tuple[Case, ...]:
    """Cases for all layers, each at several shapes."""
    return tuple(case for number in range(shapes) for case in _at_shape(number, seed + number, weights))


@lru_cache(maxsize=TRIALS)
def _at_shape(number: int, seed: int, weights: Weights) -> tuple[Case, ...]:
    sizes = SIZES[number % len(SIZES)]
    made = {
        "fc": layer("Linear", sizes["outputs"], batch="N", conventions={"weights": weights}),
        "relu": layer("ReLU", batch="N"),
        "softmax": layer("Softmax", batch="N"),
    }
    found = [_case(name, one, {"N": sizes["N"], "inputs": sizes["inputs"]}, seed) for name, one in made.items()]
    return (*found, *_at_the_ends()) if number == 0 else tuple(found)


def _case(name: str, made: Layer, sizes: dict[str, int], seed: int) -> Case:
    model = made.network.forward
    (axis,) = (length.name for length in model.tensors["z"].shape[1:])
    given = point(model, seed, {"N": sizes["N"], axis: sizes["inputs"]})
    expected = {"y": value(model, given, "y")}
    expected |= {f"d{NAMES[tensor]}": slopes(model, given, [tensor])[f"d{tensor}"] for tensor in made.differentiable}
    renamed = {NAMES.get(tensor, tensor): array for tensor, array in given.items()}
    return Case(name, SEQUENCE, {"layer": name}, renamed, expected, sizes=sizes)


def _at_the_ends() -> Iterator[Case]:
    """Softmax of large scores: its value is known there, although the definition overflows."""
    scores = numpy.array([[EXTREME, -EXTREME, EXTREME], [EXTREME, 0.0, -EXTREME], [-EXTREME, -EXTREME, -EXTREME]])
    known = numpy.array([[0.5, 0.0, 0.5], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    given = {"x": scores, "dy": numpy.ones_like(scores)}
    label = f"softmax of scores of {EXTREME:g}"
    yield Case(label, SEQUENCE, {"layer": "softmax"}, given, {"y": known, "dx": numpy.zeros_like(scores)}, extreme=True)
