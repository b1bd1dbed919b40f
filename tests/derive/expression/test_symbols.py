from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer, Sum, exp

from derive.expression import symbols

WORD = st.from_regex(r"[a-z_]{1,4}[0-9]?", fullmatch=True)


@given(WORD, WORD, st.lists(WORD, max_size=2))
def test_names_of_partials_are_read_back(numerator: str, denominator: str, held: list[str]) -> None:
    name = symbols.direct_name(numerator, denominator, held)
    assert symbols.split_partial(name) == (numerator, denominator)
    assert symbols.held_in(name) == tuple(held)


@pytest.mark.parametrize("name", ["d", "dx", "d/d", "dl/W1", "l/dW1", "W1", ""])
def test_other_names_are_no_partials(name: str) -> None:
    assert symbols.split_partial(name) is None


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
