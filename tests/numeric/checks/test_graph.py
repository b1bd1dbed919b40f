from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, S

from derive import scalar_graph
from derive.graph import Backward
from derive.graph.numbers import number_latex, number_unicode
from numeric.checks.graph import compare_gradients, compare_inputs, compare_printed, compare_values
from numeric.checks.tolerances import DIGITS
from numeric.values.floating import float_pass
from tests.examples import examples
from tests.sweeps import sweep

NEURON = scalar_graph("f = sigma(w0*x0 + w1*x1 + w2)")
WHOLE = scalar_graph("f = sigma(w0*x0 + w1*x1 + w2)", grain="sigma")
AT = {"w0": 1, "w1": 3, "w2": -2, "x0": 5, "x1": 8}
EQUATIONS = (
    "a = x*y - 3; b = tanh(a)*x + a/5; f = a*b*b + exp(-b)",
    "a = ReLU(x - y); f = a*a + LeakyReLU(y)*x",
    "a = GELU(x)/(1 + y^2); f = log(1 + a*a) + sqrt(2 + y*x*y*x) + 2^y",
)


def errors(backward: Backward) -> list[float]:
    found = [*compare_values(backward.forward), *compare_gradients(backward), *compare_inputs(backward)]
    return [comparison.error for comparison in found]


@examples(10)
@given(
    st.sampled_from(EQUATIONS),
    st.sampled_from(["primitives", "functions"]),
    st.fractions(-2, 2, max_denominator=9),
    st.fractions(-2, 2, max_denominator=9),
)
def test_every_number_is_confirmed(text: str, grain: str, x: float, y: float) -> None:
    graph = scalar_graph(text, grain=grain)
    assert max(errors(graph.backward({"x": x, "y": y}))) < DIGITS


@pytest.mark.parametrize("place", range(len(NEURON.nodes)))
def test_a_wrong_gradient_is_found(place: int) -> None:
    backward = NEURON.backward(AT)
    for wrong in (S.Zero, -backward.gradients[place], backward.gradients[place] * (1 + S(10) ** -9)):
        gradients = (*backward.gradients[:place], wrong, *backward.gradients[place + 1 :])
        assert max(errors(replace(backward, gradients=gradients))) > DIGITS


def test_a_wrong_value_is_found() -> None:
    forward = NEURON.forward(AT)
    wrong = replace(forward, values=(*forward.values[:-1], S.One))
    assert max(comparison.error for comparison in compare_values(wrong)) > DIGITS


def test_a_kink_takes_the_declared_side() -> None:
    graph = scalar_graph("y = ReLU(x)*3")
    assert graph.backward({"x": 0})["x"] == 0
    assert max(errors(graph.backward({"x": 0}))) < DIGITS


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("f = abs(x)", 0),
        ("f = 2*abs(x) + x", 1),
        ("f = sign(x)*3 + exp(x)", 1),
        ("f = floor(x) + ceil(x) + x", 1),
        ("f = ReLU(x) - ReLU(-x)", 0),
        ("f = ReLU(x) + 2*ReLU(-x) + x", 1),
        ("f = max(x, -x)", 1),
        ("f = min(x, 0) + max(0, 3*x)", 0),
        ("f = sigma(abs(x))*ReLU(x)", 0),
        ("f = LeakyReLU(x) + abs(ReLU(x))", Rational(1, 100)),
    ],
)
def test_slopes_at_kinks_and_jumps_are_those_that_are_declared(text: str, slope: Rational) -> None:
    backward = scalar_graph(text, grain="functions").backward({"x": 0})
    assert backward["x"] == slope
    assert max(errors(backward)) < DIGITS
    place = backward.forward.graph.place("x")
    wrong = (*backward.gradients[:place], slope + Rational(1, 4), *backward.gradients[place + 1 :])
    assert max(errors(replace(backward, gradients=wrong))) > DIGITS


def test_terms_that_cancel_are_zero() -> None:
    backward = scalar_graph("y = exp(x)/2 - exp(x + 1)/(2*exp(1)) + z").backward({"x": 1, "z": 3})
    assert backward["x"] == 0
    assert max(errors(backward)) < DIGITS


def test_one_minus_sigma_loses_digits_in_floating_point() -> None:
    exactly = {name: float(NEURON.backward(AT)[name].evalf(30)) for name in NEURON.inputs}
    by_primitives, by_sigma = float_pass(NEURON, AT).gradients, float_pass(WHOLE, AT).gradients
    for name, truth in exactly.items():
        assert by_primitives[name] == pytest.approx(truth, rel=1e-14, abs=0)
        assert by_sigma[name] == pytest.approx(truth, rel=1e-3, abs=0)
        assert by_sigma[name] != pytest.approx(truth, rel=1e-8, abs=0)


def test_floating_point_agrees_with_autograd() -> None:
    torch = pytest.importorskip("torch")
    values = {name: torch.tensor(float(value), dtype=torch.float64, requires_grad=True) for name, value in AT.items()}
    total = values["w0"] * values["x0"] + values["w1"] * values["x1"] + values["w2"] - 26
    torch.sigmoid(total).backward()
    found = float_pass(scalar_graph("f = sigma(w0*x0 + w1*x1 + w2 - 26)", grain="sigma"), AT)
    assert found.gradients == pytest.approx({name: float(value.grad) for name, value in values.items()})


@sweep(lambda text, grain: text)
@pytest.mark.parametrize(
    ("text", "at", "slope"),
    [
        ("f = tanh(z)", 200, lambda: 4 * mpmath.exp(-400)),
        ("f = tanh(z)", 130, lambda: 4 / (mpmath.exp(130) + mpmath.exp(-130)) ** 2),
        ("f = tanh(z)", 10**4, lambda: 4 * mpmath.exp(-2 * 10**4)),
        ("f = 1 - sigma(z)", 300, lambda: -mpmath.exp(-300) / (1 + mpmath.exp(-300)) ** 2),
        ("f = log(1 - sigma(z))", 300, lambda: -1 / (1 + mpmath.exp(-300))),
        ("f = softplus(z)", -500, lambda: 1 / (1 + mpmath.exp(500))),
        ("f = (1 + exp(-z)) - 1", 2000, lambda: -mpmath.exp(-2000)),
        ("f = GELU(z)", -40, lambda: mpmath.ncdf(-40) - 40 * mpmath.npdf(-40)),
    ],
)
@pytest.mark.parametrize("grain", ["functions", "primitives"])
def test_numbers_are_right_at_any_magnitude(text: str, at: int, slope: Callable[[], Any], grain: str) -> None:
    backward = scalar_graph(text, grain=grain).backward({"z": at})
    with mpmath.workdps(20000 if at > 1000 else 1000):
        truth = slope()
        assert abs(mpmath.mpf(backward["z"]._mpf_) - truth) <= abs(truth) * mpmath.mpf(10) ** -150
    assert max(errors(backward)) < DIGITS


@pytest.mark.parametrize(("text", "at"), [("f = tanh(z)", 200), ("f = tanh(z)", 130), ("f = 1 - sigma(z)", 300)])
def test_a_slope_that_was_lost_to_rounding_is_found(text: str, at: int) -> None:
    backward = scalar_graph(text, grain="functions").backward({"z": at})
    for lost in (S.Zero, backward["z"] / 2):
        place = backward.forward.graph.place("z")
        wrong = replace(backward, gradients=(lost, *backward.gradients[place + 1 :]))
        assert place == 0
        assert max(comparison.error for comparison in compare_gradients(wrong)) > DIGITS
        assert max(comparison.error for comparison in compare_inputs(wrong)) > DIGITS


def test_what_no_precision_settles_is_a_bound() -> None:
    backward = scalar_graph("f = (1 + exp(-z)) - 1", grain="functions").backward({"z": 10**5})
    assert number_latex(backward.forward["f"]).startswith(r"0 \pm 10^{-12")
    assert number_latex(backward["z"]) == r"-3.56 \cdot 10^{-43430}"
    assert number_latex(scalar_graph("f = sin(z)^2 + cos(z)^2").forward({"z": "1/3"})["f"]) == "1"


CHAINED = ["sigma(@)", "tanh(@)", "GELU(@)", "softplus(@)", "sin(@)", "exp(-@)", "log(2 + @)", "SiLU(@) + 1", "ELU(@)"]


@pytest.mark.parametrize(
    "functions",
    [CHAINED, *(pytest.param([one], marks=pytest.mark.slow if place > 1 else ()) for place, one in enumerate(CHAINED))],
)
def test_a_chain_takes_time_that_grows_with_its_length(functions: list[str]) -> None:
    names = ["x", *(f"v{number}" for number in range(200))]
    links = (functions[number % len(functions)].replace("@", names[number]) for number in range(200))
    text = "; ".join(f"{name} = {link}" for name, link in zip(names[1:], links, strict=True))
    start = time.process_time()
    backward = scalar_graph(text, grain="functions").backward({"x": 1})
    assert time.process_time() - start < 6
    last = list(compare_inputs(backward))
    assert max(comparison.error for comparison in last) < DIGITS


def test_steps_are_small_beside_large_numbers() -> None:
    for equation, at in (("f = x^(10^10)", 2), ("f = 3*x^(10^9) + x", "1/3"), ("f = (x^5000)*y; y = x", 10)):
        graph = scalar_graph(equation.replace("; y = x", "").replace("*y", ""))
        assert max(errors(graph.backward({"x": at}))) < DIGITS


FAR = [
    ("f = log(cosh(z))", "1e6"),
    ("f = tanh(-z)*z", "1e7"),
    ("f = 2^z", "1e9"),
    ("f = z^(10^10)", "2"),
    ("f = z^(-10^9)", "3"),
    ("f = 2^(2^z)", "35"),
    ("f = exp(-exp(z))", "15"),
    ("f = 1 - sigma(z)", "1e8"),
    ("f = log(1 + exp(z))", "-1e9"),
    ("f = erf(z) - 1", "1e4"),
    ("f = log(cosh(z)) - z", "1e5"),
    ("a = 1/z; f = a*z^2", "1e-3999"),
    ("a = 1/z^2; f = a + 1", "1e-3900"),
    ("f = exp(1/z)", "1e-6"),
]


@pytest.mark.parametrize(("text", "at"), FAR)
def test_numbers_of_any_magnitude_are_confirmed_or_printed_with_a_bound(text: str, at: str) -> None:
    backward = scalar_graph(text).backward({"z": at})
    found = [*compare_values(backward.forward), *compare_gradients(backward), *compare_inputs(backward)]
    numbers = [*backward.forward.values, *backward.gradients, *backward.edges.values()]
    for written in (number_latex, number_unicode):
        found += compare_printed(numbers, written)
    assert all(comparison.ok or comparison.unchecked for comparison in found)
    assert any(not comparison.unchecked for comparison in found)


@pytest.mark.parametrize(("text", "at"), [("f = 2^z", "1e9"), ("f = z^(10^10)", "2"), ("a = 1/z; f = a^2", "1e-3900")])
def test_a_wrong_number_of_any_magnitude_is_found(text: str, at: str) -> None:
    graph = scalar_graph(text)
    backward = graph.backward({"z": at})
    place = graph.place("z")
    gradients = tuple(number * 2 if number == backward.gradients[place] else number for number in backward.gradients)
    assert max(errors(replace(backward, gradients=gradients))) > DIGITS


def test_a_wrong_bound_is_found() -> None:
    (slope,) = (number for number in scalar_graph("f = erf(z)").backward({"z": "1e4"}).forward.values[1:2])
    assert [one.ok for one in compare_printed([slope], number_unicode)] == [True]
    narrower = lambda number: number_unicode(number).replace("12328", "12329")  # noqa: E731
    assert [one.ok for one in compare_printed([slope], narrower)] == [False]


@pytest.mark.parametrize("x", ["1e-200", "1e-20", "1e200"])
@pytest.mark.parametrize(
    ("text", "slope"), [("y = 1/x; z = y*x", 0), ("y = 1/x; z = y*x + 0.001*x", Rational(1, 1000))]
)
def test_what_cancels_far_from_1_is_confirmed(text: str, slope: Rational, x: str) -> None:
    backward = scalar_graph(text).backward({"x": x}, "z")
    assert backward["x"] == slope
    assert all(comparison.ok and not comparison.unchecked for comparison in compare_gradients(backward))


@pytest.mark.parametrize(("x", "y"), [("1e-300", "1e-300"), ("1e-50", "1e-250"), ("3e120", "2e-90"), ("2", "3")])
def test_large_slopes_that_cancel_are_confirmed_and_what_is_no_zero_is_found(x: str, y: str) -> None:
    backward = scalar_graph("f = x*y/(x*y)").backward({"x": x, "y": y})
    assert backward["x"] == backward["y"] == 0
    assert max(errors(backward)) < DIGITS
    lost = scalar_graph("f = x*y/(x*y) + x").backward({"x": x, "y": y})
    assert lost["x"] == 1
    gradients = tuple(
        S.Zero if node.name == "x" else number
        for node, number in zip(lost.forward.graph.nodes, lost.gradients, strict=True)
    )
    assert max(errors(replace(lost, gradients=gradients))) > DIGITS
