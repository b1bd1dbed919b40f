from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import libmp

from derive.numbers.intervals import UndecidedError
from numeric.enclosed.number import Arithmetic, Number, WorkError

FUNCTIONS = [
    "exp", "log", "sqrt", "tanh", "sinh", "cosh", "sin", "cos", "atan", "asinh", "erf", "log1p", "expm1", "sech",
]  # fmt: skip
REALS = st.one_of(st.floats(-40, 40), st.sampled_from([0.0, 1e-300, -1e-9, 1e155, -1e308, 700.5, -800.0]))


def number(value: float, precision: int = 128) -> Number:
    return Arithmetic(precision).number(value)


def holds(found: Number, truth: Any) -> bool:
    low, high = (mpmath.mpf(end) for end in found.ends)
    return bool(low <= truth <= high)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(value=REALS)
def test_functions_hold_their_values(name: str, value: float) -> None:
    if (name == "log" and value <= 0) or (name == "sqrt" and value < 0) or (name == "log1p" and value <= -1):
        return
    with mpmath.workdps(700):
        at = mpmath.mpf(value)
        truth = mpmath.log(1 + at) if name == "log1p" else getattr(mpmath, name)(at)
        if name == "expm1":
            truth = mpmath.exp(at) - 1
        found = number(value).called(name)
        assert holds(found, truth)
        low, high = (mpmath.mpf(end) for end in found.ends)
        assert high - low <= abs(truth) * mpmath.mpf(2) ** -90 or abs(value) > 1e100 or name in ("sin", "cos")


@given(first=REALS, second=REALS)
def test_arithmetic_is_that_of_rational_numbers(first: float, second: float) -> None:
    one, two = number(first), number(second)
    with mpmath.workdps(1500):
        left, right = mpmath.mpf(first), mpmath.mpf(second)
        assert holds(one + two, left + right)
        assert holds(one - two, left - right)
        assert holds(one * two, left * right)
        assert (one < two, one <= two, one == two) == (first < second, first <= second, first == second)
        if second:
            assert holds(one / two, left / right)
        if first > 0 and abs(second) < 40:
            assert holds(one**two, left**right)


@given(
    st.sampled_from([0.0, 1.0, -2.5, math.inf, -math.inf, math.nan]), st.sampled_from([0.0, 3.0, math.inf, math.nan])
)
def test_infinity_and_nan_are_those_of_floating_point(first: float, second: float) -> None:
    one, two = number(first), number(second)
    with numpy.errstate(all="ignore"):
        pairs = [
            (one + two, numpy.float64(first) + second),
            (one * two, numpy.float64(first) * second),
            (one / two, numpy.float64(first) / numpy.float64(second)),
            (one.called("exp"), numpy.exp(first)),
            (one.called("log"), numpy.log(first)),
            (one.called("tanh"), numpy.tanh(first)),
        ]
    for found, right in pairs:
        value = libmp.to_float(found.ends[0])
        assert math.isclose(value, right) or (math.isnan(value) and math.isnan(right))


def test_a_condition_that_does_not_hold_makes_a_product_0() -> None:
    for value in (math.nan, math.inf, 2.0):
        assert (number(value) * False).is_zero
        assert (numpy.bool_(False) * number(value)).is_zero
    assert (number(2.0) * True) == 2


def test_what_is_not_known_asks_for_more_digits_until_they_are_the_last() -> None:
    almost = number(30.0).called("tanh")
    with pytest.raises(UndecidedError):
        bool(number(200.0).called("tanh") < 1)
    assert almost < 1
    last = Arithmetic(64, last=True)
    assert last.number(200.0).called("tanh") == 1


def test_powers_beyond_all_exponents() -> None:
    huge = number(1e308).called("exp").called("exp")
    assert huge > 1e308
    assert 1 / huge < 1e-300
    assert (huge**3).called("log") > 1e308


def test_operations_are_counted() -> None:
    few = Arithmetic(64, operations=3)
    value = few.number(2.0)
    value = value + value
    value = value * value
    with pytest.raises(WorkError):
        value * value
