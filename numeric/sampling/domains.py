"""Points at which formulas are compared: near 0 and far from it, over the whole of the domains that are declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy
from numpy.random import Generator
from sympy import Symbol

from derive.forward import Forward
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths
from numeric.sampling.points import DOMAINS

Range = Literal["real", "positive", "unit", "simplex", "one_hot", "binary"] | tuple[float, float]
"""Numbers of a kind, or those of an interval."""

FAR = 8.0
"""How far from 0 real numbers get."""


def spread(
    model: Forward,
    scalars: Sequence[str],
    ranges: Mapping[str, Range],
    sizes: Mapping[Symbol, int],
    generator: Generator,
) -> dict[str, Array]:
    """Random values of the given tensors and of ``scalars``; what has no range is any real number."""
    shapes = {tensor.name: lengths(tensor.shape, sizes) for tensor in model.given}
    shapes |= dict.fromkeys(scalars, ())
    return {name: _values(ranges.get(name, "real"), shape, generator) for name, shape in shapes.items()}


def _values(kind: Range, shape: tuple[int, ...], generator: Generator) -> Array:
    if not isinstance(kind, str):
        return generator.uniform(*kind, size=shape)
    if kind == "real":
        far = generator.uniform(-FAR, FAR, size=shape)
        return numpy.asarray(generator.normal(size=shape) if generator.random() < 0.5 else far)
    if kind == "positive":
        return numpy.exp(generator.uniform(-4.0, 2.0, size=shape))
    return numpy.asarray(DOMAINS[kind](generator, (*shape, 1))[..., 0])
