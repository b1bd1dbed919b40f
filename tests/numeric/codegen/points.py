"""Random arrays for compiled networks, and their gradients by differences of the forward rows."""

from __future__ import annotations

from typing import Any

import numpy

from derive.network import Network
from numeric.arrays.axes import Array
from numeric.codegen import Compiled
from numeric.expression.forward import forward
from numeric.sampling.points import sample, sample_sizes

STEP = 1e-6


def arguments(
    compiled: Compiled, arrays: dict[str, Array], real: Any, seed: int | None = None
) -> tuple[dict[str, Any], list[Array]]:
    """The parameters, and the inputs and targets in order, with real numbers of the given type.

    With the seed of a sample its sizes that no array shows are among the parameters.
    """
    plan = compiled.plan
    params: dict[str, Any] = {tensor.name: numpy.asarray(arrays[tensor.name], dtype=real) for tensor in plan.parameters}
    if seed is not None:
        sizes = sample_sizes(plan.model, seed)
        params |= {name: sizes[size] for name, size in compiled.arguments.settings.items()}
    kinds = {tensor.name: numpy.int64 if tensor.domain == "class" else real for tensor in plan.model.given}
    tensors = (*plan.inputs, *plan.beside)
    return params, [numpy.asarray(arrays[tensor.name], dtype=kinds[tensor.name]) for tensor in tensors]


def along_a_direction(network: Network, arrays: dict[str, Array], directions: dict[str, Array]) -> float:
    """The derivative of the loss along directions of the parameters, by central differences."""
    moved = [
        forward(network.forward, arrays | {name: arrays[name] + sign * STEP * directions[name] for name in directions})
        for sign in (1, -1)
    ]
    return float(moved[0]["l"] - moved[1]["l"]) / (2 * STEP)


def assert_compiled(compiled: Compiled, network: Network, real: Any, tolerance: float) -> None:
    """The loss is that of the forward rows, and the gradients are its differences; nothing changes its type."""
    arrays = sample(network.forward, seed=3)
    params, others = arguments(compiled, arrays, real)
    before = [array.copy() for array in (*params.values(), *others)]
    loss, gradients = compiled.loss_and_gradients(params, *others)
    expected = float(forward(network.forward, arrays)["l"])
    assert abs(loss - expected) <= tolerance * (1 + abs(expected))
    assert loss.dtype == real
    assert set(gradients) == set(network.parameters)
    generator = numpy.random.default_rng(5)
    for name, gradient in gradients.items():
        assert gradient.dtype == real, name
        assert gradient.shape == arrays[name].shape, name
        directions = {name: generator.normal(size=arrays[name].shape)}
        slope = along_a_direction(network, arrays, directions)
        scale = 1 + numpy.abs(gradient * directions[name]).sum()
        assert abs((gradient * directions[name]).sum() - slope) <= max(tolerance, 1e-7) * scale, name
    for old, new in zip(before, (*params.values(), *others), strict=True):
        assert numpy.array_equal(old, new)
