"""Numbers as a drawing prints them: exact where that is short, else with as many digits as they need."""

from __future__ import annotations

import re
from decimal import Decimal

from sympy import Expr, N, Rational

DIGITS = 3
"""Significant digits of a number that is rounded."""

MOST_DIGITS = 6
"""Digits that are spent before a number near an integer is written as its distance from it."""

LONGEST = 7
"""Characters of a rational number that is printed exactly."""

PRECISION = 60
"""Digits with which a number is computed before it is rounded."""

SMALL, LARGE = Decimal("0.001"), Decimal(100_000)
"""Numbers outside of this range are printed with a power of ten."""

TERM = r"\d+(?:\.\d+)?(?:/\d+)?(?: \\cdot 10\^\{-?\d+\})?"
NUMBER = re.compile(rf"(-?)({TERM})(?: ([+-]) ({TERM}))?")


def number_latex(value: Expr) -> str:
    r"""A number for a formula: ``-12``, ``2/3``, ``0.731``, ``1.88 \cdot 10^{-12}``, ``1 - 1.88 \cdot 10^{-12}``.

    Nothing that is not 0 is printed as 0, nothing that is not an integer as one.
    """
    return _number(value, r" \cdot 10^{", "}", "-")


def number_unicode(value: Expr) -> str:
    """A number for a terminal: ``−12``, ``2/3``, ``1.88·10^−12``."""
    return _number(value, "·10^", "", "−")


def printed_value(latex: str) -> tuple[Expr, Expr]:
    """What ``number_latex`` printed, and by how much at most it may differ from the number: by 0 if it is exact.

    Raises:
        ValueError: it is not the text of a number.
    """
    found = NUMBER.fullmatch(latex)
    if found is None:
        raise ValueError(f"{latex!r} is not a number as it is printed")
    minus, whole, sign, distance = found.groups()
    value, tolerance = _term(whole)
    if distance:
        step, tolerance = _term(distance)
        value += -step if (sign == "-") != bool(minus) else step
    return (-value if minus else value), tolerance


def _term(text: str) -> tuple[Expr, Expr]:
    digits, _, exponent = text.partition(r" \cdot 10^{")
    power = Rational(10) ** int(exponent.rstrip("}") or 0)
    rounded = "." in digits or bool(exponent)
    tolerance = Rational(10) ** -len(digits.partition(".")[2]) * power / 2 if rounded else Rational(0)
    return Rational(digits) * power, tolerance


def _number(value: Expr, times: str, end: str, minus: str) -> str:
    exact = _exact(abs(value)) if value.is_Rational else ""
    front = minus if value.is_negative else ""
    if exact and len(exact) <= LONGEST:
        return front + exact
    size = Decimal(str(abs(N(value, PRECISION))))
    for digits in range(DIGITS, MOST_DIGITS + 1):
        rounded = _rounded(size, digits)
        if not _is_integer(rounded) or size == rounded:
            return front + _shown(rounded, digits, times, end)
    nearest = size.to_integral_value()
    distance = size - nearest
    sign = minus if (distance < 0) != bool(front) else "+"
    return f"{front}{nearest} {sign} {_shown(_rounded(abs(distance), DIGITS), DIGITS, times, end)}"


def _exact(value: Expr) -> str:
    """A rational number: as a decimal where that ends soon, else as a quotient."""
    thousandths = value * 1000
    if not value.is_Integer and thousandths.is_Integer:
        return f"{Decimal(int(thousandths)) / 1000:f}".rstrip("0")
    return str(value)


def _rounded(size: Decimal, digits: int) -> Decimal:
    return Decimal(f"{size:.{digits - 1}e}")


def _is_integer(number: Decimal) -> bool:
    return abs(number) < LARGE and number == number.to_integral_value()


def _shown(number: Decimal, digits: int, times: str, end: str) -> str:
    """Significant digits, with a power of ten where the number is large or small."""
    if SMALL <= number < LARGE:
        return f"{number:.{max(0, digits - 1 - number.adjusted())}f}"
    mantissa, _, exponent = f"{number:.{digits - 1}e}".partition("e")
    power = str(int(exponent))
    return f"{mantissa}{times}{power if end else power.replace('-', '−')}{end}"
