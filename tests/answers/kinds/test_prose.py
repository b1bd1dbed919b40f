from __future__ import annotations

from answers.latex.sheet import Plots, Room, Text
from tests.answers.sample import all_pass, answered, blank, refused

ITEM = {
    "kind": "prose",
    "text": "At most ${{s.Sigmoid_max}}$, and **never** more.",
    "evidence": {"s": {"kind": "slopes", "functions": ["Sigmoid"]}},
    "lines": 3,
}


def test_words_quote_their_evidence_and_show_its_figure() -> None:
    answer = answered(ITEM)
    text, figure = answer.blocks
    assert text == Text(r"At most $\frac{1}{4}$, and \textbf{never} more.")
    assert isinstance(figure, Plots)
    assert all_pass(answer)


def test_the_room_is_as_asked() -> None:
    assert blank(ITEM) == (Room(3),)
    assert blank({**ITEM, "lines": 0}) == ()


def test_a_value_that_no_evidence_provides() -> None:
    refused({**ITEM, "text": "{{s.Sigmoid_mx}}"}, saying="no evidence provides; did you mean s.Sigmoid_max")
    refused({**ITEM, "text": "{{t.x}}", "evidence": {}}, saying="the text quotes t.x")
