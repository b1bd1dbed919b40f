from __future__ import annotations

from collections.abc import Sequence

from answers.contract.item import Claim
from answers.contract.methods import DIFFERENCES, EACH_STEP, FORWARD_PASS, VALUE_IN_DIGITS, Method
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


def certificate(entries: Sequence[Checked]) -> list[tuple[str, str, str, bool | None]]:
    (block,) = [block for section in key(*entries).sections for block in section.blocks
                if isinstance(block, sheet.Certificate)]  # fmt: skip
    return [(row.part, row.quantity, row.points, row.passed) for row in block.rows]


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


def test_the_certificate_groups_what_was_checked_alike() -> None:
    entries = [checked("1a", "x"), checked("1a", "y"), checked("1a", "z", FORWARD_PASS), checked("1b", "x")]
    assert certificate(entries) == [
        ("1a", "$x$, $y$", "3", True), ("", "$z$", "3", True), ("1b", "$x$", "3", True),
    ]  # fmt: skip


def test_what_failed_is_never_in_a_row_with_what_passed() -> None:
    failed = Comparison.failed("differs", 1e-5, 5)
    entries = [checked("1a", "x"), checked("1a", "y", verdict=failed), checked("1a", "z")]
    assert certificate(entries) == [("1a", "$x$", "3", True), ("", "$y$", "5", False), ("", "$z$", "3", True)]


def test_what_could_not_be_checked_has_a_row_of_its_own_that_says_why() -> None:
    untried = Comparison.untried("not checked: keras is not installed")
    (block,) = [block for section in key(checked("1a", "a"), checked("1a", "b", verdict=untried)).sections
                for block in section.blocks if isinstance(block, sheet.Certificate)]  # fmt: skip
    assert [(row.quantity, row.method, row.points, row.error, row.passed) for row in block.rows][1] == (
        "$b$", "not checked: keras is not installed", "", "", None,
    )  # fmt: skip
    assert block.rows[0].passed is True


def test_a_row_says_the_worst_of_its_quantities() -> None:
    entries = [checked("1a", "x"), checked("1a", "y", verdict=Comparison(2e-7, 1e-5, 9))]
    (block,) = key(*entries).sections[-1].blocks[1:]
    assert isinstance(block, sheet.Certificate)
    (row,) = block.rows
    assert (row.points, row.error) == ("3--9", r"$2.0 \cdot 10^{-7}$")


def test_the_certificate_explains_the_methods_that_occur() -> None:
    both = Checked("1a", Claim("x", "$x$", (EACH_STEP, DIFFERENCES), lambda: PASSED), PASSED)
    own = Method("a ruler", "lengths on paper")
    entries = [
        checked("1b", "w", own),
        checked("1b", "y", VALUE_IN_DIGITS.of(60)),
        both,
        checked("1b", "z", both.claim.methods[0]),
    ]
    (text, _) = key(*entries).sections[-1].blocks
    assert isinstance(text, sheet.Text)
    for words in ("differences", "each step", "its value to 60 digits"):
        assert rf"\emph{{{words}}}" in text.latex
    assert "proof" not in text.latex
    said = [
        text.latex.index(words) for words in ("differences", "each step", "its value", "a ruler} -- lengths on paper")
    ]
    assert said == sorted(said)
    assert text.latex.count("each step") == 1


def test_no_certificate_without_checks() -> None:
    assert [section.title for section in key().sections] == ["One", "Rubric"]


def test_the_certificate_says_what_it_is_of() -> None:
    homework = two_parts()
    entries = [checked("1a", "x")]
    for digest, words in (("", "."), ("0123456789abcdef" * 4, r" begins with \texttt{0123456789abcdef}.")):
        text, _ = key_sheet(homework, HomeworkContext(homework), entries, digest).sections[-1].blocks
        assert isinstance(text, sheet.Text)
        assert text.latex.endswith(words)
        assert "seed 0" in text.latex
        assert "Gradsheet" in text.latex
