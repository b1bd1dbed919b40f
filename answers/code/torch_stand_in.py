"""The part of PyTorch that a network by hand needs, on NumPy arrays, for machines without PyTorch.

What is not here is said to be missing; nothing is approximated. Values are in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

float32 = float64 = double = numpy.float64
pi = numpy.pi

SPELLINGS = {"dim": "axis", "keepdim": "keepdims"}
"""PyTorch's names of arguments, and NumPy's."""


class Tensor(numpy.ndarray[Any, Any]):
    """An array with the methods of PyTorch's tensors that differ from NumPy's."""

    def sum(self, *axis: Any, **named: Any) -> Any:
        """The sum, of all elements or along ``dim``."""
        return _reduced(numpy.sum, self, *axis, **named)

    def mean(self, *axis: Any, **named: Any) -> Any:
        """The mean, of all elements or along ``dim``."""
        return _reduced(numpy.mean, self, *axis, **named)

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        """Each element, but not below ``min`` nor above ``max``."""
        return tensor(numpy.clip(numpy.asarray(self), min, max))

    def abs(self) -> Tensor:
        """The absolute values."""
        return tensor(numpy.abs(numpy.asarray(self)))

    def exp(self) -> Tensor:
        """The exponential of each element."""
        return exp(self)

    def log(self) -> Tensor:
        """The logarithm of each element."""
        return log(self)

    def pow(self, exponent: Any) -> Tensor:
        """Each element to a power."""
        return tensor(numpy.asarray(self) ** exponent)

    def numel(self) -> int:
        """The number of elements."""
        return int(self.size)

    def t(self) -> Tensor:
        """The transpose."""
        return tensor(numpy.asarray(self).T)

    def mm(self, other: Any) -> Tensor:
        """The matrix product."""
        return matmul(self, other)

    def matmul(self, other: Any) -> Tensor:
        """The matrix product."""
        return matmul(self, other)

    def float(self) -> Tensor:
        """Numbers, where there were truth values."""
        return tensor(numpy.asarray(self, dtype=numpy.float64))

    double = float

    def zero_(self) -> Tensor:
        """Set all elements to 0."""
        self[...] = 0
        return self

    def clone(self) -> Tensor:
        """A copy."""
        return tensor(numpy.array(self))

    def detach(self) -> Tensor:
        """The tensor itself: nothing is recorded here."""
        return self


def _reduced(function: Any, value: Any, *axis: Any, **named: Any) -> Tensor:
    known = {SPELLINGS.get(name, name): argument for name, argument in named.items()}
    return tensor(function(numpy.asarray(value), *axis, **known))


def tensor(value: Any, dtype: Any = None) -> Tensor:
    """A tensor of the numbers or truth values given."""
    return numpy.asarray(value, dtype=dtype).view(Tensor)


def _elementwise(function: Any, *values: Any) -> Tensor:
    with numpy.errstate(all="ignore"):  # PyTorch gives inf and nan without a word
        return tensor(function(*(numpy.asarray(value) for value in values)))


def exp(value: Any) -> Tensor:
    """The exponential of each element."""
    return _elementwise(numpy.exp, value)


def log(value: Any) -> Tensor:
    """The logarithm of each element."""
    return _elementwise(numpy.log, value)


def sqrt(value: Any) -> Tensor:
    """The square root of each element."""
    return _elementwise(numpy.sqrt, value)


def tanh(value: Any) -> Tensor:
    """The hyperbolic tangent of each element."""
    return _elementwise(numpy.tanh, value)


def sigmoid(value: Any) -> Tensor:
    """The logistic function of each element."""
    return _elementwise(lambda z: numpy.exp(numpy.minimum(z, 0)) / (1 + numpy.exp(-numpy.abs(z))), value)


def abs(value: Any) -> Tensor:
    """The absolute values."""
    return _elementwise(numpy.abs, value)


def sign(value: Any) -> Tensor:
    """The signs."""
    return _elementwise(numpy.sign, value)


def maximum(one: Any, other: Any) -> Tensor:
    """The larger of two elements."""
    return _elementwise(numpy.maximum, one, other)


def minimum(one: Any, other: Any) -> Tensor:
    """The smaller of two elements."""
    return _elementwise(numpy.minimum, one, other)


def where(condition: Any, one: Any, other: Any) -> Tensor:
    """Elements of ``one`` where the condition holds, of ``other`` where not."""
    return _elementwise(numpy.where, condition, one, other)


def clamp(value: Any, min: Any = None, max: Any = None) -> Tensor:
    """Each element, but not below ``min`` nor above ``max``."""
    return tensor(value).clamp(min, max)


def matmul(one: Any, other: Any) -> Tensor:
    """The matrix product."""
    return _elementwise(numpy.matmul, one, other)


mm = matmul


def outer(one: Any, other: Any) -> Tensor:
    """The outer product of two vectors."""
    return _elementwise(numpy.outer, one, other)


def sum(value: Any, *axis: Any, **named: Any) -> Tensor:
    """The sum, of all elements or along ``dim``."""
    return _reduced(numpy.sum, value, *axis, **named)


def mean(value: Any, *axis: Any, **named: Any) -> Tensor:
    """The mean, of all elements or along ``dim``."""
    return _reduced(numpy.mean, value, *axis, **named)


def zeros(*shape: Any) -> Tensor:
    """Zeros of a shape given as numbers or as a tuple."""
    return tensor(numpy.zeros(_shape(shape)))


def ones(*shape: Any) -> Tensor:
    """Ones of a shape given as numbers or as a tuple."""
    return tensor(numpy.ones(_shape(shape)))


def randn(*shape: Any) -> Tensor:
    """Standard normal numbers of a shape given as numbers or as a tuple."""
    return tensor(numpy.random.default_rng(0).standard_normal(_shape(shape)))


def zeros_like(value: Any) -> Tensor:
    """Zeros of the same shape."""
    return tensor(numpy.zeros(numpy.shape(value)))


def ones_like(value: Any) -> Tensor:
    """Ones of the same shape."""
    return tensor(numpy.ones(numpy.shape(value)))


def manual_seed(seed: int) -> None:
    """Nothing: the random numbers here are always the same."""


def set_default_dtype(dtype: Any) -> None:
    """Nothing: all numbers are in double precision."""


def _shape(given: Sequence[Any]) -> tuple[int, ...]:
    sizes = given[0] if len(given) == 1 and isinstance(given[0], tuple | list) else given
    return tuple(int(size) for size in sizes)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"PyTorch is not installed, and its stand-in has no {name}; install torch to run this file")
