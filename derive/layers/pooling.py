"""Pooling: the largest or the mean value of every window, with PyTorch's conventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from sympy import Expr, Integer

from derive.errors import NetworkError
from derive.layers.axes import INNER, OUTER, SPACE, Option, joined, per_axis
from derive.layers.definition import LayerDefinition


def _window(rank: int, kernel: Option, stride: Option | None, padding: Option) -> tuple[dict[str, Expr], str, str]:
    """The sizes, the subscripts of an element of the window, and the ranges of its indices."""
    axes = SPACE[rank]
    sizes: dict[str, Expr] = {}
    for prefix, option in (("k", kernel), ("s", kernel if stride is None else stride), ("p", padding)):
        sizes |= per_axis(prefix, option, axes)
    triples = tuple(zip(axes, OUTER[rank], INNER[rank], strict=True))
    return sizes, joined(f"s{a}*{o} + {i} - p{a}" for a, o, i in triples), joined(f"{i}<k{a}" for a, _, i in triples)


def _pooled(
    name: str, rank: int, value: str, sizes: Mapping[str, Expr], constants: Mapping[str, Expr] = MappingProxyType({})
) -> LayerDefinition:
    """The layer that computes a ``value`` of every window."""
    axes = SPACE[rank]
    return LayerDefinition(
        name=f"{name}{rank}d",
        equations=f"y[c,{','.join(OUTER[rank])}] = {value}",
        axes=("C", *axes),
        sizes=sizes,
        derived={f"{a}_out": f"floor(({a} + 2*p{a} - k{a})/s{a}) + 1" for a in axes},
        shapes={"y": ("C", *(f"{a}_out" for a in axes))},
        constants=constants,
        channels=True,
    )


def max_pool(rank: int, kernel: Option, stride: Option | None = None, padding: Option = Integer(0)) -> LayerDefinition:
    """The largest value of every window; of several that are largest the first in reading order counts.

    Raises:
        NetworkError: the padding is more than half the kernel, so that a window could hold nothing.
    """
    sizes, place, ranges = _window(rank, kernel, stride, padding)
    for axis in SPACE[rank]:
        around, side = sizes[f"p{axis}"], sizes[f"k{axis}"]
        if (2 * around - side).is_positive and around.is_Integer and side.is_Integer:
            raise NetworkError(
                f"MaxPool{rank}d has the padding {around} for a kernel of {side}; at most half of it fits"
            )
    axes = SPACE[rank]
    parts = place.split(", ")
    padded = any(sizes[f"p{a}"] != 0 for a in axes)
    inside = " and ".join(f"0 <= {part} and {part} < {a}" for part, a in zip(parts, axes, strict=True))
    return _pooled("MaxPool", rank, f"max[{ranges}{f' if {inside}' if padded else ''}] z[c, {place}]", sizes)


def average_pool(
    rank: int, kernel: Option, stride: Option | None = None, padding: Option = Integer(0)
) -> LayerDefinition:
    """The mean of every window, in which padding counts as 0."""
    sizes, place, ranges = _window(rank, kernel, stride, padding)
    area = "*".join(f"k{a}" for a in SPACE[rank])
    return _pooled("AvgPool", rank, f"1/({area})*sum[{ranges}] z[c, {place}]", sizes)


def global_average_pool(rank: int) -> LayerDefinition:
    """The mean of every channel."""
    axes, inner = SPACE[rank], INNER[rank]
    return LayerDefinition(
        name=f"GlobalAvgPool{rank}d",
        equations=f"y[c] = 1/({'*'.join(axes)})*sum[{','.join(inner)}] z[c,{','.join(inner)}]",
        axes=("C", *axes),
        channels=True,
    )


def _shares(rank: int, outputs: Option) -> tuple[dict[str, Expr], tuple[tuple[str, str, str], ...], dict[str, str]]:
    """The sizes of an adaptive pool, its axes with both of their indices, and which places of each axis a window has.

    Of n windows along an axis of length L the one at t reaches from the place ⌊tL/n⌋ to before ⌈(t + 1)L/n⌉.
    """
    triples = tuple(zip(SPACE[rank], OUTER[rank], INNER[rank], strict=True))
    inside = {a: f"{o}*{a} < n{a}*({i} + 1) and n{a}*{i} < ({o} + 1)*{a}" for a, o, i in triples}
    return per_axis("n", outputs, SPACE[rank]), triples, inside


def adaptive_average_pool(rank: int, outputs: Option) -> LayerDefinition:
    """The mean of every window, of which there are so many along each axis, as even as they can be."""
    sizes, triples, inside = _shares(rank, outputs)
    inner = ",".join(INNER[rank])
    rows = [f"w{a}[{o},{i}] = [{inside[a]}]\ns{a}[{o}] = sum[{i}] w{a}[{o},{i}]" for a, o, i in triples]
    total = "*".join(f"w{a}[{o},{i}]" for a, o, i in triples)
    count = "*".join(f"s{a}[{o}]" for a, o, _ in triples)
    rows.append(f"y[c,{','.join(OUTER[rank])}] = (sum[{inner}] {total}*z[c,{inner}])/({count})")
    return LayerDefinition(
        name=f"AdaptiveAvgPool{rank}d",
        equations="\n".join(rows),
        axes=("C", *SPACE[rank]),
        sizes=sizes,
        shapes={
            **{f"w{a}": (f"n{a}", a) for a in SPACE[rank]},
            **{f"s{a}": (f"n{a}",) for a in SPACE[rank]},
            "y": ("C", *(f"n{a}" for a in SPACE[rank])),
        },
        values=tuple(f"{letter}{a}" for letter in "ws" for a in SPACE[rank]),
        channels=True,
    )


def adaptive_max_pool(rank: int, outputs: Option) -> LayerDefinition:
    """The largest value of every window, of which there are so many along each axis, as even as they can be."""
    sizes, triples, inside = _shares(rank, outputs)
    reach = f"{','.join(f'{i}<{a}' for a, _, i in triples)} if {' and '.join(inside.values())}"
    return LayerDefinition(
        name=f"AdaptiveMaxPool{rank}d",
        equations=f"y[c,{','.join(OUTER[rank])}] = max[{reach}] z[c,{','.join(INNER[rank])}]",
        axes=("C", *SPACE[rank]),
        sizes=sizes,
        shapes={"y": ("C", *(f"n{a}" for a in SPACE[rank]))},
        channels=True,
    )


def global_max_pool(rank: int) -> LayerDefinition:
    """The largest value of every channel; of several that are largest the first in reading order counts."""
    inner = ",".join(INNER[rank])
    return LayerDefinition(
        name=f"GlobalMaxPool{rank}d",
        equations=f"y[c] = max[{inner}] z[c,{inner}]",
        axes=("C", *SPACE[rank]),
        channels=True,
    )


def power_average_pool(
    rank: int, power: Expr, kernel: Option, stride: Option | None = None, padding: Option = Integer(0)
) -> LayerDefinition:
    """The norm of every window: the root of the sum of its magnitudes to a power, as ``LPPool`` has it."""
    sizes, place, ranges = _window(rank, kernel, stride, padding)
    return _pooled("LPPool", rank, f"(sum[{ranges}] abs(z[c, {place}])^q)^(1/q)", sizes, {"q": power})


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    **{f"MaxPool{rank}d": partial(max_pool, rank) for rank in (1, 2, 3)},
    **{f"AvgPool{rank}d": partial(average_pool, rank) for rank in (1, 2, 3)},
    **{f"GlobalAvgPool{rank}d": partial(global_average_pool, rank) for rank in (1, 2, 3)},
    **{f"GlobalMaxPool{rank}d": partial(global_max_pool, rank) for rank in (1, 2)},
    **{f"AdaptiveAvgPool{rank}d": partial(adaptive_average_pool, rank) for rank in (1, 2)},
    **{f"AdaptiveMaxPool{rank}d": partial(adaptive_max_pool, rank) for rank in (1, 2)},
    **{f"LPPool{rank}d": partial(power_average_pool, rank) for rank in (1, 2)},
}
