from __future__ import annotations

from answers.latex.sheet import Room, Text
from tests.answers.sample import all_pass, answered, blank, cells, refused, the_table, verdicts

AT = {"w0": 1, "w1": 3, "w2": -2, "x0": 5, "x1": 8}
ITEM = {"kind": "comparison", "equations": "f = sigma(w0*x0 + w1*x1 + w2)", "grain": "sigma", "at": AT}


def test_the_same_exactly_and_not_in_floating_point() -> None:
    answer = answered(ITEM)
    first, *rows = cells(the_table(answer.blocks))
    assert first[1] == first[2] == r"$9.40 \cdot 10^{-12}$"
    assert all(row[3] == "$0$" for row in (first, *rows))
    assert all(row[4].endswith("apart") for row in (first, *rows))
    assert all_pass(answer)


def test_the_same_everywhere() -> None:
    answer = answered({**ITEM, "equations": "f = x*(y + y)", "other": "s = y + y; f = s*x", "at": {"x": 1, "y": 2}})
    assert [row[4] for row in cells(the_table(answer.blocks))] == ["the same", "the same"]
    assert all_pass(answer)


def test_another_function_is_not_the_same() -> None:
    answer = answered({**ITEM, "equations": "f = x*x", "other": "f = x*x*x", "at": {"x": 1}})
    sentence, *_ = answer.blocks
    assert isinstance(sentence, Text)
    assert "are not the same" in sentence.latex
    assert not verdicts(answer)[0].ok


def test_room_and_wrong_options() -> None:
    assert blank({**ITEM, "lines": 3}) == (Room(3),)
    refused({**ITEM, "other": "f = x"}, saying="the graphs have other inputs")
