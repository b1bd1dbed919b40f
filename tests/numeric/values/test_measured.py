from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from derive.building.formulas import parse_formula_in, setting_of
from derive.errors import DefinitionError
from derive.expression import symbols
from derive.layers import named_functions
from numeric.values.measured import Measured

K = symbols.size("K")
SETTING = setting_of({"z": ("K",)}, "M = max[k] z[k]\nL = log(sum[k] exp(z[k]))", named_functions())
VECTORS = arrays(numpy.float64, st.integers(1, 4), elements=st.floats(-3, 3).map(lambda x: round(x, 3)), unique=True)


def value(text: str, z: Any, **scalars: float) -> Any:
    formula = parse_formula_in(text, SETTING)
    point = Measured.at(SETTING.forward, {"z": z, **scalars}, {K: len(z)}, numpy.float64)
    return point.value(formula.expression, dict.fromkeys(formula.letters, len(z)))


def agrees(text: str, expected: Any, z: Any, **scalars: float) -> None:
    numpy.testing.assert_allclose(value(text, z, **scalars), expected, rtol=1e-9, atol=1e-12)


def softmax(z: Any) -> Any:
    return numpy.exp(z) / numpy.exp(z).sum()


@given(VECTORS)
def test_derivatives_of_definitions(z: Any) -> None:
    p = softmax(z)
    agrees("diff(L, z[i])", p, z)
    agrees("diff(exp(z[i])/(sum[k] exp(z[k])), z[j])", numpy.diag(p) - numpy.outer(p, p), z)
    agrees("diff(M, z[i])", (z == z.max()).astype(float), z)
    agrees("sum[k] diff(L, z[k])*z[k]", p @ z, z)


@given(VECTORS)
def test_slopes_of_functions(z: Any) -> None:
    sigma = 1 / (1 + numpy.exp(-z))
    agrees("sigma'(2*z[i])", 1 / (2 + 2 * numpy.cosh(2 * z)), z)
    agrees("sum[k] sigma'(z[k])", (sigma * (1 - sigma)).sum(), z)
    agrees("Phi'(z[i])", numpy.exp(-(z**2) / 2) / numpy.sqrt(2 * numpy.pi), z)


@given(VECTORS)
def test_maxima_inside_sums_and_derivatives(z: Any) -> None:
    agrees("max[k] z[k]^2", (z**2).max(), z)
    agrees("sum[i] max[k] z[i]*z[k]", numpy.outer(z, z).max(axis=1).sum(), z)
    agrees("max[k] (z[k] - a)^2 + M", ((z - 1) ** 2).max() + z.max(), z, a=1.0)


def test_maxima_of_several_definitions_do_not_mix() -> None:
    setting = setting_of({"z": ("K",), "A": ("K", "K")}, "M = max[k] z[k]\nN = max[k] -z[k]\nr[i] = max[k] A[i,k]")
    z, square = numpy.array([3.0, 1.0, -2.0]), numpy.arange(9.0).reshape(3, 3) % 5
    point = Measured.at(setting.forward, {"z": z, "A": square}, {K: 3}, numpy.float64)
    assert [float(point.value(symbols.scalar(name), {})) for name in "MN"] == [3.0, 2.0]
    assert point.arrays["r"].tolist() == square.max(axis=1).tolist()


def test_scalars_are_differentiated_by_too() -> None:
    agrees("diff(a^3*z[i], a)", 12 * numpy.array([1.0, 2.0]), numpy.array([1.0, 2.0]), a=2.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("diff(diff(L, z[i]), z[j])", "a derivative of a derivative"),
        ("diff(sigma'(z[i]), z[j])", "a derivative of a derivative"),
        ("sigma''(z[i])", "cannot read"),
        ("diff(L, M)", "not by M"),
    ],
)
def test_what_is_not_measured(text: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        value(text, numpy.array([1.0, 2.0]))


def test_formulas_that_do_not_differ_are_told_apart_from_those_that_do() -> None:
    z: Mapping[str, Any] = {"z": numpy.array([0.3, -0.2])}
    assert not numpy.allclose(value("diff(L, z[i])", z["z"]), value("exp(z[i])", z["z"]))
