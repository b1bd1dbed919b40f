from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Abs, Add, Expr, Function, KroneckerDelta, Mul, Sum, exp, floor, log, sin, sqrt

from derive.calculus.differentiate import contributions, unknown_slope
from derive.errors import DeriveError
from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, scalar
from numeric.expression.compiled import evaluate_expression
from tests.derive.formulas import COUNTS, arrays, expressions, i, j, n
from tests.examples import examples

z = scalar("z")
SAFE: tuple[Callable[[Expr], Expr], ...] = (
    lambda w: exp(w / 3),
    sin,
    lambda w: log(1 + w**2),
    lambda w: sqrt(1 + w**2),
    lambda w: 1 / (1 + w**2),
    lambda w: w**3,
    lambda w: w * Bracket(w > -100),
)
FORMULAS = st.recursive(
    st.sampled_from([z, z / 2 + 1, sympy.Integer(2)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(st.sampled_from(SAFE), inner).map(lambda pair: pair[0](pair[1])),
    ),
    max_leaves=5,
)


def slope(formula: Expr) -> Expr:
    return Add(*(part.slope for part in contributions(formula, "z", unknown_slope)))


@examples(40)
@given(FORMULAS, st.floats(-1, 1))
def test_scalar_formulas_have_the_slope_of_central_differences(formula: Expr, place: float) -> None:
    def at(expression: Expr, point: float) -> float:
        return float(evaluate_expression(expression, (), (), {"z": point}, {}))

    step = 1e-5
    measured = (at(formula, place + step) - at(formula, place - step)) / (2 * step)
    assert at(slope(formula), place) == pytest.approx(measured, rel=1e-6, abs=1e-6)


@examples(40)
@given(expressions(), st.sampled_from(["a", "W"]))
def test_index_expressions_have_the_derivative_of_central_differences(expression: Expr, name: str) -> None:
    given = arrays()
    own = tuple(index(letter) for letter in "kp")[: given[name].ndim]
    derivative = derivative_of(expression, name, own)
    shape = given[name].shape
    ours = evaluate_expression(derivative, (i, j, *own), (3, 2, *shape), given, COUNTS)
    for place in np.ndindex(*shape):
        measured = _difference(expression, name, place, given)
        assert np.allclose(ours[(..., *place)], measured, rtol=1e-5, atol=1e-5 * (1 + abs(measured).max()))


def derivative_of(expression: Expr, name: str, own: tuple[sympy.Symbol, ...]) -> Expr:
    """The derivative with respect to ``name[own]``, straight from the meaning of a contribution."""
    # Bound letters of the expression may not be those of the derivative's own indices.
    letters = sorted({letter for total in expression.atoms(Sum) for letter, _, _ in total.limits}, key=str)
    apart = expression.xreplace({letter: index(f"{letter.name}_inside") for letter in letters})
    terms = []
    for part in contributions(apart, name, unknown_slope, own):
        body = Mul(part.slope, *(KroneckerDelta(a, b) for a, b in zip(own, part.subscripts, strict=True)))
        limits = [(letter, 0, length - 1) for letter, length in part.bound]
        terms.append(Sum(body, *limits) if limits else body)
    return Add(*terms)


def _difference(expression: Expr, name: str, place: tuple[int, ...], given: dict[str, Any]) -> Any:
    step = 1e-5
    sides = []
    for sign in (1, -1):
        moved = given[name].copy()
        moved[place] += sign * step
        sides.append(evaluate_expression(expression, (i, j), (3, 2), {**given, name: moved}, COUNTS))
    return (sides[0] - sides[1]) / (2 * step)


def test_bound_letters_keep_away_from_the_indices_outside() -> None:
    total = Sum(element("a", (j,)), (j, 0, n - 1))
    for part in contributions(element("a", (i,)) * total**2, "a", unknown_slope, (index("k"), i)):
        assert not {letter for letter, _ in part.bound} & {i, index("k")}


def test_unknown_functions_get_a_prime() -> None:
    assert slope(Function("f")(z**2)) == 2 * z * Function("f'")(z**2)


def test_brackets_deltas_and_floors_are_constant() -> None:
    assert slope(Bracket(z > 0) + floor(z)) == 0
    assert slope(z * Bracket(z > 0)) == Bracket(z > 0)


def test_the_absolute_value_has_slope_zero_at_zero() -> None:
    assert slope(Abs(z)).xreplace({z: sympy.S.Zero}) == 0
    assert slope(Abs(z)).xreplace({z: sympy.Integer(-2)}) == -1


def test_a_function_of_two_arguments_has_a_slope_by_each() -> None:
    assert slope(Function("h")(z, z**2)) == Function("h∂1")(z, z**2) + 2 * z * Function("h∂2")(z, z**2)


def test_a_function_without_a_rule_is_refused() -> None:
    with pytest.raises(DeriveError, match="besselj has no derivative that is known here, by its argument 1"):
        slope(sympy.besselj(z, 2))


def test_other_tensors_do_not_contribute() -> None:
    assert contributions(element("a", (i,)), "c", unknown_slope) == ()
