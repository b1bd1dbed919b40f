from __future__ import annotations

from itertools import pairwise

import numpy as np
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, Sum

from derive.expression.functions import Bracket
from derive.expression.symbols import index, size
from numeric.expression.compiled import compile_expression, evaluate_expression
from numeric.expression.sums import nested
from tests.numeric.loops import looped
from tests.numeric.models import at, d, i, j, k, n, p, q

SIZES = {n: 2, d: 3}
ARRAYS = {"A": np.array([[0.5, -1, 2], [1.5, 3, -0.7], [0.2, 0.9, -2]]), "v": np.array([1.3, -0.4, 0.8])}
BOUND = (j, k, p, q)


@st.composite
def products(draw: st.DrawFn) -> Expr:
    """A product of elements, brackets, deltas and functions in the free index i and four bound ones."""
    letters = st.sampled_from([i, *BOUND])
    factors = st.one_of(
        st.builds(lambda a, b: at("A", a, b), letters, letters),
        st.builds(lambda a: at("v", a), letters),
        st.builds(lambda a: at("v", a) - 1, letters),
        st.builds(lambda a: Bracket(at("v", a) > 0), letters),
        st.builds(KroneckerDelta, letters, letters),
        st.builds(lambda a, b: sympy.exp(at("A", a, b)), letters, letters),
        st.sampled_from([sympy.Rational(2, 3), n]),
    )
    return sympy.Mul(*draw(st.lists(factors, min_size=1, max_size=6)))


@given(products(), st.integers(1, 4))
def test_the_value_is_that_of_the_loops(product: Expr, bound: int) -> None:
    total = Sum(product, *((letter, 0, (n if m % 2 else d) - 1) for m, letter in enumerate(BOUND[:bound])))
    product_of_free = total.xreplace({letter: sympy.Integer(1) for letter in BOUND[bound:]})
    found = evaluate_expression(product_of_free, (i,), (3,), ARRAYS, SIZES)
    for a in range(3):
        assert np.isclose(found[a], looped(product_of_free, {**SIZES, i: a}, ARRAYS), rtol=1e-12, atol=1e-12)


def test_a_chain_of_twenty_matrices_is_summed_one_at_a_time() -> None:
    letters = [index(f"c{m}") for m in range(21)]
    chain = sympy.Mul(*(at("A", a, b) for a, b in pairwise(letters)), at("v", letters[-1]))
    total = Sum(chain * Bracket(at("v", letters[3]) > 0), *((letter, 0, d - 1) for letter in letters[1:]))
    found = evaluate_expression(total, (letters[0],), (3,), ARRAYS, SIZES)
    powers = np.linalg.matrix_power
    masked = np.diag(ARRAYS["v"] > 0)
    expected = powers(ARRAYS["A"], 3) @ masked @ powers(ARRAYS["A"], 17) @ ARRAYS["v"]
    assert np.allclose(found, expected, rtol=1e-12)


def test_what_protects_a_factor_stays_with_it() -> None:
    guarded = Sum(Bracket(at("v", j) > 5) * at("A", j, k) * sympy.log(at("v", 1)), (j, 0, d - 1), (k, 0, d - 1))
    assert nested(guarded, ()) == guarded
    assert evaluate_expression(guarded, (), (), ARRAYS, SIZES) == 0
    strided = Sum(at("v", (i - j) / 2) * Bracket(sympy.Eq(sympy.Mod(i - j, 2), 0)) * at("v", k), (j, 0, 2), (k, 0, 2))
    assert nested(strided, (i,)) == strided
    assert np.isfinite(evaluate_expression(strided, (i,), (3,), ARRAYS, SIZES)).all()


def test_an_index_that_no_factor_holds_counts() -> None:
    total = Sum(at("v", j) * at("v", i), (j, 0, d - 1), (k, 1, size("n")))
    assert nested(total, (i,)) == n * at("v", i) * Sum(at("v", j), (j, 0, d - 1))
    assert compile_expression(total, (i,)).reads == {"v"}
