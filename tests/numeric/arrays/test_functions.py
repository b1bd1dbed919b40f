from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive.expression import special
from derive.expression.scalar import ScalarFunction
from numeric.arrays.functions import ELEMENTARY, elementary, formula_of, stand_in
from numeric.errors import ExpressionError
from tests.numeric.models import SIGMA, u
from tests.sweeps import sweep

STEP = 1e-30
PIECEWISE_CONSTANT = {sympy.floor, sympy.ceiling, sympy.sign}
ANALYTIC = [*(f for f in ELEMENTARY if f not in PIECEWISE_CONSTANT | {sympy.Abs, sympy.acosh}), sympy.erf]


SYMPY = {
    special.Gamma: sympy.gamma,
    special.LogGamma: sympy.loggamma,
    special.Digamma: sympy.digamma,
    special.Trigamma: lambda z: sympy.polygamma(1, z),
    special.Tetragamma: lambda z: sympy.polygamma(2, z),
    special.Pentagamma: lambda z: sympy.polygamma(3, z),
}


def _in_sympy(expression: Any) -> Any:
    """An expression with SymPy's functions, which have digits, in the place of ours."""
    for own, other in SYMPY.items():
        expression = expression.replace(own, other)
    return expression


@sweep(lambda function: "polygamma" if str(function).endswith("gamma") else str(function))
@pytest.mark.parametrize("function", ANALYTIC, ids=str)
@given(number=st.floats(0.05, 0.95))
def test_the_complex_step_of_an_elementary_function_is_its_derivative(function: Any, number: float) -> None:
    stepped = elementary(function)(np.array([number + 1j * STEP]))
    value, slope = (
        float(_in_sympy(one).subs(u, sympy.Float(number, 40))) for one in (function(u), function(u).diff(u))
    )
    assert stepped.real[0] == pytest.approx(value, rel=1e-14)
    assert stepped.imag[0] / STEP == pytest.approx(slope, rel=1e-12)


@given(st.floats(-3, 3).filter(lambda x: abs(x) > 1e-6))
def test_abs_takes_the_branch_of_the_real_part(number: float) -> None:
    stepped = elementary(sympy.Abs)(np.array([number + 1j * STEP]))
    assert stepped.real[0] == abs(number)
    assert stepped.imag[0] / STEP == pytest.approx(np.sign(number))


def test_a_declared_function_comes_before_the_stand_in() -> None:
    assert formula_of("sigma", [SIGMA]) is SIGMA
    assert formula_of("f", []) == stand_in("f")
    with pytest.raises(ExpressionError, match="'sigma' is not the name of a function that has a formula"):
        formula_of("sigma", [])


@given(st.sampled_from(["f", "g", "h1", "f_2"]), st.integers(1, 3))
def test_primes_are_derivatives(name: str, order: int) -> None:
    expected = sympy.diff(stand_in(name).formula, u, order)
    assert formula_of(name + "'" * order, []).formula == expected


def test_the_derivative_of_a_formula_with_other_functions_is_refused() -> None:
    outer = ScalarFunction("outer", u, u * SIGMA(u))
    with pytest.raises(ExpressionError, match="the derivative of outer"):
        formula_of("outer'", [outer, SIGMA])


def test_stand_ins_differ() -> None:
    values = {float(stand_in(name).formula.subs(u, 0.3)) for name in ("f", "g", "h", "f1", "f2", "phi")}
    assert len(values) == 6


@given(st.integers(-200, 200), st.integers(1, 12), st.integers(-20, 20))
def test_floors_of_quotients_of_integers_are_exact(number: int, below: int, offset: int) -> None:
    value = number / below + offset / below
    assert elementary(sympy.floor)(value) == (number + offset) // below
