"""How far a gradient may be off because it was computed in a type of numbers, and why.

Each of k operations rounds by the unit u of the type. As roundings have no common sign, what they do together grows as
the root of k: at most λ √k u of what is added up, with a λ that is small.

Source: N. Higham, T. Mary, A New Approach to Probabilistic Rounding Error Analysis, SIAM J. Sci. Comput. 41, 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod, sqrt

import numpy
from sympy import Symbol, preorder_traversal

from derive.forward import Forward
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths
from numeric.errors import ArrayError
from numeric.expression.work import deepest

UNITS: Mapping[str, float] = {"float64": 2**-53, "float32": 2**-24, "float16": 2**-11, "bfloat16": 2**-8}
"""Half the distance of neighbouring numbers near 1, by the type."""

LAMBDA = 4.0
"""The factor before the root: roundings would have to be one-sided by four standard deviations to exceed it."""

WRITTEN = 1e-7
"""What constants that are written out in eight digits are off by, which no type rounds away."""

OF_NOISE: Mapping[str, float] = {"float64": 100.0}
"""How many times what rounding was seen to do in a trial it may do, by the type; 8 times in types of few digits."""


@dataclass(frozen=True)
class Precision:
    """A type of numbers that a gradient was computed in."""

    name: str

    @property
    def unit(self) -> float:
        """How far a number may be rounded, beside the number."""
        return UNITS[self.name]

    @property
    def of_noise(self) -> float:
        """How many times what rounding was seen to do in a trial is allowed."""
        return OF_NOISE.get(self.name, 8.0) * self.unit / UNITS["float64"]

    def rounded(self, array: Array) -> Array:
        """The numbers of this type that are nearest to those of an array, in float64."""
        if array.dtype.kind != "f" or self.name == "float64":
            return array
        if self.name == "bfloat16":
            bits = array.astype(numpy.float32).view(numpy.uint32)
            even = bits + numpy.uint32(0x7FFF) + ((bits >> numpy.uint32(16)) & numpy.uint32(1))
            return (even & numpy.uint32(0xFFFF0000)).view(numpy.float32).astype(numpy.float64)
        return array.astype(self.name).astype(numpy.float64)

    def allowed(self, operations: int) -> Allowed:
        """How far a gradient may be off behind so many operations."""
        share = max(LAMBDA * sqrt(operations) * self.unit, WRITTEN)
        if share == WRITTEN:
            return Allowed(share, f"{self.name}; constants may be written in eight digits")
        times = f"{LAMBDA:g}·√{operations} times that after {operations} operations"
        return Allowed(share, f"{self.name} rounds by {self.unit:.0e}, {times}")


@dataclass(frozen=True)
class Allowed:
    """The largest error beside the largest element of a gradient, and why it is that."""

    share: float
    reason: str

    def __str__(self) -> str:
        return f"allowed: {self.share:.1g} of the largest element ({self.reason})"


def precision_of(*names: str) -> Precision:
    """The coarsest of types by their names; what is no type of real numbers, as integers are, does not count."""
    known = [name for name in names if name in UNITS]
    return Precision(max(known, key=UNITS.__getitem__, default="float64"))


def required(name: str) -> Precision:
    """A type by its name.

    Raises:
        ArrayError: there is no such type.
    """
    if name not in UNITS:
        raise ArrayError(f"there is no type {name} to compute in; known: {', '.join(UNITS)}")
    return Precision(name)


def operations(model: Forward, name: str, sizes: Mapping[Symbol, int]) -> int:
    """About how many operations are behind each element of the gradient of a tensor, forward and backward.

    Of a sum each term counts; going back, as many terms as there are elements for each of the tensor.
    """
    elements = prod(lengths(model.tensors[name].shape, sizes)) if name in model.tensors else 1
    count = 0
    for row in model.rows:
        terms = prod(lengths(deepest(row.expression), sizes))
        whole = terms * prod(lengths(row.tensor.shape, sizes))
        written = sum(1 for part in preorder_traversal(row.expression) if part.args and not part.is_Boolean)
        count += written + max(terms, whole // max(elements, 1))
    return max(count, 1)
