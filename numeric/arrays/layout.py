"""Layouts by number: where the array of an index form is transposed, and which vectors are rows."""

from __future__ import annotations

from derive.conventions import Layout
from derive.expression.partials import partial_named
from derive.forward import Forward
from numeric.arrays.axes import Array
from numeric.errors import ArrayError


def in_layout(array: Array, name: str, model: Forward, layout: Layout) -> Array:
    """The array of the index form of a quantity in a layout.

    In numerator layout the partial of a scalar by a matrix is transposed; all else stays as it is.
    """
    if layout == "numerator" and array.ndim == 2 and numerator_is_scalar(name, model):
        return array.T
    return array


def as_matrix(array: Array, name: str, model: Forward, layout: Layout) -> Array:
    """The rows and columns of the index form of a quantity in a layout.

    A vector is a column, except for the partial of a scalar in numerator layout, which is a row. Of a derivative with
    more axes those of one place are left out.

    Raises:
        ArrayError: the quantity has more than two indices.
    """
    if array.ndim > 2:
        single = tuple(axis for axis, length in enumerate(model.shape_of(name)) if length == 1)
        array = array.squeeze(single)
    if array.ndim > 2:
        raise ArrayError(f"{name} has {array.ndim} axes and no matrix form")
    if array.ndim == 2:
        return in_layout(array, name, model, layout)
    row = layout == "numerator" and numerator_is_scalar(name, model)
    return array.reshape((1, -1) if row else (-1, 1))


def numerator_is_scalar(name: str, model: Forward) -> bool:
    """Whether ``name`` is the partial of a tensor of rank zero, such as the loss."""
    partial = partial_named(name)
    return partial is not None and partial.top in model.tensors and not model.tensors[partial.top].shape
