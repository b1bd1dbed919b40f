"""Layers by themselves, with the upstream gradient dy."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from derive import layer
from numeric import evaluate
from numeric.codegen import compile
from numeric.sampling.points import sample

LAYERS = ["Linear(d)", "Softmax", "LogSoftmax", "LayerNorm", "RMSNorm", "PReLU"]


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("real", [numpy.float64, numpy.float32])
def test_layers(name: str, real: Any) -> None:
    made = layer(name, batch="B")
    compiled = compile(made)
    arrays = sample(made.network.forward, seed=1)
    params = {tensor.name: numpy.asarray(arrays[tensor.name], dtype=real) for tensor in compiled.plan.parameters}
    y, cache = compiled.forward(params, arrays["z"].astype(real))
    assert y.dtype == real
    gradients = compiled.backward(params, cache, arrays["dy"].astype(real))
    assert set(gradients) == set(made.differentiable)
    tolerance = 1e-9 if real is numpy.float64 else 1e-4
    for gradient_of, gradient in gradients.items():
        assert gradient.dtype == real
        expected = evaluate(made.vjp(gradient_of), arrays)
        numpy.testing.assert_allclose(gradient, expected, rtol=tolerance, atol=tolerance)
