"""NumPy for complex arrays whose imaginary parts are steps: what is not analytic goes by the real parts."""

from __future__ import annotations

from typing import Any

import numpy

from numeric.arrays.axes import Array
from numeric.arrays.special import angle


class ComplexArrays:
    """Stands for the module ``numpy`` in generated code that is given complex arrays.

    A complex step sees the derivative of the branch that the real point is on. Comparisons and maxima of complex
    numbers go by their real parts in NumPy already; ``abs`` and ``sign`` do not.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(numpy, name)

    @staticmethod
    def abs(value: Any) -> Any:
        """The absolute value by the real part."""
        return value * numpy.sign(numpy.real(value))

    @staticmethod
    def sign(value: Any) -> Any:
        """The sign of the real part."""
        return numpy.sign(numpy.real(value))

    @staticmethod
    def arctan2(above: Any, below: Any) -> Any:
        """The angle of a point, with its slope."""
        return angle(above, below)

    @staticmethod
    def copysign(value: Any, other: Any) -> Any:
        """The first number with the sign of the second, by their real parts."""
        same = numpy.signbit(numpy.real(value)) == numpy.signbit(numpy.real(other))
        return numpy.where(same, value, -value)

    @staticmethod
    def vdot(one: Any, other: Any) -> Any:
        """The sum of products, nothing conjugated."""
        return numpy.dot(numpy.ravel(one), numpy.ravel(other))

    @staticmethod
    def logaddexp(one: Any, other: Any) -> Array:
        """The logarithm of the sum of two exponentials, the larger one drawn out."""
        larger = numpy.maximum(one, other)
        total: Array = larger + numpy.log(numpy.exp(one - larger) + numpy.exp(other - larger))
        return total
