"""Optimisers on one vector of all parameters, updated in place. Their definitions are those of PyTorch's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy

from numeric.arrays.axes import Array

State = dict[str, Array]


class Optimiser(Protocol):
    """A rule that moves parameters against a gradient, with arrays that it keeps from step to step."""

    @property
    def learning_rate(self) -> float:
        """The learning rate of the first epoch."""

    @property
    def weight_decay(self) -> float:
        """The factor of the weights that is added to their gradients: L2 regularisation."""

    def start(self, parameters: Array) -> State:
        """What it keeps, before the first step."""

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        """One step; ``parameters`` and ``state`` are changed in place."""


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent: v = momentum·v + gradient, parameters −= rate·v."""

    learning_rate: float
    momentum: float = 0.0
    weight_decay: float = 0.0

    def start(self, parameters: Array) -> State:
        return {"velocity": numpy.zeros_like(parameters)} if self.momentum else {}

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        if not self.momentum:
            parameters -= rate * gradient
            return
        velocity = state["velocity"]
        velocity *= self.momentum
        velocity += gradient
        parameters -= rate * velocity


@dataclass(frozen=True)
class Adam:
    """Kingma and Ba, *Adam: A Method for Stochastic Optimization*, algorithm 1."""

    learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def start(self, parameters: Array) -> State:
        zero = numpy.zeros_like(parameters)
        return {"mean": zero, "square": zero.copy(), "steps": numpy.zeros(())}

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        mean, square = state["mean"], state["square"]
        state["steps"] += 1
        steps = float(state["steps"])
        mean += (1 - self.beta1) * (gradient - mean)
        square *= self.beta2
        square += (1 - self.beta2) * gradient * gradient
        scale = rate / (1 - self.beta1**steps)
        parameters -= scale * mean / (numpy.sqrt(square / (1 - self.beta2**steps)) + self.epsilon)
