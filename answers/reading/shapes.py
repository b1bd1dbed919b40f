"""Shapes of what is read, and when two of them fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from answers.reading.errors import Misshapen
from answers.reading.symbols import Axis
from derive.remembering import EXPRESSIONS

Bindings = Mapping[str, Axis]
"""What unknown lengths were found to be."""

NONE: Bindings = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shape:
    """The axes of a value. One axis is a column unless it is a ``row``."""

    axes: tuple[Axis, ...] = ()
    row: bool = False

    @property
    def is_scalar(self) -> bool:
        """Whether there is one number only."""
        return all(axis == 1 for axis in self.axes)

    @property
    def matrix(self) -> tuple[Axis, Axis]:
        """The numbers of rows and columns; Misshapen for what has more than two axes."""
        if not self.axes:
            return 1, 1
        if len(self.axes) == 1:
            return (1, self.axes[0]) if self.row else (self.axes[0], 1)
        if len(self.axes) == 2:
            return self.axes[0], self.axes[1]
        raise Misshapen(f"what has {len(self.axes)} axes ({self}) is no matrix")

    def __str__(self) -> str:
        if not self.axes:
            return "a number"
        if len(self.axes) == 1:
            return f"a row of {self.axes[0]}" if self.row else f"a column of {self.axes[0]}"
        return " × ".join(str(axis) for axis in self.axes)


SCALAR = Shape()


def resolve(axis: Axis, bindings: Bindings) -> Axis:
    """What a length was found to be."""
    while isinstance(axis, str) and axis in bindings:
        axis = bindings[axis]
    return axis


def unify(left: Axis, right: Axis, bindings: Bindings) -> Bindings | None:
    """The bindings with which two lengths are the same, or None."""
    if left == right:
        return bindings
    left, right = resolve(left, bindings), resolve(right, bindings)
    if left == right:
        return bindings
    if is_unknown(left):
        return {**bindings, str(left): right}
    if is_unknown(right):
        return {**bindings, str(right): left}
    return None


def is_unknown(axis: Axis) -> bool:
    """Whether the length is still to be found."""
    return isinstance(axis, str) and axis[0] == "?"


def same(left: Shape, right: Shape, bindings: Bindings) -> Bindings | None:
    """The bindings with which two shapes are the same, a column of n being n × 1; None if they differ."""
    if left is right or left == right:
        return bindings
    if len(left.axes) <= 2 and len(right.axes) <= 2:
        pairs = zip(left.matrix, right.matrix, strict=True)
    elif len(left.axes) == len(right.axes):
        pairs = zip(left.axes, right.axes, strict=True)
    else:
        return None
    found: Bindings | None = bindings
    for one, other in pairs:
        found = None if found is None else unify(one, other, found)
    return found


def merge(left: Bindings, right: Bindings) -> Bindings | None:
    """Both, or None if they contradict."""
    if not left or left is right:
        return right
    found: Bindings | None = left
    for name, axis in right.items():
        found = None if found is None else unify(name, axis, found)
    return found


@lru_cache(maxsize=EXPRESSIONS)
def transposed(shape: Shape) -> Shape:
    """The shape of a transpose; Misshapen for more than two axes."""
    if len(shape.axes) == 1:
        return Shape(shape.axes, not shape.row)
    if len(shape.axes) > 2:
        raise Misshapen(f"what has {len(shape.axes)} axes has no transpose")
    return Shape(shape.axes[::-1])


def of_matrix(rows: Axis, columns: Axis, *, columned: bool, rowed: bool) -> Shape:
    """The shape of a matrix product whose right factor was a column, whose left factor was a row."""
    if columned and rowed:
        return SCALAR
    if columned:
        return Shape((rows,))
    if rowed:
        return Shape((columns,), True)
    return Shape((rows, columns))
