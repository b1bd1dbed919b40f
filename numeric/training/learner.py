"""A network that is ready for its data: compiled, with the sizes, targets and predictions that the data ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from sympy import Expr

from derive.conventions import USUAL, Conventions
from derive.forward import Tensor
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.codegen import Compiled
from numeric.data.dataset import Samples
from numeric.measuring.point import Point
from numeric.training.metrics import METRICS, measured

CHUNK = 1000
"""How many samples are predicted at once."""


@dataclass(frozen=True, eq=False)
class Learner:
    """A network on batches of a dataset, with the shapes of its parameters and the ``constants`` that it is given.

    With one output and two classes, ``threshold`` is the output above which class 1 is predicted.
    """

    network: Network
    compiled: Compiled
    shapes: Mapping[str, tuple[int, ...]]
    constants: Mapping[str, Any]
    outputs: int
    classes: int | None
    threshold: float = 0.5

    def inputs(self, samples: Samples) -> Array:
        """The inputs (N, ...) in the shape that the network reads."""
        return reshaped(samples.x, self._input.shape[1:], self.network.conventions)

    def targets(self, samples: Samples) -> Array:
        """The targets as the loss reads them: class numbers (N,), one-hot rows, 0 and 1 (N, 1), or real numbers."""
        if self.classes is None or self._class_targets:
            return samples.y
        if self.outputs == 1:
            return samples.y[:, None].astype(samples.x.dtype)
        return numpy.eye(self.outputs, dtype=samples.x.dtype)[samples.y]

    def predict(self, parameters: Mapping[str, Array], samples: Samples) -> Array:
        """The outputs (N, K) of the network."""
        forward, given, x = self.compiled.functions["forward"], {**parameters, **self.constants}, self.inputs(samples)
        return numpy.concatenate([forward(given, x[start : start + CHUNK])[0] for start in range(0, len(x), CHUNK)])

    def decide(self, outputs: Array) -> Array:
        """The class numbers (N,) that outputs stand for; the outputs themselves of a regression."""
        if self.classes is None:
            return outputs
        return (outputs[:, 0] > self.threshold).astype(int) if self.outputs == 1 else outputs.argmax(axis=1)

    def loss(self, parameters: Mapping[str, Array], samples: Samples) -> float:
        """The mean loss of the samples, without the penalty of a weight decay."""
        given, x, y = {**parameters, **self.constants}, self.inputs(samples), self.targets(samples)
        total = 0.0
        for start in range(0, len(x), CHUNK):
            _, cache = self.compiled.functions["forward"](given, x[start : start + CHUNK])
            here = y[start : start + CHUNK]
            total += float(self.compiled.functions["loss"](given, cache, here)) * len(here)
        return total / len(x)

    def measure(self, name: str, parameters: Mapping[str, Array], samples: Samples, unit: float = 1.0) -> float:
        """A metric of the predictions."""
        outputs = self.predict(parameters, samples)
        if METRICS[name].of_classes:
            return measured(name, self.decide(outputs), samples.y)
        return measured(name, outputs, self.targets(samples), unit)

    def point(self, parameters: Mapping[str, Array], samples: Samples) -> Point:
        """The forward definition at these samples, which knows nothing of the generated code."""
        given = {self._input.name: self.inputs(samples), self._target.name: self.targets(samples)}
        return Point(self.network.forward, {**parameters, **self.constants, **given})

    @property
    def _input(self) -> Tensor:
        return self.compiled.plan.inputs[0]

    @property
    def _target(self) -> Tensor:
        return self.compiled.plan.beside[0]

    @property
    def _class_targets(self) -> bool:
        return self._target.domain == "class"


def reshaped(x: Array, shape: Sequence[Expr], conventions: Conventions = USUAL) -> Array:
    """Inputs (N, ...) as the network reads them, if it says so in numbers: rows of pixels as images.

    Data have the channels of images first; a network may have them last.
    """
    numbers = [int(length) for length in shape if length.is_Integer]
    if len(numbers) < len(shape):
        return x
    if conventions.channels == "last" and len(numbers) > 1:
        return numpy.moveaxis(x.reshape(len(x), numbers[-1], *numbers[:-1]), 1, -1)
    return x.reshape(len(x), *numbers)
