"""A point: the values of everything that a table names."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy

from answers.reading.errors import NoValue
from answers.reading.symbols import Axis, Table, Tensor

Array = Any


@dataclass(frozen=True, eq=False)
class Point:
    """The values of the tensors and partials of a table by name; ``sizes`` are lengths that no array shows."""

    table: Table
    arrays: Mapping[str, Array]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def beside(self, values: Mapping[str, Array], table: Table | None = None) -> Point:
        """The point with these values before its own, and with another table if one is given."""
        # A chain writes into its first map only, so that the other one may be one that cannot be written.
        chain = ChainMap(dict(values), cast(MutableMapping[str, Array], self.arrays))
        return Point(self.table if table is None else table, chain, self.sizes)

    @cached_property
    def lengths(self) -> dict[str, int]:
        """The lengths of axes by their names.

        Raises:
            NoValue: two arrays contradict each other, or one has other axes than the table says.
        """
        found = dict(self.sizes)
        for symbol in self.table.symbols:
            if isinstance(symbol, Tensor) and symbol.name in self.arrays:
                self._see(symbol.name, symbol.axes, found)
        for partial in self.table.partials:
            ends = [partial.top, *partial.bottom.split(",")]
            symbols = [self.table.by_name[name] for name in ends]
            axes = [axis for symbol in symbols if isinstance(symbol, Tensor) for axis in symbol.axes]
            if any(isinstance(axis, str) and axis not in found for axis in axes) and partial.name in self.arrays:
                self._see(partial.name, axes, found)
        return found

    def _see(self, name: str, axes: Sequence[Axis], found: dict[str, int]) -> None:
        shape = numpy.shape(self.arrays[name])
        if len(shape) != len(axes):
            raise NoValue(f"{name} has {len(shape)} axes here, not {len(axes)}")
        for axis, length in zip(axes, shape, strict=True):
            known = axis if isinstance(axis, int) else found.setdefault(axis, length)
            if known != length:
                raise NoValue(f"{name} has length {length} where {axis} is {known}")
