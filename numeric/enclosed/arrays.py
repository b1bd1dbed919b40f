"""NumPy on arrays of enclosed numbers: what its own functions of objects cannot do."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy
from numpy.typing import NDArray

from derive.remembering import LIBRARY, ONE, TRIALS
from numeric.enclosed.elimination import EnclosedLinear
from numeric.enclosed.number import FUNCTIONS, LONG, OF_TWO, SHORT, Arithmetic, Number

Array = NDArray[Any]

NAMES = frozenset(
    {*FUNCTIONS, *(LONG.get(name, name) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh", "abs")), "tanh"}
)
"""The functions of one argument, as NumPy calls them."""


def is_enclosed(value: Any) -> bool:
    """Whether a value is an array of objects, which are enclosed numbers or may be combined with them."""
    return (isinstance(value, numpy.ndarray) and value.dtype == object) or isinstance(value, Number)


def enclosed(array: Any, arithmetic: Arithmetic) -> Array:
    """The array with each of its elements as an enclosed number."""
    values = numpy.asarray(array)
    result = numpy.empty(values.shape, object)
    for place, value in numpy.ndenumerate(values):
        result[place] = arithmetic.number(value)
    return result


def called(name: str, value: Any, out: Any = None) -> Any:
    """A function of one argument at every element."""
    return _elementwise(name)(value) if out is None else _elementwise(name)(value, out=out)


@lru_cache(maxsize=LIBRARY)
def _elementwise(name: str) -> Callable[..., Any]:
    def function(element: Any) -> Any:
        if isinstance(element, Number):
            return element.called(name)
        # A zero that an array was filled with, or a constant: as floating point has it.
        with numpy.errstate(all="ignore"):
            return getattr(numpy, LONG.get(name, name))(float(element))

    result: Callable[..., Any] = numpy.frompyfunc(function, 1, 1)
    return result


def called_of_two(name: str, first: Any, second: Any) -> Any:
    """A function of two arguments at every pair of elements."""
    return _pairwise(name)(first, second)


@lru_cache(maxsize=TRIALS)
def _pairwise(name: str) -> Callable[..., Any]:
    def function(first: Any, second: Any) -> Any:
        number = first if isinstance(first, Number) else second
        if isinstance(number, Number):
            return OF_TWO[name](number.arithmetic.number(first), number.arithmetic.number(second))
        with numpy.errstate(all="ignore"):
            return float(getattr(numpy, LONG.get(name, name))(float(first), float(second)))

    result: Callable[..., Any] = numpy.frompyfunc(function, 2, 1)
    return result


@lru_cache(maxsize=LIBRARY)
def extreme(largest: bool) -> Callable[..., Any]:
    """The elementwise maximum or minimum."""

    def function(first: Any, second: Any) -> Any:
        if isinstance(first, Number):
            return first.extreme(second, largest)
        if isinstance(second, Number):
            return second.extreme(first, largest)
        return max(first, second) if largest else min(first, second)

    result: Callable[..., Any] = numpy.frompyfunc(function, 2, 1)
    return result


def divided(above: Any, below: Any) -> Any:
    """The elementwise quotient; also where what was filled in is divided by 0."""
    return _divided()(above, below)


@lru_cache(maxsize=ONE)
def _divided() -> Callable[..., Any]:
    def function(first: Any, second: Any) -> Any:
        if isinstance(first, Number) or isinstance(second, Number):
            return first / second
        with numpy.errstate(all="ignore"):
            return float(numpy.divide(float(first), float(second)))

    result: Callable[..., Any] = numpy.frompyfunc(function, 2, 1)
    return result


class EnclosedNumPy:
    """What generated code finds under the name of NumPy when its arrays are of enclosed numbers."""

    def __getattr__(self, name: str) -> Any:
        if name == "linalg":
            return EnclosedLinear()
        plain = getattr(numpy, name)
        if name in NAMES:
            return lambda value, out=None: called(name, value, out) if is_enclosed(value) else plain(value, out=out)
        short = SHORT.get(name, name)
        if short in OF_TWO:
            return lambda one, two: (
                called_of_two(short, one, two) if is_enclosed(one) or is_enclosed(two) else plain(one, two)
            )
        if name in ("maximum", "minimum"):
            largest = extreme(name == "maximum")
            return lambda one, two: largest(one, two) if is_enclosed(one) or is_enclosed(two) else plain(one, two)
        return plain
