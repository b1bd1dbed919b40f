from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Basic, Not, Or, Symbol, true
from sympy.core.relational import Relational

from derive.expression.truth import COMPARISONS, holds

a, b = Symbol("a", real=True), Symbol("b", real=True)

COMPARED = st.sampled_from(sorted(COMPARISONS)).map(lambda sign: Relational(a, b, sign))
CONDITIONS = st.recursive(
    COMPARED | st.just(true),
    lambda inner: st.builds(And, inner, inner) | st.builds(Or, inner, inner) | st.builds(Not, inner),
    max_leaves=6,
)


@given(CONDITIONS, st.integers(-2, 2), st.integers(-2, 2))
def test_a_condition_holds_where_it_does_at_the_numbers(condition: Basic, first: int, second: int) -> None:
    def compared(part: Relational) -> bool:
        values = {a: first, b: second}
        return bool(COMPARISONS[part.rel_op](*(values[side] for side in part.args)))

    assert holds(condition, compared) is bool(condition.subs({a: first, b: second}))
