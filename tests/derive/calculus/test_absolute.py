"""Signs in products, against their numbers."""

from __future__ import annotations

import math

import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Abs, Expr, Mul, sign

from derive.calculus.absolute import with_signs_used
from derive.expression.symbols import scalar

U, V = scalar("u"), scalar("v")
POWERS = st.integers(-2, 4)


@given(POWERS, POWERS, st.sampled_from([0, 1]), st.booleans(), st.floats(-3, 3), st.floats(-3, 3))
def test_the_value_stays(own: int, absolute: int, signs: int, summed: bool, u: float, v: float) -> None:
    assume(min(abs(u), abs(v)) > 0.01)
    product = Mul(U**own, Abs(U) ** absolute, sign(U) ** signs, V)
    whole: Expr = product + V * sign(V) if summed else product
    there = {U: u, V: v}
    assert math.isclose(float(with_signs_used(whole).subs(there)), float(whole.subs(there)), rel_tol=1e-12)


def test_a_sign_meets_what_it_is_the_sign_of() -> None:
    assert with_signs_used(U * sign(U)) == Abs(U)
    assert with_signs_used(Abs(U) * sign(U)) == U
    assert with_signs_used(3 * U**2 * sign(U)) == 3 * U * Abs(U)
    assert with_signs_used(sign(U) / Abs(U)) == 1 / U
    assert with_signs_used(V * sign(U)) == V * sign(U)
    assert with_signs_used(sympy.sqrt(Abs(U)) * sign(U)) == sympy.sqrt(Abs(U)) * sign(U)
