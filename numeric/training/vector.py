"""All parameters of a network as one vector, of which the arrays by name are views."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy

from numeric.arrays.axes import Array


class ParameterVector:
    """Parameters by name that share the memory of one vector: an optimiser moves them all at once."""

    def __init__(self, parameters: Mapping[str, Array], dtype: str) -> None:
        self.flat: Array = numpy.concatenate([numpy.ravel(array) for array in parameters.values()]).astype(dtype)
        self.named: dict[str, Array] = {}
        start = 0
        for name, array in parameters.items():
            stop = start + prod(numpy.shape(array))
            self.named[name] = self.flat[start:stop].reshape(numpy.shape(array))
            start = stop

    def gather(self, arrays: Mapping[str, Array]) -> Array:
        """Arrays of the same names as one vector in the same order."""
        return numpy.concatenate([arrays[name].ravel() for name in self.named])

    def weights(self) -> Array:
        """1 for each element of a weight, which a weight decay shrinks, and 0 for those of biases."""
        marks = [numpy.full(array.size, float(array.ndim > 1)) for array in self.named.values()]
        return numpy.concatenate(marks).astype(self.flat.dtype)

    def copy(self) -> dict[str, Array]:
        """The parameters as arrays of their own."""
        return {name: array.copy() for name, array in self.named.items()}
