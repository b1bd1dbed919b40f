from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from derive import DeriveError, network, scalar_graph
from derive.layers import Activation
from derive.numbers.magnitudes import rational

TOO_LONG = "is too large or too small to be exact: a number may have 4000 digits"


@pytest.mark.parametrize(
    "text",
    ["f = 10^10^10*x", "f = 2^2^2^2^2*x", "f = x + (1/3)^(10^9)", "f = (2*x)^10^10", "f = x*" + "9" * 5000],
)
def test_arithmetic_that_would_not_end_is_refused(text: str) -> None:
    with pytest.raises(DeriveError, match=TOO_LONG):
        scalar_graph(text)
    own = Activation("Own", text.removeprefix("f = ").replace("x", "z"), call="own")
    with pytest.raises(DeriveError, match=TOO_LONG):
        network("x:n -> Own", "MSE", extra=[own])


@pytest.mark.parametrize("value", ["1e999999999", "1e-5000", "1" * 5000, "1/1e99999"])
def test_inputs_have_a_limit(value: str) -> None:
    with pytest.raises(DeriveError, match=TOO_LONG):
        scalar_graph("f = x*x").forward({"x": value})


@pytest.mark.parametrize("text", ["f = exp(exp(exp(1000)))*x", "f = floor(exp(exp(30)))*x"])
def test_a_number_that_cannot_be_computed_is_refused(text: str) -> None:
    with pytest.raises(DeriveError, match=r"is no number that can be computed: it leaves the range .* 10\^\(10\^12\)"):
        scalar_graph(text)


def test_values_have_a_limit_too() -> None:
    with pytest.raises(DeriveError, match="no finite real value here: it leaves the range"):
        scalar_graph("f = exp(exp(exp(x)))").forward({"x": 1000})


def test_more_paths_than_can_be_read_are_refused() -> None:
    names = ["x", "v0", *(f"v{number}" for number in range(1, 60))]
    rows = ["v0 = 2*x", *(f"{name} = {names[k + 1]}*{names[k]}/2" for k, name in enumerate(names[2:]))]
    graph = scalar_graph("; ".join(rows))
    with pytest.raises(DeriveError, match="paths run from x to v59, and a sum over more than 256"):
        graph.partial("dv59/dx")
    assert graph.partial("dv59/dv57").paths


@given(st.integers(-(10**30), 10**30), st.integers(-400, 400))
def test_decimals(digits: int, exponent: int) -> None:
    assert rational(f"{digits}e{exponent}") == Rational(digits) * Rational(10) ** exponent
    assert rational(f"{digits}/{10**9}") == Rational(digits, 10**9)
    with pytest.raises(ValueError, match="no number"):
        rational(f"{digits}x")
