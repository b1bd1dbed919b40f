"""Layers of a user's own whose reads have no form in NumPy: gathered at their index form, and right."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from derive import layer
from derive.expression.symbols import size
from derive.layers import LayerDefinition
from numeric import compile
from numeric.measuring.point import Point
from numeric.sampling.points import sample, sample_sizes

VECTORS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "a diagonal": ("y[i] = weight[i,i]*z[i]", {"weight": ("n", "n")}),
    "neighbours, 0 at the ends": ("y[i] = z[i - 1] - 2*z[i] + z[i + 1]", {}),
    "in turn": ("y[i] = z[mod(2*i, n)]", {"y": ("n",)}),
    "the other way round": ("y[i] = weight[n - 1 - i]*z[i]", {"weight": ("n",)}),
    "every element but one": ("y[i] = sum[j] z[j]*[i != j]", {"y": ("n",)}),
    "a triangle": ("y[i] = sum[j] weight[i,j]*z[j]*[j <= i]", {"weight": ("n", "n")}),
    "differences of all pairs": ("y[i,j] = weight[i]*(z[i] - z[j])^2", {"weight": ("n",), "y": ("n", "n")}),
    "values that are repeated": ("y[i] = z[floor(i/2)]", {"y": ("2*n",)}),
    "a convolution that is cut off": ("y[i] = sum[m] weight[m]*z[i - m]", {"weight": ("k",), "y": ("n",)}),
    "an outer window": ("y[i,m] = weight[i]*z[i + m]", {"weight": ("n",), "y": ("n", "3")}),
    "counted": ("y[i] = i*z[i]", {"y": ("n",)}),
}


@pytest.mark.parametrize("name", VECTORS)
def test_forward_and_backward(name: str) -> None:
    equations, shapes = VECTORS[name]
    parameters = {"weight": "W"} if "weight" in shapes else {}
    definition = LayerDefinition(
        name="Own",
        equations=equations,
        axes=("n",),
        shapes=shapes,
        parameters=parameters,
        sizes={"k": size("k")} if "k" in str(shapes) else {},
    )
    made = layer(definition, batch="B")
    compiled = compile(made)
    arrays, sizes = sample(made.network.forward, seed=2), sample_sizes(made.network.forward, seed=2)
    point = Point(made.network.forward, arrays, sizes)
    for real, tolerance in ((numpy.float64, 1e-10), (numpy.float32, 1e-3)):
        params: dict[str, Any] = {t.name: arrays[t.name].astype(real) for t in compiled.plan.parameters}
        params |= {name: sizes[symbol] for name, symbol in compiled.arguments.settings.items()}
        y, cache = compiled.forward(params, arrays["z"].astype(real))
        gradients = compiled.backward(params, cache, arrays["dy"].astype(real))
        found = {"y": y, **{f"dl/d{name}": gradient for name, gradient in gradients.items()}}
        for derivation in (made.network.value("y"), *map(made.vjp, made.differentiable)):
            array = found[derivation.quantity.name]
            expected = point.expression(derivation.result, derivation.quantity.indices, derivation.shape)
            assert array.dtype == real
            numpy.testing.assert_allclose(array, expected, rtol=tolerance, atol=tolerance)
