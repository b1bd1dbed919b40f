"""Reading the elements of a tensor: as a transposed view where the subscripts are plain indices, else gathered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from numeric.arrays.axes import Array, Axis, Evaluator, Scope, Value
from numeric.arrays.functions import real_part
from numeric.errors import ArrayError

FRACTION = 1e-3
"""How far a subscript may be from an integer before the read is between two elements. Subscripts are small
integers and quotients of them, so that rounding is far below this and a true fraction far above."""


def access(name: str, subscripts: Sequence[Evaluator], plain: Sequence[Axis | None]) -> Evaluator:
    """The reader of the tensor ``name`` at ``subscripts``.

    ``plain`` holds the axis of each subscript that is an index by itself, and None for the others.
    """
    axes = [axis for axis in plain if axis is not None]
    distinct = len(axes) == len(plain) and len({axis.position for axis in axes}) == len(axes)

    def evaluate(scope: Scope) -> Value:
        array = scope.array(name)
        if array.ndim != len(subscripts) + 1:
            raise ArrayError(f"{name} has {array.ndim - 1} axes, and is read with {len(subscripts)} subscripts")
        if distinct and all(_covers(axis, array.shape[k], scope) for k, axis in enumerate(axes)):
            return viewed(array, axes)
        return _gathered(array, [subscript(scope) for subscript in subscripts])

    return evaluate


def _covers(axis: Axis, length: int, scope: Scope) -> bool:
    return axis.first(scope) == 0 and axis.count(scope) == length


def viewed(array: Array, axes: Sequence[Axis]) -> Array:
    """An array, trial axis last, with its other axes at the places of the given ones."""
    order = sorted(range(len(axes)), key=lambda k: axes[k].position)
    lengths = {axes[k].position: array.shape[k] for k in order}
    shape = [lengths.get(position, 1) for position in range(min(lengths, default=-1), -1)]
    return array.transpose([*order, len(axes)]).reshape([*shape, array.shape[-1]])


def _gathered(array: Array, subscripts: Sequence[Value]) -> Array:
    inside, between = numpy.bool_(True), numpy.bool_(False)
    positions: list[Array] = []
    for subscript, length in zip(subscripts, array.shape, strict=False):
        value = numpy.asarray(real_part(subscript))
        nearest = numpy.rint(value)
        # Most subscripts are inside everywhere: then there is nothing to be broadcast over all axes.
        if not (here := (nearest >= 0) & (nearest < length)).all():
            inside = inside & here
        if not (whole := numpy.abs(value - nearest) <= FRACTION).all():
            between = between | ~whole
        positions.append(numpy.fmax(numpy.fmin(nearest, length - 1), 0).astype(numpy.intp))
    values = _taken(array, positions)
    if not inside.all():
        values = numpy.where(inside, values, numpy.zeros((), array.dtype))
    if between.any():
        values = numpy.where(between, numpy.full((), numpy.nan, array.dtype), values)
    return values


def _taken(array: Array, positions: Sequence[Array]) -> Array:
    """The elements at positions, for all trials; positions may differ from trial to trial."""
    if all(position.ndim == 0 or position.shape[-1] == 1 for position in positions):
        # All trials of an element lie side by side, so that they are copied at once.
        return array[tuple(position if position.ndim == 0 else position[..., 0] for position in positions)]
    return array[(*positions, numpy.arange(array.shape[-1]))]
