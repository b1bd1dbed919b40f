from __future__ import annotations

import pytest
from pydantic import ValidationError

from answers.latex.sheet import Code, Equation, Room, Text
from tests.answers.sample import all_pass, answered, blank, homework, refused

STEPS = [
    {"text": "**Forward**: feed the batch.", "code": "y_hat = model(x)", "maths": r"\hat{y} = f(x)"},
    {"text": "Then stop."},
]
ITEM = {"kind": "procedure", "steps": STEPS}
EVIDENCE = {"descent": {"kind": "descent", "network": "regression", "steps": 2, "samples": 2}}


def test_each_step_in_words_mathematics_and_code() -> None:
    first, equation, code, second = answered(ITEM).blocks
    assert isinstance(first, Text)
    assert first.latex.startswith(r"\textbf{1.} \textbf{Forward}")
    assert equation == Equation(r"\hat{y} = f(x)")
    assert isinstance(code, Code)
    assert second == Text(r"\textbf{2.} Then stop.")


def test_the_closing_words_quote_evidence_that_is_checked() -> None:
    answer = answered({**ITEM, "closing": "From {{descent.before}} in {{descent.steps}} steps.", "evidence": EVIDENCE})
    closing = answer.blocks[-1]
    assert isinstance(closing, Text)
    assert closing.latex.endswith("in 2 steps.")
    assert "{{" not in closing.latex
    assert all_pass(answer)


def test_room_for_two_lines_a_step() -> None:
    assert blank(ITEM) == (Room(4),)


def test_code_must_be_python() -> None:
    with pytest.raises(ValidationError, match="line 1 of the code is no Python"):
        homework([{"kind": "procedure", "steps": [{"text": "x", "code": "for for"}]}])


def test_wrong_options() -> None:
    refused({**ITEM, "closing": "{{descent.befor}}", "evidence": EVIDENCE}, saying="the text quotes descent.befor")
