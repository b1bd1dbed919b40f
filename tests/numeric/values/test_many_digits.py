from __future__ import annotations

from typing import Any

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.building.formulas import parse_formula_in, setting_of
from derive.expression import symbols
from derive.layers import named_functions
from numeric.errors import ArrayError, ExpressionError
from numeric.values.many_digits import bounded_value
from numeric.values.measured import Measured

K = symbols.size("K")
SETTING = setting_of({"z": ("K",)}, "M = max[k] z[k]\nx[i] = z[i] - M", named_functions())
FORMULAS = [
    "sum[k] sigma(z[k])*[z[k] > 0]",
    "max[k] abs(x[k]) + M",
    "tanh(z[i])^2 + [i == 0] - [z[i] <= 0 or i > 1]*floor(z[i])",
    "sum[k if k != i] cos(z[k])*Phi(z[i]) + sin(pi/3)",
    "sqrt(2 + x[i]^2)*log(1 + exp(z[i])) + 1/(K + 1)",
]


def exact(text: str, z: list[float], i: int = 0) -> Any:
    formula = parse_formula_in(text, SETTING)
    letters = dict.fromkeys(formula.letters, i)
    return bounded_value(formula.expression, SETTING.forward, {"z": z}, {K: len(z)}, letters).value


@pytest.mark.parametrize("text", FORMULAS)
@given(z=st.lists(st.floats(-4, 4).map(lambda number: round(number, 6)), min_size=2, max_size=4))
def test_floating_point_agrees(text: str, z: list[float]) -> None:
    formula = parse_formula_in(text, SETTING)
    point = Measured.at(SETTING.forward, {"z": numpy.array(z)}, {K: len(z)}, numpy.float64)
    values = point.value(formula.expression, dict.fromkeys(formula.letters, len(z)))
    for i, value in enumerate(numpy.atleast_1d(values)):
        assert abs(float(exact(text, z, i)) - value) <= 1e-9 * max(1.0, abs(value))


def test_nothing_overflows() -> None:
    assert mpmath.nstr(exact("exp(M)", [1000.0, 0.0]), 5) == "1.9701e+434"
    assert abs(exact("exp(z[0])/(sum[k] exp(z[k]))", [1000.0, 1000.0]) - 0.5) < 1e-50


def test_differences_keep_their_digits() -> None:
    assert mpmath.nstr(exact("(1 + exp(z[0])) - 1", [-60.0]), 10) == mpmath.nstr(mpmath.exp(-60), 10)


def test_what_has_no_value() -> None:
    with pytest.raises(ArrayError, match="q is needed and not given"):
        exact("q + M", [1.0])
    with pytest.raises(ExpressionError, match="the function f has no number"):
        exact("f(M)", [1.0])


def test_every_digit_is_proved() -> None:
    """However small what cancellation leaves is."""
    for number in (300.0, 1000.0, 4000.0):
        with mpmath.workdps(2000):
            truth = 1 / (1 + mpmath.exp(mpmath.mpf(number)))
            assert abs(exact("1 - sigma(z[0])", [number]) / truth - 1) < mpmath.mpf(10) ** -58
            assert abs(exact("sigma'(z[0])", [number]) / (truth * (1 - truth)) - 1) < mpmath.mpf(10) ** -50
    assert exact("z[0] + z[1] - 1/10", [0.3, -0.2]) == 0
    assert exact("2^K + z[0]^2", [0.5, 1.0]) == 4.25


def test_what_is_not_told_from_0_has_a_bound() -> None:
    formula = parse_formula_in("sum[i] exp(z[i])/(sum[k] exp(z[k])) - 1", SETTING)
    found = bounded_value(formula.expression, SETTING.forward, {"z": [0.1, 2.0]}, {K: 2}, {})
    assert found.value == 0
    assert not found.is_known
    assert 0 < found.bound < mpmath.mpf("1e-4000")
    assert mpmath.isnan(exact("log(z[0])", [-1.0]))
