from __future__ import annotations

from typing import Any

import pytest

from answers.latex.sheet import Equation, Room, Text
from tests.answers.sample import all_pass, answered, blank, refused

ITEM: dict[str, Any] = {
    "kind": "formula",
    "network": "scores",
    "of": "dl/dW2",
    "formula": r"(\hat{\bm{y}} - \bm{y}) \, \bm{z}_2^\top",
    "note": "The signal times what the layer was fed:",
}


def failing(**changed: Any) -> str:
    (claim,) = answered({**ITEM, **changed}, layout="gradient").claims
    verdict = claim.check()
    assert not verdict.ok
    return verdict.note


def test_it_is_printed_as_it_is_written() -> None:
    answer = answered(ITEM, layout="gradient")
    note, equation = answer.blocks
    assert note == Text("The signal times what the layer was fed:")
    assert isinstance(equation, Equation)
    assert equation.latex == r"\frac{\partial \ell}{\partial \bm{W}^{(2)}} = " + ITEM["formula"]
    assert equation.shape == r"K \times d"
    assert all_pass(answer)


@pytest.mark.parametrize(
    ("formula", "note"),
    [
        (r"(\bm{y} - \hat{\bm{y}}) \, \bm{z}_2^\top", "wrong: **Not right.** *Sign"),
        (r"2 (\hat{\bm{y}} - \bm{y}) \, \bm{z}_2^\top", "wrong"),
        (r"\bm{z}_2 (\hat{\bm{y}} - \bm{y})^\top", "right in the other layout"),
        (r"(\hat{\bm{y}} - \bm{y}) \, \bm{q}^\top", "cannot be read"),
    ],
)
def test_what_is_not_right_fails(formula: str, note: str) -> None:
    assert note in failing(formula=formula)


def test_partials_are_laid_out_as_in_the_homework() -> None:
    """With rows as derivatives by columns a signal is multiplied from the other side."""
    column = {**ITEM, "formula": r"\frac{\partial \ell}{\partial \bm{z}_3} \, \bm{z}_2^\top"}
    row = {**ITEM, "formula": r"\bm{z}_2 \, \frac{\partial \ell}{\partial \bm{z}_3}"}
    for layout, right, wrong in (("gradient", column, row), ("numerator", row, column)):
        assert all_pass(answered(right, layout=layout))
        assert not all_pass(answered(wrong, layout=layout))


def test_one_element_and_a_layer() -> None:
    element = {**ITEM, "formula": r"(\hat{y}_k - y_k) z_{2,i}", "indices": ["k", "i"]}
    assert all_pass(answered(element, layout="gradient"))
    layer = {"kind": "formula", "layer": "Tanh", "of": "z", "formula": r"\mathrm{d}\bm{y} \odot (\bm{1} - \bm{y}^2)"}
    assert all_pass(answered(layer, layout="gradient"))


def test_the_room_is_as_asked() -> None:
    assert blank(ITEM) == (Room(4),)
    refused({**ITEM, "of": "dl/dz8"}, saying="there is no z8 in this network")
