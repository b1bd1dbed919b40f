from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, N, Rational, exp, sqrt

from derive.graph.numbers import number_latex, number_unicode, printed_value


@pytest.mark.parametrize(
    ("value", "latex", "unicode"),
    [
        (Rational(-12), "-12", "−12"),
        (Rational(2, 3), "2/3", "2/3"),
        (Rational(-1, 8), "-0.125", "−0.125"),
        (1 / (1 + exp(-1)), "0.731", "0.731"),
        (sqrt(2), "1.41", "1.41"),
        (exp(-27), r"1.88 \cdot 10^{-12}", "1.88·10^−12"),
        (1 / (1 + exp(-27)), r"1 - 1.88 \cdot 10^{-12}", "1 − 1.88·10^−12"),
        (-1 - exp(-27), r"-1 - 1.88 \cdot 10^{-12}", "−1 − 1.88·10^−12"),
        (exp(-27) - 1, r"-1 + 1.88 \cdot 10^{-12}", "−1 + 1.88·10^−12"),
        (Rational(10) ** 9, r"1.00 \cdot 10^{9}", "1.00·10^9"),
        (Rational(0), "0", "0"),
    ],
)
def test_numbers(value: Expr, latex: str, unicode: str) -> None:
    assert (number_latex(value), number_unicode(value)) == (latex, unicode)


@given(st.fractions(), st.integers(-40, 40), st.booleans())
def test_what_is_printed_is_the_number(number: Rational, power: int, transcendental: bool) -> None:
    value = Rational(number) * Rational(10) ** power * (exp(Rational(1, 7)) if transcendental else 1)
    shown, tolerance = printed_value(number_latex(value))
    assert abs(N(shown - value, 120)) <= tolerance * Rational(1 + 10**9, 10**9)
    assert (shown == 0) == (value == 0)
    assert printed_value(number_unicode(value)) == (shown, tolerance)
    assert shown == value or tolerance <= abs(N(value)) / 50
    assert value.is_Integer or not shown.is_Integer or abs(value) > 10**4


@pytest.mark.parametrize("text", ["", "x", "1.2.3", r"1 \cdot 10", "1 + x"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        printed_value(text)
