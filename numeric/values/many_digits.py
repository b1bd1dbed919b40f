"""Values of formulas to many digits, in numbers that do not overflow: what floating point is judged by."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import mpmath
import sympy
from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Or

from derive.building.formulas import DERIVATIVE
from derive.expression import symbols
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.forward import Forward, Row
from numeric.errors import ArrayError, ExpressionError

DIGITS = 60
WORKING = 240
"""Digits with which differences are computed, so that those of a slope of a slope have enough left."""
STEP = mpmath.mpf("1e-40")

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
}
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def exact_value(
    expression: Expr, model: Forward, given: Mapping[str, Any], sizes: Mapping[Symbol, int], at: Mapping[Symbol, int]
) -> Any:
    """The value of a formula to 60 digits, at given arrays and at the values ``at`` of its free indices.

    What is read outside of an array is 0. A derivative ``diff(f, z[i])`` and a slope ``sigma'(u)`` are central
    differences in far more digits.

    Raises:
        ArrayError: something that it reads is not given.
        ExpressionError: it holds something that has no number here.
    """
    measured = any(_is_measured(call) for call in expression.atoms(AppliedUndef))
    with mpmath.workdps(WORKING if measured else DIGITS):
        return _Exact(model, given, dict(sizes), dict(at)).value(expression)


def _is_measured(call: Expr) -> bool:
    name = call.func.__name__
    return name == DERIVATIVE or name.endswith("'")


@dataclass(frozen=True)
class _Exact:
    model: Forward
    given: Mapping[str, Any]
    sizes: Mapping[Symbol, int]
    letters: Mapping[Symbol, int]
    variable: tuple[Symbol, Any] | None = None

    def value(self, expression: Expr) -> Any:
        if expression.is_number and not expression.has(AppliedUndef):
            return mpmath.mpmathify(sympy.N(expression, mpmath.mp.dps))
        if isinstance(expression, Symbol):
            return self._symbol(expression)
        if isinstance(expression, Indexed):
            return self._element(symbols.name_of(expression), [int(self.value(s)) for s in expression.indices])
        if isinstance(expression, sympy.Add | sympy.Mul):
            combine = mpmath.fsum if isinstance(expression, sympy.Add) else mpmath.fprod
            return combine([self.value(argument) for argument in expression.args])
        if isinstance(expression, sympy.Pow):
            return self.value(expression.base) ** self.value(expression.exp)
        if isinstance(expression, Sum):
            return mpmath.fsum(self._values(expression))
        if isinstance(expression, Maximum):
            return max(self._values(expression))
        if isinstance(expression, ArgMax):
            found = list(self._values(expression))
            return mpmath.mpf(found.index(max(found)))
        if isinstance(expression, Bracket):
            return mpmath.mpf(int(self._holds(expression.args[0])))
        if isinstance(expression, KroneckerDelta):
            left, right = (self.value(argument) for argument in expression.args[:2])
            return mpmath.mpf(int(left == right))
        return self._function(expression)

    def _symbol(self, symbol: Symbol) -> Any:
        if self.variable is not None and symbol == self.variable[0]:
            return self.variable[1]
        for known in (self.letters, self.sizes):
            if symbol in known:
                return mpmath.mpf(known[symbol])
        return self._element(symbol.name, [])

    def _element(self, name: str, subscripts: list[int]) -> Any:
        if name in self.given:
            array = self.given[name]
            for subscript in subscripts:
                if not 0 <= subscript < len(array):
                    return mpmath.mpf(0)
                array = array[subscript]
            return array if isinstance(array, mpmath.mpf) else mpmath.mpf(str(array))
        row: Row | None = self.model.row.get(name)
        if row is None:
            raise ArrayError(f"{name} is needed and not given (given: {', '.join(sorted(self.given))})")
        lengths = [self.value(length) for length in row.tensor.shape]
        if not all(0 <= subscript < length for subscript, length in zip(subscripts, lengths, strict=True)):
            return mpmath.mpf(0)
        inner = replace(self, letters=dict(zip(row.indices, subscripts, strict=True)), variable=None)
        return inner.value(row.expression)

    def _values(self, expression: Any) -> Iterator[Any]:
        """The values of the body over the bound indices, in reading order."""
        bounds = [(k, int(self.value(low)), int(self.value(high))) for k, low, high in expression.limits]
        for numbers in product(*(range(low, high + 1) for _, low, high in bounds)):
            here = {letter: number for (letter, _, _), number in zip(bounds, numbers, strict=True)}
            yield replace(self, letters={**self.letters, **here}).value(expression.function)

    def _holds(self, condition: Any) -> bool:
        if isinstance(condition, And | Or):
            return (all if isinstance(condition, And) else any)(map(self._holds, condition.args))
        if not isinstance(condition, Relational):
            raise ExpressionError(f"{condition} is not a condition that has a truth value here")
        left, right = (self.value(side) for side in condition.args)
        return COMPARISONS[condition.rel_op](left, right)

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
            return above - below * mpmath.floor(above / below)
        if expression.func not in ELEMENTARY:
            raise ExpressionError(f"the function {name} has no number here")
        return ELEMENTARY[expression.func](self.value(expression.args[0]))

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
        return mpmath.mpf(str(array)) + step
    return [_moved(part, place[1:], step) if number == place[0] else part for number, part in enumerate(array)]
