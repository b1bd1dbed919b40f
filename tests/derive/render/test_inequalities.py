from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Ge, Gt, Le, Lt, Not
from sympy.logic.boolalg import Boolean

from derive.expression import symbols
from derive.layer import layer
from derive.render.inequalities import excluded, implied
from tests.examples import examples

H = symbols.size("H")
(J,) = symbols.fresh_indices(1, set())

comparisons = st.builds(
    lambda relation, left, right: relation(J - left * H, right * H, evaluate=False),
    st.sampled_from([Ge, Gt, Le, Lt]),
    st.integers(0, 3),
    st.integers(0, 2),
)
conditions = st.one_of(
    comparisons,
    comparisons.map(lambda one: Not(one, evaluate=False)),
    st.builds(lambda one, other: And(one, other, evaluate=False), comparisons, comparisons),
    st.builds(lambda one, other: Not(And(one, other, evaluate=False), evaluate=False), comparisons, comparisons),
)


def holds(condition: Boolean, index: int, size: int) -> bool:
    return condition.xreplace({J: sympy.Integer(index), H: sympy.Integer(size)}).doit() == sympy.true


@examples(60)
@given(conditions, st.lists(conditions, max_size=3))
def test_what_is_said_is_true_of_every_number(condition: Boolean, known: list[Boolean]) -> None:
    never, always = excluded(condition, known), implied(condition, known)
    for size in (1, 2, 3):
        for index in range(4 * size + 2):
            if all(holds(one, index, size) for one in known):
                value = holds(condition, index, size)
                assert not (never and value)
                assert not (always and not value)


Z = symbols.scalar("z")
of_reals = st.builds(
    lambda relation, slope, shift: relation(slope * Z + shift, 0, evaluate=False),
    st.sampled_from([Ge, Gt, Le, Lt]),
    st.sampled_from([-2, -1, 1, 2, sympy.Rational(1, 3)]),
    st.integers(-2, 2),
)


@examples(60)
@given(of_reals, st.lists(of_reals, max_size=3))
def test_what_is_said_of_real_numbers_is_true(condition: Boolean, known: list[Boolean]) -> None:
    never, always = excluded(condition, known), implied(condition, known)
    for place in range(-13, 14):
        at = {Z: sympy.Rational(place, 2)}
        if all(one.xreplace(at).doit() == sympy.true for one in known):
            value = condition.xreplace(at).doit() == sympy.true
            assert not (never and value)
            assert not (always and not value)


def test_real_numbers_have_no_next_one() -> None:
    assert excluded(Gt(Z, 1), [Le(Z, 0)])
    assert excluded(Gt(Z, 0), [Le(Z, 0)])
    assert not excluded(Ge(Z, 0), [Le(Z, 0)])
    assert not excluded(Gt(Z, 0), [Lt(Z, 1)])
    assert implied(Gt(2 * Z, 0), [Gt(Z, 0)])
    assert not implied(Gt(Z, 0), [Ge(Z, 0)])


def test_neighbouring_ranges_exclude_each_other() -> None:
    assert excluded(And(Le(0, J - H), Lt(J - H, H)), [Lt(J, H)])
    assert implied(Not(Ge(J, H)), [Lt(J, H)])
    assert not excluded(Lt(J, 2 * H), [Lt(J, H)])
    assert not implied(Lt(J, H), [Lt(J, 2 * H)])


@pytest.mark.parametrize(
    ("name", "arguments", "of", "branches"), [("GLU", (), "dl/dz", 2), ("LSTMCell", ("H",), "dl/da", 5)]
)
def test_a_stacked_tensor_has_one_case_for_each_part(
    name: str, arguments: tuple[str, ...], of: str, branches: int
) -> None:
    backward = {derivation.quantity.name: derivation for derivation in layer(name, *arguments).backward()}
    assert backward[of].unicode("cases").count(";") == branches - 1
