from __future__ import annotations

from math import inf, nan
from typing import Any

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.checks.comparison import Comparison, error_beside_rounding, largest, relative_error, worst_of
from numeric.errors import ArrayError

numbers = st.floats(-1e150, 1e150)


@given(numbers, numbers, st.floats(0, 1e150))
def test_numbers_of_any_arithmetic_have_one_error(value: float, truth: float, floor: float) -> None:
    error = relative_error(value, truth, floor)
    assert error == relative_error(truth, value, floor)
    assert 0 <= error <= 2
    assert relative_error(value, value, floor) == 0
    with mpmath.workdps(30):
        exact = relative_error(mpmath.mpf(value), mpmath.mpf(truth), mpmath.mpf(floor))
    assert exact == pytest.approx(error, rel=1e-12, abs=1e-15)


def test_what_floating_point_cannot_hold_is_compared() -> None:
    tiny = mpmath.mpf(10) ** -5000
    assert relative_error(tiny, 3 * tiny) == pytest.approx(2 / 3)
    assert relative_error(mpmath.mpf(0), tiny) == 1


def test_a_zero_is_told_by_its_floor() -> None:
    assert relative_error(numpy.zeros(3), numpy.zeros(3)) == 0
    assert relative_error(numpy.array([1e-20, 1.0]), numpy.array([0.0, 1.0])) == 1
    truth = numpy.array([0.0, -2.0])
    assert relative_error(numpy.array([1e-20, -2.0]), truth, largest(truth)) == pytest.approx(5e-21)


@pytest.mark.parametrize("bad", [nan, inf, mpmath.mpf("nan"), mpmath.inf])
def test_what_is_not_finite_agrees_with_nothing(bad: Any) -> None:
    for pair in ((bad, 1.0), (1.0, bad), (bad, bad)):
        with pytest.raises(ArrayError, match="not finite"):
            relative_error(*pair)


def test_rounding_is_asked_for_where_the_error_is_too_large_and_excuses_no_more() -> None:
    asked = []

    def rounding() -> Any:
        asked.append(1)
        return numpy.array([1e-12])

    def error(value: float) -> float:
        return error_beside_rounding(numpy.array([value]), numpy.array([1e-8]), numpy.array([0.0]), 1e-9, rounding)

    assert error(1e-8) == 0
    assert len(asked) == 0
    assert error(1.001e-8) <= 1e-9
    assert len(asked) == 1
    assert error(2e-8) > 1e-9


def test_a_comparison_of_nothing_fails() -> None:
    assert Comparison(1e-9, 1e-9).ok
    assert not Comparison(2e-9, 1e-9).ok
    assert not Comparison(0.0, 1e-9, points=0).ok
    assert not Comparison(nan, 1e-9).ok
    assert not Comparison.failed("lost", 1e-9, 7).ok
    assert Comparison.untried("not installed").ok


def test_the_worst_of_each_stands_where_it_was_first() -> None:
    found = [Comparison(error, 1.0, what=what) for what, error in (("a", 0.1), ("b", 0.3), ("a", 0.2), ("b", 0.0))]
    assert [(one.what, one.error) for one in worst_of(found)] == [("a", 0.2), ("b", 0.3)]
