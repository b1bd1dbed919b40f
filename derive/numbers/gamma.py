"""The gamma function and its logarithmic derivatives on intervals, by where they rise and where they fall.

Between two of its poles ψ rises, as every second derivative of it does, whose slope is a sum of even powers. Each other
function of the family is monotone where the slope of it, which is one of them, has one sign.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

from mpmath import libmp

from derive.expression.special import FAMILY, ORDER, Gamma, LogGamma

WHOLE = 8
"""Of whole numbers below 2 to this power the factorial is computed."""

TOLD = ((64, -30), (640, -500))
"""Bits of a derivative of ψ, and how small it may be, as a power of 2, so that its sign is known by them."""

GUARD = 20
"""Bits by which the ends are computed more precisely than they are needed."""

LARGE = 16
"""From 2 to this power on the gamma function is the exponential of its logarithm."""

Ends = tuple[Any, Any]
At = Callable[[Callable[..., Any], Any, int], Any]
"""A function at an end, rounded outwards to the lower side, 0, or the upper one, 1."""

NAMES = {kind.__name__: kind for kind in FAMILY}
"""The functions by the names of their classes."""


def is_pole(end: Any) -> bool:
    """Whether the functions have no value at a number: at 0, -1, -2 and so on."""
    return bool(libmp.mpf_sign(end) <= 0 and libmp.mpf_floor(end, 0) == end)


def gamma_ends(name: str, ends: Ends, at: At) -> Ends | None:
    """The ends of an interval that holds the values of one of the functions; None where more digits are needed."""
    low, high = ends
    if not _in_one_cell(low, high):
        return None
    kind = NAMES[name]
    whole = _at_whole(kind, ends)
    if whole is not None:
        return whole, whole
    value = _value(name)
    if kind in ORDER and ORDER[kind] % 2 == 0:
        return at(value, low, 0), at(value, high, 1)
    signs = {_sign(ORDER.get(kind, -1) + 1, end) for end in ends}
    if low != high and (len(signs) > 1 or 0 in signs):
        return None
    rises = (max(signs) > 0) != (kind is Gamma and _is_negative(low))
    first, second = (low, high) if rises else (high, low)
    return at(value, first, 0), at(value, second, 1)


def _at_whole(kind: Any, ends: Ends) -> Any:
    """The value at a whole number where it is rational: (n - 1)!, and 0 of its logarithm; None anywhere else."""
    low, high = ends
    if low != high or kind not in (Gamma, LogGamma) or libmp.mpf_floor(low, 0) != low or _bits(low) > WHOLE:
        return None
    number = int(libmp.to_int(low))
    if kind is LogGamma:
        return libmp.fzero if number <= 2 else None
    return libmp.from_int(factorial(number - 1))


def _sign(order: int, end: Any) -> int:
    """The sign of a derivative of ψ, 0 where it is too near to 0 to be told."""
    for precision, least in TOLD:
        value = libmp.mpf_psi(order, end, precision)
        if _bits(value) > least:
            return int(libmp.mpf_sign(value))
    return 0


def _bits(number: Any) -> int:
    """The logarithm to base 2 of the size of a number, rounded up."""
    return int(number[2]) + int(number[3])


def _in_one_cell(low: Any, high: Any) -> bool:
    """Whether no pole lies between two numbers."""
    if libmp.mpf_sign(low) > 0:
        return True
    return bool(libmp.mpf_sign(high) < 0 and libmp.mpf_floor(low, 0) == libmp.mpf_floor(high, 0)) and not is_pole(low)


def _is_negative(end: Any) -> bool:
    """Whether Γ is negative at a number."""
    return bool(libmp.mpf_sign(end) < 0 and int(libmp.to_int(libmp.mpf_floor(end, 0))) % 2)


def _value(name: str) -> Callable[..., Any]:
    kind = NAMES[name]
    if kind is Gamma:
        return _gamma
    return _log_gamma if kind is LogGamma else _polygamma(ORDER[kind])


def _polygamma(order: int) -> Callable[..., Any]:
    return lambda end, precision: libmp.mpf_psi(order, end, precision)


def _log_gamma(end: Any, precision: int) -> Any:
    if libmp.mpf_sign(end) > 0:
        return libmp.mpf_loggamma(end, precision)
    return libmp.mpf_log(libmp.mpf_abs(libmp.mpf_gamma(end, precision + GUARD)), precision)


def _gamma(end: Any, precision: int) -> Any:
    size = _bits(end)
    if size < LARGE or libmp.mpf_sign(end) < 0:
        return libmp.mpf_gamma(end, precision)
    return libmp.mpf_exp(libmp.mpf_loggamma(end, precision + 2 * size + GUARD), precision)
