"""Values of formulas as intervals that surely hold them, at any magnitude and to as many digits as are asked for.

Every operation rounds outwards, so an interval that is narrow proves the digits that its ends share, and one that
holds neither 0 nor a whole number proves that the value is neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from mpmath import libmp
from mpmath.libmp import libmpi
from sympy import Expr, Float
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import DeriveError
from derive.expression.functions import Bracket
from derive.expression.rules import Rules
from derive.expression.scalar import ScalarFunction
from derive.expression.truth import COMPARISONS, holds
from derive.numbers import gamma

GUARD = 20
"""Bits by which the ends of an interval are computed more precisely than they are needed."""

LARGEST_EXPONENT = 42
"""Numbers lie between 2^(-2^42) and 2^(2^42), which is about 10^(±10^12)."""

MOST_TURNS = 20
"""The sine of a number beyond 2^(2^20) would need as many digits of π."""

FAR = 64
"""Bits of a whole number that is told from one near it."""

ZERO, ONE = libmp.fzero, libmp.fone


class UndecidedError(ArithmeticError):
    """More digits are needed to say what the value is: whether a divisor is 0, on which side of a jump it lies."""


class RangeError(DeriveError):
    """The value is too large or too small to be computed."""


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``, which are floating-point numbers of mpmath."""

    low: Any
    high: Any

    @property
    def ends(self) -> tuple[Any, Any]:
        """Both ends."""
        return self.low, self.high

    @property
    def is_point(self) -> bool:
        """Whether it holds one number only."""
        return bool(self.low == self.high)

    @property
    def sign(self) -> int | None:
        """The sign of all of its numbers, None if they differ in sign."""
        signs = {libmp.mpf_sign(self.low), libmp.mpf_sign(self.high)}
        return signs.pop() if len(signs) == 1 else None

    def agreed(self, precision: int) -> Float | None:
        """Its middle, if all of its numbers are that to the precision in bits."""
        if self.sign in (None, 0):
            return None
        width = libmp.mpf_sub(self.high, self.low, GUARD, "u")
        smaller = min((libmp.mpf_abs(end) for end in self.ends), key=_Ordered)
        if libmp.mpf_gt(width, libmp.mpf_shift(smaller, -precision)):
            return None
        middle = libmp.mpf_shift(libmp.mpf_add(self.low, self.high), -1)
        known = int(middle[3]) if self.is_point else _size(middle) - _size(width)
        return Float._new(middle, max(precision, known))

    def whole(self) -> int | None:
        """The whole number that it holds, None if it holds none or several, or is far from 0."""
        if any(_size(end) > FAR for end in self.ends):
            return None
        below, above = (int(libmp.to_int(end, rounding)) for end, rounding in ((self.low, "c"), (self.high, "f")))
        return below if below == above else None


@dataclass(frozen=True)
class _Ordered:
    number: Any

    def __lt__(self, other: _Ordered) -> bool:
        return bool(libmp.mpf_lt(self.number, other.number))


@dataclass
class Enclosing:
    """Encloses expressions in symbols whose values are known, to a precision in bits."""

    precision: int
    functions: Mapping[str, ScalarFunction]
    values: dict[Expr, Interval] = field(default_factory=dict)

    def of(self, expression: Expr) -> Interval:
        """An interval that holds the value.

        Raises:
            UndecidedError: the precision does not suffice.
            DeriveError: there is no finite real value, or it is too large or too small to be computed.
        """
        found = self.values.get(expression)
        if found is None:
            found = self.values[expression] = _within_limits(self._computed(expression))
        return found

    def _computed(self, expression: Expr) -> Interval:
        rule = RULES.of(expression)
        return self._function(expression) if rule is None else rule(self, expression)

    def _constant(self, constant: Expr) -> Interval:
        rounded = libmp.mpf_pi if constant is sympy.pi else libmp.mpf_e
        return Interval(rounded(self.precision, "f"), rounded(self.precision, "c"))

    def _combined(self, expression: Expr) -> Interval:
        combine = libmpi.mpi_add if isinstance(expression, sympy.Add) else libmpi.mpi_mul
        first, *others = (self.of(argument).ends for argument in expression.args)
        for other in others:
            first = combine(first, other, self.precision)
        return Interval(*first)

    def _extreme(self, expression: Expr) -> Interval:
        pairs = [self.of(argument) for argument in expression.args]
        pick = max if isinstance(expression, sympy.Max) else min
        return Interval(*(pick((pair.ends[side] for pair in pairs), key=_Ordered) for side in (0, 1)))

    def _rational(self, number: Expr) -> Interval:
        above, below = int(number.p), int(number.q)
        return Interval(
            libmp.from_rational(above, below, self.precision, "f"),
            libmp.from_rational(above, below, self.precision, "c"),
        )

    def arithmetic(self, sign: str, first: Interval, second: Interval) -> Interval:
        """The interval of first + second, first - second, first * second, first / second or first ^ second."""
        if sign == "^":
            return _within_limits(self.power(first, second))
        if sign == "/":
            return _within_limits(self._quotient(first, second))
        combine = {"+": libmpi.mpi_add, "-": libmpi.mpi_sub, "*": libmpi.mpi_mul}[sign]
        return _within_limits(Interval(*combine(first.ends, second.ends, self.precision)))

    def _quotient(self, first: Interval, second: Interval) -> Interval:
        if second.sign is None:
            raise UndecidedError("a divisor that may be 0")
        if second.sign == 0:
            raise DeriveError("it divides by 0")
        return Interval(*libmpi.mpi_div(first.ends, second.ends, self.precision))

    def power(self, base: Interval, exponent: Interval) -> Interval:
        """The base raised to the exponent."""
        if exponent.is_point and exponent.low[2] >= 0 and _size(exponent.low) < 64:
            return self._whole_power(base, int(libmp.to_int(exponent.low)))
        if base.sign == 0:
            if exponent.sign is None:
                raise UndecidedError("a power of 0")
            if exponent.sign < 0:
                raise DeriveError("it divides by 0")
            return Interval(ZERO, ZERO)
        if base.sign is None:
            raise UndecidedError("a power of what may be 0")
        if base.sign < 0:
            raise DeriveError("it is a power of a negative number")
        if exponent.is_point and exponent.low == libmp.fhalf:
            return Interval(*libmpi.mpi_sqrt(base.ends, self.precision))
        return self._exponential(
            libmpi.mpi_mul(exponent.ends, libmpi.mpi_log(base.ends, self.precision), self.precision)
        )

    def _whole_power(self, base: Interval, number: int) -> Interval:
        if number < 0:
            return self._quotient(Interval(ONE, ONE), self._whole_power(base, -number))
        if max(abs(_size(end)) * number for end in base.ends) >> LARGEST_EXPONENT:
            raise _beyond()
        return Interval(*libmpi.mpi_pow_int(base.ends, number, self.precision))

    def _exponential(self, exponent: tuple[Any, Any]) -> Interval:
        if any(_size(end) > LARGEST_EXPONENT - 1 for end in exponent):
            raise _beyond()
        return Interval(*libmpi.mpi_exp(exponent, self.precision))

    def _holds(self, condition: Any) -> bool:
        return holds(condition, self._compared)

    def _compared(self, condition: Any) -> bool:
        if not isinstance(condition, Relational):
            raise DeriveError(f"{condition} is no condition between numbers")
        difference = libmpi.mpi_sub(self.of(condition.lhs).ends, self.of(condition.rhs).ends, self.precision)
        sign = Interval(*difference).sign
        if sign is None:
            raise UndecidedError("a comparison of what may be equal")
        return bool(COMPARISONS[condition.rel_op](sign, 0))

    def _function(self, expression: Expr) -> Interval:
        name = expression.func.__name__
        arguments = [self.of(argument) for argument in expression.args]
        if isinstance(expression, AppliedUndef) and name in self.functions:
            function = self.functions[name]
            return Enclosing(self.precision, self.functions, {function.variable: arguments[0]}).of(function.formula)
        if len(arguments) == 1:
            (argument,) = arguments
            if name == "exp":
                return self._exponential(argument.ends)
            if name in MONOTONE:
                return self._monotone(name, argument)
            if name in gamma.NAMES:
                return self._gamma(name, argument)
            if name in PERIODIC:
                if any(_size(end) >> MOST_TURNS for end in argument.ends if _size(end) > 0):
                    raise RangeError(f"{name} of a number beyond 10^315000")
                return Interval(*PERIODIC[name](argument.ends, self.precision))
            if name in ("cosh", "sech"):
                cosine, _ = libmpi.mpi_cosh_sinh(self._bounded(argument).ends, self.precision)
                return Interval(*cosine) if name == "cosh" else self._quotient(Interval(ONE, ONE), Interval(*cosine))
            if name == "Abs":
                return Interval(*libmpi.mpi_abs(argument.ends, self.precision))
            if name in ("sign", "floor", "ceiling"):
                return self._step(name, argument)
        if name == "Mod" and len(arguments) == 2:
            quotient = self._step("floor", self._quotient(*arguments))
            whole = libmpi.mpi_mul(quotient.ends, arguments[1].ends, self.precision)
            return Interval(*libmpi.mpi_sub(arguments[0].ends, whole, self.precision))
        if name == "atan2":
            above, below = arguments
            if above.sign is None and below.sign in (None, -1):
                raise UndecidedError("the angle of a point on the axis where it jumps")
            if above.sign == 0 and below.sign == 0:
                raise DeriveError("the point 0 has no angle")
            return Interval(*libmpi.mpi_atan2(above.ends, below.ends, self.precision))
        raise DeriveError(f"the function {name} has no value that is known here")

    def _gamma(self, name: str, argument: Interval) -> Interval:
        """The gamma function, or one of the derivatives of its logarithm."""
        if argument.is_point and gamma.is_pole(argument.low):
            raise DeriveError("the gamma function is not defined at 0, -1, -2 and so on")
        if any(_size(end) >= LARGEST_EXPONENT - 6 for end in argument.ends):
            raise _beyond()
        ends = gamma.gamma_ends(name, argument.ends, self._rounded)
        if ends is None:
            raise UndecidedError("whether the gamma function rises")
        return Interval(*ends)

    def _rounded(self, function: Callable[..., Any], end: Any, side: int) -> Any:
        return _widened(function(end, self.precision + GUARD), self.precision, "c" if side else "f")

    def _bounded(self, argument: Interval) -> Interval:
        if any(_size(end) > LARGEST_EXPONENT - 1 for end in argument.ends):
            raise _beyond()
        return argument

    def _monotone(self, name: str, argument: Interval) -> Interval:
        function, rising, (least, most) = MONOTONE[name]
        if name == "sinh":
            self._bounded(argument)
        for limit, side in ((least, -1), (most, 1)):
            if limit is not None:
                self._inside(argument, limit, side, name)
        low, high = argument.ends if rising else argument.ends[::-1]
        precision = self.precision + GUARD
        return Interval(
            _widened(function(low, precision), self.precision, "f"),
            _widened(function(high, precision), self.precision, "c"),
        )

    def _inside(self, argument: Interval, limit: Any, side: int, name: str) -> None:
        """Complain where an argument is not inside of the domain; a logarithm has no value at its end either."""
        outer, inner = argument.ends if side < 0 else argument.ends[::-1]
        beyond = [libmp.mpf_cmp(end, limit) * side for end in (outer, inner)]
        open_end = name in ("log", "atanh")
        if min(beyond) > 0 or (open_end and beyond == [0, 0]):
            raise DeriveError(f"{name} is not defined there")
        if max(beyond) > 0 or (open_end and 0 in beyond):
            raise UndecidedError(f"the end of the domain of {name}")

    def _step(self, name: str, argument: Interval) -> Interval:
        if name == "sign":
            if argument.sign is None:
                raise UndecidedError("the sign of what may be 0")
            return self._rational(sympy.Integer(argument.sign))
        if any(_size(end) >> MOST_TURNS for end in argument.ends if _size(end) > 0):
            raise RangeError(f"{name} of a number beyond 10^315000")
        steps = {int(libmp.to_int(end, "f" if name == "floor" else "c")) for end in argument.ends}
        if len(steps) > 1:
            raise UndecidedError("a step")
        return self._rational(sympy.Integer(steps.pop()))


def _size(number: Any) -> int:
    """The logarithm to base 2 of the size of a number, rounded up; 0 for 0."""
    return int(number[2]) + int(number[3])


def _within_limits(interval: Interval) -> Interval:
    if any(abs(_size(end)) >> LARGEST_EXPONENT for end in interval.ends):
        raise _beyond()
    if any(not end[1] and end != ZERO for end in interval.ends):
        raise DeriveError("it is not finite")
    return interval


def _beyond() -> RangeError:
    return RangeError("it leaves the range in which numbers are computed, 10^(-10^12) to 10^(10^12)")


def _widened(number: Any, precision: int, rounding: str) -> Any:
    """The number moved outwards by more than it may be off."""
    step = libmp.mpf_shift(libmp.mpf_abs(number), -precision)
    return (libmp.mpf_sub if rounding == "f" else libmp.mpf_add)(number, step, precision, rounding)


MONOTONE: Mapping[str, tuple[Callable[..., Any], bool, tuple[Any, Any]]] = {
    "log": (libmp.mpf_log, True, (ZERO, None)),
    "erf": (libmp.mpf_erf, True, (None, None)),
    "sinh": (libmp.mpf_sinh, True, (None, None)),
    "tanh": (libmp.mpf_tanh, True, (None, None)),
    "atan": (libmp.mpf_atan, True, (None, None)),
    "asin": (libmp.mpf_asin, True, (libmp.fnone, ONE)),
    "acos": (libmp.mpf_acos, False, (libmp.fnone, ONE)),
    "asinh": (libmp.mpf_asinh, True, (None, None)),
    "acosh": (libmp.mpf_acosh, True, (ONE, None)),
    "atanh": (libmp.mpf_atanh, True, (libmp.fnone, ONE)),
}
"""Functions by the values at the ends of an interval: whether they rise, and the ends of their domains."""

PERIODIC: Mapping[str, Callable[..., Any]] = {"sin": libmpi.mpi_sin, "cos": libmpi.mpi_cos, "tan": libmpi.mpi_tan}


RULES: Rules[Callable[[Enclosing, Any], Interval]] = Rules(
    {
        sympy.Rational: lambda enclosing, number: enclosing._rational(number),
        Float: lambda enclosing, number: Interval(number._mpf_, number._mpf_),
        type(sympy.pi) | type(sympy.E): Enclosing._constant,
        sympy.Add | sympy.Mul: Enclosing._combined,
        sympy.Pow: lambda enclosing, power: enclosing.power(enclosing.of(power.base), enclosing.of(power.exp)),
        Bracket: lambda enclosing, bracket: enclosing._rational(sympy.Integer(int(enclosing._holds(bracket.args[0])))),
        sympy.Max | sympy.Min: Enclosing._extreme,
    }
)
"""The interval of each kind of expression; what is none of them is a function."""
