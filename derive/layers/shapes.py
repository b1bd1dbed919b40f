"""Layers that only rearrange: flatten, reshape, transpose. Elements are counted in reading order, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Expr, Integer

from derive.errors import NetworkError
from derive.layers.definition import LayerDefinition
from derive.layers.leading import subscripts

AXES = ("C", "H", "W", "D")
OUTPUTS = ("c", "h", "w", "d")


def _axes(rank: Expr, least: int = 1) -> tuple[str, ...]:
    if not least <= rank <= len(AXES):
        raise NetworkError(f"an input with {rank} axes was given, expected {least} to {len(AXES)}")
    return AXES[: int(rank)]


def _digits(number: str, axes: Sequence[str]) -> list[str]:
    """The subscripts of the element that stands at a place in reading order."""
    found = []
    for place, axis in enumerate(axes):
        inner = "*".join(axes[place + 1 :])
        digit = f"floor(({number})/({inner}))" if inner else number
        found.append(digit if place == 0 else f"mod({digit}, {axis})")
    return found


def flatten(rank: Expr = Integer(3)) -> LayerDefinition:
    """All elements in one vector."""
    axes = _axes(rank)
    return LayerDefinition(
        name="Flatten",
        equations=f"y[i] = z{subscripts(*_digits('i', axes))}",
        axes=axes,
        derived={"length": "*".join(axes)},
        shapes={"y": ("length",)},
        call="vec",
    )


def reshape(shape: Expr | tuple[Expr, ...], rank: Expr = Integer(1)) -> LayerDefinition:
    """The elements in another shape, which must have as many; one size may be -1, which then follows.

    Raises:
        NetworkError: more than one size is -1, or the input has more axes than there are names for.
    """
    axes = _axes(rank)
    lengths = shape if isinstance(shape, tuple) else (shape,)
    open_places = [place for place, length in enumerate(lengths) if length == -1]
    if len(open_places) > 1 or len(lengths) > len(OUTPUTS):
        raise NetworkError(f"Reshape takes up to {len(OUTPUTS)} sizes, one of which may be -1, not {lengths}")
    names = [f"n{place}" for place in range(len(lengths))]
    others = "*".join(name for place, name in enumerate(names) if place not in open_places)
    letters = OUTPUTS[: len(lengths)]
    number = "0"
    for name, letter in zip(names, letters, strict=True):
        number = f"({number})*{name} + {letter}"
    return LayerDefinition(
        name="Reshape",
        equations=f"y{subscripts(*letters)} = z{subscripts(*_digits(number, axes))}",
        axes=axes,
        sizes={name: length for name, length in zip(names, lengths, strict=True) if length != -1},
        derived={names[place]: f"{'*'.join(axes)}/({others or 1})" for place in open_places},
        shapes={"y": tuple(names)},
        elements=("*".join(axes), "*".join(names)),
    )


def transpose(rank: Expr = Integer(2)) -> LayerDefinition:
    """The last two axes exchanged."""
    axes = _axes(rank, least=2)
    *before, i, j = OUTPUTS[: len(axes)]
    return LayerDefinition(
        name="Transpose",
        equations=f"y{subscripts(*before, j, i)} = z{subscripts(*before, i, j)}",
        axes=axes,
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {"Flatten": flatten, "Reshape": reshape, "Transpose": transpose}
