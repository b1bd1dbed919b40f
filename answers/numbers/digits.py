"""Exact and enclosed numbers as they are printed: fractions and decimals where these are short, else in digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import libmp

from derive.graph.numbers import MINUS, printed_value
from numeric.enclosed.number import Number

Value: TypeAlias = Fraction | Number

LONGEST = 7
"""Characters of a rational number that is printed exactly."""

LARGEST_WHOLE = 10**10
"""Whole numbers up to here are printed exactly."""

SMALLEST = -4
"""Rounded numbers below this power of ten are printed with it."""

FRACTION = re.compile(r"\\tfrac\{(\d+)\}\{(\d+)\}")


def texts(values: Iterable[Value], digits: int) -> tuple[str, ...]:
    """Numbers that stand together, in LaTeX: all that are no integers as fractions, as decimals, or in digits.

    Rational numbers are exact where that is short. What has to be rounded has ``digits`` significant digits, so that
    nothing that is not 0 is printed as 0.
    """
    known = tuple(values)
    exact = [value for value in known if isinstance(value, Fraction)]
    decimal = all(_is_short(_decimal(value)) for value in exact if value.denominator > 1)
    fractions = all(_is_short(str(value)) for value in exact if value.denominator > 1)
    return tuple(_text(value, digits, decimal, fractions) for value in known)


def in_unicode(text: str) -> str:
    """A number that is printed in LaTeX, for a terminal."""
    plain = FRACTION.sub(r"\1/\2", text).replace("-", MINUS)
    return re.sub(r" \\cdot 10\^\{([^}]*)\}", r"·10^\1", plain)


def read_again(text: str, digits: int) -> tuple[float, float]:
    """The number that a text in LaTeX states, and how far it may be off: half a unit of its last digit.

    One with more or fewer significant digits than numbers are rounded to is exact.

    Raises:
        ValueError: it is no number.
    """
    number = text.strip()
    value, tolerance = printed_value(FRACTION.sub(r"\1/\2", number))
    shown = re.sub(r"\D", "", re.split(" |·", number)[0]).lstrip("0")
    return float(value), float(tolerance) if len(shown) == digits else 0.0


def _text(value: Value, digits: int, decimal: bool, fractions: bool) -> str:
    if isinstance(value, Fraction):
        if value.denominator == 1 and abs(value) < LARGEST_WHOLE:
            return str(value)
        if decimal or (not fractions and _is_short(_decimal(value))):
            return _decimal(value)
        if fractions:
            sign = "-" if value < 0 else ""
            return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    return _rounded(_in_decimal(value), digits)


def _is_short(text: str) -> bool:
    return bool(text) and len(text.lstrip("-")) <= LONGEST


def _decimal(value: Fraction) -> str:
    """The decimal that a fraction is; nothing if it does not end soon."""
    scaled = value * 10 ** (LONGEST - 1)
    if scaled.denominator != 1:
        return ""
    text = f"{Decimal(scaled.numerator).scaleb(1 - LONGEST):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_decimal(value: Value) -> Decimal:
    with localcontext(prec=60):
        if isinstance(value, Fraction):
            return Decimal(value.numerator) / Decimal(value.denominator)
        middle: Any = libmp.mpf_shift(libmp.mpf_add(*value.ends), -1)
        return Decimal(libmp.to_str(middle, 50))


def _rounded(value: Decimal, digits: int) -> str:
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    # With no digit behind the point it would look like a whole number that is exact.
    if SMALLEST <= int(power) < digits - 1:
        return f"{Decimal(f'{mantissa}e{power}'):.{digits - 1 - int(power)}f}"
    return rf"{mantissa} \cdot 10^{{{int(power)}}}"
