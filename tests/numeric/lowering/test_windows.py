"""Convolutions: a strided view of windows and one matrix product, against PyTorch."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy
import pytest

from derive import layer, network
from numeric.codegen import compile

CONVOLUTIONS: list[tuple[str, tuple[int, ...], tuple[int, ...], dict[str, int]]] = [
    ("Conv1d(J, 3)", (9,), (3,), {}),
    ("Conv1d(J, 2, stride=3, padding=1)", (10,), (2,), {"stride": 3, "padding": 1}),
    ("Conv2d(J, 3)", (7, 6), (3, 3), {}),
    ("Conv2d(J, (3, 2), stride=2, padding=1, dilation=2)", (9, 8), (3, 2), {"stride": 2, "padding": 1, "dilation": 2}),
    ("Conv2d(J, 2, stride=2)", (7, 7), (2, 2), {"stride": 2}),
]


@pytest.mark.parametrize(("name", "space", "kernel", "options"), CONVOLUTIONS)
@pytest.mark.parametrize("real", [numpy.float32, numpy.float64])
def test_convolutions(
    name: str, space: tuple[int, ...], kernel: tuple[int, ...], options: dict[str, int], real: Any
) -> None:
    torch = pytest.importorskip("torch")
    compiled = compile(layer(name, batch="B"))
    assert "sliding_window_view" in compiled.source
    generator = numpy.random.default_rng(0)
    z, weight = (generator.normal(size=shape).astype(real) for shape in ((2, 3, *space), (4, 3, *kernel)))
    params = {"weight": weight, "bias": generator.normal(size=4).astype(real)}
    y, cache = compiled.forward(params, z)
    leaves = [torch.tensor(array, requires_grad=True) for array in (z, weight, params["bias"])]
    expected = getattr(torch.nn.functional, f"conv{len(space)}d")(*leaves, **options)
    tolerance = 1e-4 if real is numpy.float32 else 1e-12
    numpy.testing.assert_allclose(y, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
    dy = generator.normal(size=y.shape).astype(real)
    gradients = compiled.backward(params, cache, dy)
    right = torch.autograd.grad(expected, leaves, torch.tensor(dy))
    for of, gradient in zip(("z", "weight", "bias"), right, strict=True):
        numpy.testing.assert_allclose(gradients[of], gradient.numpy(), rtol=tolerance, atol=tolerance)
        assert gradients[of].dtype == y.dtype == real


def test_two_convolutions_in_a_network() -> None:
    made = network("x:C×H×W -> Conv2d(J, 3) -> ReLU -> Conv2d(M, 2)", batch="B")
    assert compile(made).source.count("sliding_window_view") == 2


@pytest.mark.parametrize("samples", [1, 15, 16, 17, 33, 50])
def test_blocks_of_samples_add_up_to_the_whole_batch(samples: int) -> None:
    compiled = compile(layer("Conv2d(J, 3, padding=1)", batch="B"))
    assert "for block in blocks(B):" in compiled.source
    generator = numpy.random.default_rng(samples)
    z, dy = generator.normal(size=(samples, 2, 5, 4)), generator.normal(size=(samples, 3, 5, 4))
    params = {"weight": generator.normal(size=(3, 2, 3, 3)), "bias": generator.normal(size=3)}
    _, cache = compiled.forward(params, z)
    whole = compiled.backward(params, cache, dy)
    total = {"weight": numpy.zeros((3, 2, 3, 3)), "bias": numpy.zeros(3)}
    for sample in range(samples):
        one = slice(sample, sample + 1)
        _, cache = compiled.forward(params, z[one])
        alone = compiled.backward(params, cache, dy[one])
        numpy.testing.assert_allclose(whole["z"][one], alone["z"], rtol=1e-12, atol=1e-12)
        total = {name: value + alone[name] for name, value in total.items()}
    for name, value in total.items():
        numpy.testing.assert_allclose(whole[name], value, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("channels", "outputs"), [(3, 16), (32, 64)])
def test_memory_of_the_backward_pass_is_at_most_twice_the_activations(channels: int, outputs: int) -> None:
    compiled = compile(layer("Conv2d", "J", 3, batch="B"))
    z = numpy.ones((32, channels, 32, 32), numpy.float32)
    params = {
        "weight": numpy.ones((outputs, channels, 3, 3), numpy.float32),
        "bias": numpy.ones(outputs, numpy.float32),
    }
    y, cache = compiled.functions["forward"](params, z)
    tracemalloc.start()
    gradients = compiled.functions["backward"](params, cache, y)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most - sum(gradient.nbytes for gradient in gradients.values()) <= 2 * z.nbytes
