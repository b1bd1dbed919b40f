from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from answers.formulas.pattern import stages
from answers.homework.context import HomeworkContext
from answers.kinds.affine import affine_verdict
from answers.latex.sheet import Equation, Room
from derive import network
from derive.matrix.build import scale, transpose
from tests.answers.sample import all_pass, answered, blank, homework

DEEP = "x:n -> Linear(d) -> 5*ReLU -> Linear(h) -> LeakyReLU -> Linear(K) -> y_hat"


def deep(layers: str = DEEP) -> tuple[HomeworkContext, Any]:
    sample = homework([{"kind": "affine", "network": "deep"}], networks={"deep": {"layers": layers}})
    (part,) = sample.parts()
    return HomeworkContext(sample), part


def test_the_matrix_and_the_vector_are_those_of_the_textbook() -> None:
    answer = answered({"kind": "affine", "network": "regression"})
    (parts,) = [b for b in answer.blocks if isinstance(b, Equation) and r"\bm{c} =" in b.latex]
    assert parts.latex == (
        r"\bm{A} = \bm{W}^{(2)} \, \bm{D}_1 \, \bm{W}^{(1)}, \qquad "
        r"\bm{c} = \bm{W}^{(2)} \, \bm{D}_1 \, \bm{b}^{(1)} + \bm{b}^{(2)}"
    )
    assert all_pass(answer)


def test_two_kinds_of_bends() -> None:
    context, part = deep()
    (answer,) = context.answered(part)
    assert all_pass(answer)
    assert len(answer.claims) == 3


@pytest.mark.parametrize("wrong", ["order", "sign", "offset"])
def test_a_wrong_matrix_or_vector_is_caught(wrong: str) -> None:
    net = network("x:3 -> Linear(3) -> ReLU -> Linear(3) -> y_hat")
    *before, last = stages(net)
    matrices = {"order": transpose(last.matrix), "sign": scale(-1, last.matrix)}
    offset = before[-1].offset if wrong == "offset" else last.offset
    planted = (*before, replace(last, matrix=matrices.get(wrong, last.matrix), offset=offset))
    assert affine_verdict(net, (*before, last)).ok
    verdict = affine_verdict(net, planted)
    assert not verdict.ok
    assert "do not give what the network computes" in verdict.note


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("x:n -> Linear(d) -> Tanh -> Linear(K)", "Tanh is not made of straight pieces"),
        ("x:n -> Linear(d) -> Softmax", "is not linear in z1"),
        ("x:(C,H) -> ReLU", "has 2 axes, expected a vector"),
    ],
)
def test_networks_that_are_not_piecewise_linear(layers: str, said: str) -> None:
    context, part = deep(layers)
    with pytest.raises(ValueError, match=said):
        context.answered(part)


def test_the_room_is_as_asked() -> None:
    assert blank({"kind": "affine", "network": "regression", "lines": 2}) == (Room(2),)
