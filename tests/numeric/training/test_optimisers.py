from __future__ import annotations

from typing import Any

import numpy
import pytest

from numeric.training.optimisers import SGD, Adam, Optimiser

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.05), lambda p: torch.optim.SGD(p, 0.05)),
        (SGD(0.05, momentum=0.9), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
        (Adam(0.02), lambda p: torch.optim.Adam(p, 0.02)),
        (Adam(0.02, 0.8, 0.9, 1e-3), lambda p: torch.optim.Adam(p, 0.02, (0.8, 0.9), 1e-3)),
    ],
)
def test_every_step_is_that_of_pytorch(ours: Optimiser, theirs: Any) -> None:
    start = numpy.random.default_rng(0).normal(size=7)
    matrix = numpy.random.default_rng(1).normal(size=(7, 7))
    tensor = torch.tensor(start.copy(), requires_grad=True)
    optimiser = theirs([tensor])
    state = ours.start(start)
    for _ in range(25):
        optimiser.zero_grad()
        (torch.tensor(matrix) @ tensor).cosh().log().mean().backward()
        gradient = tensor.grad.numpy().copy()
        optimiser.step()
        ours.update(start, gradient, state, ours.learning_rate)
        assert numpy.allclose(start, tensor.detach().numpy(), rtol=1e-10, atol=1e-12)
