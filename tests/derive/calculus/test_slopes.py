from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy import Expr, Function
from sympy.core.function import AppliedUndef

from derive.calculus.slopes import Slope, SlopeTable, slope
from derive.expression.functions import Bracket
from derive.expression.symbols import scalar
from derive.layers import ACTIVATION, named_functions, scalar_function
from numeric.expression.compiled import evaluate_expression

z = scalar("z")
CURVED = [name for name, kind in ACTIVATION.items() if kind.call and not kind.learnt]
FUNCTIONS = {
    name: scalar_function(ACTIVATION[name].call, ACTIVATION[name].formula, tuple(ACTIVATION[name].constants.items()))
    for name in CURVED
}


def slope_of(name: str) -> Slope:
    """The slope of an activation, with the functions that its formula applies beside those that have a name."""
    function = FUNCTIONS[name]
    applied = {use.func.__name__ for use in function.formula.atoms(AppliedUndef)}
    others = tuple(one for one in FUNCTIONS.values() if one.name in applied and one not in named_functions())
    return slope(function, (*named_functions(), *others))


def derived(name: str) -> Expr:
    return slope_of(name).formula


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sigmoid", Function("sigma")(z) * (1 - Function("sigma")(z))),
        ("Tanh", 1 - Function("tanh")(z) ** 2),
        ("Softplus", Function("sigma")(z)),
        ("ReLU", Bracket(z > 0)),
        ("LeakyReLU", Bracket(z > 0) + Bracket(z <= 0) / 100),
        ("ELU", Bracket(z > 0) + sympy.exp(z) * Bracket(z <= 0)),
        ("SiLU", Function("sigma")(z) * (1 + z - z * Function("sigma")(z))),
    ],
)
def test_slopes_are_folded_into_values(name: str, expected: Expr) -> None:
    assert sympy.expand(derived(name) - expected) == 0


@pytest.mark.parametrize("name", CURVED)
@pytest.mark.parametrize("place", [-1.7, -0.3, 0.4, 2.1])
def test_slopes_are_those_of_central_differences(name: str, place: float) -> None:
    function = FUNCTIONS[name]

    def at(expression: Expr, point: float) -> float:
        return float(evaluate_expression(expression, (), (), {"z": point}, {}, tuple(FUNCTIONS.values())))

    step = 1e-5
    measured = (at(function.formula, place + step) - at(function.formula, place - step)) / (2 * step)
    for line in slope_of(name).steps:
        assert np.isclose(at(line.expression, place), measured, rtol=1e-7, atol=1e-8), line.rule


def test_an_unknown_function_has_a_prime() -> None:
    assert SlopeTable(named_functions())("f", 2 * z) == Function("f'")(2 * z)


def test_every_line_has_a_rule_and_a_sentence() -> None:
    for name in CURVED:
        steps = slope_of(name).steps
        assert steps[0].rule == "differentiate"
        assert all(step.rule and step.sentence.endswith(".") for step in steps)
