"""Names of partial derivatives, put together and taken apart again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.expression.partials import Partial, ends_of, is_immediate, partial_name, partial_named

WORD = st.from_regex(r"[a-z_]{1,4}[0-9]?", fullmatch=True)


@given(WORD, WORD, st.lists(WORD, max_size=2))
def test_names_of_partials_are_read_back(numerator: str, denominator: str, held: list[str]) -> None:
    partial = Partial(numerator, denominator, tuple(held))
    assert partial_named(partial.name) == partial
    assert ends_of(partial.name) == (numerator, denominator)
    assert partial.free.name == partial_name(numerator, denominator)
    assert is_immediate(partial.name) == (numerator in held or denominator in held)


@pytest.mark.parametrize("name", ["d", "dx", "d/d", "dl/W1", "l/dW1", "W1", ""])
def test_other_names_are_no_partials(name: str) -> None:
    assert partial_named(name) is None
    assert ends_of(name) == (name,)
    assert not is_immediate(name)
