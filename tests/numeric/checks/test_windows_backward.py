"""Wrong backward passes of windows are caught by ``assert_gradients`` as it is called by default; right ones pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy
import pytest

from derive.layer import layer
from numeric import assert_gradients
from tests.sweeps import sweep

torch = pytest.importorskip("torch")
F = torch.nn.functional

Array = Any
Gradients = dict[str, Any]


@dataclass(frozen=True)
class Windows:
    """A layer in PyTorch's terms: how it is written, its function, and which options a wrong pass gets wrong."""

    text: str
    function: Callable[..., Any]
    options: Mapping[str, Any]
    wrong: Mapping[str, Callable[[Windows, Mapping[str, Array]], Gradients]] = field(default_factory=dict)

    def backward(self, given: Mapping[str, Array], **options: Any) -> Gradients:
        """The gradients as PyTorch has them, with other options where they are given; the output cut or filled."""
        tensors = {name: torch.tensor(array, requires_grad=True) for name, array in given.items() if name != "dy"}
        read = (tensors[name] for name in ("weight", "bias") if name in tensors)
        try:
            y = self.function(tensors["z"], *read, **{**self.options, **options})
        except RuntimeError:
            # With these options the input has no room for one window.
            return {name: numpy.zeros_like(given[name]) for name in tensors}
        dy = numpy.zeros(tuple(y.shape))
        common = tuple(slice(min(a, b)) for a, b in zip(dy.shape, given["dy"].shape, strict=True))
        dy[common] = given["dy"][common]
        y.backward(torch.tensor(dy))
        return {
            name: (torch.zeros_like(one) if one.grad is None else one.grad).numpy() for name, one in tensors.items()
        }


def options(**changed: Any) -> Callable[[Windows, Mapping[str, Array]], Gradients]:
    """The pass of a layer with other options: a stride, a padding, a dilation or the groups forgotten."""

    def wrong(one: Windows, given: Mapping[str, Array]) -> Gradients:
        return one.backward(given, **changed)

    return wrong


def after(name: str, change: Callable[[Array], Array]) -> Callable[[Windows, Mapping[str, Array]], Gradients]:
    """The right pass, one gradient of which is changed."""

    def wrong(one: Windows, given: Mapping[str, Array]) -> Gradients:
        found = one.backward(given)
        return {**found, name: change(found[name].copy())}

    return wrong


def before(name: str, change: Callable[[Array], Array]) -> Callable[[Windows, Mapping[str, Array]], Gradients]:
    """The right pass of something else that is given."""

    def wrong(one: Windows, given: Mapping[str, Array]) -> Gradients:
        return one.backward({**given, name: change(given[name].copy())})

    return wrong


def border(array: Array, side: int) -> Array:
    """The array with 0 at the first or the last place of its last axis."""
    array[..., side] = 0
    return array


def last_window(array: Array) -> Array:
    """The upstream gradient without its last window along each axis."""
    for axis in range(2, array.ndim):
        array[(slice(None),) * axis + (-1,)] = 0
    return array


def reflected(array: Array) -> Array:
    return numpy.flip(array, axis=tuple(range(2, array.ndim))).copy()


def swapped(array: Array) -> Array:
    """The first two channels of the output exchanged."""
    array[:, [0, 1]] = array[:, [1, 0]]
    return array


FLIPPED = before("weight", reflected)
LAST = before("dy", last_window)

GRID = (
    Windows(
        "Conv2d(4, 3, stride=2, padding=1)",
        F.conv2d,
        {"stride": 2, "padding": 1},
        {
            "kernel not turned": FLIPPED,
            "last window lost": LAST,
            "edge of the input": after("z", lambda g: border(g, -1)),
            "first column of the kernel": after("weight", lambda g: border(g, 0)),
            "bias by one channel": after("bias", lambda g: numpy.full_like(g, g[0])),
            "channels exchanged": before("dy", swapped),
        },
    ),
    Windows(
        "Conv2d(4, 7, stride=3, padding=2)",
        F.conv2d,
        {"stride": 3, "padding": 2},
        {
            "stride taken for 1 in the upstream gradient": options(stride=1),
            "padding forgotten": options(padding=0),
            "padding of 1": options(padding=1),
        },
    ),
    Windows(
        "Conv2d(4, 3, dilation=2)",
        F.conv2d,
        {"dilation": 2},
        {
            "dilation forgotten": options(dilation=1),
            "kernel not turned": FLIPPED,
        },
    ),
    Windows(
        "Conv2d(4, 3, padding=1, groups=2)",
        F.conv2d,
        {"padding": 1, "groups": 2},
        {
            "groups exchanged": before("weight", lambda w: w[::-1].copy()),
            "padding forgotten": options(padding=0),
        },
    ),
    Windows(
        "Conv2d(4, (2, 3), stride=(3, 2))",
        F.conv2d,
        {"stride": (3, 2)},
        {
            "strides exchanged": options(stride=(2, 3)),
            "last window lost": LAST,
        },
    ),
    Windows(
        "Conv3d(2, 2, stride=2, padding=1)",
        F.conv3d,
        {"stride": 2, "padding": 1},
        {
            "kernel not turned": FLIPPED,
            "padding of one axis forgotten": options(padding=(1, 1, 0)),
            "stride of one axis forgotten": options(stride=(2, 2, 1)),
        },
    ),
    Windows("Conv3d(2, (2, 3, 4))", F.conv3d, {}, {"last window lost": LAST}),
    Windows(
        "ConvTranspose2d(3, 3, stride=2, padding=1)",
        F.conv_transpose2d,
        {"stride": 2, "padding": 1},
        {
            "kernel turned": FLIPPED,
            "stride forgotten": options(stride=1),
            "padding forgotten": options(padding=0),
            "last row of the output": LAST,
        },
    ),
    Windows(
        "ConvTranspose1d(3, 4, stride=3, dilation=2)",
        F.conv_transpose1d,
        {"stride": 3, "dilation": 2},
        {
            "dilation forgotten": options(dilation=1),
        },
    ),
    Windows(
        "AvgPool2d(3, stride=2, padding=1)",
        F.avg_pool2d,
        {"kernel_size": 3, "stride": 2, "padding": 1},
        {
            "padding not counted": options(count_include_pad=False),
            "stride of the kernel": options(stride=3),
            "window lost at the end": LAST,
            "rounded up": options(ceil_mode=True, divisor_override=8),
        },
    ),
    Windows(
        "MaxPool2d(3, stride=2)",
        F.max_pool2d,
        {"kernel_size": 3, "stride": 2},
        {
            "windows that do not overlap": options(stride=3),
            "a smaller window": options(kernel_size=2),
            "padding that is not there": options(padding=1),
            "window lost at the end": LAST,
        },
    ),
    Windows(
        "MaxPool2d(2, stride=3)",
        F.max_pool2d,
        {"kernel_size": 2, "stride": 3},
        {
            "gaps forgotten": options(stride=2),
            "a larger window": options(kernel_size=3),
        },
    ),
    Windows(
        "MaxPool2d(3, stride=2, padding=1)",
        F.max_pool2d,
        {"kernel_size": 3, "stride": 2, "padding": 1},
        {
            "padding forgotten": options(padding=0),
        },
    ),
)


def called(one: Windows, how: Callable[[Windows, Mapping[str, Array]], Gradients]) -> Callable[..., Gradients]:
    def backward(**given: Array) -> Gradients:
        names = ("z", "weight", "bias", "dy")
        return how(one, {name: given[name] for name in names if name in given})

    return backward


@pytest.mark.parametrize("one", GRID, ids=lambda one: one.text)
def test_right_passes_pass(one: Windows) -> None:
    assert_gradients(called(one, Windows.backward), layer(one.text, batch="B"))


@sweep(lambda one, name: (one.text.partition("(")[0], name))
@pytest.mark.parametrize(
    ("one", "name"), [(one, name) for one in GRID for name in one.wrong], ids=lambda part: getattr(part, "text", part)
)
def test_wrong_passes_are_caught(one: Windows, name: str) -> None:
    with pytest.raises(AssertionError, match="gradient"):
        assert_gradients(called(one, one.wrong[name]), layer(one.text, batch="B"))
