from __future__ import annotations

from typing import Any

import pytest

from answers.errors import HomeworkContentError
from answers.homework.load import loads
from answers.homework.model import Part
from answers.homework.verify import verify
from answers.kinds.loss import LossPage
from derive.layers import ACTIVATION, LAYERS, LOSS

HEAD = """
title: Pages
sheets: [catalogue]
questions:
  - id: "1"
    title: First
    parts:
      - id: by-hand
        question: By hand.
        answer:
          - {kind: layer, layer: ReLU}
          - {kind: loss, loss: CrossEntropy(class), behind: Softmax}
  - id: "2"
    title: The rest
"""


def rest(sort: str, without: list[str]) -> tuple[Part, ...]:
    """The parts of the question with the rest; none if the question is gone."""
    _, *others = loads(f"{HEAD}    rest: {sort}\n    without: [{', '.join(without)}]\n").homework.questions
    return others[0].parts if others else ()


def loss_page(name: str) -> tuple[dict[str, Any], ...]:
    (part,) = rest("losses", [other for other in LOSS if other != name])
    return tuple(item.model_dump(include={"loss", "behind", "after"}) for item in part.answer)


def test_everything_that_no_part_is_about_gets_a_page_with_its_name() -> None:
    assert [part.id for part in rest("activations", ["Tanh"])] == [
        name for name in ACTIVATION if name not in ("ReLU", "Tanh")
    ]
    assert [part.id for part in rest("layers", [])] == list(LAYERS)
    assert [part.id for part in rest("losses", [])] == [name for name in LOSS if name != "CrossEntropy"]


def test_a_question_of_which_nothing_is_left_goes() -> None:
    assert rest("activations", list(ACTIVATION)) == ()


def test_a_loss_of_probabilities_stands_behind_the_layer_that_makes_them() -> None:
    assert loss_page("BCE") == ({"loss": "BCE", "behind": "Sigmoid", "after": None},)
    assert loss_page("MSE") == ({"loss": "MSE", "behind": None, "after": None},)
    assert loss_page("NLL") == (
        {"loss": "NLL", "behind": "LogSoftmax", "after": None},
        {"loss": "NLL(class)", "behind": "LogSoftmax", "after": "NLL"},
    )


def test_pages_of_layers_have_letters_for_what_they_need() -> None:
    made = {part.id: part.answer[0].model_dump()["options"] for part in rest("layers", [])}
    assert made["Linear"] == {"outputs": "o"}
    assert made["MaxPool2d"] == {"kernel": "k"}
    assert made["Flatten"] == {}


def test_the_pages_are_right() -> None:
    kept = {"Softplus", "Huber", "GroupNorm"}
    for sort, known in (("activations", ACTIVATION), ("losses", LOSS), ("layers", LAYERS)):
        homework = loads(f"{HEAD}    rest: {sort}\n    without: [{', '.join(set(known) - kept)}]\n").homework
        lines = [line for line in verify(homework) if line.part != "by-hand"]
        assert lines
        assert all(line.ok for line in lines)


def test_losses_of_a_file_are_those_without_their_arguments() -> None:
    parts = rest("losses", [])
    assert all(isinstance(part.answer[0], LossPage) for part in parts)
    assert "CrossEntropy" not in [part.id for part in parts]


def test_a_layer_with_its_own_names_is_known_and_one_that_cannot_be_read_is_told_in_its_place() -> None:
    named = HEAD.replace("layer: ReLU", 'layer: "Linear(3) as W, b"')
    _, others = loads(f"{named}    rest: layers\n").homework.questions
    assert not {"by-hand", "Linear"} & {part.id for part in others.parts}
    with pytest.raises(HomeworkContentError, match="by-hand"):
        list(verify(loads(f"{HEAD.replace('layer: ReLU', 'layer: Linear(3 as')}    rest: activations\n").homework))
