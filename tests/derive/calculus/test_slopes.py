from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy import Expr, Function

from derive.calculus.slopes import SlopeTable, slope
from derive.expression.functions import Bracket
from derive.expression.symbols import scalar
from derive.layers import ACTIVATION, named_functions, scalar_function
from numeric.expression.compiled import evaluate_expression

z = scalar("z")
CURVED = [name for name, kind in ACTIVATION.items() if kind.call and not kind.learnt]


def derived(name: str) -> Expr:
    kind = ACTIVATION[name]
    return slope(scalar_function(kind.call, kind.formula, tuple(kind.constants.items())), named_functions()).formula


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
    kind = ACTIVATION[name]
    function = scalar_function(kind.call, kind.formula, tuple(kind.constants.items()))
    library = (*named_functions(), function)

    def at(expression: Expr, point: float) -> float:
        return float(evaluate_expression(expression, (), (), {"z": point}, {}, library))

    step = 1e-5
    measured = (at(function.formula, place + step) - at(function.formula, place - step)) / (2 * step)
    for line in slope(function, named_functions()).steps:
        assert np.isclose(at(line.expression, place), measured, rtol=1e-7, atol=1e-8), line.rule


def test_an_unknown_function_has_a_prime() -> None:
    assert SlopeTable(named_functions())("f", 2 * z) == Function("f'")(2 * z)


def test_every_line_has_a_rule_and_a_sentence() -> None:
    for name in CURVED:
        kind = ACTIVATION[name]
        steps = slope(scalar_function(kind.call, kind.formula, tuple(kind.constants.items())), named_functions()).steps
        assert steps[0].rule == "differentiate"
        assert all(step.rule and step.sentence.endswith(".") for step in steps)
