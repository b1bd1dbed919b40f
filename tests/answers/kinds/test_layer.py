from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from answers.contract.item import Answered
from answers.kinds.layer import elements_claim
from answers.latex.sheet import Equation, Heading, Legend, Room, Steps, Text
from derive import layer
from derive.written_out import written_out
from tests.answers.sample import all_pass, answered, blank, homework, last, refused

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


def test_ranges_are_said_as_asked() -> None:
    padded = {"kind": "layer", "layer": "Conv1d", "options": {"outputs": "D", "kernel": "k", "padding": "p"}}
    shown = {}
    for ranges in ("brackets", "cases", "limits"):
        answer = answered({**padded, "of": ["z"], "steps": False, "ranges": ranges})
        assert all_pass(answer)
        (shown[ranges],) = [block.latex for block in _results(answer)]
    assert r"\mathbf{1}[" in shown["brackets"]
    assert r"\begin{cases}" in shown["cases"]
    assert r"\max" in shown["limits"]
    assert r"\min" in shown["limits"]
    with pytest.raises(ValidationError, match="limits"):
        answered({**padded, "ranges": "limit"})


def _results(answer: Answered) -> list[Equation]:
    return [block for block in answer.blocks if isinstance(block, Equation) and block.result]


def test_room_to_write() -> None:
    assert all(isinstance(block, Room) for block in blank(ITEM))


def test_wrong_options() -> None:
    refused({**ITEM, "layer": "Liner"}, saying="part 1a, layer")
    refused({**ITEM, "of": ["weigth"]}, saying="part 1a, layer")


SMALL = {
    "kind": "layer",
    "layer": "Conv2d",
    "options": {"outputs": 1, "kernel": 2},
    "written_out": {"C": 1, "H": 3, "W": 3},
}


def test_a_small_convolution_is_written_out() -> None:
    answer = answered(SMALL)
    equations = [block.latex for block in answer.blocks if isinstance(block, Equation)]
    assert len(equations) == 4 + 9 + 4 + 1
    assert any(latex.count("weight") == 4 and r"\partial z_{2,2}" in latex for latex in equations)
    assert len(answer.claims) == 4
    assert all_pass(answer)


def test_a_wrong_element_is_found() -> None:
    conv = layer("Conv2d", 1, 2)
    sizes = {"C": 1, "H": 3, "W": 3}
    elements = written_out(conv.vjp("weight"), sizes)
    first, second, *others = elements.elements
    assert elements_claim(elements, sizes).check().ok
    assert not elements_claim(replace(elements, elements=(second, first, *others)), sizes).check().ok


def test_a_missing_size_is_named() -> None:
    refused({**SMALL, "written_out": {"C": 1, "H": 3}}, saying="W")


def test_sizes_by_the_names_of_the_text() -> None:
    named = answered({**SMALL, "written_out": {}, "sizes": ["C_in", "H_in", "W_in"]})
    shapes = [step.shape for block in named.blocks if isinstance(block, Steps) for step in block.steps]
    assert any(r"H_{\mathrm{in}}" in shape for shape in shapes)
    refused({**SMALL, "sizes": ["H", "W"]}, saying="C, H, W")


def test_every_rule_where_it_is_asked_for_and_the_signs_explained() -> None:
    options = {"outputs": "m", "kernel": "k"}
    page, whole = (answered({**ITEM, "layer": "Conv2d", "options": options} | more) for more in ({}, {"steps": "full"}))
    counts = [sum(len(block.steps) for block in answer.blocks if isinstance(block, Steps)) for answer in (page, whole)]
    assert counts[0] < counts[1]
    assert any(isinstance(block, Legend) and "cross-correlation" in str(block.entries) for block in whole.blocks)


def test_a_note_and_no_room() -> None:
    item = {**ITEM, "note": "In words.", "lines": 0}
    assert blank(item) == ()
    assert isinstance(answered(item).blocks[0], Text)


def test_a_layer_of_the_homework_s_own() -> None:
    own = {
        "axes": ["n"],
        "sizes": ["m"],
        "shapes": {"U": ["m", "n"], "u": ["m"], "y": ["m"]},
        "parameters": ["U"],
        "equations": "u[i] = sum[j] U[i,j]*z[j]; y[i] = u[i]^2",
    }
    keys = {"layers": {"Squares": own}, "activations": {"Cube": {"formula": "z^3"}}}
    items: list[dict[str, Any]] = [
        {"kind": "layer", "layer": "Squares", "options": {"m": 3}},
        {"kind": "layer", "layer": "Cube"},
    ]
    context, part = last(homework(items, **keys))
    for answer in context.answered(part):
        assert all_pass(answer)


def test_the_forward_pass_alone() -> None:
    answer = answered({**ITEM, "of": [], "sizes": [3]})
    assert [block.latex for block in answer.blocks if isinstance(block, Heading)] == ["Forward"]
    assert all_pass(answer)


@pytest.mark.parametrize(("of", "names"), [(None, {"z", "weight", "bias"}), (["weight"], {"weight"}), ([], set())])
def test_what_is_graded_is_what_the_key_shows(of: list[str] | None, names: set[str]) -> None:
    context, part = last(homework([ITEM if of is None else {**ITEM, "of": of}]))
    assert {derivation.quantity.name for derivation in context.asked(part)} == {f"dl/d{name}" for name in names}
