from __future__ import annotations

from itertools import product as combinations
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, Mod

from derive.calculus.bounds import in_range
from derive.calculus.eliminate import eliminate, merge_brackets
from derive.calculus.terms import Term, split
from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, size
from numeric.expression.compiled import evaluate_expression
from tests.derive.formulas import FREE, expressions, value
from tests.examples import examples

i, j, k, q = (index(letter) for letter in "ijkq")
n, m, o = size("n"), size("m"), size("o")
SMALL = st.integers(1, 5)
OFFSET = st.integers(-4, 4)


@examples(80)
@given(
    st.sampled_from([1, -1, 2, -2, 3, -3]),
    st.sampled_from([0, 1, -1, 2]),
    st.sampled_from([0, 1, -1, 2, 3]),
    OFFSET,
    st.tuples(SMALL, SMALL, SMALL),
    st.booleans(),
)
@example(1, -1, 2, 0, (2, 2, 5), False)
@example(3, -1, 1, 3, (1, 2, 3), True)
def test_affine_equations_equal_loops(
    stride: int, dilation: int, step: int, offset: int, lengths: tuple[int, int, int], symbolic: bool
) -> None:
    """Σ_k Σ_q [stride k + dilation q + offset = step i] t[k] w[q]"""
    sizes = dict(zip((n, m, o), lengths, strict=True))
    over_k, over_q, over_i = (n, m, o) if symbolic else map(sympy.Integer, lengths)
    equation = KroneckerDelta(stride * k + dilation * q + offset, step * i)
    term = Term((equation, element("t", (k,)), element("w", (q,))), ((k, over_k), (q, over_q)))
    assume(not equation.is_number)
    reduced = eliminate(term, {i: over_i})
    t, w = np.arange(1.0, lengths[0] + 1), 10.0 ** np.arange(lengths[1])
    expected = np.zeros(lengths[2])
    for a, b, c in combinations(*map(range, (lengths[2], lengths[0], lengths[1]))):
        expected[a] += (stride * b + dilation * c + offset == step * a) * t[b] * w[c]
    assert np.allclose(_array(reduced.expression(), lengths[2], {"t": t, "w": w}, sizes), expected)
    assert len(reduced.bound) <= 1, "one equation determines an index"


@examples(40)
@given(st.integers(1, 4), st.integers(1, 4), OFFSET, st.booleans())
def test_a_symbolic_stride_divides(stride: int, length: int, offset: int, dilated: bool) -> None:
    s = size("s")
    place = i + offset + (2 * q if dilated else 0)
    term = Term((KroneckerDelta(s * k, place), element("t", (k,)), element("w", (q,))), ((k, n), (q, m)))
    reduced = eliminate(term, {i: o})
    assert k not in dict(reduced.bound)
    t, w = np.arange(1.0, length + 1), np.array([1.0, 100.0])
    expected = [
        sum(
            (stride * b == a + offset + 2 * c * dilated) * t[b] * w[c] for b, c in combinations(range(length), range(2))
        )
        for a in range(6)
    ]
    sizes = {s: stride, n: length, m: 2, o: 6}
    assert np.allclose(_array(reduced.expression(), 6, {"t": t, "w": w}, sizes), expected)


@examples(40)
@given(expressions())
def test_elimination_keeps_the_value_of_any_expression(expression: Expr) -> None:
    reduced = sum((eliminate(term, FREE).expression() for term in split(expression)), sympy.S.Zero)
    assert np.allclose(value(reduced), value(expression), rtol=1e-9, atol=1e-9)


def test_ranges_that_are_declared_drop_conditions() -> None:
    term = Term((KroneckerDelta(i, k), element("t", (k,))), ((k, n),))
    assert eliminate(term, {i: n}).expression() == element("t", (i,))
    assert eliminate(term, {i: m}).expression() == element("t", (i,)) * Bracket(i <= n - 1)


def test_a_padded_convolution_keeps_divisibility_and_range() -> None:
    term = Term((KroneckerDelta(2 * k + q - 1, i), element("t", (k,)), element("w", (q,))), ((k, n), (q, m)))
    (only,) = eliminate(term, {i: o}).bound
    assert only[0] in (k, q)
    halved = eliminate(Term((KroneckerDelta(2 * k, i + 1), element("t", (k,))), ((k, n),)), {i: o})
    assert halved.bound == ()
    assert halved.expression().has(Mod)
    assert element("t", ((i + 1) / sympy.Integer(2),)) in halved.factors


@pytest.mark.parametrize(
    ("given_value", "conditions"),
    [
        (i, ()),
        (n - 1 - i, ()),
        (i - 1, (i - 1 >= 0,)),
        (i + 1, (i + 1 <= n - 1,)),
    ],
)
def test_only_conditions_that_say_something_are_kept(given_value: Expr, conditions: tuple[Expr, ...]) -> None:
    assert in_range(given_value, n, {i: n}) == conditions


def test_repeated_brackets_and_deltas_are_kept_once() -> None:
    bracket, delta = Bracket(i > 0), KroneckerDelta(i, j)
    assert merge_brackets((bracket, delta, bracket, delta)) == (bracket, delta)


def _array(expression: Expr, count: int, arrays: dict[str, Any], sizes: dict[Any, int]) -> Any:
    return evaluate_expression(expression, (i,), (count,), arrays, sizes)
