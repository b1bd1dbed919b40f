"""The evidence ``descent``: gradient descent with the derived gradients lowers the loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy
from pydantic import Field

from answers.evidence.base import Evidence, Found
from answers.evidence.numbers import scientific
from answers.evidence.quoting import quoted_claim
from answers.kinds.item import Claim, Context, Verdict
from derive.derivation import Derivation
from numeric import evaluate
from numeric.sample import sample, sample_sizes

Arrays = dict[str, Any]


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
            "loss after gradient descent", "loss after gradient descent", "the loss before it", lambda: _lower(losses)
        )
        ends = quoted_claim("losses quoted", values, {"before": losses[0], "after": losses[-1]})
        return Found(values, (), (claim, ends))

    def _losses(self, context: Context) -> list[float]:
        network = context.network(self.network)
        sizes = sample_sizes(network.forward, self.seed)
        points = [sample(network.forward, self.seed + k, sizes) for k in range(self.samples)]
        learnt = {name: points[0][name] for name in network.parameters}
        data = [{name: array for name, array in point.items() if name not in learnt} for point in points]
        loss = network.value("l", written_out=False)
        # A gradient in numerator layout is the transpose of the parameter; its index form has the parameter's shape.
        gradients = {name: replace(network.gradient(name), layout="gradient") for name in learnt}
        losses = [_mean(loss, data, learnt)]
        for _ in range(self.steps):
            slopes = {name: _mean(gradient, data, learnt) for name, gradient in gradients.items()}
            learnt = {name: array - self.rate * slopes[name] for name, array in learnt.items()}
            losses.append(_mean(loss, data, learnt))
        return [float(value) for value in losses]


def _mean(derivation: Derivation, data: Sequence[Arrays], learnt: Arrays) -> Any:
    return numpy.mean([evaluate(derivation, one | learnt) for one in data], axis=0)


def _lower(losses: Sequence[float]) -> Verdict:
    """Whether every step lowered the loss; the error is the largest relative rise."""
    rise = max((after - before) / abs(before) for before, after in pairwise(losses))
    return Verdict(rise < 0, len(losses) - 1, max(rise, 0.0), 0.0)
