"""Ends of intervals as mpmath's raw numbers, and functions of them, rounded outwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import libmp

GUARD = 20
"""Bits by which functions are computed more precisely than their intervals are narrow."""

LARGEST_ARGUMENT = 1 << 17
"""Beyond 2 to this power an exponent is not computed with: the power lies between this one's and infinity."""

FAR = 16
"""From 2 to this power on the tail of the normal distribution is summed as a series that falls fast."""


Ends = tuple[Any, Any]
ZERO, ONE, INFINITY, MINUS_INFINITY, NAN = libmp.fzero, libmp.fone, libmp.finf, libmp.fninf, libmp.fnan
LINE: Ends = (MINUS_INFINITY, INFINITY)
UNIT: Ends = (libmp.fnone, ONE)


def function_at(function: Callable[..., Any], end: Any, precision: int, side: int) -> Any:
    """A function at the lower end of an interval, or with ``side`` the upper one, moved outwards by its error."""
    value = function(end, precision + GUARD)
    if not value[1]:
        return value
    step = libmp.mpf_shift(libmp.mpf_abs(value), -precision)
    return (libmp.mpf_add if side else libmp.mpf_sub)(value, step, precision, "c" if side else "f")


def bits(number: Any) -> int:
    """The logarithm to base 2 of the size of a number, rounded up; 0 for 0."""
    return int(number[2]) + int(number[3])


def larger(first: Any, second: Any) -> Any:
    """The larger of two ends."""
    return first if libmp.mpf_ge(first, second) else second


def smaller(first: Any, second: Any) -> Any:
    """The smaller of two ends."""
    return first if libmp.mpf_le(first, second) else second


def exponential_at(end: Any, precision: int, side: int) -> Any:
    """The exponential at an end, however large it is."""
    if end in LINE:
        return ZERO if end == MINUS_INFINITY else INFINITY
    if bits(end) <= LARGEST_ARGUMENT:
        return function_at(libmp.mpf_exp, end, precision, side)
    rises = libmp.mpf_sign(end) > 0
    if rises == bool(side):
        return INFINITY if rises else ZERO
    # The power lies beyond that of the largest exponent, on this side.
    return libmp.mpf_shift(ONE, (1 if rises else -1) << LARGEST_ARGUMENT)


def scaled_tail(end: Any, precision: int) -> Any:
    """exp(x²)·erfc(x) at an end that is not negative."""
    if end == ZERO:
        return ONE
    if bits(end) < FAR:
        more = precision + GUARD + 2 * max(bits(end), 0)
        square = libmp.mpf_mul(end, end)
        return libmp.mpf_mul(libmp.mpf_exp(square, more), libmp.mpf_erfc(end, more), precision)
    # 1/(x√π)·(1 - 1/(2x²) + 1·3/(2x²)² - ...), whose terms fall to below any digit that is asked for.
    more = precision + GUARD
    step = libmp.mpf_div(ONE, libmp.mpf_shift(libmp.mpf_mul(end, end), 1), more)
    term, total, odd = ONE, ONE, 1
    while bits(term) > -more:
        term = libmp.mpf_neg(libmp.mpf_mul(libmp.mpf_mul_int(term, odd, more), step, more))
        total = libmp.mpf_add(total, term, more)
        odd += 2
    return libmp.mpf_div(total, libmp.mpf_mul(end, libmp.mpf_sqrt(libmp.mpf_pi(more), more), more), precision)
