from __future__ import annotations

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational

from derive.calculus.factors import plainly_irreducible, taken_out
from derive.expression.symbols import element, index, scalar
from tests.examples import examples

a, b, c, d = (element(name, (index("i"),)) for name in "abcd")
e = scalar("e")


@pytest.mark.parametrize(
    "total",
    [a * b + c * d, 1 - a, a * (1 - a) * b + c * (1 - c) * d, sympy.sqrt(e) * a + b, a * b + 2 * a * c + d],
)
def test_sums_that_are_linear_in_an_element_are_seen_to_be_irreducible(total: Expr) -> None:
    assert plainly_irreducible(total)


@pytest.mark.parametrize(
    "total",
    [a**2 - b**2, 1 - a**2, a * c + a * d + b * c + b * d, a * b + 1 - a - b, a**2 + 2 * a * b + b**2, a * b],
)
def test_what_has_factors_is_not(total: Expr) -> None:
    assert not plainly_irreducible(total)


def monomials() -> st.SearchStrategy[Expr]:
    powers = st.sampled_from([0, 0, 1, 1, 2])
    return st.builds(
        lambda number, p, q, r: number * a**p * b**q * c**r, st.sampled_from([-2, -1, 1, 3]), powers, powers, powers
    )


def sums() -> st.SearchStrategy[Expr]:
    return st.lists(monomials(), min_size=2, max_size=4).map(lambda terms: sympy.Add(*terms))


@examples(150)
@given(sums(), st.one_of(st.just(sympy.S.One), sums(), st.just(sympy.sqrt(e))), st.booleans())
def test_no_product_of_sums_is_called_irreducible(first: Expr, second: Expr, multiplied_out: bool) -> None:
    product = sympy.expand(first * second + d * (1 - a)) if multiplied_out else sympy.expand(first * second)
    if not isinstance(product, sympy.Add):
        return
    left = taken_out(product, one_denominator=True)[1]
    if plainly_irreducible(left):
        _, factors = sympy.factor_list(left.xreplace({sympy.sqrt(e): scalar("root")}))
        assert len(factors) == 1
        assert factors[0][1] == 1


def test_sums_inside_that_divide_are_put_over_one_denominator_first() -> None:
    assert not plainly_irreducible(sympy.sqrt(e) * (a / b - c / b) + d)
    assert plainly_irreducible(sympy.sqrt(e) * (a - c) + d)
    assert taken_out(a / b + c / b, one_denominator=True) == (1 / b, a + c)
    assert taken_out(Rational(1, 2) * a + c, one_denominator=True)[0] == Rational(1, 2)
