from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sympy
from sympy import Matrix

from answers.kinds.linear_maps import Map
from answers.latex.sheet import Plots, Room
from tests.answers.sample import all_pass, answered, blank, refused

MAPS: dict[str, Any] = {
    "rotation": [["cos(pi/6)", "-sin(pi/6)"], ["sin(pi/6)", "cos(pi/6)"]],
    "reflection": [[1, 0], [0, -1]],
    "scaling": [[2, 0], [0, 0.5]],
    "shear": [[1, 1], [0, 1]],
    "projection": [[1, 0], [0, 0]],
}


def item(**keys: Any) -> dict[str, Any]:
    return {"kind": "linear_maps", "maps": MAPS, **keys}


def pictures(answer: Any) -> Plots:
    (block,) = answer.blocks
    assert isinstance(block, Plots)
    return block


def test_determinants_are_exact_and_drawn() -> None:
    answer = answered(item())
    assert [plot.notes[0].rpartition("= ")[2] for plot in pictures(answer).plots] == ["1", "-1", "1", "1", "0"]
    assert all_pass(answer)


def test_what_the_determinant_says() -> None:
    said = [plot.notes[1] for plot in pictures(answered(item())).plots]
    assert "orientation reversed" in said[1]
    assert "not invertible" in said[4]


def test_one_map_after_the_other() -> None:
    answer = answered(item(products=[["shear", "reflection"]]))
    last = pictures(answer).plots[-1]
    assert last.title == "Shear, then reflection"
    assert last.notes[0].startswith(r"\begin{pmatrix} 1 & 1 \\[2pt] 0 & -1 \end{pmatrix}")
    assert all_pass(answer)


def test_the_other_order_is_caught() -> None:
    shear, flip = (Map("m", Matrix(rows)) for rows in ([[1, 1], [0, 1]], [[-1, 0], [0, 1]]))
    right = Map("both", flip.matrix * shear.matrix, (shear, flip))
    assert right.verdict().ok
    wrong = replace(right, matrix=shear.matrix * flip.matrix)
    assert wrong.verdict().note == "the product is not one map after the other"


def test_a_wrong_determinant_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Map, "determinant", property(lambda _: sympy.Integer(2)))
    verdict = Map("m", Matrix([[1, 0], [0, 1]])).verdict()
    assert verdict.note == "the area drawn is 1, the determinant 2"


def test_bad_input() -> None:
    refused(item(maps={"f": [["a", 0], [0, 1]]}), saying="the matrix of f holds a, expected numbers")
    refused(item(products=[["shear", "rotate"]]), saying="there is no map rotate; did you mean rotation")


def test_the_room_is_as_asked() -> None:
    assert blank(item(lines=3)) == (Room(3),)
