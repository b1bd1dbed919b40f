"""A value that a text calls a derivative is compared with the derivative of what the evidence defines."""

from __future__ import annotations

from typing import Any

import pytest

from answers.contract.evidence import Named
from answers.contract.item import Verdict
from answers.evidence.derivatives import called_derivatives, derivative_claims
from tests.answers.evidence.finding import find

WRITTEN = [
    r"$\partial L/\partial w = {{c.g}}$",
    r"$\frac{\partial L}{\partial w} = {{c.g}}$.",
    r"$\dfrac{\mathrm{d}\mathcal{L}}{\mathrm{d}w} \approx {{c.g}}$",
    r"$\frac{\partial}{\partial w} L = 2(wx - y)x = {{c.g}}$",
    r"$\left.\frac{\partial L}{\partial w}\right|_{w=1} = {{c.g}}$",
    r"$\begin{align*}\frac{\partial L(w)}{\partial w} &= (wx - y)x \\ &= {{c.g}}\end{align*}$",
    r"We have $L = {{c.L}}$, $\nabla_w L = {{ c.g }}$",
    r"$L'(w)$ is ${{c.g}}$",
    r"$\partial L/\partial w$ is {{c.g}}",
    "So ∂L/∂w = {{c.g}} at these numbers.",
]
OTHERS = [
    r"$w - \eta\,\partial L/\partial w = {{c.g}}$",
    r"$\partial L/\partial w = {{c.g}} \cdot {{c.h}}$",
    r"$\partial L/\partial w$ depends on $x = {{c.g}}$",
    r"$g = {{c.g}}$, which is not $\partial L/\partial w$",
]
AT = {"w": 1, "x": 2, "y": 1}


@pytest.mark.parametrize("text", WRITTEN)
def test_what_is_called_a_derivative(text: str) -> None:
    (called,) = called_derivatives(text)
    assert (called.quote, called.top, called.bottom, called.minus) == ("c.g", Named("L"), Named("w"), False)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_called_something_else(text: str) -> None:
    assert list(called_derivatives(text)) == []


def verdict(text: str, **options: Any) -> Verdict:
    (claim,) = derivative_claims(text, {"c": find("values", **options)})
    return claim.check()


@pytest.mark.parametrize(
    ("formula", "minus", "ok"),
    [("2*(w*x - y)*x", "", True), ("-(w*x - y)*x", "", False), ("2*(y - w*x)*x", "-", True), ("4*w", "", False)],
)
def test_a_typed_formula_is_compared_with_the_derivative(formula: str, minus: str, ok: bool) -> None:
    text = rf"${minus}\partial L/\partial w = {{{{c.g}}}}$"
    assert verdict(text, definitions="L = (w*x - y)^2", formulas={"g": formula}, at=AT).ok == ok
    assert verdict(text, formulas={"L": "(w*x - y)^2", "g": formula}, at=AT).ok == ok


def test_what_nothing_defines_fails_and_says_what_to_add() -> None:
    found = verdict(WRITTEN[0], formulas={"g": "2*(w*x - y)*x"}, at=AT)
    assert not found.ok
    assert 'add it to the evidence, definitions: "L = ..."' in found.note


def test_gradients_and_elements_of_tensors() -> None:
    options: dict[str, Any] = {
        "shapes": {"w": ["n"], "x": ["n"]},
        "definitions": "L = (sum[i] w[i]*x[i] - y)^2",
        "formulas": {"g": "2*(sum[k] w[k]*x[k] - y)*x[i]", "second": "2*(sum[k] w[k]*x[k] - y)*x[1]"},
        "at": {"w": [1, 2], "x": [3, -1], "y": 0.5},
    }
    assert verdict(r"$\nabla_{\bm{w}} L = {{c.g}}$", **options).ok
    assert verdict(r"$\partial L/\partial w_2 = {{c.second}}$", **options).ok
    assert not verdict(r"$\partial L/\partial w_1 = {{c.second}}$", **options).ok
    assert not verdict(r"$\partial L/\partial w = {{c.second}}$", **options).ok
    assert "no v to differentiate" in verdict(r"$\partial L/\partial v = {{c.second}}$", **options).note


def test_values_of_other_evidence_are_no_derivatives_that_can_be_checked() -> None:
    (claim,) = derivative_claims(WRITTEN[0], {})
    assert not claim.check().ok
    assert "only evidence of the kind values" in claim.check().note
