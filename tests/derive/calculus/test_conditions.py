"""Conditions said plainly, against their truth."""

from __future__ import annotations

from fractions import Fraction

import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational, exp
from sympy.core.relational import Relational

from derive.calculus.conditions import together, with_plain_conditions
from derive.expression.functions import Bracket, largest, smallest
from derive.expression.symbols import scalar

U = scalar("u")
NUMBERS = st.fractions(-3, 3, max_denominator=4)
SIGNS = st.sampled_from(["<", "<=", ">", ">="])


def truth(expression: Expr, u: Fraction) -> Expr:
    return expression.subs(U, Rational(u.numerator, u.denominator)).doit()


@given(NUMBERS.filter(bool), NUMBERS, SIGNS, NUMBERS, st.sampled_from(["u", "exp", "abs"]))
def test_a_solved_condition_holds_where_it_did(
    slope: Fraction, rest: Fraction, sign: str, u: Fraction, kind: str
) -> None:
    thing = {"u": U, "exp": exp(U) - 1, "abs": sympy.Abs(U)}[kind]
    added = 0 if kind == "exp" else Rational(rest.numerator, rest.denominator)
    bracket = Bracket(Relational(Rational(slope.numerator, slope.denominator) * thing + added, 0, sign))
    assert truth(with_plain_conditions(bracket), u) == truth(bracket, u)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_what_is_clipped_has_the_slope_between_its_ends(low: Fraction, high: Fraction, u: Fraction) -> None:
    ends = [Rational(end.numerator, end.denominator) for end in sorted((low, high))]
    clipped = largest(ends[0], smallest(ends[1], U))
    assert truth(with_plain_conditions(clipped), u) == truth(clipped, u)


def test_plain_conditions() -> None:
    assert with_plain_conditions(Bracket(exp(U) - 1 < 0)) == Bracket(U < 0)
    assert with_plain_conditions(Bracket(Rational(1, 2) - U / 6 >= 0)) == Bracket(U <= 3)
    nested = Bracket(Bracket(U >= 1) + U * Bracket(U < 1) > -1) * Bracket(U < 1)
    assert with_plain_conditions(nested) == Bracket(U > -1) * Bracket(U < 1)
    assert together([Bracket(U > -1), Bracket(U < 1)]) == [Bracket(sympy.And(U > -1, U < 1))]
