"""Hyper-parameters of windows as Hypothesis draws them, and arrays to go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
from hypothesis import strategies
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Window:
    """Kernel, stride, padding and dilation along each axis, and an input size at which the kernel fits."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    size: tuple[int, ...]

    @property
    def rank(self) -> int:
        return len(self.kernel)


@strategies.composite
def windows(draw: strategies.DrawFn, ranks: tuple[int, ...], *, dilated: bool, pooling: bool = False) -> Window:
    rank = draw(strategies.sampled_from(ranks))
    numbers = strategies.integers
    kernel = tuple(draw(numbers(1, 3)) for _ in range(rank))
    stride = tuple(draw(numbers(1, 3)) for _ in range(rank))
    padding = tuple(draw(numbers(0, k // 2 if pooling else 2)) for k in kernel)
    dilation = tuple(draw(numbers(1, 2)) if dilated else 1 for _ in range(rank))
    size = tuple(
        max(1, d * (k - 1) + 1 - 2 * p) + draw(numbers(0, 3)) for k, p, d in zip(kernel, padding, dilation, strict=True)
    )
    return Window(kernel, stride, padding, dilation, size)


def relative(found: Array, expected: Array) -> float:
    """The largest error by the largest element."""
    assert found.shape == expected.shape
    scale = float(numpy.abs(expected).max(initial=0.0)) or 1.0
    return float(numpy.abs(found - expected).max(initial=0.0)) / scale
