from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from answers.numbers.digits import read_again, typeset_numbers
from numeric.enclosed.number import Arithmetic

ARITHMETIC = Arithmetic(256)


@given(st.lists(st.fractions(-1000, 1000, max_denominator=10**6), min_size=1, max_size=4), st.integers(2, 9))
def test_what_is_printed_is_read_within_its_rounding(values: list[Fraction], digits: int) -> None:
    for value, text in zip(values, texts(values, digits), strict=True):
        stated, rounding = read_again(text, digits)
        assert abs(stated - float(value)) <= rounding * (1 + 1e-9) + abs(float(value)) * 1e-12


@given(st.fractions(-1000, 1000).filter(bool), st.integers(2, 9))
def test_what_is_not_rational_for_sure_is_rounded_and_never_0(value: Fraction, digits: int) -> None:
    (text,) = texts([ARITHMETIC.number(value)], digits)
    stated, rounding = read_again(text, digits)
    assert stated != 0
    assert abs(stated - float(value)) <= rounding * (1 + 1e-9)


def texts(values: list[Any], digits: int) -> tuple[str, ...]:
    return tuple(number.latex for number in typeset_numbers(values, digits))


def test_numbers_that_stand_together_are_written_alike() -> None:
    half, third, cents = Fraction(1, 2), Fraction(1, 3), Fraction(-12, 100)
    assert texts([half, third, Fraction(2)], 4) == (r"\tfrac{1}{2}", r"\tfrac{1}{3}", "2")
    assert texts([half, cents, Fraction(0)], 4) == ("0.5", "-0.12", "0")
