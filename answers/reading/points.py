"""Random points of a table, at which readings are compared: sizes pairwise distinct, values away from zero."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy

from answers.reading.point import Point
from answers.reading.symbols import Axis, Size, Table, Tensor
from derive.remembering import LIBRARY

FIRST = 2
"""The smallest length."""


@lru_cache(maxsize=LIBRARY)
def point_of(table: Table, seed: int) -> Point:
    """A random point; every named length has a size of its own."""
    generator = numpy.random.default_rng(seed)
    sizes: dict[str, int] = {}

    def length(axis: Axis) -> int:
        return axis if isinstance(axis, int) else sizes.setdefault(axis, FIRST + len(sizes) + seed)

    arrays: dict[str, Any] = {}
    for symbol in table.symbols:
        if isinstance(symbol, Tensor):
            shape = tuple(length(axis) for axis in symbol.axes)
            if symbol.whole:
                arrays[symbol.name] = generator.integers(table.base, table.base + FIRST, shape).astype(float)
            else:
                arrays[symbol.name] = generator.uniform(0.2, 0.8, shape) * generator.choice([-1.0, 1.0], shape)
    for partial in table.partials:
        ends = [table.by_name[name] for name in (partial.top, *partial.bottom.split(","))]
        shape = tuple(length(axis) for end in ends if isinstance(end, Tensor) for axis in end.axes)
        arrays[partial.name] = generator.uniform(0.2, 0.8, shape) * generator.choice([-1.0, 1.0], shape)
    for symbol in table.symbols:
        if isinstance(symbol, Size):
            length(symbol.name)
    return Point(table, arrays, sizes)
