from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from answers.latex.sheet import Text
from tests.answers.sample import all_pass, answered, blank, homework, refused

ITEM: dict[str, Any] = {
    "kind": "mistake",
    "network": "scores",
    "of": "dl/dz3",
    "formula": r"(\hat{\bm{y}} - \bm{y}) \odot \hat{\bm{y}} \odot (\bm{1} - \hat{\bm{y}})",
    "text": "The slope is *already* in it.",
}


def failing(**changed: Any) -> str:
    (claim,) = answered({**ITEM, **changed}).claims
    verdict = claim.check()
    assert not verdict.ok
    return verdict.note


def test_the_mistake_is_printed_and_is_one() -> None:
    answer = answered(ITEM)
    (text,) = answer.blocks
    assert isinstance(text, Text)
    assert text.latex.startswith(r"\emph{Common mistake.} Writing $\frac{\partial \ell}{\partial \bm{z}_3} = (")
    assert r"The slope is \emph{already} in it." in text.latex
    assert all_pass(answer)


@pytest.mark.parametrize(
    "formula",
    [r"\bm{y} - \hat{\bm{y}}", r"\hat{\bm{y}}", r"\bm{W}^{(2)} (\hat{\bm{y}} - \bm{y})", r"2 (\hat{\bm{y}} - \bm{y})"],
)
def test_other_mistakes(formula: str) -> None:
    assert all_pass(answered({**ITEM, "formula": formula}))


def test_what_is_right_is_no_mistake() -> None:
    assert "the formula is right" in failing(formula=r"\hat{\bm{y}} - \bm{y}")
    assert "in the other layout" in failing(formula=r"(\hat{\bm{y}} - \bm{y})^\top")


def test_what_cannot_be_read_shows_nothing() -> None:
    assert "cannot be read" in failing(formula=r"\hat{\bm{y}} - \bm{q}")


def test_names_of_the_author() -> None:
    assert all_pass(answered({**ITEM, "formula": r"2 \bm{\delta}", "symbols": {r"\delta": "dl/dz3"}}))


def test_the_mistake_about_a_layer() -> None:
    formula = r"\bm{y} \odot \mathrm{d}\bm{y}"
    item = {"kind": "mistake", "layer": "Softmax", "of": "z", "formula": formula, "text": "All outputs share a sum."}
    assert all_pass(answered(item))


def test_a_formula_for_one_element_names_that_element() -> None:
    answer = answered({**ITEM, "formula": r"y_i - \hat{y}_i", "indices": ["i"]})
    (text,) = answer.blocks
    assert isinstance(text, Text)
    assert r"Writing $\frac{\partial \ell}{\partial z_{3,i}} = y_i" in text.latex
    assert all_pass(answer)
    refused({**ITEM, "indices": ["i", "j"]}, saying="an element of dl/dz3 has 1 indices, not 2")


def test_a_window_that_is_read_the_wrong_way() -> None:
    item = {
        "kind": "mistake",
        "layer": "Conv1d",
        "options": {"outputs": "C_out", "kernel": ["k"]},
        "sizes": ["C_in", "L"],
        "of": "z",
        "formula": r"\sum_j \sum_m \text{weight}_{jcm} \, \mathrm{d}y_{j,p+m}",
        "indices": ["c", "p"],
        "text": "Forward the window *adds* its place.",
    }
    assert all_pass(answered(item))


def test_the_question_sheet_says_nothing_of_it() -> None:
    assert blank(ITEM) == ()


def test_one_of_two() -> None:
    for wrong in ({"layer": "Softmax"}, {"network": None}):
        with pytest.raises(ValidationError, match="give either network or layer"):
            homework([{**ITEM, **wrong}])
    refused({**ITEM, "of": "dl/dz8"}, saying="there is no z8 in this network")
