from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from answers.latex.sheet import Picture, Room, Text
from tests.answers.sample import all_pass, answered, blank, homework, refused

NEURON = {
    "kind": "graph",
    "equations": "f = sigma(w0*x0 + w1*x1 + w2)",
    "at": {"w0": 1, "w1": 3, "w2": -2, "x0": 5, "x1": 8},
}


def picture(*items: dict[str, Any]) -> Picture:
    (found,) = [block for block in answered(*items).blocks if isinstance(block, Picture)]
    return found


def numbers(latex: str, style: str) -> list[str]:
    return re.findall(rf"\\node\[{style},[^]]*\] at \S+ {{[^$]*\$(.*?)\$}};", latex)


def test_a_number_above_and_below_every_arrow() -> None:
    drawn = picture(NEURON).latex
    assert drawn.count(r"\draw[arrow]") == len(numbers(drawn, "forward")) == len(numbers(drawn, "backward")) == 13
    assert r"9.40 \cdot 10^{-12}" in numbers(drawn, "backward")
    assert "0" not in numbers(drawn, "backward")
    assert r"1 - 1.88 \cdot 10^{-12}" in numbers(drawn, "forward")
    assert all_pass(answered(NEURON))


def test_shapes_of_values_and_operators() -> None:
    drawn = picture({**NEURON, "grain": "sigma"}).latex
    shapes = re.findall(r"\\node\[(\w+),minimum width[^]]*\] at \S+ {\$(.*?)\$}", drawn)
    assert [latex for shape, latex in shapes if shape == "input"] == ["w_0", "x_0", "w_1", "x_1", "w_2"]
    assert [latex for shape, latex in shapes if shape == "operator"] == [r"\times", r"\times", "+", "+", r"\sigma"]
    assert [latex for shape, latex in shapes if shape == "output"] == ["f"]


@pytest.mark.parametrize(
    ("key", "above", "below", "claims"), [("drawing", 0, 0, 2), ("forward", 13, 0, 2), ("both", 13, 13, 3)]
)
def test_what_the_key_shows(key: str, above: int, below: int, claims: int) -> None:
    drawn = picture({**NEURON, "key": key}).latex
    assert (len(numbers(drawn, "forward")), len(numbers(drawn, "backward"))) == (above, below)
    answer = answered({**NEURON, "key": key})
    assert len(answer.claims) == claims
    assert all_pass(answer)


def test_several_arrows_from_a_node_are_summed_below_it() -> None:
    drawn = picture({"kind": "graph", "equations": "y = x + x*x", "at": {"x": 3}})
    assert sorted(numbers(drawn.latex, "backward")) == ["1", "1", "1", "3", "3", "7"]
    assert "the sum of theirs" in drawn.caption


def test_the_order_of_arguments_is_said_where_it_matters() -> None:
    assert r"upper arrow into $-$ or $\div$ is" in picture({"kind": "graph", "equations": "y = (a - b)/c"}).caption
    assert "upper" not in picture({"kind": "graph", "equations": "y = (a + b)*c - 1"}).caption


def test_the_question_sheet() -> None:
    assert blank({**NEURON, "lines": 5}) == (Room(5, ruled=False),)
    assert blank({**NEURON, "sheet": "none"}) == ()
    for sheet, above, below in (("blank", 0, 0), ("forward", 13, 0), ("given", 13, 13)):
        (drawn,) = blank({**NEURON, "sheet": sheet})
        assert isinstance(drawn, Picture)
        assert (len(numbers(drawn.latex, "forward")), len(numbers(drawn.latex, "backward"))) == (above, below)


def test_the_note_comes_first() -> None:
    assert answered({**NEURON, "note": "Look *here*."}).blocks[0] == Text(r"Look \emph{here}.")


def test_wrong_options() -> None:
    with pytest.raises(ValidationError, match="give the inputs their values with at"):
        homework([{"kind": "graph", "equations": "y = x", "key": "both"}])
    refused({"kind": "graph", "equations": "y = x; z = x", "at": {"x": 1}}, saying="several outputs (y, z)")
    refused({"kind": "graph", "equations": "y = x +"}, saying="cannot read the equation")
    refused({"kind": "graph", "equations": "y = x", "at": {"z": 1}}, saying="there is no input z")
