"""An interval holds the value, whatever the formula; nothing is claimed that more digits would take back."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Expr,
    Integer,
    Rational,
    acos,
    asin,
    asinh,
    atan,
    cos,
    cosh,
    erf,
    exp,
    floor,
    log,
    sin,
    sinh,
    tan,
    tanh,
)

from derive.errors import DeriveError
from derive.expression.functions import Bracket
from derive.numbers.intervals import Enclosing, UndecidedError
from tests.examples import examples

ONE_ARGUMENT = (sin, cos, tan, exp, tanh, sinh, cosh, atan, asinh, erf, lambda u: asin(tanh(u)), lambda u: acos(sin(u)))


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> Expr:
    if depth == 0:
        return Rational(draw(st.integers(-60, 60)), draw(st.integers(1, 9)))
    first = draw(expressions(depth=depth - 1))
    kind = draw(st.sampled_from(["+", "*", "/", "^", "f"]))
    if kind == "f":
        return draw(st.sampled_from(ONE_ARGUMENT))(first)
    second = draw(expressions(depth=depth - 1))
    if kind == "^":
        return (1 + first**2) ** draw(st.sampled_from([-2, -1, 2, Rational(1, 2), Rational(-3, 2)]))
    return {"+": first + second, "*": first * second, "/": first / (1 + second**2)}[kind]


@examples(60)
@given(expressions())
def test_the_value_is_inside(expression: Expr) -> None:
    try:
        wide, narrow = (Enclosing(precision, {}).of(expression) for precision in (80, 900))
    except (UndecidedError, DeriveError):
        return
    for end in narrow.ends:
        assert mpmath.mpf(wide.low) <= mpmath.mpf(end) <= mpmath.mpf(wide.high)
    with mpmath.workdps(400):
        value: Any = mpmath.mpmathify(expression.evalf(350, maxn=2000))
        slack = abs(value) * mpmath.mpf(10) ** -240
        assert mpmath.mpf(narrow.low) - slack <= value <= mpmath.mpf(narrow.high) + slack


def test_what_is_not_decided_is_not_guessed() -> None:
    tiny = 1 - 1 / (1 + exp(Integer(-300), evaluate=False))
    with pytest.raises(UndecidedError):
        Enclosing(100, {}).of(1 / tiny)
    with pytest.raises(UndecidedError):
        Enclosing(100, {}).of(Bracket(tiny > 0))
    assert Enclosing(1000, {}).of(Bracket(tiny > 0)).whole() == 1
    with pytest.raises(UndecidedError):
        Enclosing(100, {}).of(log(tiny))


@pytest.mark.parametrize("expression", [1 / Integer(1), log(Rational(-3)), acos(Integer(2)), exp(exp(Integer(40)))])
def test_no_value(expression: Expr) -> None:
    if expression == 1:
        assert Enclosing(64, {}).of(floor(exp(1))).whole() == 2
        return
    with pytest.raises(DeriveError):
        Enclosing(64, {}).of(expression)
