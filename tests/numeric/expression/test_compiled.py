from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Expr, Function, KroneckerDelta, Mod, Rational, Symbol

from derive.expression.functions import ArgMax, Bracket
from derive.expression.scalar import ScalarFunction
from derive.expression.symbols import index, size
from numeric.errors import ArrayError, ExpressionError
from numeric.expression.compiled import evaluate_expression
from tests.numeric.loops import looped
from tests.numeric.models import SIGMA, K, at, d, i, j, k, n, over, u

SIZES = {n: 3, d: 2, K: 4}
ARRAYS = {
    "A": np.linspace(-1.3, 1.7, 6).reshape(3, 2),
    "B": np.linspace(0.9, -1.1, 8).reshape(2, 4),
    "v": np.array([0.7, -0.4, 1.9]),
    "w": np.array([-1.2, 0.3]),
    "s": np.array(0.6),
}
AXES = {"A": (n, d), "B": (d, K), "v": (n,), "w": (d,), "s": ()}
DIMENSIONS = [n, d, K]


@st.composite
def expressions(draw: st.DrawFn, ranges: dict[Symbol, Symbol], depth: int) -> Expr:
    """A random index expression with free indices among ``ranges``."""
    if depth == 0:
        return draw(leaves(ranges))
    kind = draw(st.sampled_from(["leaf", "add", "mul", "sum", "square", "quotient", "exp", "tanh", "bracket", "abs"]))
    inner = expressions(ranges, depth - 1)
    if kind == "leaf":
        return draw(leaves(ranges))
    if kind == "add":
        return draw(inner) + draw(inner)
    if kind == "mul":
        return draw(inner) * draw(inner)
    if kind == "sum":
        letter = index(f"b{len(ranges)}")
        dimension = draw(st.sampled_from(DIMENSIONS))
        return over(draw(expressions({**ranges, letter: dimension}, depth - 1)), letter, dimension)
    first = draw(inner)
    if kind == "square":
        return first**2
    if kind == "quotient":
        return draw(inner) / (first**2 + 1)
    if kind == "bracket":
        return draw(inner) * Bracket(first > Rational(1, 7)) if not first.is_number else first
    return {"exp": sympy.exp(-(first**2)), "tanh": sympy.tanh(first), "abs": sympy.Abs(first)}[kind]


@st.composite
def leaves(draw: st.DrawFn, ranges: dict[Symbol, Symbol]) -> Expr:
    letters = [*ranges, sympy.Integer(1)]
    name = draw(st.sampled_from([*AXES, "number", "index", "delta"]))
    if name == "number":
        return draw(st.sampled_from([sympy.Integer(2), Rational(-1, 3), n, K]))
    if name == "index":
        return draw(st.sampled_from(letters))
    if name == "delta":
        return KroneckerDelta(draw(st.sampled_from(letters)), draw(st.sampled_from(letters)))
    subscripts = []
    for dimension in AXES[name]:
        own = [letter for letter, its in ranges.items() if its == dimension]
        plain = st.sampled_from(own or [sympy.Integer(0)])
        affine = st.builds(
            lambda a, x, y, b: a * x - y + b,
            st.integers(1, 2),
            st.sampled_from(letters),
            st.sampled_from(letters),
            st.integers(-1, 2),
        )
        subscripts.append(draw(st.one_of(plain, affine)))
    return at(name, *subscripts)


@given(expressions({i: n, j: d}, 3))
def test_agrees_with_loops_for_random_expressions(expression: Expr) -> None:
    found = evaluate_expression(expression, (i, j), (3, 2), ARRAYS, SIZES)
    for a, b in product(range(3), range(2)):
        expected = looped(expression, {**SIZES, i: a, j: b}, ARRAYS)
        assert found[a, b] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(expressions({i: n}, 2))
def test_single_precision_stays_single_and_complex_stays_complex(expression: Expr) -> None:
    arrays = {name: array.astype(np.float32) for name, array in ARRAYS.items()}
    single = evaluate_expression(expression, (i,), (3,), arrays, SIZES, dtype=np.float32)
    double = evaluate_expression(expression, (i,), (3,), ARRAYS, SIZES)
    both = evaluate_expression(expression, (i,), (3,), ARRAYS, SIZES, dtype=np.complex128)
    assert single.dtype == np.float32
    assert np.allclose(both.real, double, rtol=1e-12, atol=1e-12)
    assert np.allclose(both.imag, 0)


def test_numbers_and_sizes_do_not_raise_the_precision() -> None:
    scaled = sympy.sqrt(K) * at("v", i) / n + sympy.log(n) * K ** sympy.Rational(1, 3)
    found = evaluate_expression(scaled, (i,), (3,), {"v": ARRAYS["v"].astype(np.float32)}, SIZES, dtype=np.float32)
    assert found.dtype == np.float32
    assert np.allclose(found, 2 * ARRAYS["v"] / 3 + np.log(3) * 4 ** (1 / 3))


def test_axes_follow_the_order_of_the_indices() -> None:
    assert np.array_equal(evaluate_expression(at("A", i, j), (j, i), (2, 3), ARRAYS, SIZES), ARRAYS["A"].T)


def test_a_diagonal_is_not_taken_for_a_transpose() -> None:
    square = np.arange(9.0).reshape(3, 3)
    assert np.array_equal(evaluate_expression(at("S", i, i), (i,), (3,), {"S": square}, SIZES), np.diagonal(square))


def test_a_sum_over_an_index_that_the_body_does_not_hold_multiplies() -> None:
    limits = [(i, 0, n - 1), (j, 0, d - 1)]
    for order in (limits, limits[::-1]):
        double = sympy.Sum(at("v", i), *order)
        assert evaluate_expression(double, (), (), ARRAYS, SIZES) == pytest.approx(2 * ARRAYS["v"].sum())
    assert evaluate_expression(over(K, j, d), (), (), ARRAYS, SIZES) == 8


def test_a_read_outside_the_range_is_zero() -> None:
    found = evaluate_expression(at("v", i - 1), (i,), (5,), ARRAYS, SIZES)
    assert np.array_equal(found, [0, *ARRAYS["v"], 0])


def test_a_sum_may_start_above_zero() -> None:
    assert evaluate_expression(sympy.Sum(at("v", i), (i, 1, n)), (), (), ARRAYS, SIZES) == ARRAYS["v"][1:].sum()
    assert evaluate_expression(sympy.Sum(at("v", i) * i, (i, 1, n - 1)), (), (), ARRAYS, SIZES) == pytest.approx(3.4)


def test_a_read_between_elements_is_not_a_number_unless_a_bracket_excludes_it() -> None:
    half = at("v", i / 2)
    bare = evaluate_expression(half, (i,), (5,), ARRAYS, SIZES)
    assert np.isnan(bare[[1, 3]]).all()
    assert np.array_equal(bare[::2], ARRAYS["v"])
    guarded = evaluate_expression(half * Bracket(Eq(Mod(i, 2), 0)), (i,), (5,), ARRAYS, SIZES)
    assert np.array_equal(guarded, [ARRAYS["v"][0], 0, ARRAYS["v"][1], 0, ARRAYS["v"][2]])


def test_quotients_of_integers_are_exact_for_every_stride() -> None:
    for stride in range(1, 60):
        inside = at("v", (i * stride) / sympy.Integer(stride))
        assert np.array_equal(evaluate_expression(inside, (i,), (3,), ARRAYS, SIZES), ARRAYS["v"])


def test_a_bracket_or_delta_protects_its_product() -> None:
    logarithm = sympy.log(at("v", i)) * Bracket(at("v", i) > 0)
    found = evaluate_expression(logarithm, (i,), (3,), ARRAYS, SIZES)
    assert np.allclose(found, [np.log(0.7), 0, np.log(1.9)])
    picked = KroneckerDelta(i, 1) / i
    assert np.array_equal(evaluate_expression(picked, (i,), (3,), ARRAYS, SIZES), [0, 1, 0])


def test_arg_max_is_the_first_place_in_reading_order() -> None:
    table = np.array([[1.0, 5, 2], [5, 0, 5]])
    arrays = {"T": table, "v": np.array([1.0, 0, -1])}
    limits = [(i, 0, 1), (j, 0, 2)]
    assert evaluate_expression(ArgMax(at("T", i, j), *limits), (), (), arrays, SIZES) == 1
    scaled = ArgMax(at("T", i, j) * at("v", k), *limits)
    assert np.array_equal(evaluate_expression(scaled, (k,), (3,), arrays, SIZES), [1, 0, 4])
    by_row = ArgMax(at("T", i, j), limits[1])
    assert np.array_equal(evaluate_expression(by_row, (i,), (2,), arrays, SIZES), [1, 0])
    assert evaluate_expression(ArgMax(-at("v", i), (i, 0, 2), (j, 0, 2)), (), (), arrays, SIZES) == 6


def test_a_piecewise_expression_takes_the_first_condition_that_holds() -> None:
    pieces = sympy.Piecewise((2 * at("v", i), at("v", i) > 1), (at("v", i) ** 2, at("v", i) > 0), (0, True))
    single = {"v": ARRAYS["v"].astype(np.float32)}
    found = evaluate_expression(pieces, (i,), (3,), single, SIZES, dtype=np.float32)
    assert found.dtype == np.float32
    assert np.allclose(found, [0.49, 0, 3.8])


def test_labels_select_elements() -> None:
    arrays = {**ARRAYS, "y": np.array([1, 0, 1]), "c": np.array(1)}
    chosen = evaluate_expression(at("A", i, at("y", i)), (i,), (3,), arrays, SIZES)
    assert np.array_equal(chosen, ARRAYS["A"][range(3), arrays["y"]])
    assert evaluate_expression(at("w", at("c")), (), (), arrays, SIZES) == ARRAYS["w"][1]
    hot = evaluate_expression(KroneckerDelta(i, at("c")), (i,), (2,), arrays, SIZES)
    assert np.array_equal(hot, [0, 1])


def test_conditions_of_every_kind() -> None:
    v = at("v", i)
    conditions = {
        sympy.And(v > 0, v < 1): [1, 0, 0],
        sympy.Or(v < 0, i >= 2): [0, 1, 1],
        sympy.Not(sympy.And(v > 0, i < 1)): [0, 1, 1],
        sympy.Ne(i, 1): [1, 0, 1],
        Eq(Mod(i, 2), 0): [1, 0, 1],
        v <= 0: [0, 1, 0],
    }
    for condition, expected in conditions.items():
        assert np.array_equal(evaluate_expression(Bracket(condition), (i,), (3,), ARRAYS, SIZES), expected), condition


def test_conditions_and_deltas_look_at_real_parts() -> None:
    arrays = {"v": np.array([1e-30j, 1 + 1e-30j, 1])}
    bracket, pair = Bracket(at("v", i) > 0), KroneckerDelta(at("v", i), 1)
    for expression, expected in ((bracket, [0, 1, 1]), (pair, [0, 1, 1])):
        found = evaluate_expression(expression, (i,), (3,), arrays, SIZES, dtype=np.complex128)
        assert np.array_equal(found, expected)


def test_named_functions_are_applied_by_their_formula() -> None:
    twice = ScalarFunction("twice", u, 2 * SIGMA(u))
    found = evaluate_expression(twice(at("v", i)), (i,), (3,), ARRAYS, SIZES, [SIGMA, twice])
    assert np.allclose(found, 2 / (1 + np.exp(-ARRAYS["v"])))


def test_an_unknown_function_and_its_derivative_belong_together() -> None:
    arrays = {"v": ARRAYS["v"] + 1e-30j}
    step = evaluate_expression(Function("f")(at("v", i)), (i,), (3,), arrays, SIZES, dtype=np.complex128)
    slope = evaluate_expression(Function("f'")(at("v", i)), (i,), (3,), ARRAYS, SIZES)
    second = evaluate_expression(Function("f''")(at("v", i)), (i,), (3,), ARRAYS, SIZES)
    other = evaluate_expression(Function("g'")(at("v", i)), (i,), (3,), ARRAYS, SIZES)
    assert np.allclose(step.imag / 1e-30, slope)
    assert np.abs(slope).min() > 0.01
    assert np.abs(slope - second).min() > 0.01
    assert np.abs(slope - other).min() > 0.01


@pytest.mark.parametrize(
    ("expression", "error", "match"),
    [
        (at("missing", i), ArrayError, "missing is needed and not given"),
        (at("v", i) * size("m"), ArrayError, "no array gives the size m"),
        (at("A", i), ArrayError, "A has 2 axes, and is read with 1 subscripts"),
        (sympy.zeta(at("v", i)), ExpressionError, "zeta"),
        (sympy.Sum(at("v", j), (j, 0, i)), ExpressionError, "range of a sum depends on an index"),
        (Function("other")(at("v", i), 1), ExpressionError, "takes one argument"),
    ],
)
def test_what_has_no_number_is_named(expression: Expr, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        evaluate_expression(expression, (i,), (3,), ARRAYS, SIZES)
