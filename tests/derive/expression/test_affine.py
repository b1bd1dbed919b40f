"""Affine expressions of indices: taken apart and put together again, and never where they are none."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive.expression.affine import affine, in_letter, slack
from derive.expression.symbols import element, index, size

i, j, k = map(index, "ijk")
s, p = map(size, "sp")
NUMBERS = st.sampled_from([sympy.S.Zero, sympy.S.One, sympy.Integer(-3), s, p - 2, s * p])


@given(NUMBERS, NUMBERS, NUMBERS)
def test_an_affine_expression_is_taken_apart(first: sympy.Expr, second: sympy.Expr, constant: sympy.Expr) -> None:
    expression = first * i + second * j + constant
    found = affine(expression, (i, j, k))
    assert found is not None
    assert found.letters == tuple(letter for letter, slope in ((i, first), (j, second)) if slope != 0)
    whole = sum((slope * letter for letter, slope in found.slopes.items()), found.constant)
    assert sympy.expand(whole - expression) == 0


@pytest.mark.parametrize(
    "expression", [i * j, i**2 + j, sympy.floor(i / s), sympy.Mod(i, s) + i, element("a", (i,)) + i, 1 / (i + 1)]
)
def test_what_is_not_affine_is_none(expression: sympy.Expr) -> None:
    assert affine(expression, (i, j)) is None


def test_other_letters_may_be_in_a_slope() -> None:
    assert in_letter(i * j + 2, i) == (j, 2)
    assert in_letter(s * j, i) == (0, s * j)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [(i >= j, i - j), (i > j, i - j - 1), (i < s, s - i - 1), (i + 1 <= s, s - i - 1), (sympy.Eq(i, j), None)],
)
def test_what_a_comparison_leaves(condition: object, expected: sympy.Expr | None) -> None:
    assert slack(condition) == expected
