from __future__ import annotations

import pytest
from pydantic import ValidationError

from answers.homework.context import HomeworkContext
from answers.latex.sheet import Equation, Room, Steps, Text
from tests.answers.sample import all_pass, answered, blank, homework, refused

ITEM = {"kind": "derivative", "network": "scores", "of": "dl/dz3", "note": "They *cancel*:", "lines": 5}


def test_the_note_the_steps_and_the_result() -> None:
    answer = answered(ITEM, layout="gradient")
    note, steps = answer.blocks
    assert note == Text(r"They \emph{cancel}:")
    assert isinstance(steps, Steps)
    assert steps.result
    assert steps.steps[-1].right == r"\hat{\bm{y}} - \bm{y}"
    assert all_pass(answer)


def test_without_steps_the_result_alone() -> None:
    (_, result) = answered(ITEM, steps=False, layout="gradient").blocks
    assert isinstance(result, Equation)
    assert result.result
    assert result.latex.endswith(r"= \hat{\bm{y}} - \bm{y}")


def test_the_slope_of_an_activation() -> None:
    answer = answered({"kind": "derivative", "slope_of": "Sigmoid"})
    (steps,) = answer.blocks
    assert isinstance(steps, Steps)
    assert steps.steps[-1].right.count(r"\sigma") == 2
    assert all_pass(answer)


def test_the_slope_of_an_activation_of_the_homework() -> None:
    sample = homework(
        [{"kind": "derivative", "slope_of": "OwnMish"}], activations={"OwnMish": {"formula": "z*tanh(softplus(z))"}}
    )
    (part,) = sample.parts()
    (answer,) = HomeworkContext(sample).answered(part)
    assert all_pass(answer)


def test_the_room_is_as_asked() -> None:
    assert blank(ITEM) == (Room(5),)
    assert blank({**ITEM, "lines": 0}) == ()


@pytest.mark.parametrize("wrong", [{}, {"network": "scores"}, {"of": "dl/dz3"}, {**ITEM, "slope_of": "ReLU"}])
def test_one_of_two(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="give either network and of, or slope_of"):
        homework([{**wrong, "kind": "derivative"}])


def test_wrong_options() -> None:
    refused({**ITEM, "of": "dl/dz8"}, saying="there is no z8 in this network")
    refused({"kind": "derivative", "slope_of": "Sigmoidd"}, saying="there is no activation Sigmoidd; did you mean")
