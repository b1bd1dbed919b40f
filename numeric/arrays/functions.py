"""Scalar functions by number: NumPy's elementary ones, and formulas for those that are left unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from zlib import crc32

import numpy
import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.function import AppliedUndef

from derive.building.known import OUTSIDE, UNKNOWN
from derive.expression import symbols
from derive.expression.multivariate import taken_apart
from derive.expression.scalar import ScalarFunction
from numeric.arrays.axes import Array, Value
from numeric.arrays.special import GAMMA, OF_TWO
from numeric.enclosed.arrays import called, called_of_two, is_enclosed
from numeric.enclosed.arrays import extreme as enclosed_extreme
from numeric.errors import ExpressionError

BELOW = 1e-9
"""How far below an integer a quotient of integers may come out in floating point."""

ELEMENTARY: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {
        sympy.exp: numpy.exp,
        sympy.log: numpy.log,
        sympy.sin: numpy.sin,
        sympy.cos: numpy.cos,
        sympy.tan: numpy.tan,
        sympy.asin: numpy.arcsin,
        sympy.acos: numpy.arccos,
        sympy.atan: numpy.arctan,
        sympy.sinh: numpy.sinh,
        sympy.cosh: numpy.cosh,
        sympy.tanh: numpy.tanh,
        sympy.sech: lambda value: 1 / numpy.cosh(value),
        sympy.asinh: numpy.arcsinh,
        sympy.acosh: numpy.arccosh,
        sympy.atanh: numpy.arctanh,
        sympy.floor: lambda value: numpy.floor(numpy.real(value) + BELOW),
        sympy.ceiling: lambda value: numpy.ceil(numpy.real(value)),
        sympy.sign: lambda value: numpy.sign(numpy.real(value)),
        sympy.Abs: lambda value: value * numpy.sign(numpy.real(value)),
        **GAMMA,
    }
)
"""SymPy's functions of one argument as NumPy's.

Those that are not analytic, such as ``Abs``, look at the real part, so that a complex step sees the
branch that the real point is on.
"""


def _erfcx(value: Any) -> Any:
    from scipy.special import erfcx  # SciPy is slow to import, and few expressions need it

    return erfcx(value)


FLOATING: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"tanh": numpy.tanh, "log1p": numpy.log1p, "expm1": numpy.expm1, "erfcx": _erfcx}
)
"""Functions by their names for which NumPy has one that neither overflows nor loses digits."""


def elementary(function: Any) -> Callable[[Any], Any]:
    """The NumPy function of a SymPy class of functions of one argument.

    Raises:
        ExpressionError: there is none.
    """
    if function is sympy.erf:
        from scipy.special import erf  # SciPy is slow to import, and few expressions need it

        return of_any(erf, "erf")
    if function not in ELEMENTARY:
        known = ", ".join(sorted([*(str(known) for known in ELEMENTARY), "erf"]))
        raise ExpressionError(f"the function {function} has no number here (known: {known})")
    return of_any(ELEMENTARY[function], function.__name__)


def of_two(function: Any) -> Callable[[Any, Any], Any] | None:
    """The function on arrays of a SymPy class of functions of two arguments; None if there is none."""
    plain = OF_TWO.get(function)
    if plain is None:
        return None
    name = function.__name__
    return lambda first, second: (
        called_of_two(name, first, second) if is_enclosed(first) or is_enclosed(second) else plain(first, second)
    )


def of_any(plain: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    """The function of NumPy on any array; on enclosed numbers it is theirs of that name."""
    return lambda value: called(name, value) if is_enclosed(value) else plain(value)


def extreme(values: Sequence[Value], largest: bool) -> Value:
    """The elementwise maximum or minimum by the real parts; the first of equal values."""
    result = values[0]
    for value in values[1:]:
        if is_enclosed(value) or is_enclosed(result):
            result = enclosed_extreme(largest)(result, value)
            continue
        rise = numpy.subtract(real_part(value), real_part(result))
        result = numpy.where(rise > 0 if largest else rise < 0, value, result)
    return result


def real_part(value: Value) -> Value:
    """The real part, for conditions; a Python number stays one."""
    return value.real if isinstance(value, numpy.ndarray) else value


def formula_of(name: str, functions: Sequence[ScalarFunction]) -> ScalarFunction:
    """The formula of a named function, of a derivative such as ``f'``, or of an unknown ``f``.

    A formula in ``f'`` can be checked only if f is something: an unknown function gets the smooth,
    non-periodic formula of :func:`stand_in`, and its derivatives are SymPy's. Only the names that stand for
    unknown functions get one.

    Raises:
        ExpressionError: there is no such function.
    """
    for function in functions:
        if function.name == name:
            return function
    plain = name.rstrip("'")
    order = len(name) - len(plain)
    declared = next((function for function in functions if function.name == plain), None)
    if declared is None and not is_unknown(plain):
        known = ", ".join(function.name for function in functions) or "none"
        raise ExpressionError(f"{name!r} is not the name of a function that has a formula here (named: {known})")
    function = declared or stand_in(plain)
    if order == 0:
        return function
    return ScalarFunction(name, function.variable, _derivative(function, order))


def is_unknown(name: str) -> bool:
    """Whether a name stands for a function that is left unknown, or for a slope of one."""
    plain, _ = taken_apart(name)
    return UNKNOWN.fullmatch(plain) is not None or plain.startswith(OUTSIDE)


def left_unknown(expressions: Iterable[Expr], functions: Sequence[ScalarFunction]) -> tuple[str, ...]:
    """The functions that expressions apply and that have no formula, without primes, in the order of their names."""
    known = {function.name for function in functions}
    formulas = [*expressions, *(function.formula for function in functions)]
    applied = {
        taken_apart(call.func.__name__.rstrip("'"))[0] for formula in formulas for call in formula.atoms(AppliedUndef)
    }
    return tuple(sorted(name for name in applied - known if not name.startswith(OUTSIDE)))


def stand_in_of_several(name: str, count: int) -> tuple[tuple[Symbol, ...], Expr]:
    """The same for a function of several numbers, or a slope of one by some of them: its variables and its formula."""
    plain, places = taken_apart(name)
    variables = tuple(symbols.scalar(f"u{place}") for place in range(count))
    parts = [
        stand_in(f"{plain}/{place}").formula.xreplace({symbols.scalar("u"): variables[place]}) for place in range(count)
    ]
    whole = sympy.Add(*parts) + sympy.Mul(*(sympy.cos(variable / 2) for variable in variables))
    formula: Expr = sympy.diff(whole, *(variables[place] for place in places)) if places else whole
    return variables, formula


def stand_in(name: str) -> ScalarFunction:
    """A formula for a function that is left unknown, another one for each name: what checks put in its place."""
    variable = symbols.scalar("u")
    seed = crc32(name.encode())
    frequency, phase, curvature = (Rational(1 + seed // 7**k % 7, 8) for k in (0, 1, 2))
    return ScalarFunction(name, variable, sympy.sin((1 + frequency) * variable + phase) + curvature * variable**2 / 3)


def _derivative(function: ScalarFunction, order: int) -> Expr:
    if function.formula.atoms(sympy.Function) - function.formula.atoms(*ELEMENTARY, sympy.erf):
        raise ExpressionError(f"the derivative of {function.name} has no number: give it as a function of its own")
    return sympy.diff(function.formula, function.variable, order)


def finite(array: Array) -> bool:
    """Whether no element is infinite or not a number."""
    return bool(numpy.isfinite(array).all())
