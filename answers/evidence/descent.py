"""The evidence ``descent``: gradient descent with the derived gradients lowers the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Literal

import numpy
from pydantic import Field

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Claim, Context
from answers.contract.methods import LOSS_BEFORE
from answers.latex.numbers import scientific
from derive.forward import Tensor
from numeric import compile
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison
from numeric.sampling.points import sample, sample_sizes


class Descent(Evidence):
    """``before`` and ``after``: the mean loss over random samples, ``steps`` updates apart."""

    kind: Literal["descent"]
    network: str
    rate: float = Field(0.05, gt=0)
    steps: int = Field(20, ge=1)
    samples: int = Field(8, ge=1)
    seed: int = 0

    def find(self, context: Context) -> Found:
        losses = self._losses(context)
        values = {
            "before": scientific(losses[0], 3),
            "after": scientific(losses[-1], 3),
            "rate": f"{self.rate:g}",
            "steps": str(self.steps),
            "samples": str(self.samples),
        }
        claim = Claim(
            "loss after gradient descent", "loss after gradient descent", (LOSS_BEFORE,), lambda: _lower(losses)
        )
        ends = quoted_claim("losses quoted", values, {"before": losses[0], "after": losses[-1]})
        return Found(values, (), (claim, ends))

    def _losses(self, context: Context) -> list[float]:
        network = context.network(self.network)
        sizes = sample_sizes(network.forward, self.seed)
        points = [sample(network.forward, self.seed + k, sizes) for k in range(self.samples)]
        step = compile(network)
        params = {tensor.name: points[0][tensor.name] for tensor in step.plan.parameters}
        data = [_together(tensor, points) for tensor in (*step.plan.inputs, *step.plan.beside)]
        losses = []
        for _ in range(self.steps):
            loss, slopes = step.loss_and_gradients(params, *data)
            losses.append(float(loss))
            params |= {name: params[name] - self.rate * slopes[name] for name in network.parameters}
        loss, _ = step.loss_and_gradients(params, *data)
        return [*losses, float(loss)]


def _together(tensor: Tensor, points: Sequence[Mapping[str, Array]]) -> Array:
    """What all points bring for an input or a target, as one batch."""
    arrays = [numpy.asarray(point[tensor.name]) for point in points]
    batch = numpy.concatenate(arrays) if arrays[0].ndim == len(tensor.shape) else numpy.stack(arrays)
    return batch.astype(numpy.int64) if tensor.domain == "class" else batch


def _lower(losses: Sequence[float]) -> Comparison:
    """Whether every step lowered the loss; the error is the largest relative rise."""
    rise = max((after - before) / abs(before) for before, after in pairwise(losses))
    return Comparison(0.0 if rise < 0 else rise or inf, 0.0, len(losses) - 1)
