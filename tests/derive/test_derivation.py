"""What users see of models and derivations at a prompt and in a notebook."""

from __future__ import annotations

from derive import layer, network
from numeric import check
from numeric.checks.checking import Check
from numeric.checks.comparison import Comparison

NET = network("x:n -> Linear(d) -> ReLU -> Linear(K)", "MSE")


def test_a_prompt_shows_a_line() -> None:
    assert repr(NET) == "Network(x:n -> Linear(d) -> ReLU -> Linear(K), loss=MSE)"
    assert repr(layer("Conv1d", 2, 3)) == "Layer(Conv1d)"
    assert repr(NET.gradient("W2")) == f"Derivation({NET.gradient('W2').unicode()})"


def test_a_check_says_how_it_ended() -> None:
    assert repr(check(NET.gradient("W1"))).startswith("Check(right; ")
    wrong = Check(3, (Comparison(0.5, 1e-5, 3, what="result"), Comparison(1e-9, 1e-5, 3, what="step 1")))
    assert repr(wrong) == "Check(wrong: result; 3 points, worst relative error 5.0e-01)"
    assert repr(Check(3, ())) == "Check(wrong: nothing compared; 3 points, worst relative error inf)"


def test_a_notebook_shows_the_equation() -> None:
    gradient = NET.gradient("b2")
    shown = gradient._repr_latex_()
    assert shown.startswith("$")
    assert shown.endswith(f"{gradient.latex()}$")
    assert r"\def\bm" in shown
