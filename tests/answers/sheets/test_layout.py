from __future__ import annotations

from answers.contract.item import Claim
from answers.contract.methods import DIFFERENCES, Method
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework
from answers.homework.verify import Checked
from answers.latex import sheet
from answers.sheets.layout import key_sheet, question_sheet
from numeric.checks.comparison import Comparison
from tests.answers.sample import NETWORKS

PASSED = Comparison(1e-9, 1e-5, 3)


def two_parts() -> Homework:
    parts = [
        {"id": "1a", "question": "Explain *why*.", "points": 1, "answer": [{"kind": "prose", "text": "So."}]},
        {
            "id": "1b", "question": "Count.", "points": 2.5, "label": "(ii)",
            "rubric": [{"points": 2, "text": "the sum"}, {"points": 0.5, "text": "the sign"}],
        },
        {"id": "1c", "question": "Rest."},
    ]  # fmt: skip
    questions = [{"id": "1", "title": "One", "parts": parts}]
    return Homework.model_validate(
        {"title": "H & W", "introduction": "Hello.", "due": "Soon", "networks": NETWORKS, "questions": questions}
    )


def key(*checked: Checked) -> sheet.Sheet:
    homework = two_parts()
    return key_sheet(homework, HomeworkContext(homework), checked)


def checked(part: str, quantity: str, method: Method = DIFFERENCES, verdict: Comparison = PASSED) -> Checked:
    return Checked(part, Claim(quantity, f"${quantity}$", (method,), lambda: verdict), verdict)


def test_the_question_sheet_asks_and_leaves_room() -> None:
    homework = two_parts()
    questions = question_sheet(homework, HomeworkContext(homework))
    assert questions.title == r"H \& W"
    assert questions.introduction == "Hello."
    assert questions.fill_in == ("Name", "Student number")
    first, second, third = questions.sections[0].parts
    assert (first.label, first.text, first.points) == ("(a)", r"Explain \emph{why}.", "1 point")
    assert (second.label, second.points) == ("(ii)", "2.5 points")
    assert third.points == ""
    assert first.blocks == (sheet.Room(8),)
    assert second.blocks == ()


def test_the_key_answers_and_says_what_earns_points() -> None:
    section, rubric = key().sections
    assert section.parts[0].blocks == (sheet.Answer((sheet.Text("So."),)),)
    assert section.parts[1].blocks == ()
    (table,) = rubric.blocks
    assert isinstance(table, sheet.Rubric)
    assert [(row.part, row.points) for row in table.rows] == [("1a", "1"), ("1b", "2"), ("", "0.5")]
    assert table.total == "3.5"


def test_no_certificate_without_checks() -> None:
    assert [section.title for section in key().sections] == ["One", "Rubric"]
