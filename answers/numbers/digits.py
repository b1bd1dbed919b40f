"""Exact and enclosed numbers as they are printed: fractions and decimals where these are short, else in digits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import libmp

from derive.graph.numbers import MINUS, printed_value
from derive.render.piece import Typeset
from numeric.enclosed.number import Number

Value: TypeAlias = Fraction | Number

LONGEST = 7
"""Characters of a rational number that is printed exactly."""

LARGEST_WHOLE = 10**10
"""Whole numbers up to here are printed exactly."""

SMALLEST = -4
"""Rounded numbers below this power of ten are printed with it."""

FRACTION = re.compile(r"\\tfrac\{(\d+)\}\{(\d+)\}")
"""A fraction, where the text that goes to TeX is read again."""


@dataclass(frozen=True)
class NumberTypeset(Typeset):
    """A number as it is printed."""

    is_fraction: bool = False


def typeset_numbers(values: Iterable[Value], digits: int) -> tuple[NumberTypeset, ...]:
    """Numbers that stand together: all that are no integers as fractions, as decimals, or in digits.

    Rational numbers are exact where that is short. What has to be rounded has ``digits`` significant digits, so that
    nothing that is not 0 is printed as 0.
    """
    known = tuple(values)
    exact = [value for value in known if isinstance(value, Fraction)]
    decimal = all(_is_short(_decimal(value)) for value in exact if value.denominator > 1)
    fractions = all(_is_short(str(value)) for value in exact if value.denominator > 1)
    return tuple(_typeset(value, digits, decimal, fractions) for value in known)


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


def _typeset(value: Value, digits: int, decimal: bool, fractions: bool) -> NumberTypeset:
    if isinstance(value, Fraction):
        if value.denominator == 1 and abs(value) < LARGEST_WHOLE:
            return _plain(str(value))
        if decimal or (not fractions and _is_short(_decimal(value))):
            return _plain(_decimal(value))
        if fractions:
            return _fraction(value)
    return _rounded(_in_decimal(value), digits)


def _plain(text: str) -> NumberTypeset:
    return NumberTypeset(text, text.replace("-", MINUS), len(text))


def _fraction(value: Fraction) -> NumberTypeset:
    sign, above, below = "-" if value < 0 else "", str(abs(value.numerator)), str(value.denominator)
    latex, unicode = rf"{sign}\tfrac{{{above}}}{{{below}}}", f"{sign}{above}/{below}".replace("-", MINUS)
    return NumberTypeset(latex, unicode, len(sign) + len(above), is_fraction=True)


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


def _rounded(value: Decimal, digits: int) -> NumberTypeset:
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    # With no digit behind the point it would look like a whole number that is exact.
    if SMALLEST <= int(power) < digits - 1:
        return _plain(f"{Decimal(f'{mantissa}e{power}'):.{digits - 1 - int(power)}f}")
    factor, exponent = _plain(mantissa), _plain(str(int(power)))
    latex, unicode = rf"{factor.latex} \cdot 10^{{{exponent.latex}}}", f"{factor.unicode}·10^{exponent.unicode}"
    return NumberTypeset(latex, unicode, factor.width + exponent.width + len("·10"))
