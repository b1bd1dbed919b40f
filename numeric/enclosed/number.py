"""Real numbers of any magnitude as intervals that surely hold them, with infinity and NaN as floating point has them.

An interval is as narrow as the precision allows. What an interval does not decide, on which side of a jump a number
lies or whether a divisor is 0, is an ``UndecidedError``: more digits are needed. In an arithmetic that is the ``last``
one, what its many digits do not tell apart is taken to be equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy
from mpmath import libmp
from mpmath.libmp import libmpi

from derive.expression.special import FAMILY, named
from derive.numbers import gamma
from derive.numbers.intervals import MONOTONE, PERIODIC, UndecidedError
from numeric.enclosed.ends import (
    GUARD,
    INFINITY,
    LARGEST_ARGUMENT,
    LINE,
    MINUS_INFINITY,
    NAN,
    ONE,
    UNIT,
    ZERO,
    Ends,
    bits,
    exponential_at,
    function_at,
    larger,
    scaled_tail,
    smaller,
)

MOST_TURNS = 1 << 13
"""The sine of a number beyond 2 to this power may be anything from -1 to 1."""


LARGEST_GAMMA = 36
"""The gamma function of a number beyond 2 to this power may be anything."""


class WorkError(ArithmeticError):
    """There would be more operations than are allowed."""


@dataclass(eq=False)
class Arithmetic:
    """How precisely numbers are computed, in bits, and how many ``operations`` there still may be."""

    precision: int
    last: bool = False
    operations: int | None = None

    def spend(self) -> None:
        """Count an operation.

        Raises:
            WorkError: it is one too many.
        """
        if self.operations is not None:
            self.operations -= 1
            if self.operations < 0:
                raise WorkError

    def number(self, value: Any) -> Number:
        """The number that a Python or NumPy number is, exactly."""
        if isinstance(value, Number):
            return value
        if isinstance(value, Fraction):
            return self.rational(value.numerator, value.denominator)
        if isinstance(value, int | numpy.integer | numpy.bool_):
            exact = libmp.from_int(int(value))
        else:
            exact = libmp.from_float(float(value))
        return Number((exact, exact), self)

    def rational(self, above: int, below: int) -> Number:
        """The number above/below."""
        ends = (libmp.from_rational(above, below, self.precision, side) for side in ("f", "c"))
        return Number((next(ends), next(ends)), self)

    def undecided(self, what: str) -> None:
        """Ask for more digits, unless these are the last.

        Raises:
            UndecidedError: there may be more.
        """
        if not self.last:
            raise UndecidedError(what)


class Number:
    """A real number, ±∞ or NaN; NumPy's arrays of objects add, multiply and compare it."""

    __slots__ = ("arithmetic", "ends")

    def __init__(self, ends: Ends, arithmetic: Arithmetic) -> None:
        arithmetic.spend()
        self.ends = ends
        self.arithmetic = arithmetic

    def __repr__(self) -> str:
        low, high = (libmp.to_str(end, 17) for end in self.ends)
        return low if low == high else f"{low} to {high}"

    def __float__(self) -> float:
        low, high = (float(libmp.to_float(end)) for end in self.ends)
        return low if low == high else low / 2 + high / 2

    # What it is.

    @property
    def is_nan(self) -> bool:
        """Whether it has no value."""
        return NAN in self.ends

    @property
    def is_infinite(self) -> bool:
        """Whether it is ∞ or -∞, exactly."""
        return self.ends in ((INFINITY, INFINITY), (MINUS_INFINITY, MINUS_INFINITY))

    @property
    def is_zero(self) -> bool:
        """Whether it is 0, exactly."""
        return self.ends == (ZERO, ZERO)

    @property
    def holds_zero(self) -> bool:
        """Whether it may be 0."""
        return libmp.mpf_sign(self.ends[0]) <= 0 <= libmp.mpf_sign(self.ends[1])

    @property
    def sign(self) -> int | None:
        """The sign of all that it may be, None if they differ in sign."""
        signs = {libmp.mpf_sign(end) for end in self.ends}
        return signs.pop() if len(signs) == 1 else None

    def _of(self, *ends: Any) -> Number:
        return Number((ends[0], ends[-1]), self.arithmetic)

    def _other(self, value: Any) -> Number | None:
        if isinstance(value, Number):
            return value
        if isinstance(value, int | float | Fraction | numpy.number | numpy.bool_):
            return self.arithmetic.number(value)
        return None

    # Arithmetic.

    def __neg__(self) -> Number:
        return self._of(*libmpi.mpi_neg(self.ends))

    def __pos__(self) -> Number:
        return self

    def __abs__(self) -> Number:
        return self if self.is_nan else self._of(*libmpi.mpi_abs(self.ends))

    def __add__(self, value: Any) -> Number:
        other = self._other(value)
        if other is None:
            return NotImplemented
        if self._special(other):
            return self._as_floats(other, lambda first, second: first + second)
        return self._of(*libmpi.mpi_add(self.ends, other.ends, self.arithmetic.precision))

    __radd__ = __add__

    def __sub__(self, value: Any) -> Number:
        other = self._other(value)
        return NotImplemented if other is None else self + -other

    def __rsub__(self, value: Any) -> Number:
        return -self + value

    def __mul__(self, value: Any) -> Number:
        if isinstance(value, bool | numpy.bool_):
            # Where a condition does not hold, the product is 0, whatever the other factors are.
            return self if value else self._of(ZERO)
        other = self._other(value)
        if other is None:
            return NotImplemented
        if self._special(other):
            return self._as_floats(other, lambda first, second: first * second)
        if self.is_zero or other.is_zero:
            return self._of(ZERO)
        if self is other:
            return self.squared()
        return self._of(*libmpi.mpi_mul(self.ends, other.ends, self.arithmetic.precision))

    __rmul__ = __mul__

    def __truediv__(self, value: Any) -> Number:
        other = self._other(value)
        if other is None:
            return NotImplemented
        if self._special(other) or other.is_zero:
            return self._as_floats(other, numpy.divide)
        if other.holds_zero:
            self.arithmetic.undecided("whether a divisor is 0")
        return self._of(*libmpi.mpi_div(self.ends, other.ends, self.arithmetic.precision))

    def __rtruediv__(self, value: Any) -> Number:
        other = self._other(value)
        return NotImplemented if other is None else other / self

    def __mod__(self, value: Any) -> Number:
        other = self._other(value)
        return NotImplemented if other is None else self - other * (self / other).floor()

    def __rmod__(self, value: Any) -> Number:
        other = self._other(value)
        return NotImplemented if other is None else other % self

    def squared(self) -> Number:
        """Its square."""
        if self._special(self):
            return self._as_floats(self, lambda first, second: first * second)
        return self._of(*libmpi.mpi_square(self.ends, self.arithmetic.precision))

    def __pow__(self, value: Any) -> Number:
        other = self._other(value)
        if other is None:
            return NotImplemented
        whole = other.whole()
        if self._special(other) or (self.is_zero and (whole is None or whole <= 0)):
            return self._as_floats(other, numpy.power)
        if whole is not None:
            return self._whole_power(whole)
        if other.ends == (libmp.fhalf, libmp.fhalf):
            return self.called("sqrt")
        if self.sign is None and libmp.mpf_sign(self.ends[1]) > 0:
            self.arithmetic.undecided("the sign of the base of a power")
        if libmp.mpf_sign(self.ends[0]) < 0:
            return self._of(NAN)
        return (other * self.called("log")).called("exp")

    def __rpow__(self, value: Any) -> Number:
        other = self._other(value)
        return NotImplemented if other is None else other**self

    def _whole_power(self, number: int) -> Number:
        if number < 0:
            return 1 / self._whole_power(-number)
        largest = max((abs(bits(end)) for end in self.ends if end not in LINE), default=0)
        if (largest * number).bit_length() > LARGEST_ARGUMENT:
            power = (number * abs(self).called("log")).called("exp")
            return power * self._direction() if number % 2 else power
        return self._of(*libmpi.mpi_pow_int(self.ends, number, self.arithmetic.precision))

    def _direction(self) -> int:
        if self.sign is None:
            self.arithmetic.undecided("a sign")
        return self.sign or 0

    def whole(self) -> int | None:
        """The whole number that it is exactly, None if it is none or is large."""
        low, high = self.ends
        if low != high or not (low == ZERO or (low[1] and low[2] >= 0 and bits(low) < 64)):
            return None
        return int(libmp.to_int(low))

    def floor(self) -> Number:
        """The largest whole number that is not larger."""
        return self._step("f")

    def ceil(self) -> Number:
        """The smallest whole number that is not smaller."""
        return self._step("c")

    def _step(self, rounding: str) -> Number:
        if self.is_nan or self.is_infinite:
            return self
        low, high = (
            end if end in LINE else (libmp.mpf_floor if rounding == "f" else libmp.mpf_ceil)(end, 0)
            for end in self.ends
        )
        if low != high:
            self.arithmetic.undecided("a step")
        return self._of(low, high)

    # Comparisons.

    def _compared(self, value: Any) -> int | None:
        """The sign of the difference; 0 where the last digits do not tell them apart, None where one is NaN."""
        other = self._other(value)
        if other is None:
            raise TypeError(f"a number cannot be compared with {type(value).__name__}")
        if self.is_nan or other.is_nan:
            return None
        (low, high), (below, above) = self.ends, other.ends
        if libmp.mpf_gt(low, above):
            return 1
        if libmp.mpf_lt(high, below):
            return -1
        if not low == high == below == above:
            self.arithmetic.undecided("a comparison of what may be equal")
        return 0

    def __lt__(self, value: Any) -> bool:
        return self._compared(value) == -1

    def __gt__(self, value: Any) -> bool:
        return self._compared(value) == 1

    def __le__(self, value: Any) -> bool:
        return self._compared(value) in (-1, 0)

    def __ge__(self, value: Any) -> bool:
        return self._compared(value) in (0, 1)

    def __eq__(self, value: object) -> bool:
        return self._compared(value) == 0

    def __ne__(self, value: object) -> bool:
        return self._compared(value) != 0

    def __bool__(self) -> bool:
        return self != 0

    def extreme(self, value: Any, largest: bool) -> Number:
        """The larger or the smaller of two numbers, which need not be told apart."""
        other = self.arithmetic.number(value)
        if self.is_nan or other.is_nan:
            return self if self.is_nan else other
        pick = larger if largest else smaller
        return self._of(*(pick(mine, its) for mine, its in zip(self.ends, other.ends, strict=True)))

    # Functions.

    def called(self, name: str) -> Number:
        """An elementary function of it, by NumPy's name or SymPy's."""
        name = SHORT.get(name, name)
        if self.is_nan:
            return self
        if self.is_infinite:
            return self._at_infinity(name)
        if name in gamma.NAMES:
            return self._gamma(name)
        return FUNCTIONS[name](self) if name in FUNCTIONS else self._monotone(name)

    def _gamma(self, name: str) -> Number:
        """The gamma function, or one of the derivatives of its logarithm; at its poles there is no number."""
        low, high = self.ends
        if low == high and gamma.is_pole(low):
            return self._of(NAN)
        if any(bits(end) > LARGEST_GAMMA for end in self.ends):
            return self._of(NAN) if libmp.mpf_sign(low) < 0 else self._of(*LINE)
        ends = gamma.gamma_ends(name, self.ends, self._at)
        if ends is None:
            self.arithmetic.undecided("whether the gamma function rises")
            return self._of(*LINE)
        return self._of(*ends)

    def _at_infinity(self, name: str) -> Number:
        at = math.inf if self.ends[1] == INFINITY else -math.inf
        if name in gamma.NAMES:
            return self.arithmetic.number(AT_INFINITY.get(name, 0.0) if at > 0 else math.nan)
        if name in ("erf", "erfcx", "sech"):
            return self.arithmetic.number(numpy.sign(at) if name == "erf" else 0)
        with numpy.errstate(all="ignore"):
            return self.arithmetic.number(getattr(numpy, LONG.get(name, name))(at))

    def _monotone(self, name: str) -> Number:
        function, rising, (least, most) = MONOTONE[name]
        low, high = self.ends
        if (least is not None and libmp.mpf_lt(low, least)) or (most is not None and libmp.mpf_gt(high, most)):
            if (least is not None and libmp.mpf_lt(high, least)) or (most is not None and libmp.mpf_gt(low, most)):
                return self._of(NAN)
            self.arithmetic.undecided(f"the end of the domain of {name}")
            low = low if least is None else larger(low, least)
            high = high if most is None else smaller(high, most)
        if name == "atanh":
            ends = [libmp.mpf_sub(ONE, libmp.mpf_abs(end)) == ZERO for end in (low, high)]
            if any(ends):
                return self._of(*(LINE[side] if end else self._at(function, low if side == 0 else high, side)
                                  for side, end in enumerate(ends)))  # fmt: skip
        low, high = (low, high) if rising else (high, low)
        return self._of(self._at(function, low, 0), self._at(function, high, 1))

    def _at(self, function: Callable[..., Any], end: Any, side: int) -> Any:
        return function_at(function, end, self.arithmetic.precision, side)

    def _special(self, other: Number) -> bool:
        return self.is_nan or other.is_nan or self.is_infinite or other.is_infinite

    def _as_floats(self, other: Number, operation: Callable[[Any, Any], Any]) -> Number:
        """An operation with infinity or by 0, for which a finite number counts by its sign only."""
        with numpy.errstate(all="ignore"):
            return self.arithmetic.number(operation(numpy.float64(self._plain()), numpy.float64(other._plain())))

    def _plain(self) -> float:
        if self.is_nan:
            return math.nan
        if self.is_infinite:
            return math.inf if self.ends[1] == INFINITY else -math.inf
        whole = self.whole()
        if whole is not None:
            return float(whole)
        if self.sign is None:
            self.arithmetic.undecided("a sign")
        nearest = float(libmp.to_float(self.ends[0]))
        # What is tiny is not 0 here, and what is large is not infinite.
        return math.copysign(min(max(abs(nearest), 1e-300), 1e300), self.sign or 0.0)


def _exp(number: Number) -> Number:
    if number.is_zero:
        return number._of(ONE)
    return number._of(*(exponential_at(end, number.arithmetic.precision, side) for side, end in enumerate(number.ends)))


def _log(number: Number) -> Number:
    low, high = number.ends
    if libmp.mpf_sign(high) < 0:
        return number._of(NAN)
    if number.is_zero:
        return number._of(MINUS_INFINITY)
    if libmp.mpf_sign(low) < 0:
        number.arithmetic.undecided("the logarithm of what may be 0")
    least = MINUS_INFINITY if libmp.mpf_sign(low) <= 0 else number._at(libmp.mpf_log, low, 0)
    return number._of(least, MINUS_INFINITY if high == ZERO else number._at(libmp.mpf_log, high, 1))


def _sqrt(number: Number) -> Number:
    low, high = number.ends
    if libmp.mpf_sign(high) < 0:
        return number._of(NAN)
    if libmp.mpf_sign(low) < 0:
        number.arithmetic.undecided("the square root of what may be negative")
        low = ZERO
    return number._of(*libmpi.mpi_sqrt((low, high), number.arithmetic.precision))


def _near_one(number: Number) -> Arithmetic:
    """An arithmetic in which 1 plus the number has all of the number's digits."""
    digits = max((-bits(end) for end in number.ends if end[1]), default=0)
    more = min(max(digits, 0), 8 * number.arithmetic.precision + 4096)
    return Arithmetic(number.arithmetic.precision + more, number.arithmetic.last)


def _log1p(number: Number) -> Number:
    inside = Number(number.ends, _near_one(number))
    return number._of(*(inside + 1).called("log").ends)


def _expm1(number: Number) -> Number:
    inside = Number(number.ends, _near_one(number))
    return number._of(*(inside.called("exp") - 1).ends)


def _erfcx(number: Number) -> Number:
    """exp(x²)·erfc(x) for x >= 0, which falls."""
    low, high = number.ends
    if libmp.mpf_sign(low) < 0:
        low = ZERO
    return number._of(
        number._at(scaled_tail, high, 0),
        number._at(scaled_tail, low, 1),
    )


def _hyperbolic(number: Number, sign: int) -> Number:
    power = number.called("exp")
    return (power + sign / power) / 2


def _cosh(number: Number) -> Number:
    size = abs(number)
    if size.holds_zero:
        low = number._of(ONE)
        return number._of(low.ends[0], _hyperbolic(number._of(size.ends[1]), 1).ends[1])
    return _hyperbolic(size, 1)


def _sinh(number: Number) -> Number:
    if any(bits(end) > 64 for end in number.ends if end[1]):
        return _hyperbolic(number, -1)
    return number._monotone("sinh")


def _periodic(name: str) -> Callable[[Number], Number]:
    def function(number: Number) -> Number:
        if any(end in LINE or bits(end) > MOST_TURNS for end in number.ends):
            return number._of(*(LINE if name == "tan" else UNIT))
        low, high = PERIODIC[name](number.ends, number.arithmetic.precision + GUARD)
        return number._of(
            number._at(_same, low, 0),
            number._at(_same, high, 1),
        )

    return function


def _same(number: Any, precision: int) -> Any:
    return number


def _sign(number: Number) -> Number:
    return number.arithmetic.number(number._compared(0) or 0)


AT_INFINITY = dict.fromkeys(("Gamma", "LogGamma", "Digamma"), math.inf)
"""What the functions of the gamma family are at infinity, where that is not 0."""


def _angle(above: Number, below: Number) -> Number:
    """The angle of a point, by its coordinates."""
    if above.is_nan or below.is_nan or above._special(below):
        with numpy.errstate(all="ignore"):
            return above.arithmetic.number(numpy.arctan2(above._plain(), below._plain()))
    if above.is_zero and below.is_zero:
        return above._of(ZERO)
    if above.holds_zero and libmp.mpf_sign(below.ends[0]) < 0 and not above.is_zero:
        above.arithmetic.undecided("the angle of a point on the axis where it jumps")
    return above._of(*libmpi.mpi_atan2(above.ends, below.ends, above.arithmetic.precision))


OF_TWO: dict[str, Callable[[Number, Number], Number]] = {"atan2": _angle}
"""The functions of two numbers."""

SHORT = {
    **{named(kind): kind.__name__ for kind in FAMILY}, "gamma_function": "Gamma", "arctan2": "atan2",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "fabs": "abs", "absolute": "abs", "Abs": "abs", "ceiling": "ceil",
}  # fmt: skip
LONG = {short: long for long, short in SHORT.items()} | {"abs": "absolute", "ceil": "ceil"}

FUNCTIONS: dict[str, Callable[[Number], Number]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "log1p": _log1p,
    "expm1": _expm1,
    "erfcx": _erfcx,
    "cosh": _cosh,
    "sinh": _sinh,
    "sech": lambda number: 1 / _cosh(number),
    "sin": _periodic("sin"),
    "cos": _periodic("cos"),
    "tan": _periodic("tan"),
    "sign": _sign,
    "abs": abs,
    "floor": Number.floor,
    "ceil": Number.ceil,
    "square": Number.squared,
}
"""The functions of one number that need more than the values at the ends of its interval."""
