"""Numbers as a drawing prints them: exact where that is short, else with as many digits as they need."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext

from sympy import Expr, Float, N, Rational

from derive.render.piece import Piece


class Uncertain(Expr):
    """A number of which no more is known than that it is within 10^exponent of a whole one."""

    is_real = True
    is_number = True
    is_commutative = True

    def __new__(cls, whole: Expr, exponent: Expr) -> Uncertain:
        """The number near ``whole``."""
        made: Uncertain = Expr.__new__(cls, whole, exponent)
        return made

    @property
    def whole(self) -> Expr:
        """The whole number that it is near."""
        return self.args[0]

    @property
    def exponent(self) -> Expr:
        """The power of ten that it is away from that at most."""
        return self.args[1]

    def _eval_evalf(self, precision: int) -> Expr:
        return Float._new(self.whole.evalf(1 + precision // 3)._mpf_, precision)


DIGITS = 3
"""Significant digits of a number that is rounded."""

MOST_DIGITS = 6
"""Digits that are spent before a number near an integer is written as its distance from it."""

LONGEST = 7
"""Characters of a rational number that is printed exactly."""

PRECISION = 60
"""Digits with which a number is computed before it is rounded."""

MOST_EXACT = 4000
"""The largest power of ten that is an exact number when it is read back."""

SMALL, LARGE = Decimal("0.001"), Decimal(100_000)
"""Numbers outside of this range are printed with a power of ten."""

TERM = r"\d+(?:\.\d+)?(?:/\d+)?(?: \\cdot 10\^\{-?\d+\})?"
PLUS_MINUS = r"\pm"
MINUS = "−"
BARE_POWER = re.compile(r"10\^(-?\d+)")
BOUND = re.compile(r"(-?\d+) \\pm 10\^\{(-?\d+)\}")
NUMBER = re.compile(rf"(-?)({TERM})(?: ([+-]) ({TERM}))?")


def number_latex(value: Expr) -> str:
    r"""A number for a formula: ``-12``, ``2/3``, ``0.731``, ``1.88 \cdot 10^{-12}``, ``1 - 1.88 \cdot 10^{-12}``.

    Of a number that no precision settles the bound is said, ``0 \pm 10^{-3000}``.

    Nothing that is not 0 is printed as 0, nothing that is not an integer as one.
    """
    return number_piece(value).text


def number_unicode(value: Expr) -> str:
    """A number for a terminal: ``−12``, ``2/3``, ``1.88·10^−12``."""
    return _number(value, IN_UNICODE).text


def number_piece(value: Expr) -> Piece:
    """``number_latex`` with its width, in digits."""
    return _number(value, IN_LATEX)


@dataclass(frozen=True)
class Signs:
    """How numbers are put together: their signs, and how a power of ten stands behind a product sign and alone."""

    minus: str
    plus_minus: str
    times: str
    power: str

    def ten_to(self, exponent: int | Expr) -> Piece:
        """A power of ten."""
        sign, digits = ("-" if exponent < 0 else ""), str(abs(exponent))
        text = self.power.format(sign and self.minus, digits)
        return Piece(text, 2 + RAISED * (SIGN * len(sign) + len(digits)))

    def signed(self, value: Expr, size: Piece) -> Piece:
        """A size with the sign of its number."""
        return size.after(self.minus, SIGN) if value.is_negative else size


SIGN, RAISED = 1.6, 0.75
"""How wide a sign, and anything in an exponent, is beside a digit."""

IN_LATEX = Signs("-", PLUS_MINUS, r" \cdot ", "10^{{{}{}}}")
IN_UNICODE = Signs(MINUS, "±", "·", "10^{}{}")


def printed_value(text: str) -> tuple[Expr, Expr]:
    """What ``number_latex`` or ``number_unicode`` printed, and by how much at most it may differ from the number.

    That is 0 if it is exact.

    Raises:
        ValueError: it is not the text of a number.
    """
    latex = BARE_POWER.sub(r"10^{\1}", text.replace(MINUS, "-")).replace("·", r" \cdot ").replace("±", PLUS_MINUS)
    bound = BOUND.fullmatch(latex)
    if bound is not None:
        return Rational(bound[1]), Rational(10) ** int(bound[2])
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
    times = int(exponent.rstrip("}") or 0)
    power = (Rational(10) if abs(times) <= MOST_EXACT else Float(10, PRECISION)) ** times
    rounded = "." in digits or bool(exponent)
    tolerance = Rational(10) ** -len(digits.partition(".")[2]) * power / 2 if rounded else Rational(0)
    return Rational(digits) * power, tolerance


def _number(value: Expr, signs: Signs) -> Piece:
    if isinstance(value, Uncertain):
        whole, bound = str(abs(value.whole)), signs.ten_to(value.exponent)
        return signs.signed(value.whole, bound.after(f"{whole} {signs.plus_minus} ", len(whole) + 1))
    exact = _exact(abs(value)) if value.is_Rational else ""
    if exact and len(exact) <= LONGEST:
        return signs.signed(value, _plain(exact))
    text = str(abs(value if isinstance(value, Float) else N(value, PRECISION)))
    with localcontext(prec=len(text) + PRECISION, Emax=MAX_EMAX, Emin=MIN_EMIN):
        return signs.signed(value, _in_digits(Decimal(text), signs, negative=bool(value.is_negative)))


def _in_digits(size: Decimal, signs: Signs, *, negative: bool) -> Piece:
    """A positive number in as many digits as it needs, or its distance from a whole one; ``negative`` turns signs."""
    for digits in range(DIGITS, MOST_DIGITS + 1):
        rounded = _rounded(size, digits)
        if not _is_integer(rounded) or size == rounded:
            return _shown(rounded, digits, signs)
    nearest = size.to_integral_value()
    distance = size - nearest
    sign = "+" if (distance > 0) != negative else signs.minus
    shown = _shown(_rounded(abs(distance), DIGITS), DIGITS, signs)
    whole = str(nearest)
    return shown.after(f"{whole} {sign} ", len(whole) + SIGN)


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


def _shown(number: Decimal, digits: int, signs: Signs) -> Piece:
    """Significant digits, with a power of ten where the number is large or small."""
    if SMALL <= number < LARGE:
        return _plain(f"{number:.{max(0, digits - 1 - number.adjusted())}f}")
    mantissa, _, exponent = f"{number:.{digits - 1}e}".partition("e")
    return signs.ten_to(int(exponent)).after(mantissa + signs.times, len(mantissa) + 1)


def _plain(digits: str) -> Piece:
    return Piece(digits, len(digits))
