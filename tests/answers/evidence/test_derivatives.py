"""What a text calls a derivative is compared with the derivative of what the evidence defines."""

from __future__ import annotations

from typing import Any

import pytest

from answers.evidence.derivatives import derivative_claims
from numeric.checks.comparison import Comparison
from tests.answers.evidence.finding import find

AT = {"w": 1.5, "x": 2, "y": 1, "eta": 0.1}
FORMULAS = {
    "g": "2*(w*x - y)*x",
    "wrong": "-(w*x - y)*x",
    "minus": "2*(y - w*x)*x",
    "half": "(w*x - y)*x",
    "second": "2*x^2",
    "mixed": "-2*x",
    "new": "w - eta*2*(w*x - y)*x",
    "x": "x",
    "L": "(w*x - y)^2",
}
"""The derivative of L = (w x - y)^2 by w, what could be taken for it, and what it makes."""

FIRST = [
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
    r"$L_w = {{c.g}}$",
    r"$L_{w} = {{c.g}}$, so that it falls",
    r"${{c.g}} = \partial L/\partial w$",
    r"$\partial_w L = {{c.g}}$",
    r"$\nabla L = {{c.g}}$",
    r"$\nabla L(w) = {{c.g}}$",
    r"The gradient is ${{c.g}}$.",
    r"The derivative of $L$ with respect to $w$ is {{c.g}}.",
    r"the gradient of $\mathcal{L}$, w.r.t. $w$ equals ${{c.g}}$",
    r"the gradient of $L$: {{c.g}}",
]
"""The same, said in many ways."""
OTHERS = [
    (r"$-\partial L/\partial w = {{c.minus}}$", True),
    (r"$\partial L/\partial w = -{{c.minus}}$", True),
    (r"$\partial L/\partial w = -{{c.g}}$", False),
    (r"$\frac{1}{2}\,\frac{\partial L}{\partial w} = {{c.half}}$", True),
    (r"$\frac{\partial L}{\partial w} = 2 \cdot {{c.half}}$", True),
    (r"$2 \frac{\partial L}{\partial w} = {{c.g}}$", False),
    (r"$w - \eta\,\partial L/\partial w = {{c.new}}$", True),
    (r"$w - \eta L_w = {{c.g}}$", False),
    (r"$\frac{\partial L}{\partial w} = {{c.half}} \cdot {{c.x}}$", False),
    (r"$\frac{\partial^2 L}{\partial w^2} = {{c.second}}$", True),
    (r"$L''(w) = {{c.second}} = L_{ww} = \nabla_w^2 L$", True),
    (r"$\frac{d^2L}{dw^2} = {{c.g}}$", False),
    (r"$\frac{\partial^2 L}{\partial w\,\partial y} = {{c.mixed}}$", True),
    (r"$\partial L/\partial y = {{c.g}}$", False),
    (r"$$\partial L/\partial w = {{c.g}}, \quad \partial L/\partial y = {{c.g}}$$", False),
]
SILENT = [
    r"$\partial L/\partial w$ depends on $x = {{c.g}}$",
    r"$g = {{c.g}}$, which is not $\partial L/\partial w$",
    r"$\lVert\nabla_w L\rVert = {{c.g}}$",
    r"$w - \alpha\,\partial L/\partial w = {{c.g}}$",
    r"The gradient is {{c.g}} times that at the last layer.",
    r"$x_1 = {{c.g}}$ and $q_w = {{c.g}}$",
]
"""Texts that claim nothing: relations to what the evidence does not know, or that are no arithmetic."""


def verdicts(text: str, **options: Any) -> list[Comparison]:
    return [claim.check() for claim in derivative_claims(text, {"c": find("values", **options)})]


def verdict(text: str, **options: Any) -> Comparison:
    (found,) = verdicts(text, **options)
    return found


@pytest.mark.parametrize("text", FIRST)
def test_what_is_called_a_derivative_is_compared(text: str) -> None:
    options: dict[str, Any] = {"definitions": "L = (w*x - y)^2", "formulas": FORMULAS, "at": AT}
    assert verdict(text, **options).ok
    assert not verdict(text.replace("c.g", "c.wrong"), **options).ok


@pytest.mark.parametrize(("text", "ok"), OTHERS)
def test_larger_sides_are_compared_too(text: str, ok: bool) -> None:
    found = verdicts(text, definitions="L = (w*x - y)^2", formulas=FORMULAS, at=AT)
    assert found
    assert all(one.ok for one in found) == ok


@pytest.mark.parametrize("text", SILENT)
def test_what_claims_nothing(text: str) -> None:
    assert verdicts(text, definitions="L = (w*x - y)^2", formulas=FORMULAS, at=AT) == []


def test_a_formula_that_is_right_at_the_numbers_only_fails() -> None:
    options: dict[str, Any] = {"definitions": "L = (w*x - y)^2", "formulas": {"g": "4*w", "zero": "y"}}
    assert not verdict(r"$\partial L/\partial w = {{c.g}}$", at={"w": 1, "x": 2, "y": 1}, **options).ok
    assert not verdict(r"$\partial L/\partial w = {{c.zero}}$", at={"w": 1, "x": 0, "y": 0}, **options).ok


def test_what_nothing_defines_fails_and_says_what_to_add() -> None:
    found = verdict(FIRST[0], formulas={"g": "2*(w*x - y)*x"}, at={"w": 1, "x": 2, "y": 1})
    assert not found.ok
    assert 'add it to the evidence, definitions: "L = ..."' in found.note


def test_how_it_is_told() -> None:
    options: dict[str, Any] = {"definitions": "L = (w*x - y)^2", "formulas": FORMULAS, "at": AT}
    assert "the derivative dL/dw is 8.0, c.half is 4.0" in verdict(r"$\nabla_w L = {{c.half}}$", **options).note
    assert "L_w, the derivative dL/dw, is 8.0" in verdict(r"$L_w = {{c.half}}$", **options).note
    assert "no derivative of L by any of eta, w, x, y" in verdict("The gradient is {{c.half}}", **options).note
    assert (
        "w - eta dL/dw is 0.7"
        in verdict(r"$w - \eta \cdot \partial_w L = {{c.half}}$".replace(r"\cdot", ""), **options).note
    )


def test_gradients_and_elements_of_tensors() -> None:
    options: dict[str, Any] = {
        "shapes": {"w": ["n"], "x": ["n"]},
        "definitions": "L = (sum[i] w[i]*x[i] - y)^2",
        "formulas": {
            "g": "2*(sum[k] w[k]*x[k] - y)*x[i]",
            "second": "2*(sum[k] w[k]*x[k] - y)*x[1]",
            "new": "w[j] - 2*(sum[k] w[k]*x[k] - y)*x[j]/2",
        },
        "at": {"w": [1, 2], "x": [3, -1], "y": 0.5},
    }
    assert verdict(r"$\nabla_{\bm{w}} L = {{c.g}}$", **options).ok
    assert verdict(r"$\bm{w} - \frac{1}{2} \nabla_{\bm{w}} L = {{c.new}}$", **options).ok
    assert verdict(r"$\bm{w} - \frac{1}{2} {{c.g}} = \bm{w} - \frac{1}{2} \nabla_{\bm{w}} L$", **options).ok
    assert verdict(r"$\partial L/\partial w_2 = {{c.second}}$", **options).ok
    assert not verdict(r"$\partial L/\partial w_1 = {{c.second}}$", **options).ok
    assert not verdict(r"$\partial L/\partial w = {{c.second}}$", **options).ok
    assert "no v to differentiate" in verdict(r"$\partial L/\partial v = {{c.second}}$", **options).note


def test_values_of_other_evidence_are_no_derivatives_that_can_be_checked() -> None:
    (claim,) = derivative_claims(FIRST[0], {})
    assert not claim.check().ok
    assert "only evidence of the kind values" in claim.check().note
