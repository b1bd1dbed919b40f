"""Determinants and inverses of the matrices in the last two axes of an array, of floating point and of objects."""

from __future__ import annotations

import numpy

from numeric.arrays.axes import Array
from numeric.enclosed.elimination import of_each


def determinant(array: Array) -> Array:
    """The determinant of each matrix."""
    if array.dtype == object:
        return of_each(array, 0, ())
    result: Array = numpy.linalg.det(array)
    return result


def inverse(array: Array) -> Array:
    """The inverse of each matrix; NaN where there is none."""
    if array.dtype == object:
        return of_each(array, 1, array.shape[-2:])
    try:
        result: Array = numpy.linalg.inv(array)
    except numpy.linalg.LinAlgError:
        result = numpy.empty_like(array)
        for place in numpy.ndindex(*array.shape[:-2]):
            result[place] = _inverse_or_nan(array[place])
    return result


def _inverse_or_nan(matrix: Array) -> Array:
    try:
        result: Array = numpy.linalg.inv(matrix)
    except numpy.linalg.LinAlgError:
        return numpy.full_like(matrix, numpy.nan)
    return result
