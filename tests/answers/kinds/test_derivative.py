from __future__ import annotations

from typing import Any

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


def test_a_signal_that_the_part_has_derived_before_is_not_derived_again() -> None:
    elements: dict[str, Any] = {"kind": "elements", "network": "scores", "of": ["dl/dy_hat"]}
    network = {"scores": {"layers": "x:n -> Linear(1) -> Sigmoid -> y_hat", "loss": "BCE"}}
    asked: dict[str, Any] = {"kind": "derivative", "network": "scores", "of": "dl/dz1"}

    def lefts(*items: dict[str, Any]) -> list[str]:
        sample = homework(list(items), networks=network)
        (part,) = sample.parts()
        *_, last = HomeworkContext(sample).answered(part)
        assert all_pass(last)
        (steps,) = (block for block in last.blocks if isinstance(block, Steps))
        return list(dict.fromkeys(step.left for step in steps.steps if step.left))

    assert len(lefts(asked)) == 2
    assert len(lefts(elements, asked)) == 1
    assert len(lefts(asked, elements, asked)) == 1


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
