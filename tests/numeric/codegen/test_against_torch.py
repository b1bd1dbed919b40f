"""Layers with hyper-parameters that Hypothesis draws, against PyTorch in float64 and, loosely, in float32."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as draw

from derive import layer
from numeric import Compiled, compile
from tests.examples import examples

torch = pytest.importorskip("torch")
functional = torch.nn.functional

FEW = examples(8)
Function = Callable[..., Any]
Sides = tuple[int, int]


@cache
def compiled_layer(text: str) -> Compiled:
    return compile(layer(text, batch="B"))


def agree(text: str, arrays: Mapping[str, Any], function: Function, **numbers: Any) -> None:
    """The layer and the function of PyTorch give the same outputs and gradients; ``arrays`` has z first."""
    compiled = compiled_layer(text)
    for real, tolerance in ((numpy.float64, 1e-9), (numpy.float32, 5e-4)):
        cast = {name: _typed(array, real) for name, array in arrays.items()}
        inputs = [cast[tensor.name] for tensor in compiled.plan.inputs]
        params = {tensor.name: cast[tensor.name] for tensor in compiled.plan.parameters if tensor.name in cast}
        y, cache = compiled.forward(params | numbers, *inputs)
        leaves = {name: _leaf(array) for name, array in cast.items()}
        expected = function(**leaves)
        numpy.testing.assert_allclose(y, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
        dy = numpy.random.default_rng(1).normal(size=y.shape).astype(real)
        gradients = compiled.backward(params | numbers, cache, dy)
        right = torch.autograd.grad(expected, [leaves[name] for name in gradients], torch.tensor(dy))
        for (name, gradient), wanted in zip(gradients.items(), right, strict=True):
            assert gradient.dtype == y.dtype == real
            numpy.testing.assert_allclose(gradient, wanted.numpy(), rtol=tolerance, atol=tolerance, err_msg=name)


def _typed(array: Any, real: Any) -> Any:
    return array if array.dtype.kind == "i" else array.astype(real)


def _leaf(array: Any) -> Any:
    return torch.tensor(array, requires_grad=array.dtype.kind == "f")


def normal(*shape: int) -> Any:
    return numpy.random.default_rng(sum(shape)).normal(size=shape)


small = draw.integers(1, 3)


@FEW
@given(small, small, draw.integers(0, 2), small, small, draw.integers(1, 2), draw.booleans())
def test_convolutions(
    kernel: int, stride: int, padding: int, dilation: int, groups: int, per_group: int, by_name: bool
) -> None:
    length = 8
    assume(dilation * (kernel - 1) + 1 <= length + 2 * padding)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    written = {"stride": "s", "padding": "p", "dilation": "q"} if by_name else options
    given_by_name = {"s": stride, "p": padding, "q": dilation} if by_name else {}
    text = f"Conv2d({groups * 2}, ({kernel}, 2), {', '.join(f'{k}={v}' for k, v in written.items())}, groups={groups})"
    arrays = {
        "z": normal(2, groups * per_group, length, length + 1),
        "weight": normal(groups * 2, per_group, kernel, 2),
        "bias": normal(groups * 2),
    }
    agree(
        text,
        arrays,
        lambda z, weight, bias: functional.conv2d(z, weight, bias, **options, groups=groups),
        **given_by_name,
    )


@FEW
@given(small, small, draw.integers(0, 1))
def test_transposed_convolutions(kernel: int, stride: int, padding: int) -> None:
    assume(stride * 3 - 2 * padding + kernel > stride)
    arrays = {"z": normal(2, 3, 4), "weight": normal(3, 2, kernel), "bias": normal(2)}
    text = f"ConvTranspose1d(2, {kernel}, stride={stride}, padding={padding})"
    agree(
        text,
        arrays,
        lambda z, weight, bias: functional.conv_transpose1d(z, weight, bias, stride=stride, padding=padding),
    )


@examples(24)
@given(small, draw.integers(1, 3), draw.integers(0, 2), draw.integers(1, 3), draw.integers(0, 2), draw.booleans())
def test_transposed_convolutions_with_numbers_given_later(
    kernel: int, stride: int, padding: int, dilation: int, behind: int, stride_too: bool
) -> None:
    """More may come behind than the padding takes off, so that no window reaches there."""
    assume(behind < max(stride, dilation))
    assume(3 * stride - 2 * padding + dilation * (kernel - 1) + behind >= 0)
    arrays = {"z": normal(2, 3, 4), "weight": normal(3, 2, kernel), "bias": normal(2)}
    numbers = {"p": padding, "d": dilation, "q": behind} | ({"s": stride} if stride_too else {})
    agree(
        f"ConvTranspose1d(2, k, stride={'s' if stride_too else stride}, padding=p, dilation=d, output_padding=q)",
        arrays,
        lambda z, weight, bias: functional.conv_transpose1d(
            z, weight, bias, stride=stride, padding=padding, dilation=dilation, output_padding=behind
        ),
        **numbers,
    )


sides = draw.tuples(draw.integers(1, 3), draw.integers(1, 3))


@examples(16)
@given(
    sides, sides, draw.tuples(draw.integers(0, 1), draw.integers(0, 1)), draw.sampled_from(["MaxPool2d", "AvgPool2d"])
)
def test_pools_of_any_sides(kernel: Sides, stride: Sides, padding: Sides, name: str) -> None:
    assume(all(2 * around <= side for around, side in zip(padding, kernel, strict=True)))
    function = functional.max_pool2d if name == "MaxPool2d" else functional.avg_pool2d
    agree(
        f"{name}({kernel}, stride={stride}, padding={padding})",
        {"z": normal(2, 3, 5, 6)},
        lambda z: function(z, kernel, stride=stride, padding=padding),
    )


@FEW
@given(small, small, draw.integers(0, 1), draw.sampled_from(["MaxPool2d", "AvgPool2d"]), draw.booleans())
def test_pools(kernel: int, stride: int, padding: int, name: str, by_name: bool) -> None:
    assume(2 * padding <= kernel)
    function = functional.max_pool2d if name == "MaxPool2d" else functional.avg_pool2d
    options = "stride=s" if by_name else f"stride={stride}"
    numbers = {"s": stride} if by_name else {}
    agree(
        f"{name}({kernel}, {options}, padding={padding})",
        {"z": normal(2, 3, 7, 6)},
        lambda z: function(z, kernel, stride=stride, padding=padding),
        **numbers,
    )


@FEW
@given(draw.integers(1, 3), draw.integers(1, 3), draw.integers(2, 4), draw.sampled_from([1e-5, 0.1]))
def test_group_normalisation(groups: int, per_group: int, size: int, eps: float) -> None:
    channels = groups * per_group
    arrays = {"z": normal(2, channels, size, 3), "weight": normal(channels), "bias": normal(channels)}
    agree(
        f"GroupNorm({groups})",
        arrays,
        lambda z, weight, bias: functional.group_norm(z, groups, weight, bias, eps),
        eps=eps,
    )


@FEW
@given(draw.integers(2, 5), draw.integers(2, 5), draw.sampled_from([1e-5, 0.1]))
def test_layer_and_batch_normalisation(samples: int, features: int, eps: float) -> None:
    arrays = {"z": normal(samples, features), "weight": normal(features), "bias": normal(features)}
    agree(
        "LayerNorm", arrays, lambda z, weight, bias: functional.layer_norm(z, (features,), weight, bias, eps), eps=eps
    )
    agree(
        "BatchNorm1d",
        arrays,
        lambda z, weight, bias: functional.batch_norm(z, None, None, weight, bias, training=True, eps=eps),
        eps=eps,
    )


@FEW
@given(draw.integers(1, 4), draw.integers(1, 4), draw.integers(1, 4), draw.booleans())
def test_attention(queries: int, keys: int, width: int, causal: bool) -> None:
    keys = queries if causal else keys
    arrays = {"Q": normal(2, queries, width), "K": normal(2, keys, width), "V": normal(2, keys, 3)}
    agree(
        f"Attention(causal={causal})",
        arrays,
        lambda Q, K, V: functional.scaled_dot_product_attention(Q, K, V, is_causal=causal),
    )


@FEW
@given(draw.lists(draw.integers(0, 4), min_size=1, max_size=8), draw.integers(1, 3))
def test_embedding(chosen: list[int], width: int) -> None:
    arrays = {"z": numpy.array([chosen, chosen[::-1]]), "weight": normal(5, width)}
    agree(f"Embedding(V, {width})", arrays, lambda z, weight: functional.embedding(z, weight))


@FEW
@given(draw.integers(1, 3), draw.integers(1, 3))
def test_glu_and_softmax_along_an_axis(half: int, length: int) -> None:
    z = {"z": normal(2, length, 2 * half)}
    agree("GLU(rank=2)", z, lambda z: functional.glu(z))
    agree("Softmax(axis=0, rank=2)", z, lambda z: functional.softmax(z, dim=1))
    agree("LogSoftmax(axis=0, rank=2)", z, lambda z: functional.log_softmax(z, dim=1))
