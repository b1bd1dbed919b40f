"""Results that left the range of floating point, computed again with as many digits as it takes to know them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy
from mpmath import libmp
from numpy.typing import NDArray

from derive.numbers.intervals import UndecidedError
from numeric.enclosed.arrays import enclosed
from numeric.enclosed.number import Arithmetic, Number, WorkError

Array = NDArray[Any]

PRECISIONS = (128, 1300, 4400)
"""Bits: enough for most; to know that a number is too small for the type; for what cancels beyond its range.

The smallest number of 64 bits is 2^-1074, which the second holds beside 1. Products of two such numbers lie between
2^-2148 and 2^2048, and the third holds both ends in one sum. What is not known then cancels in all digits that any
result of the type could show.
"""

OPERATIONS = 120_000
"""So many operations are made at most, some seconds of them."""

MOST_RESULTS = 20_000
"""Of more results it is not tried whether so many operations suffice."""


@dataclass
class Flags:
    """What happened in floating point."""

    overflow: bool = False
    invalid: bool = False

    def need(self, arrays: Sequence[Any]) -> bool:
        """Whether the ``arrays`` that came out may have finite values that floating point did not find."""
        # An overflow may be gone from what comes out: 1/(1 + ∞) is a 0 that is wrong. What is undefined stays so.
        return self.overflow or (self.invalid and not all(map(is_finite, arrays)))


@contextmanager
def watched() -> Iterator[Flags]:
    """Notes overflows, divisions by 0 and undefined operations of NumPy, and keeps quiet about them."""
    flags = Flags()

    def note(what: str, _: int) -> None:
        flags.overflow |= what == "overflow"
        flags.invalid |= what != "overflow"

    with numpy.errstate(over="call", divide="call", invalid="call", under="ignore", call=note):
        yield flags


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps NumPy quiet where it is not watched."""
    if numpy.geterr()["over"] == "call":
        yield
    else:
        with numpy.errstate(all="ignore"):
            yield


def is_finite(array: Any) -> bool:
    """Whether no element of an array of real numbers is infinite or not a number; other arrays are."""
    whole = numpy.asarray(array)
    return whole.dtype.kind != "f" or bool(numpy.isfinite(whole).all())


Lift = Callable[[Any], Array]
"""Makes of an array of real numbers one of another kind."""


def again(run: Callable[[Lift], Sequence[Any]], plain: Sequence[Any]) -> list[Array]:
    """The results of a calculation in enclosed numbers, in the types of the ``plain`` ones.

    What no number of digits decides is left as it is. Where there are too many numbers, a longer type of floating
    point has to do.
    """
    results = [numpy.asarray(array) for array in plain]
    if sum(array.size for array in results) > MOST_RESULTS:
        return _in_longer_type(run, results)
    for precision in PRECISIONS:
        last = precision == PRECISIONS[-1]
        try:
            with numpy.errstate(all="ignore"):
                found = run(partial(enclosed, arithmetic=Arithmetic(precision, last, OPERATIONS)))
        except UndecidedError:
            continue
        except WorkError:
            return _in_longer_type(run, results)
        except ZeroDivisionError:
            return results
        settled = [_settled(array, result, last) for array, result in zip(found, results, strict=True)]
        if last or all(known for _, known in settled):
            return [array for array, _ in settled]
    return results


def _in_longer_type(run: Callable[[Lift], Sequence[Any]], plain: Sequence[Array]) -> list[Array]:
    """The results in NumPy's longest type, whose range is larger than that of the others on many machines."""
    with numpy.errstate(all="ignore"):
        longer = run(lambda array: numpy.asarray(array, numpy.longdouble))
        found = [numpy.asarray(array).astype(result.dtype) for array, result in zip(longer, plain, strict=True)]
    return [
        numpy.where(numpy.isnan(array), result, array) if result.dtype.kind == "f" else result
        for array, result in zip(found, plain, strict=True)
    ]


def _settled(found: Any, plain: Array, last: bool) -> tuple[Array, bool]:
    """The array in the type of the plain one, and whether every element is known."""
    if plain.dtype.kind != "f":
        return plain, True
    result, whole, known = plain.copy(), numpy.broadcast_to(numpy.asarray(found, object), plain.shape), True
    for place, element in numpy.ndenumerate(whole):
        if not isinstance(element, Number):
            result[place] = element
            continue
        value = _rounded(element, plain.dtype, last)
        if value is None:
            known = False
        else:
            result[place] = value
    return result, known


def _rounded(number: Number, dtype: Any, last: bool) -> Any:
    """The number in a type; None if it is not known well enough."""
    if number.is_nan:
        return numpy.nan
    with numpy.errstate(over="ignore"):
        low, high = (numpy.array(libmp.to_float(end), dtype) for end in number.ends)
    if low == high:
        return high
    if not numpy.isfinite([low, high]).all():
        return None
    # Rounding to the type loses more than what is open between two numbers of it that are neighbours.
    if float(high) - float(low) <= 2 * numpy.finfo(dtype).eps * min(abs(float(low)), abs(float(high))):
        return high
    if not last:
        return None
    # What cancels in all digits is 0.
    return 0 if number.holds_zero else low / 2 + high / 2
