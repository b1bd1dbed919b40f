from __future__ import annotations

import re

from answers.latex.sheet import Room, Table, Text
from tests.answers.sample import all_pass, answered, blank, cells, refused, the_table, verdicts

AT = {"w0": 1, "w1": 3, "w2": -2, "x0": 5, "x1": 8}
ITEM = {"kind": "comparison", "equations": "f = sigma(w0*x0 + w1*x1 + w2)", "grain": "sigma", "at": AT}


def test_the_same_exactly_and_not_in_floating_point() -> None:
    answer = answered({**ITEM, "names": ["in (e)", "in (c)"]})
    sentence, table = answer.blocks
    assert isinstance(table, Table)
    assert [column.title for column in table.columns][1:] == ["Exactly, in (e)", "in (c)", "Rounding, in (e)", "in (c)"]
    for row in cells(table):
        assert row[1] == row[2]
        here, there = (float(re.sub(r" \\cdot 10\^\{(.*)\}", r"e\1", cell.strip("$"))) for cell in row[3:])
        assert here > 1e-6 > 1e-14 > there
    assert isinstance(sentence, Text)
    assert (
        r"What loses the digits in (e) is the slope of $\sigma$, which is computed as $\sigma(u)(1 - \sigma(u))$"
        in sentence.latex
    )
    assert all_pass(answer)


def test_the_same_everywhere() -> None:
    answer = answered({**ITEM, "equations": "f = x*(y + y)", "other": "s = y + y; f = s*x", "at": {"x": 1, "y": 2}})
    assert [row[3:] for row in cells(the_table(answer.blocks))] == [("$0$", "$0$")] * 2
    assert all_pass(answer)


def test_the_same_to_many_digits() -> None:
    answer = answered({**ITEM, "equations": "f = log(x)", "grain": (), "other": "f = log(x*x)/2", "at": {"x": 3}})
    assert all_pass(answer)


def test_another_function_is_not_the_same() -> None:
    answer = answered({**ITEM, "equations": "f = x*x", "other": "f = x*x*x", "at": {"x": 1}})
    sentence, *_ = answer.blocks
    assert isinstance(sentence, Text)
    assert "are not the same" in sentence.latex
    assert not verdicts(answer)[0].ok


def test_room_and_wrong_options() -> None:
    assert blank({**ITEM, "lines": 3}) == (Room(3),)
    refused({**ITEM, "other": "f = x"}, saying="must have the same inputs")
