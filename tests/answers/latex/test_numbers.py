from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.contract.evidence import Found, quoted
from answers.errors import HomeworkContentError
from answers.latex.numbers import scientific


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 2, "0.0"), (11.0, 3, "11.0"), (0.65, 2, "0.65"), (100.0, 3, "100"),
        (9.5367e-7, 2, r"9.5 \times 10^{-7}"), (12345.0, 3, r"1.23 \times 10^{4}"), (-0.001, 1, r"-1 \times 10^{-3}"),
    ],
)  # fmt: skip
def test_numbers_as_a_text_quotes_them(value: float, digits: int, text: str) -> None:
    assert scientific(value, digits) == text


@given(st.floats(-1e12, 1e12).filter(lambda value: abs(value) > 1e-12), st.integers(2, 6))
def test_a_quoted_number_is_the_number(value: float, digits: int) -> None:
    mantissa, _, exponent = scientific(value, digits).partition(r" \times 10^{")
    quoted_value = float(mantissa) * 10.0 ** int(exponent.rstrip("}") or 0)
    assert abs(quoted_value - value) <= abs(value) * 10.0 ** (1 - digits)


def test_values_are_put_into_the_text() -> None:
    found = {"a": Found({"x": "1"}), "b": Found({"x": "2"})}
    assert quoted("{{a.x}} and {{ b.x }} and {a.x}", found) == "1 and 2 and {a.x}"
    with pytest.raises(HomeworkContentError, match=re.escape("quotes a.y, which no evidence provides")):
        quoted("{{a.y}}", found)
