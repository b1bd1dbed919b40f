from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Sum, exp

from derive import symbols as public
from derive.expression import symbols


@given(st.integers(0, 40), st.sets(st.sampled_from(symbols.LETTERS)))
def test_fresh_indices_are_new_and_distinct(count: int, taken: set[str]) -> None:
    names = [letter.name for letter in symbols.fresh_indices(count, taken)]
    assert len(set(names)) == count
    assert not set(names) & taken


def test_sizes_indices_and_reals_of_one_name_differ() -> None:
    assert len({symbols.size("k"), symbols.index("k"), symbols.scalar("k")}) == 3


def test_dimensions_are_numbers_or_sizes() -> None:
    assert symbols.dimension("12") == symbols.dimension(12) == Integer(12)
    assert symbols.dimension("d") == symbols.size("d")


def test_accesses_are_the_elements_and_reals_that_are_read() -> None:
    i, k, n = symbols.index("i"), symbols.index("k"), symbols.size("n")
    x, label = symbols.element("x", (k,)), symbols.scalar("l")
    total = Sum(x * k, (k, 0, n - 1)) + label * exp(symbols.element("W", (i, symbols.element("c", ()))))
    assert {symbols.name_of(access) for access in symbols.accesses(total)} == {"x", "l", "W", "c"}


def test_a_sum_has_no_name() -> None:
    with pytest.raises(TypeError, match="expected an element of a tensor"):
        symbols.name_of(symbols.scalar("a") + 1)


def test_what_definitions_in_python_need_is_offered_in_one_place() -> None:
    assert public.size("n") == symbols.size("n")
    assert {public.index, public.scalar} == {symbols.index, symbols.scalar}
