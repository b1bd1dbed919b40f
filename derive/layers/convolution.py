"""Convolutions in one, two and three dimensions, and their transposes, with PyTorch's conventions.

What courses call a convolution is a cross-correlation: the kernel is not turned. Reading the input
outside its range reads 0, which is what padding means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from sympy import Expr, Integer, floor

from derive.errors import NetworkError
from derive.layers.axes import INNER, OUTER, SPACE, Option, joined, per_axis
from derive.layers.definition import LayerDefinition


def convolution(
    rank: int,
    outputs: Expr,
    kernel: Option,
    stride: Option = Integer(1),
    padding: Option | Literal["same", "valid"] = Integer(0),
    dilation: Option = Integer(1),
    groups: Expr = Integer(1),
    bias: bool = True,
) -> LayerDefinition:
    """A convolution of ``rank`` spatial axes, with a weight of shape (outputs, channels/groups, *kernel).

    The ``padding`` is a number for both ends of an axis, ``valid`` for none, or ``same`` for an output as long as the
    input; where that takes an odd number of zeros, the end gets one more than the beginning.

    Raises:
        NetworkError: an option has neither one value nor one for each axis, or ``same`` has a stride.
    """
    axes = SPACE[rank]
    sizes = {"C_out": outputs, "G": groups}
    for prefix, option in (("k", kernel), ("s", stride), ("d", dilation)):
        sizes |= per_axis(prefix, option, axes)
    lengths = {f"{a}_out": f"floor(({a} + 2*p{a} - d{a}*(k{a} - 1) - 1)/s{a}) + 1" for a in axes}
    if padding == "same":
        sizes |= _before(sizes, axes)
        lengths = {f"{a}_out": a for a in axes}
    else:
        sizes |= per_axis("p", Integer(0) if isinstance(padding, str) else padding, axes)
    plain = groups == 1
    channel = "k" if plain else "floor(j/o)*c + k"
    window = joined(f"s{a}*{o} + d{a}*{i} - p{a}" for a, o, i in zip(axes, OUTER[rank], INNER[rank], strict=True))
    inner = joined(f"{i}<k{a}" for a, i in zip(axes, INNER[rank], strict=True))
    outer = ",".join(OUTER[rank])
    total = f"sum[k<c, {inner}] weight[j,k,{','.join(INNER[rank])}]*z[{channel}, {window}]"
    return LayerDefinition(
        name=f"Conv{rank}d",
        equations=f"y[j,{outer}] = {'bias[j] + ' if bias else ''}{total}",
        axes=("C", *axes),
        sizes=sizes,
        derived={
            "c": "C" if plain else "C/G",
            **({} if plain else {"o": "C_out/G"}),
            **lengths,
        },
        shapes={
            "weight": ("C_out", "c", *(f"k{a}" for a in axes)),
            **({"bias": ("C_out",)} if bias else {}),
            "y": ("C_out", *(f"{a}_out" for a in axes)),
        },
        parameters={"weight": "W", **({"bias": "b"} if bias else {})},
        weights={"weight": (1, 0, *range(2, 2 + rank))},
        channels=True,
    )


def _before(sizes: Mapping[str, Expr], axes: Sequence[str]) -> dict[str, Expr]:
    """How many zeros stand before each axis if the output is to be as long as the input.

    Raises:
        NetworkError: there is a stride.
    """
    for axis in axes:
        if sizes[f"s{axis}"] != 1:
            raise NetworkError(f"padding=same needs the stride 1, as in PyTorch, not {sizes[f's{axis}']}")
    return {f"p{axis}": floor(sizes[f"d{axis}"] * (sizes[f"k{axis}"] - 1) / 2) for axis in axes}


def transposed(
    rank: int,
    outputs: Expr,
    kernel: Option,
    stride: Option = Integer(1),
    padding: Option = Integer(0),
    output_padding: Option = Integer(0),
    groups: Expr = Integer(1),
    bias: bool = True,
    dilation: Option = Integer(1),
) -> LayerDefinition:
    """A transposed convolution: every input element adds its multiple of the kernel to the output.

    The weight has the shape (channels, outputs/groups, *kernel). ``output_padding`` makes the output longer at its end.

    Raises:
        NetworkError: an option has neither one value nor one for each axis.
    """
    axes = SPACE[rank]
    sizes: dict[str, Expr] = {"C_out": outputs, "G": groups}
    options = (("k", kernel), ("s", stride), ("p", padding), ("q", output_padding), ("d", dilation))
    for prefix, option in options:
        sizes |= per_axis(prefix, option, axes)
    plain = groups == 1
    channel, output = ("k", "j") if plain else ("floor(j/o)*c + k", "mod(j, o)")
    places = tuple(zip(axes, OUTER[rank], INNER[rank], ("a", "q", "r"), strict=False))
    reads = joined(f"{i}<k{a}, {source}<{a}" for a, _, i, source in places)
    meets = "*".join(f"[{o} == s{a}*{source} + d{a}*{i} - p{a}]" for a, o, i, source in places)
    weight = f"weight[{channel},{output},{','.join(INNER[rank])}]"
    total = f"sum[k<c, {reads}] {weight}*z[{channel},{','.join(source for *_, source in places)}]*{meets}"
    return LayerDefinition(
        name=f"ConvTranspose{rank}d",
        equations=f"y[j,{','.join(OUTER[rank])}] = {'bias[j] + ' if bias else ''}{total}",
        axes=("C", *axes),
        sizes=sizes,
        derived={
            "c": "C" if plain else "C/G",
            "o": "C_out" if plain else "C_out/G",
            **{f"{a}_out": f"s{a}*({a} - 1) - 2*p{a} + d{a}*(k{a} - 1) + q{a} + 1" for a in axes},
        },
        shapes={
            "weight": ("C", "o", *(f"k{a}" for a in axes)),
            **({"bias": ("C_out",)} if bias else {}),
            "y": ("C_out", *(f"{a}_out" for a in axes)),
        },
        parameters={"weight": "W", **({"bias": "b"} if bias else {})},
        weights={"weight": (1, 0, *range(2, 2 + rank))},
        channels=True,
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    **{f"Conv{rank}d": partial(convolution, rank) for rank in SPACE},
    **{f"ConvTranspose{rank}d": partial(transposed, rank) for rank in (1, 2)},
}

WORDS: dict[str, dict[str, tuple[str, ...]]] = {f"Conv{rank}d": {"padding": ("same", "valid")} for rank in SPACE}
"""For each layer the arguments that may be words, and which."""
