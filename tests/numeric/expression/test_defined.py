"""Where formulas have no value: at divisors that are 0 and logarithms of what is not positive, however deep."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Pow, Sum, log

from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, scalar, size
from numeric.expression.defined import undefined

z, u = scalar("z"), scalar("u")
i, n = index("i"), size("n")


def kept(base: Expr, exponent: int) -> Expr:
    return Pow(base, exponent, evaluate=False)


@pytest.mark.parametrize(
    ("formula", "nowhere_at"),
    [
        (kept(kept(z, -1), -1), {0}),
        (sympy.exp(log(z), evaluate=False), {0, -1, -2}),
        (kept(z - 1, -2) * u, {1}),
        (Bracket(z > 0) * log(z), set()),
        (sympy.Piecewise((log(z), z > 0), (0, True)), set()),
        (z**2 + sympy.exp(-z), set()),
        (sympy.sqrt(z + 2), set()),
    ],
)
def test_where_a_formula_has_no_value(formula: Expr, nowhere_at: set[int]) -> None:
    found = undefined(formula)
    values = {at: found.subs({z: at, u: 1}) for at in (-2, -1, 0, 1, 2)}
    assert {at for at, value in values.items() if value > 0} == nowhere_at


def test_a_sum_has_none_where_a_term_has_none() -> None:
    a = element("a", (i,))
    assert undefined(Sum(kept(a, -1) + a**2, (i, 0, n - 1))) == Sum(Bracket(sympy.Eq(a, 0)), (i, 0, n - 1))
    assert undefined(Sum(a**2, (i, 0, n - 1))) == 0
