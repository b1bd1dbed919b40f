"""The source of scalar functions of arrays: the value of the formula, without overflow."""

from __future__ import annotations

import warnings

import numpy
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.layers import named_functions
from numeric.source import Names, function_code
from numeric.source.function import bounded_branches
from numeric.source.printing import printed, statement_lines

Z = symbols.scalar("z")
FUNCTION = {function.name: function for function in named_functions()}


def source(function: ScalarFunction, library: str, argument: str = "z", names: Names | None = None) -> tuple[str, ...]:
    """The lines of the statements, and the value."""
    statements, value = function_code(function, library, argument, names)
    return (*(line for statement in statements for line in statement_lines(statement)), printed(value))


def run(function: ScalarFunction, z: float) -> float:
    """The value of the source for NumPy at one number, any warning an error."""
    *statements, value = source(function, "numpy", "z", Names(functions=named_functions()))
    scope = {"np": numpy, "z": numpy.array([z])}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec("\n".join(statements), scope)
        return float(eval(value, scope)[0])


@given(st.floats(-1000, 1000))
def test_sigma_is_right_and_does_not_overflow(z: float) -> None:
    expected = float(sympy.Float(1, 30) / (1 + sympy.exp(sympy.Float(-z, 30))))
    assert run(FUNCTION["sigma"], z) == pytest.approx(expected, rel=1e-13, abs=1e-307)


@given(st.fractions(-3, 3, max_denominator=5), st.fractions(-3, 3, max_denominator=5), st.floats(-400, 400))
def test_any_quotient_in_the_exponential_is_bounded(a: sympy.Rational, b: sympy.Rational, z: float) -> None:
    a, b = sympy.Rational(str(a)), sympy.Rational(str(b))
    formula = (a * sympy.exp(Z) + b * sympy.exp(-Z) + 1) / (sympy.exp(Z) + sympy.exp(-Z))
    function = ScalarFunction("q", Z, formula)
    assert bounded_branches(function) is not None
    expected = float(formula.subs(Z, sympy.Float(z, 60)))
    assert run(function, z) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_what_is_no_quotient_in_the_exponential_is_written_as_it_is() -> None:
    relu = ScalarFunction("ReLU", Z, Z * Bracket(Z > 0))
    assert source(relu, "torch") == ("z * (z > 0)",)
    assert bounded_branches(relu) is None
    assert bounded_branches(ScalarFunction("mixed", Z, Z * sympy.exp(Z))) is None
    assert bounded_branches(ScalarFunction("bell", Z, sympy.exp(-(Z**2)))) is None


def test_a_function_that_the_library_has_is_called() -> None:
    assert source(FUNCTION["tanh"], "torch", "z1") == ("torch.tanh(z1)",)
    assert source(FUNCTION["sigma"], "numpy", "z", Names(calls={"sigma": "expit(a)"})) == ("expit(z)",)
