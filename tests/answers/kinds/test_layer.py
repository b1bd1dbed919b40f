from __future__ import annotations

from answers.latex.sheet import Equation, Room, Steps
from tests.answers.sample import all_pass, answered, blank, refused

ITEM = {"kind": "layer", "layer": "Linear", "options": {"outputs": "m"}}


def test_forward_and_backward_of_a_layer() -> None:
    answer = answered(ITEM)
    assert any(isinstance(block, Equation) for block in answer.blocks)
    assert any(isinstance(block, Steps) for block in answer.blocks)
    assert len(answer.claims) == 4
    assert all_pass(answer)


def test_one_tensor_without_steps() -> None:
    answer = answered({**ITEM, "of": ["weight"], "steps": False})
    assert not any(isinstance(block, Steps) for block in answer.blocks)
    equations = [block.latex for block in answer.blocks if isinstance(block, Equation)]
    assert any(r"\bm{z}^{\top}" in latex for latex in equations)
    assert not any(r"\partial \bm{z}" in latex for latex in equations)


def test_room_to_write() -> None:
    assert all(isinstance(block, Room) for block in blank(ITEM))


def test_wrong_options() -> None:
    refused({**ITEM, "layer": "Liner"}, saying="part 1a, layer")
    refused({**ITEM, "of": ["weigth"]}, saying="part 1a, layer")
