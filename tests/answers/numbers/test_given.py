"""Which numbers fit a network."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from answers.errors import HomeworkContentError
from answers.numbers.given import MOST_ELEMENTS, given
from derive import network


@pytest.mark.parametrize(
    ("layers", "values"),
    [
        ("x:(1,60,60) -> Flatten", [[Fraction(1)] * 60] * 60),
        ("x:(1,60,60) -> Flatten", [[[Fraction(1)] * 60] * 60]),
        ("x:n -> ReLU", [Fraction(1)] * (MOST_ELEMENTS + 1)),
        ("x:(1,n) -> ReLU", [Fraction(1)] * (MOST_ELEMENTS + 1)),
    ],
)
def test_large_tensors_are_refused_however_they_are_written(layers: str, values: Any) -> None:
    with pytest.raises(HomeworkContentError, match=f"elements, of which numbers are shown up to {MOST_ELEMENTS}"):
        given(network(layers), {"x": values})


def test_numbers_stay_fractions() -> None:
    known = given(network("x:(2,n) -> ReLU"), {"x": [[Fraction(1, 3), Fraction(2)], [Fraction(0), Fraction(-1, 7)]]})
    assert known.arrays["x"].tolist() == [[Fraction(1, 3), 2], [0, Fraction(-1, 7)]]
    assert all(isinstance(value, Fraction) for value in known.arrays["x"].ravel())
