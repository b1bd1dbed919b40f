from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.contract.evidence import quoted_claim, read_number
from answers.latex.numbers import scientific

VALUES = st.floats(1e-200, 1e200)


@given(VALUES, st.integers(2, 8))
def test_a_number_that_was_written_is_read_back_within_its_rounding(value: float, digits: int) -> None:
    stated, rounding = read_number(scientific(value, digits))
    assert abs(stated - value) <= rounding * (1 + 1e-9) + 1e-12 * value


@given(VALUES, st.sampled_from([-1.0, 0.1, 10.0, 0.5, 2.0, 1.1]))
def test_another_number_is_found_out(value: float, factor: float) -> None:
    said = {"value": scientific(value, 3)}
    assert quoted_claim("a number", said, {"value": value}).check().ok
    verdict = quoted_claim("a number", said, {"value": factor * value}).check()
    assert not verdict.ok
    assert said["value"] in verdict.note


@pytest.mark.parametrize(("text", "value"), [(r"\frac{1}{4}", 0.25), (r"- \frac{1}{2}", -0.5), ("1", 1.0), ("0", 0.0)])
def test_exact_numbers_leave_nothing_to_rounding(text: str, value: float) -> None:
    assert read_number(text) == (value, 0.0)


@pytest.mark.parametrize("text", ["", "x", "1/4", r"2 \times 10", "1 2", r"\frac{1}{4}x"])
def test_what_is_no_number_fails_the_claim(text: str) -> None:
    verdict = quoted_claim("a number", {"value": text}, {"value": 1.0}).check()
    assert not verdict.ok
    assert "no number" in verdict.note
