"""A backward pass with an error at the ends or the overlaps of its windows is caught by default, a right one passes."""

from __future__ import annotations

import pytest

from derive import layer
from numeric import assert_gradients
from numeric.arrays.axes import Array
from tests.numeric.windows import Error, convolution_backward, pool_backward
from tests.sweeps import sweep

CONVOLUTIONS = [
    (7, 3, 2), (3, 3, 0), (5, 2, 0), (5, 3, 1), (4, 4, 0), (8, 4, 0), (11, 4, 2), (16, 16, 0), (3, 1, 1), (2, 3, 1),
    (1, 2, 0),
]  # fmt: skip
POOLS = [(3, 3), (4, 2), (4, 4), (5, 3), (2, 2), (3, 2), (3, 1), (2, 3)]


@sweep(lambda kernel, stride, padding: (kernel > stride, kernel < stride, stride > 1, padding > 0))
@pytest.mark.parametrize(("kernel", "stride", "padding"), CONVOLUTIONS)
def test_wrong_convolutions_are_caught(kernel: int, stride: int, padding: int) -> None:
    subject = layer("Conv2d", 4, kernel, stride=stride, padding=padding, bias=False)
    assert_gradients(convolution_backward(stride, padding), subject)
    errors: list[Error] = ["stride dropped"] * (stride > 1)
    errors += ["overwritten"] * (kernel > stride)
    errors += ["padding kept"] * (padding > 0)
    for error in errors:
        with pytest.raises((AssertionError, ValueError)):
            assert_gradients(convolution_backward(stride, padding, error), subject)


@sweep(lambda kernel, stride: (kernel > stride, kernel < stride))
@pytest.mark.parametrize(("kernel", "stride"), POOLS)
def test_wrong_pools_are_caught(kernel: int, stride: int) -> None:
    subject = layer("MaxPool2d", kernel, stride=stride)
    assert_gradients(pool_backward(kernel, stride), subject)
    errors: list[Error] = ["stride dropped"] * (stride > 1)
    errors += ["overwritten"] * (kernel > stride)
    for error in errors:
        with pytest.raises(AssertionError):
            assert_gradients(pool_backward(kernel, stride, error), subject)


def test_a_stride_that_is_a_letter_reaches_the_function() -> None:
    met = set()

    def backward(z: Array, dy: Array, k: int, s: int) -> dict[str, Array]:
        met.add((k, s))
        return pool_backward(k, s)(z, dy)

    assert_gradients(backward, layer("MaxPool2d(k, stride=s)"))
    assert any(1 < s < k for k, s in met)
    assert any(s > k for k, s in met)
    with pytest.raises((AssertionError, ValueError)):
        assert_gradients(lambda z, dy, k: pool_backward(k, k)(z, dy), layer("MaxPool2d(k, stride=s)"))
