from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Expr, Ge, Gt, Le, Lt, Mod, Ne
from sympy.logic.boolalg import And, Boolean

from derive.expression.comparisons import solved, tightest
from derive.expression.functions import Bracket, largest, smallest
from derive.expression.symbols import index, scalar, size
from derive.render import latex, unicode

i, j, n = index("i"), index("j"), size("n")
RELATIONS = st.sampled_from([Eq, Ne, Ge, Gt, Le, Lt])
SIDES = st.builds(
    lambda times, sizes, constant: times * i + sizes * n + constant,
    st.integers(-3, 3),
    st.integers(-1, 1),
    st.integers(-4, 4),
)
COMPARISONS = st.builds(lambda relation, left, right: relation(left, right), RELATIONS, SIDES, SIDES)


@given(COMPARISONS)
def test_it_says_the_same(condition: Boolean) -> None:
    for place in range(-6, 7):
        for length in (1, 3):
            assert solved(condition).subs({i: place, n: length}) == condition.subs({i: place, n: length})


@given(st.lists(COMPARISONS, min_size=1, max_size=4))
def test_the_tightest_say_the_same_as_all(conditions: list[Boolean]) -> None:
    kept = tightest(map(solved, conditions))
    assert len(kept) <= len(conditions)
    for place in range(-6, 7):
        assert And(*kept).subs({i: place, n: 3}) == And(*conditions).subs({i: place, n: 3})


@given(COMPARISONS)
def test_an_index_with_the_factor_one_stands_alone(condition: Boolean) -> None:
    if condition in (sympy.true, sympy.false):
        return
    factor = sympy.expand(condition.lhs - condition.rhs).coeff(i)
    assert abs(factor) != 1 or i in solved(condition).args


@pytest.mark.parametrize(
    ("condition", "printed"),
    [
        (3 - i <= 1, r"\mathbf{1}[i \ge 2]"),
        (Lt(i + 1, n), r"\mathbf{1}[i < n-1]"),
        (2 * i <= 5, r"\mathbf{1}[i \le 2]"),
        (And(i >= 2, i - 1 >= 0), r"\mathbf{1}[i \ge 2]"),
        (And(Ge(i - 1, 0), Lt(i - 1, n)), r"\mathbf{1}[1 \le i \le n]"),
        (And(Ge(i + j, 1), Lt(i + j, n)), r"\mathbf{1}[1 \le i+j < n]"),
        (Eq(Mod(i + 1, 2), 0), r"\mathbf{1}[2 \mid i+1]"),
    ],
)
def test_conditions_are_printed_solved(condition: Boolean, printed: str) -> None:
    assert latex(Bracket(condition), ranks={}, index_base=0) == printed


@pytest.mark.parametrize(
    ("values", "name"),
    [((1, 2), "max"), ((1, 2, 3), "max"), ((3, 1, 2), "min"), ((0, 1, 2), "min"), ((0, 2, 1), "max")],
)
def test_the_largest_of_several_is_printed_as_such(values: tuple[int, ...], name: str) -> None:
    shown: list[Expr] = [scalar(f"u{value}") if value else sympy.S.Zero for value in values]
    expression = (largest if name == "max" else smallest)(*shown)
    text = unicode(expression, ranks={})
    assert text.startswith(f"{name}(")
    assert text.count(",") == len(values) - 1
    assert unicode(2 * expression**2, ranks={}).count(f"{name}(") == 1
