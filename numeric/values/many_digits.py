"""Values of formulas with digits that are proved, in numbers that do not overflow: what floating point is judged by."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from typing import Any

import mpmath
import sympy
from mpmath import libmp
from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.building.formulas import DERIVATIVE
from derive.expression import special, symbols
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import DeterminantOf, MatrixFunction, ProductOver
from derive.expression.rules import Rules
from derive.expression.truth import COMPARISONS, holds
from derive.forward import Forward, Row
from derive.numbers.intervals import UndecidedError
from numeric.enclosed.elimination import eliminated
from numeric.enclosed.number import OF_TWO, Arithmetic, Number
from numeric.errors import ArrayError, ExpressionError

DIGITS = 60
"""So many digits of a value are proved, unless it is not told from 0."""

PRECISIONS = (256, 1024, 4096, 16384)
"""Bits, of which the next are taken where those before do not prove so many digits."""

STEP = Fraction(1, 10**40)
"""The step of a difference in place of a derivative, whose error is the square of it."""

HALF = Fraction(1, 2)

LARGEST = 1 << 14
"""Up to so many bits rational numbers stay exact."""

ELEMENTARY: Mapping[Any, Callable[[Any], Any]] = {
    sympy.exp: mpmath.exp,
    sympy.log: mpmath.log,
    sympy.sin: mpmath.sin,
    sympy.cos: mpmath.cos,
    sympy.tan: mpmath.tan,
    sympy.asin: mpmath.asin,
    sympy.acos: mpmath.acos,
    sympy.atan: mpmath.atan,
    sympy.sinh: mpmath.sinh,
    sympy.cosh: mpmath.cosh,
    sympy.tanh: mpmath.tanh,
    sympy.sech: mpmath.sech,
    sympy.asinh: mpmath.asinh,
    sympy.acosh: mpmath.acosh,
    sympy.atanh: mpmath.atanh,
    sympy.erf: mpmath.erf,
    sympy.Abs: abs,
    sympy.sign: mpmath.sign,
    sympy.floor: mpmath.floor,
    sympy.ceiling: mpmath.ceil,
    special.Gamma: mpmath.gamma,
    special.LogGamma: lambda number: mpmath.log(abs(mpmath.gamma(number))),
    **{kind: partial(mpmath.psi, order) for kind, order in special.ORDER.items()},
}
RATIONAL: Mapping[Any, Callable[[Fraction], Fraction]] = {
    sympy.Abs: abs,
    sympy.sign: lambda number: Fraction((number > 0) - (number < 0)),
    sympy.floor: lambda number: Fraction(math.floor(number)),
    sympy.ceiling: lambda number: Fraction(math.ceil(number)),
}
"""Functions of a rational number that are rational."""
RATIONAL_AT: Mapping[Any, tuple[Fraction, Fraction]] = {
    **dict.fromkeys(
        (sympy.sin, sympy.tan, sympy.asin, sympy.atan, sympy.sinh, sympy.tanh, sympy.asinh, sympy.atanh, sympy.erf),
        (Fraction(0), Fraction(0)),
    ),
    **dict.fromkeys((sympy.exp, sympy.cos, sympy.cosh, sympy.sech), (Fraction(0), Fraction(1))),
    **dict.fromkeys((sympy.log, sympy.acos, sympy.acosh), (Fraction(1), Fraction(0))),
}
"""For functions that are rational at one rational number alone: there, and what they are there."""


@dataclass(frozen=True)
class Bounded:
    """A value, and how far from it the true one may be: so little that its digits are proved, unless it is 0."""

    value: Any
    bound: Any

    @property
    def is_known(self) -> bool:
        """Whether its digits are proved; else it lies between plus and minus the bound."""
        return bool(self.value != 0 or self.bound == 0)


def bounded_value(
    expression: Expr, model: Forward, given: Mapping[str, Any], sizes: Mapping[Symbol, int], at: Mapping[Symbol, int]
) -> Bounded:
    """The value of a formula, at given arrays and at the values ``at`` of its free indices, with its bound.

    The arithmetic is that of rational numbers and of intervals that surely hold what is not rational; digits are
    added until 60 of them are proved, or the value is not told from 0. What is read outside of an array is 0. A
    derivative ``diff(f, z[i])`` and a slope ``sigma'(u)`` are central differences with a step of 10^-40. Where there
    is no real value it is NaN.

    Raises:
        ArrayError: something that it reads is not given.
        ExpressionError: it holds something that has no number here.
    """
    for precision in PRECISIONS:
        last = precision == PRECISIONS[-1]
        arithmetic = Arithmetic(precision, last)
        try:
            found = Exact(model, given, dict(sizes), dict(at), arithmetic).value(expression)
        except UndecidedError:
            continue
        result = _bounded(found)
        if result is not None and (last or result.is_known):
            return result
    raise ExpressionError(f"the value of {expression} is not known to {DIGITS} digits")


def _bounded(found: Fraction | Number) -> Bounded | None:
    """The value with its bound, None if too few of its digits are known."""
    if isinstance(found, Fraction):
        with mpmath.workdps(2 * DIGITS):
            return Bounded(mpmath.mpf(found.numerator) / found.denominator, mpmath.mpf(0))
    if found.is_nan or found.is_infinite:
        return Bounded(mpmath.mpf(found.ends[0]), mpmath.mpf(0))
    low, high = found.ends
    width = libmp.mpf_sub(high, low, 53, "c")
    least = min(libmp.mpf_abs(low), libmp.mpf_abs(high), key=mpmath.mpf)
    with mpmath.workdps(2 * DIGITS):
        if mpmath.mpf(width) <= mpmath.mpf(least) * mpmath.mpf(10) ** -DIGITS:
            return Bounded((mpmath.mpf(low) + mpmath.mpf(high)) / 2, mpmath.mpf(width))
        return Bounded(mpmath.mpf(0), max(-mpmath.mpf(low), mpmath.mpf(high))) if found.holds_zero else None


@dataclass(frozen=True)
class Exact:
    """Evaluates in rational numbers as long as they are, and in enclosed ones from there on."""

    model: Forward
    given: Mapping[str, Any]
    sizes: Mapping[Symbol, int]
    letters: Mapping[Symbol, int]
    arithmetic: Arithmetic
    variable: tuple[Symbol, Any] | None = None

    def value(self, expression: Expr) -> Any:
        rule = VALUES.of(expression)
        return self._function(expression) if rule is None else rule(self, expression)

    def _constant(self, expression: Expr) -> Number:
        constant = libmp.mpf_pi if expression is sympy.pi else libmp.mpf_e
        precision = self.arithmetic.precision
        return Number((constant(precision, "f"), constant(precision, "c")), self.arithmetic)

    def _indexed(self, expression: Indexed) -> Any:
        return self._element(symbols.name_of(expression), [int(self.value(s)) for s in expression.indices])

    def _extreme(self, expression: Expr) -> Any:
        pick = max if isinstance(expression, sympy.Max) else min
        return pick(self.value(argument) for argument in expression.args)

    def _piecewise(self, expression: sympy.Piecewise) -> Any:
        branches = (value for value, condition in expression.args if self._holds(condition))
        return self.value(next(branches, sympy.nan))

    def _place(self, expression: ArgMax) -> Fraction:
        found = list(self._values(expression))
        return Fraction(found.index(max(found)))

    def _delta(self, expression: KroneckerDelta) -> Fraction:
        left, right = (self.value(argument) for argument in expression.args[:2])
        return Fraction(int(left == right))

    def _total(self, values: Iterable[Any]) -> Any:
        return self._limited(reduce(operator.add, values))

    def _of_matrix(self, expression: MatrixFunction) -> Any:
        """A determinant or an element of an inverse, by elimination."""
        count = int(self.value(expression.length))
        (first, *_), (second, *_) = expression.limits
        rows = [
            [
                replace(self, letters={**self.letters, first: row, second: column}).value(expression.matrix)
                for column in range(count)
            ]
            for row in range(count)
        ]
        whole, inverted = eliminated(rows)
        if isinstance(expression, DeterminantOf):
            return whole
        row, column = (int(self.value(place)) for place in expression.place)
        if not (0 <= row < count and 0 <= column < count):
            return Fraction(0)
        found = inverted[row][column]
        return self._number(found) if isinstance(found, float) else found

    def _limited(self, value: Any) -> Any:
        """A rational number of many digits as one that is enclosed."""
        if isinstance(value, Fraction) and max(value.numerator.bit_length(), value.denominator.bit_length()) > LARGEST:
            return self._number(value)
        return value

    def _number(self, value: Any) -> Number:
        return self.arithmetic.number(value)

    def _product(self, factors: Iterable[Expr]) -> Any:
        """The product, which is 0 where a bracket in it is, whatever the other factors are there."""
        guards = [factor for factor in factors if isinstance(factor, Bracket | KroneckerDelta)]
        if any(self.value(guard) == 0 for guard in guards):
            return Fraction(0)
        others = (self.value(factor) for factor in factors if not isinstance(factor, Bracket | KroneckerDelta))
        return reduce(operator.mul, others, Fraction(1))

    def _power(self, base: Any, exponent: Any) -> Any:
        if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
            bits = max(base.numerator.bit_length(), base.denominator.bit_length())
            if (base or exponent >= 0) and bits * abs(exponent) <= LARGEST:
                return base**exponent.numerator
        if isinstance(base, Fraction) and isinstance(exponent, Fraction) and abs(exponent) == HALF and base > 0:
            root = Fraction(math.isqrt(base.numerator), math.isqrt(base.denominator))
            if root * root == base:
                return root if exponent > 0 else 1 / root
        return self._number(base) ** self._number(exponent)

    def _symbol(self, symbol: Symbol) -> Any:
        if self.variable is not None and symbol == self.variable[0]:
            return self.variable[1]
        for known in (self.letters, self.sizes):
            if symbol in known:
                return Fraction(known[symbol])
        return self._element(symbol.name, [])

    def _read(self, text: str) -> Any:
        """The number that a text says, exactly."""
        number = _rational(text)
        return number if isinstance(number, Fraction) else self._number(number)

    def _element(self, name: str, subscripts: list[int]) -> Any:
        if name in self.given:
            array = self.given[name]
            for subscript in subscripts:
                if not 0 <= subscript < len(array):
                    return Fraction(0)
                array = array[subscript]
            return array if isinstance(array, Fraction | Number) else self._read(str(array))
        row: Row | None = self.model.row.get(name)
        if row is None:
            raise ArrayError(f"{name} is needed and not given (given: {', '.join(sorted(self.given))})")
        lengths = [self.value(length) for length in row.tensor.shape]
        if not all(0 <= subscript < length for subscript, length in zip(subscripts, lengths, strict=True)):
            return Fraction(0)
        inner = replace(self, letters=dict(zip(row.indices, subscripts, strict=True)), variable=None)
        return inner.value(row.expression)

    def _values(self, expression: Any) -> Iterator[Any]:
        """The values of the body over the bound indices, in reading order."""
        bounds = [(k, int(self.value(low)), int(self.value(high))) for k, low, high in expression.limits]
        for numbers in product(*(range(low, high + 1) for _, low, high in bounds)):
            here = {letter: number for (letter, _, _), number in zip(bounds, numbers, strict=True)}
            yield replace(self, letters={**self.letters, **here}).value(expression.function)

    def _holds(self, condition: Any) -> bool:
        return holds(condition, self._compared)

    def _compared(self, condition: Any) -> bool:
        if not isinstance(condition, Relational):
            raise ExpressionError(f"{condition} is not a condition that has a truth value here")
        left, right = (self.value(side) for side in condition.args)
        return bool(COMPARISONS[condition.rel_op](left, right))

    def _function(self, expression: Expr) -> Any:
        name = expression.func.__name__
        if name == DERIVATIVE and isinstance(expression, AppliedUndef):
            return self._derivative(*expression.args)
        if isinstance(expression, AppliedUndef) and name.endswith("'"):
            return self._slope(name.removesuffix("'"), self.value(expression.args[0]))
        if isinstance(expression, AppliedUndef) and name in self.model.function:
            return self._applied(name, self.value(expression.args[0]))
        if isinstance(expression, sympy.Mod):
            above, below = map(self.value, expression.args)
            return above % below if below != 0 else self._number(math.nan)
        if name in OF_TWO:
            first, second = (self._number(self.value(argument)) for argument in expression.args)
            return OF_TWO[name](first, second)
        if expression.func not in ELEMENTARY:
            raise ExpressionError(f"the function {name} has no number here")
        value = self.value(expression.args[0])
        if isinstance(value, Fraction) and expression.func in RATIONAL:
            return RATIONAL[expression.func](value)
        at, there = RATIONAL_AT.get(expression.func, (None, None))
        if isinstance(value, Fraction) and value == at:
            return there
        return self._number(value).called(name)

    def _applied(self, name: str, at: Any) -> Any:
        """A named function, or the slope of one, at a number."""
        if name.endswith("'"):
            return self._slope(name.removesuffix("'"), at)
        if name not in self.model.function:
            raise ExpressionError(f"the function {name} has no number here")
        function = self.model.function[name]
        return replace(self, variable=(function.variable, at)).value(function.formula)

    def _slope(self, name: str, at: Any) -> Any:
        return (self._applied(name, at + STEP) - self._applied(name, at - STEP)) / (2 * STEP)

    def _derivative(self, numerator: Expr, denominator: Expr) -> Any:
        """The derivative by an element of what is given: 0 by one that lies outside of it."""
        name = symbols.name_of(denominator)
        if name not in self.given:
            known = ", ".join(sorted(self.given))
            raise ExpressionError(f"a derivative is by an element of what is given ({known}), not by {denominator}")
        place = tuple(int(self.value(subscript)) for subscript in symbols.subscripts_of(denominator))
        sides = (
            replace(self, given={**self.given, name: _moved(self.given[name], place, step)}).value(numerator)
            for step in (STEP, -STEP)
        )
        above, below = sides
        return (above - below) / (2 * STEP)


def _moved(array: Any, place: tuple[int, ...], step: Any) -> Any:
    """The array with a step added to one element; as it is if there is no such element."""
    if not place:
        return _rational(str(array)) + step
    return [_moved(part, place[1:], step) if number == place[0] else part for number, part in enumerate(array)]


def _rational(text: str) -> Any:
    """The number that a text says, exactly; infinity and NaN as Python has them."""
    try:
        return Fraction(text)
    except ValueError:
        return float(text)


VALUES: Rules[Callable[[Exact, Any], Any]] = Rules(
    {
        sympy.Rational: lambda exact, number: Fraction(int(number.p), int(number.q)),
        sympy.Float: lambda exact, number: exact._read(str(number)),
        type(sympy.pi) | type(sympy.E): Exact._constant,
        Symbol: Exact._symbol,
        Indexed: Exact._indexed,
        sympy.Add: lambda exact, total: exact._total(map(exact.value, total.args)),
        sympy.Mul: lambda exact, product: exact._limited(exact._product(product.args)),
        sympy.Pow: lambda exact, power: exact._power(exact.value(power.base), exact.value(power.exp)),
        Sum: lambda exact, total: exact._limited(sum(exact._values(total), Fraction(0))),
        ProductOver: lambda exact, product: exact._limited(reduce(operator.mul, exact._values(product), Fraction(1))),
        MatrixFunction: Exact._of_matrix,
        Maximum: lambda exact, maximum: max(exact._values(maximum)),
        sympy.Max | sympy.Min: Exact._extreme,
        sympy.Piecewise: Exact._piecewise,
        type(sympy.oo) | type(-sympy.oo) | type(sympy.nan): lambda exact, number: exact._number(float(number)),
        ArgMax: Exact._place,
        Bracket: lambda exact, bracket: Fraction(int(exact._holds(bracket.args[0]))),
        KroneckerDelta: Exact._delta,
    }
)
"""The value of each kind of expression; what is none of them is a function."""
