from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import S

from derive import scalar_graph
from derive.graph import Backward
from numeric.graph import TOLERANCE, compare_gradients, compare_inputs, compare_values, float_pass

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


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(EQUATIONS),
    st.sampled_from(["primitives", "functions"]),
    st.fractions(-2, 2, max_denominator=9),
    st.fractions(-2, 2, max_denominator=9),
)
def test_every_number_is_confirmed(text: str, grain: str, x: float, y: float) -> None:
    graph = scalar_graph(text, grain=grain)
    assert max(errors(graph.backward({"x": x, "y": y}))) < TOLERANCE


@pytest.mark.parametrize("place", range(len(NEURON.nodes)))
def test_a_wrong_gradient_is_found(place: int) -> None:
    backward = NEURON.backward(AT)
    for wrong in (S.Zero, -backward.gradients[place], backward.gradients[place] * (1 + S(10) ** -9)):
        gradients = (*backward.gradients[:place], wrong, *backward.gradients[place + 1 :])
        assert max(errors(replace(backward, gradients=gradients))) > TOLERANCE


def test_a_wrong_value_is_found() -> None:
    forward = NEURON.forward(AT)
    wrong = replace(forward, values=(*forward.values[:-1], S.One))
    assert max(comparison.error for comparison in compare_values(wrong)) > TOLERANCE


def test_a_kink_takes_the_declared_side() -> None:
    graph = scalar_graph("y = ReLU(x)*3")
    assert graph.backward({"x": 0})["x"] == 0
    assert max(errors(graph.backward({"x": 0}))) < TOLERANCE


def test_terms_that_cancel_are_zero() -> None:
    backward = scalar_graph("y = exp(x)/2 - exp(x + 1)/(2*exp(1)) + z").backward({"x": 1, "z": 3})
    assert backward["x"] == 0
    assert max(errors(backward)) < TOLERANCE


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
