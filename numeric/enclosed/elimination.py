"""Determinants and inverses of matrices: of floating point by NumPy, of numbers of any other kind by elimination."""

from __future__ import annotations

from typing import Any

import numpy
from numpy.typing import NDArray

Array = NDArray[Any]


def eliminated(matrix: Any) -> tuple[Any, list[list[Any]]]:
    """The determinant and the inverse by elimination, of numbers of any kind; NaN where a pivot is 0."""
    rows = [list(row) for row in matrix]
    count = len(rows)
    right: list[list[Any]] = [[1 if row == column else 0 for column in range(count)] for row in range(count)]
    result: Any = 1
    for column in range(count):
        pivot = max(range(column, count), key=lambda row: abs(float(rows[row][column])))
        if rows[pivot][column] == 0:
            return 0 * result, [[numpy.nan] * count] * count
        if pivot != column:
            rows[column], rows[pivot] = rows[pivot], rows[column]
            right[column], right[pivot] = right[pivot], right[column]
            result = -result
        result = result * rows[column][column]
        for row in range(count):
            scale = rows[row][column] / rows[column][column]
            if row == column or scale == 0:
                continue
            rows[row] = [mine - scale * its for mine, its in zip(rows[row], rows[column], strict=True)]
            right[row] = [mine - scale * its for mine, its in zip(right[row], right[column], strict=True)]
    return result, [[one / rows[row][row] for one in right[row]] for row in range(count)]


def determinant(array: Array) -> Array:
    """The determinant of each matrix in the last two axes of an array, of floating point or of objects."""
    if array.dtype == object:
        return _of_each(array, 0, ())
    result: Array = numpy.linalg.det(array)
    return result


def inverse(array: Array) -> Array:
    """The inverse of each matrix in the last two axes; NaN where there is none."""
    if array.dtype == object:
        return _of_each(array, 1, array.shape[-2:])
    try:
        result: Array = numpy.linalg.inv(array)
    except numpy.linalg.LinAlgError:
        result = numpy.empty_like(array)
        for place in numpy.ndindex(*array.shape[:-2]):
            result[place] = _inverse_or_nan(array[place])
    return result


class EnclosedLinear:
    """What generated code finds under the name of ``numpy.linalg`` when its arrays are of enclosed numbers."""

    det = staticmethod(determinant)
    inv = staticmethod(inverse)


def _of_each(array: Array, which: int, shape: tuple[int, ...]) -> Array:
    """The determinants, 0, or the inverses, 1, of the matrices in the last two axes of an array of objects."""
    result = numpy.empty((*array.shape[:-2], *shape), object)
    for place in numpy.ndindex(*array.shape[:-2]):
        result[place] = eliminated(array[place])[which]
    return result


def _inverse_or_nan(matrix: Array) -> Array:
    try:
        result: Array = numpy.linalg.inv(matrix)
    except numpy.linalg.LinAlgError:
        return numpy.full_like(matrix, numpy.nan)
    return result
