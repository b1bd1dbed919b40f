"""How large exact numbers may be: arithmetic that would not end is refused, by what was asked and by the limit."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import sympy
from sympy import Expr, Rational

from derive.errors import DefinitionError, DeriveError
from derive.numbers.intervals import Enclosing, RangeError, UndecidedError

MOST_DIGITS = 4000
"""The digits that the numerator or the denominator of an exact number may have."""

PRECISION = 64
"""Bits with which it is tried whether a number can be computed."""

ROUNDING = (sympy.floor, sympy.ceiling, sympy.Mod)
"""Functions that SymPy computes at once when they are applied to numbers."""

NUMBER = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?")


def rational(text: str) -> Expr:
    """The rational number that a text says: ``-2``, ``0.5``, ``1e-400``, ``1/3``.

    Raises:
        ValueError: it is no such text.
        DefinitionError: the number has too many digits.
    """
    above, slash, below = text.replace(" ", "").partition("/")
    number = _decimal(above)
    if slash:
        divisor = _decimal(below)
        if divisor == 0:
            raise ValueError(f"{text} divides by 0")
        number = number / divisor
    return limited(number, text)


def _decimal(text: str) -> Expr:
    found = NUMBER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no number")
    sign, digits, exponent = found.groups()
    long = len(exponent or "") > len(str(MOST_DIGITS)) + 1 or abs(int(exponent or 0)) > MOST_DIGITS
    if long or len(digits) > MOST_DIGITS:
        raise _too_long(text)
    return Rational(sign + digits) * Rational(10) ** int(exponent or 0)


def limited(value: Expr, shown: str) -> Expr:
    """The value, of which a rational number has no more digits than are allowed.

    Raises:
        DefinitionError: it has more.
    """
    number = value.as_coeff_Mul()[0]
    if number.is_Rational and digits(number) > MOST_DIGITS:
        raise _too_long(shown)
    return value


def power(base: Expr, exponent: Expr, shown: str = "") -> Expr:
    """The base raised to the exponent, where the numbers in it stay within the limit.

    Raises:
        DefinitionError: a number would have too many digits.
    """
    if exponent.is_Rational:
        number = base.as_coeff_Mul()[0]
        if number.is_Rational and exceeds(number, exponent):
            raise _too_long(shown or f"{_short(base)}^{_short(exponent)}")
    result: Expr = base**exponent
    return result


def called(function: Callable[..., Expr], *arguments: Expr) -> Expr:
    """The function applied to its arguments, where a number that it comes to can be computed.

    Raises:
        DefinitionError: it would be too large or too small.
    """
    if not all(argument.is_number for argument in arguments):
        return function(*arguments)
    shown = f"{getattr(function, '__name__', function)}({', '.join(map(str, arguments))})"
    plain = sympy.Function(function.__name__)(*arguments) if function in ROUNDING else function(*arguments)
    try:
        Enclosing(PRECISION, {}).of(plain)
    except RangeError as error:
        raise DefinitionError(f"{shown} is no number that can be computed: {error}") from None
    except (UndecidedError, DeriveError):
        pass
    return function(*arguments)


def exceeds(base: Expr, exponent: Expr) -> bool:
    """Whether a rational number raised to another has more digits than an exact number may have."""
    largest = max(abs(int(base.p)), abs(int(base.q)))
    if largest == 1:
        return False
    return digits(exponent) > 12 or abs(float(exponent)) * math.log10(largest) > MOST_DIGITS


def digits(number: Expr) -> int:
    """About how many decimal digits a rational number has, above or below its line."""
    return int(max(int(number.p).bit_length(), int(number.q).bit_length()) * math.log10(2)) + 1


def _short(expression: Expr) -> str:
    number = expression.as_coeff_Mul()[0]
    if number.is_Rational and digits(number) > 20:
        return f"(a number of {digits(number)} digits)"
    return str(expression)


def _too_long(shown: str) -> DefinitionError:
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return DefinitionError(f"{shown} is too large or too small to be exact: a number may have {MOST_DIGITS} digits")
