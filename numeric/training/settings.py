"""How a network is trained: everything that the result depends on besides the network and the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from numeric.training.initialise import Scheme
from numeric.training.metrics import MetricName
from numeric.training.optimisers import Optimiser


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters of a training.

    The learning rate is multiplied by ``decay`` after every ``decay_every`` epochs. ``sizes`` are those of the
    network that the data do not give. ``class_weights`` are for a loss that has them: ``balanced`` weighs a
    class by the inverse of its share.
    """

    optimiser: Optimiser
    epochs: int
    batch_size: int
    decay: float = 1.0
    decay_every: int = 1
    seed: int = 0
    metrics: tuple[MetricName, ...] = ()
    initialisation: Scheme = "auto"
    precision: Literal["float32", "float64"] = "float64"
    sizes: Mapping[str, int] = field(default_factory=dict)
    class_weights: tuple[float, ...] | Literal["balanced"] = "balanced"

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0."""
        return self.optimiser.learning_rate * self.decay ** (epoch // self.decay_every)
