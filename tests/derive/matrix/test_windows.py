from __future__ import annotations

from itertools import accumulate

import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, And, Expr, S

from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, size
from derive.matrix.windows import windows_of

j, H = index("j"), size("H")


def piece(number: int, low: Expr, high: Expr, length: Expr) -> Expr:
    """An element for each j from low to less than high, what the range of j says left out."""
    conditions = [j - low >= 0] if low != 0 else []
    conditions += [j < high] if high != length else []
    factor = Bracket(And(*conditions)) if conditions else S.One
    return element(f"T{number}", (j - low,)) * factor


@given(st.lists(st.integers(1, 3), min_size=2, max_size=4), st.booleans())
def test_neighbouring_windows_are_found(lengths: list[int], symbolic: bool) -> None:
    unit = H if symbolic else S.One
    ends = [unit * end for end in accumulate(lengths)]
    starts = [S.Zero, *ends[:-1]]
    total = Add(*(piece(at, low, high, ends[-1]) for at, (low, high) in enumerate(zip(starts, ends, strict=True))))
    found = windows_of(total, j, ends[-1])
    assert [(window.low, window.high) for window in found] == list(zip(starts, ends, strict=True))
    assert [window.length for window in found] == [unit * length for length in lengths]
    for at, window in enumerate(found):
        assert window.body.xreplace({j: j + window.low}) == element(f"T{at}", (j,))


@given(st.integers(1, 3), st.integers(1, 3))
def test_windows_with_a_gap_or_an_overlap_are_none(first: int, second: int) -> None:
    length = sympy.Integer(first + second + 1)
    gap = piece(0, S.Zero, sympy.Integer(first), length) + piece(1, sympy.Integer(first + 1), length, length)
    overlap = piece(0, S.Zero, sympy.Integer(first + 1), length) + piece(1, sympy.Integer(first), length, length)
    assert windows_of(gap, j, length) == ()
    assert windows_of(overlap, j, length) == ()
    assert windows_of(element("T", (j,)) + element("U", (j,)), j, length) == ()
