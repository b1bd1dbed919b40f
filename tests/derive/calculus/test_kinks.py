from __future__ import annotations

import pytest
import sympy

from derive.calculus.kinks import kink_sentences, kink_values
from derive.network import network


@pytest.mark.parametrize(
    ("activation", "there"),
    [("ReLU", 0), ("5*ReLU", 0), ("LeakyReLU(0.2)", sympy.Rational(1, 5)), ("ELU", 1), ("ELU(2)", 2)],
)
def test_the_value_at_a_kink_is_read_off_the_brackets(activation: str, there: int) -> None:
    jacobian = network(f"x:n -> Linear(d) -> {activation}", "MSE").jacobian("y_hat", "z1")
    assert list(kink_values(jacobian)) == [("z1", sympy.S.Zero, sympy.sympify(there))]
    (sentence,) = kink_sentences(jacobian)
    assert f"take {there} there" in sentence


@pytest.mark.parametrize("activation", ["Tanh", "Softmax", "Identity", "f"])
def test_smooth_functions_have_none(activation: str) -> None:
    assert not list(kink_values(network(f"x:n -> Linear(d) -> {activation}", "MSE").jacobian("y_hat", "z1")))
