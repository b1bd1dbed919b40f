from __future__ import annotations

from typing import Any

import numpy
import pytest

from answers.homework.context import HomeworkContext
from answers.homework.notation import SIGNS, notation_box, notation_claim
from answers.latex.sheet import Equation, Legend, Text
from answers.reading.point import Point
from answers.reading.reading import read
from answers.reading.symbols import Size, Table, Tensor
from tests.answers.sample import homework

GRADIENT = Equation(r"\frac{\partial \ell}{\partial \bm{z}} = \bm{a} \odot \bm{b}")


def box(*equations: Equation, **conventions: Any) -> tuple[str, list[str]]:
    """The paragraph of the box, and the formulas of the signs that it explains."""
    blocks = notation_box(HomeworkContext(homework(conventions=conventions)), equations)
    (text,) = (block.latex for block in blocks if isinstance(block, Text))
    return text, [formula for block in blocks if isinstance(block, Legend) for formula, _ in block.entries]


def test_signs_are_explained_where_they_occur() -> None:
    _, formulas = box(GRADIENT)
    assert formulas == [r"(\bm{a} \odot \bm{b})_i = a_i b_i"]
    _, formulas = box(GRADIENT, Equation(r"\operatorname{diag}(\mathbf{1}[\bm{z} > 0])"))
    assert r"\delta_{ij} = \mathbf{1}[i = j]" in formulas
    assert r"\mathbf{1}" not in formulas


@pytest.mark.parametrize(("name", "printed"), [("delta", r"\delta_j"), ("I", r"\bm{I}")])
def test_a_letter_of_the_homework_is_no_sign(name: str, printed: str) -> None:
    context = HomeworkContext(homework(networks={"own": {"layers": f"{name}:n -> Linear(d) -> Tanh", "loss": "MSE"}}))
    blocks = [GRADIENT, Equation(f"z_1 = W_{{1j}} {printed}")]
    explained = [one for block in notation_box(context, blocks) if isinstance(block, Legend) for one in block.entries]
    assert [formula for formula, _ in explained] == [r"(\bm{a} \odot \bm{b})_i = a_i b_i"]
    (claim,) = notation_claim(context, blocks)
    assert claim.check().ok


def test_a_sign_that_a_letter_looks_like_is_explained_where_it_is_one() -> None:
    networks = {"own": {"layers": "delta:n -> Linear(d) -> Softmax", "loss": "CrossEntropy"}}
    asked = {"kind": "elements", "network": "own", "of": ["dy_hat/dz1"]}
    context = HomeworkContext(homework([asked], networks=networks))
    blocks = notation_box(context, [GRADIENT, Equation(r"y_i (\delta_{ij} - y_j)")])
    entries = [formula for block in blocks if isinstance(block, Legend) for formula, _ in block.entries]
    assert r"\delta_{ij} = \mathbf{1}[i = j]" in entries


def test_the_layout_meets_the_update() -> None:
    rows, _ = box(GRADIENT, layout="numerator")
    shaped, _ = box(GRADIENT, layout="gradient", index_base=0)
    assert r"(\partial \ell / \partial \theta)^{\top}" in rows
    assert r"\theta - \eta\, \partial \ell / \partial \theta$" in shaped
    assert "Indices count from 1." in rows
    assert "Indices count from 0." in shaped


def test_letters_have_their_spaces() -> None:
    text, _ = box(GRADIENT)
    assert r"$\bm{W}^{(1)} \in \mathbf{R}^{d \times n}$" in text
    assert r"$\ell \in \mathbf{R}$" in text


def test_an_element_of_one_letter_is_not_another_letter() -> None:
    networks = {"both": {"layers": "x:n -> Linear(d) -> Tanh -> Linear(k) -> z; z -> Linear(K)", "loss": "MSE"}}
    context = HomeworkContext(homework(networks=networks))
    (claim,) = notation_claim(context, [GRADIENT])
    assert claim.check().ok


def test_what_has_no_derivative_needs_no_box() -> None:
    assert notation_box(HomeworkContext(homework()), [Equation("y = x")]) == ()


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if "=" in sign.formula], ids=lambda sign: sign.formula)
def test_the_reader_takes_the_signs_for_what_they_are_said_to_be(sign: Any) -> None:
    table = Table((Tensor("a", ("a",), ("n",)), Tensor("b", ("b",), ("n",)), Size("n", ("n",))), (), 1)
    arrays = {name: numpy.random.default_rng(number).uniform(1, 2, 4) for number, name in enumerate("ab")}
    reading = read(sign.formula, table)
    point = Point(table, arrays, {"n": 4})
    left, right = (side.value(point, side.letters, dict.fromkeys(side.letters, 4)) for side in reading.sides)
    assert numpy.allclose(left, right)
