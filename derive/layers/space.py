"""Layers that move values in space or between space and channels: padding, upsampling, shuffles, windows as columns.

They follow PyTorch's classes of the same names. Reading outside of the input gives 0, which is what padding means.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sympy import Expr, Integer

from derive.layers.axes import OUTER, SPACE, Option, joined, per_axis
from derive.layers.definition import LayerDefinition


def zero_pad(rank: int, padding: Option) -> LayerDefinition:
    """Zeros around every channel, ``padding`` of them at either end of each axis."""
    return _moved(f"ZeroPad{rank}d", rank, per_axis("p", padding, SPACE[rank]), "{o} - p{a}", "{a} + 2*p{a}")


def circular_pad(rank: int, padding: Option) -> LayerDefinition:
    """Every channel goes on at either end of each axis with what is at its other end."""
    return _moved(
        f"CircularPad{rank}d", rank, per_axis("p", padding, SPACE[rank]), "mod({o} - p{a}, {a})", "{a} + 2*p{a}"
    )


def upsample(rank: int, scale: Option = Integer(2)) -> LayerDefinition:
    """Every value repeated ``scale`` times along each axis: the nearest neighbour."""
    return _moved(f"Upsample{rank}d", rank, per_axis("s", scale, SPACE[rank]), "floor({o}/s{a})", "s{a}*{a}")


def _moved(name: str, rank: int, sizes: dict[str, Expr], place: str, length: str) -> LayerDefinition:
    """A layer that reads one place of its channel, by formulas in an axis ``a`` and the index ``o`` of the output."""
    axes, outer = SPACE[rank], OUTER[rank]
    places = joined(place.format(o=o, a=a) for o, a in zip(outer, axes, strict=True))
    return LayerDefinition(
        name=name,
        equations=f"y[c,{joined(outer)}] = z[c, {places}]",
        axes=("C", *axes),
        sizes=sizes,
        derived={f"{a}_out": length.format(a=a) for a in axes},
        shapes={"y": ("C", *(f"{a}_out" for a in axes))},
        channels=True,
    )


def pixel_shuffle(factor: Expr) -> LayerDefinition:
    """Channels as pixels, ``factor`` by ``factor`` of them for each place: (C r², H, W) to (C, rH, rW)."""
    return LayerDefinition(
        name="PixelShuffle",
        equations="y[c,h,w] = z[r*r*c + r*mod(h,r) + mod(w,r), floor(h/r), floor(w/r)]",
        axes=("C", "H", "W"),
        sizes={"r": factor},
        derived={"C_out": "C/(r*r)", "H_out": "r*H", "W_out": "r*W"},
        shapes={"y": ("C_out", "H_out", "W_out")},
        channels=True,
    )


def pixel_unshuffle(factor: Expr) -> LayerDefinition:
    """Pixels as channels, the inverse of the pixel shuffle: (C, rH, rW) to (C r², H, W)."""
    return LayerDefinition(
        name="PixelUnshuffle",
        equations="y[c,h,w] = z[floor(c/(r*r)), r*h + floor(mod(c,r*r)/r), r*w + mod(c,r)]",
        axes=("C", "H", "W"),
        sizes={"r": factor},
        derived={"C_out": "C*r*r", "H_out": "H/r", "W_out": "W/r"},
        shapes={"y": ("C_out", "H_out", "W_out")},
        channels=True,
    )


def channel_shuffle(groups: Expr) -> LayerDefinition:
    """Channels dealt out anew: the first of each of the ``groups``, then the second of each, and so on."""
    return LayerDefinition(
        name="ChannelShuffle",
        equations="y[c,h,w] = z[k*mod(c,G) + floor(c/G), h, w]",
        axes=("C", "H", "W"),
        sizes={"G": groups},
        derived={"k": "C/G"},
        shapes={"y": ("C", "H", "W")},
        channels=True,
    )


def unfold(kernel: Option, stride: Option = Integer(1), padding: Option = Integer(0)) -> LayerDefinition:
    """The windows of a convolution as columns (im2col): channels and places in the kernel by places of the window."""
    axes = SPACE[2]
    sizes: dict[str, Expr] = {}
    for prefix, option in (("k", kernel), ("s", stride), ("p", padding)):
        sizes |= per_axis(prefix, option, axes)
    return LayerDefinition(
        name="Unfold",
        equations=(
            "y[i,l] = z[floor(i/(kH*kW)), sH*floor(l/W_out) + floor(mod(i, kH*kW)/kW) - pH, "
            "sW*mod(l, W_out) + mod(i, kW) - pW]"
        ),
        axes=("C", *axes),
        sizes=sizes,
        derived={
            **{f"{axis}_out": f"floor(({axis} + 2*p{axis} - k{axis})/s{axis}) + 1" for axis in axes},
            "n": "C*kH*kW",
            "L": "H_out*W_out",
        },
        shapes={"y": ("n", "L")},
        channels=True,
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    **{f"ZeroPad{rank}d": partial(zero_pad, rank) for rank in (1, 2, 3)},
    **{f"CircularPad{rank}d": partial(circular_pad, rank) for rank in (1, 2)},
    **{f"Upsample{rank}d": partial(upsample, rank) for rank in (1, 2)},
    "PixelShuffle": pixel_shuffle,
    "PixelUnshuffle": pixel_unshuffle,
    "ChannelShuffle": channel_shuffle,
    "Unfold": unfold,
}
