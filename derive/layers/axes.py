"""Names of spatial axes and their indices, and hyper-parameters that have a value for each axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import sympy
from sympy import Expr

from derive.errors import NetworkError

Option: TypeAlias = Expr | tuple[Expr, ...]
"""One value for all axes, or one for each."""

SPACE = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""The spatial axes of an input, by their number."""

OUTER = {1: ("t",), 2: ("h", "w"), 3: ("t", "h", "w")}
"""The indices of the output along them."""

INNER = {1: ("m",), 2: ("m", "n"), 3: ("u", "m", "n")}
"""The indices of the kernel along them."""


def per_axis(prefix: str, value: Option, axes: Sequence[str]) -> dict[str, Expr]:
    """A hyper-parameter for each axis, under the prefix with the axis behind it.

    Raises:
        NetworkError: there is neither one value nor one for each axis.
    """
    values: tuple[Expr, ...] = value if isinstance(value, tuple) else (value,) * len(axes)
    if len(values) != len(axes):
        raise NetworkError(f"{len(values)} values were given where {len(axes)} axes need one each, or one in common")
    return {f"{prefix}{axis}": sympy.sympify(one) for axis, one in zip(axes, values, strict=True)}


def joined(parts: Iterable[str]) -> str:
    """The parts with commas between them."""
    return ", ".join(parts)
