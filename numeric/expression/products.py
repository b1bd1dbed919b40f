"""Sums over products of large arrays, without the array of all products."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy

from numeric.arrays.axes import Array, Value

LARGE = 1 << 18
"""From how many products on they are summed without an array of them; rounding may differ in the last digit."""


def summed_product(values: Sequence[Value], guards: Sequence[Value], first: int, counts: Sequence[int]) -> Value | None:
    """The sum of a product over axes that stand next to each other, where the guards hold; None if it is a small one.

    Axes are counted from the last, which is 1; those that are summed begin with ``first`` and have the lengths
    ``counts``. An array without one of them, or of length 1 there, is the same all along it. None too where a factor
    is not finite, which a guard may keep out of the product.
    """
    arrays = [value for value in values if isinstance(value, numpy.ndarray)]
    conditions = [numpy.asarray(guard) for guard in guards]
    if len(arrays) + len(conditions) < 2 or not arrays:
        return None
    whole = numpy.broadcast_shapes(*(array.shape for array in (*arrays, *conditions)))
    if prod(whole) < LARGE or (conditions and not all(bool(numpy.isfinite(array).all()) for array in arrays)):
        return None
    summed = dict(enumerate(counts, start=first))
    operands: list[Array | list[int]] = []
    met: set[int] = set()
    for array in (*arrays, *(condition.astype(numpy.float64) for condition in conditions)):
        labels = [array.ndim - place for place, length in enumerate(array.shape) if length != 1]
        operands += [array.reshape([length for length in array.shape if length != 1]), labels]
        met |= set(labels)
    left = sorted((label for label in met if label not in summed), reverse=True)
    total: Array = numpy.einsum(*operands, left, optimize=True)
    kept = [length for place, length in enumerate(whole) if len(whole) - place not in summed]
    factor: Value = prod(count for label, count in summed.items() if label not in met)
    for value in values:
        if not isinstance(value, numpy.ndarray):
            factor = factor * value
    return total.reshape(kept) * factor
