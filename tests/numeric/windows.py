"""Backward passes of convolutions and pools as students write them, right and with an error planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy

from numeric.arrays.axes import Array

Error = Literal["", "stride dropped", "overwritten", "padding kept"]


def convolution_backward(stride: int, padding: int, error: Error = "") -> Callable[..., dict[str, Array]]:
    """The backward pass of a convolution in loops over the windows."""
    step = 1 if error == "stride dropped" else stride

    def backward(z: Array, weight: Array, dy: Array) -> dict[str, Array]:
        kernel = weight.shape[-1]
        around = numpy.pad(z, ((0, 0), (padding, padding), (padding, padding)))
        dz, dweight = numpy.zeros_like(around), numpy.zeros_like(weight)
        for h, w in numpy.ndindex(dy.shape[1:]):
            window = slice(None), slice(h * step, h * step + kernel), slice(w * step, w * step + kernel)
            share = numpy.tensordot(dy[:, h, w], weight, 1)
            dz[window] = share if error == "overwritten" else dz[window] + share
            dweight += dy[:, h, w][:, None, None, None] * around[window]
        inside = slice(0, z.shape[1]) if error == "padding kept" else slice(padding, padding + z.shape[1])
        across = slice(0, z.shape[2]) if error == "padding kept" else slice(padding, padding + z.shape[2])
        return {"z": dz[:, inside, across], "weight": dweight}

    return backward


def pool_backward(kernel: int, stride: int, error: Error = "") -> Callable[..., dict[str, Array]]:
    """The backward pass of a maximum pool in loops over the windows."""
    step = 1 if error == "stride dropped" else stride

    def backward(z: Array, dy: Array) -> dict[str, Array]:
        dz = numpy.zeros_like(z)
        for c, h, w in numpy.ndindex(dy.shape):
            window = z[c, h * step : h * step + kernel, w * step : w * step + kernel]
            m, n = numpy.unravel_index(window.argmax(), window.shape)
            place = c, h * step + m, w * step + n
            dz[place] = dy[c, h, w] if error == "overwritten" else dz[place] + dy[c, h, w]
        return {"z": dz}

    return backward
