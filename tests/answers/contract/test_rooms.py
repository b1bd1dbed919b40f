"""The room that a part leaves on the question sheet."""

from __future__ import annotations

from typing import Any

import pytest

from answers.homework.context import HomeworkContext
from answers.homework.load import HomeworkError, loads
from answers.latex.sheet import Block, Boxed, Plots, Room, Squared, Table, Text, sheet_latex
from answers.sheets.layout import key_sheet, question_sheet

HOMEWORK = """title: T
networks:
  net: {layers: "x:n -> Linear(K) -> y_hat", loss: MSE}
questions:
  - id: "1"
    title: Q
    parts:
      - {id: 1a, question: Why?, points: 2, room: ROOM, answer: [{kind: gradients, network: net}]}
"""


def blocks(room: str) -> tuple[Block, ...]:
    context = HomeworkContext(loads(HOMEWORK.replace("ROOM", room)).homework)
    (part,) = context.homework.parts()
    sheet_latex(question_sheet(context.homework, context))
    return context.blank(part)


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        ("lines", (Room(8),)),
        ("{kind: lines, lines: 3}", (Room(3),)),
        ("blank", (Room(8, ruled=False),)),
        ("box", (Boxed(8),)),
        ("{kind: box, title: 'Your *answer*:', lines: 2}", (Boxed(2, r"Your \emph{answer}:"),)),
        ("grid", (Squared(8),)),
        ("{kind: template, text: 'It is ____.'}", (Text(r"It is \_\_\_\_."),)),
        ("none", ()),
    ],
)
def test_room_takes_the_place_of_what_an_answer_leaves(room: str, expected: tuple[Block, ...]) -> None:
    assert blocks(room) == expected


def test_what_an_answer_needs_is_left_if_nothing_is_said() -> None:
    (table,) = blocks("null")
    assert isinstance(table, Table)


def test_axes() -> None:
    (plots,) = blocks("{kind: axes, x: [0, 10], y: [-1, 1], x_label: epoch, count: 2}")
    assert isinstance(plots, Plots)
    assert [plot.x.label for plot in plots.plots] == ["epoch", "epoch"]
    assert plots.plots[0].grid
    assert not plots.plots[0].curves


@pytest.mark.parametrize(
    ("room", "said"),
    [
        ("boxx", "there is no kind boxx; did you mean box"),
        ("{kind: box, line: 3}", "there is no key line; did you mean lines"),
        ("{kind: axes, x: [1, 0]}", "the range of x is empty"),
        ("{kind: template}", "the key text is missing"),
        ("{kind: lines, lines: 0}", "greater than or equal to 1"),
        ("3", "expected keys with values, got 3"),
    ],
)
def test_a_room_that_is_none_is_refused(room: str, said: str) -> None:
    with pytest.raises(HomeworkError, match=rf"homework:8: questions\[1\]\.parts\[1a\]\.room.*{said}"):
        blocks(room)


@pytest.mark.parametrize(("totals", "shown"), [("sums", 1), ("table", 1), ("none", 0)])
def test_the_points_of_a_sheet(totals: str, shown: int) -> None:
    homework = loads(f"totals: {totals}\n" + HOMEWORK.replace("room: ROOM, ", "")).homework
    sheet = question_sheet(homework, HomeworkContext(homework))
    said: Any = sheet.totals
    assert (said is not None) == bool(shown)
    if shown:
        assert (said.total, said.questions, said.table) == ("2", (("1", "2"),), totals == "table")
        assert sheet.sections[0].points == "2 points"
    assert key_sheet(homework, HomeworkContext(homework), ()).totals is None
