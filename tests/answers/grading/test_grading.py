"""Hand-ins marked: which formula answers what, points, pages, and a class that is stopped and taken up again."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from answers.errors import HomeworkContentError, HomeworkError
from answers.grading import run as running
from answers.grading.finding import needed
from answers.grading.pages import document, handin_of, page, report, table
from answers.grading.paper import Paper, paper_of
from answers.grading.programs import Trial
from answers.grading.run import grade, tasks_of
from answers.grading.student import MarkedHandin, marked_texts
from answers.handins.files import Format, HandinText
from answers.homework.context import HomeworkContext
from answers.homework.load import loads
from answers.sheets.answer_files import answer_files
from derive.remembering import forget

HOMEWORK = """\
title: Backpropagation
networks:
  net: {layers: "x:n -> Linear(d) -> Sigmoid -> Linear(K) -> Identity -> y_hat", loss: MSE}
marking: %s
questions:
  - id: "1"
    title: Gradients
    parts:
      - {id: 1a, question: Name it., answer: [{kind: prose, text: It.}]}
      - id: 1b
        points: 8
        question: Differentiate.
        answer: [{kind: gradients, network: net}]
      - id: 1c
        points: 2
        question: Elements.
        answer: [{kind: elements, network: net, of: [dl/dy_hat, dz2/dz1]}]
"""
RIGHT = {
    "dl/dW1": r"\left(2 W_2^T (\hat y - y) \odot z_2 \odot (1 - z_2)\right) x^T",
    "dl/db1": r"2 W_2^T (\hat y - y) \odot \sigma'(z_1)",
    "dl/dW2": r"2 (\hat y - y) z_2^T",
    "dl/db2": r"2 (\hat y - y)",
    "dl/dy_hat": r"2 (\hat y - y)",
    "dz2/dz1": r"\operatorname{diag}(z_2 \odot (1 - z_2))",
}


@cache
def paper(marking: str = "{}") -> Paper:
    return paper_of(HomeworkContext(loads(HOMEWORK % marking).homework))


def marked(text: str, form: Format = "tex", marking: str = "{}") -> dict[str, Any]:
    handin = marked_texts(paper(marking), "Ada", [HandinText("a", form, text)])
    return {answer.name: answer for answer in handin.answers if answer.outcome != "missing"}


def outcomes(text: str, form: Format = "tex") -> dict[str, str]:
    return {name: answer.outcome for name, answer in marked(text, form).items()}


@pytest.mark.parametrize("name", ["answers.tex", "answers.md", "answers.ipynb"])
def test_what_is_written_into_the_template_is_found_and_right(name: str) -> None:
    context = HomeworkContext(loads(HOMEWORK % "{}").homework)
    files = dict(answer_files(context.homework, context))
    text = files[name]
    if name.endswith("ipynb"):
        text = "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    for quantity, right in RIGHT.items():
        at = text.index("=", text.index(f" {quantity}", text.index("answer 1b")))
        text = f"{text[:at]}= {right}{text[at + 1 :]}"
    form: Format = "tex" if name.endswith("tex") else "md"
    assert outcomes(text, form) == dict.fromkeys(RIGHT, "right")
    handin = marked_texts(paper(), "Ada", [HandinText(name, form, text)])
    assert (handin.earned, handin.open, handin.notes) == (10, 0, ())


@pytest.mark.parametrize("name", ["answers.tex", "answers.md"])
def test_an_empty_template_is_missing_everything(name: str) -> None:
    context = HomeworkContext(loads(HOMEWORK % "{}").homework)
    assert outcomes(dict(answer_files(context.homework, context))[name], "tex" if name.endswith("tex") else "md") == {}


def test_answers_are_found_by_headings_tables_and_left_sides() -> None:
    assert outcomes(r"\section{1} \[ \frac{\partial \ell}{\partial b_2} = 2(\hat y - y) \]") == {"dl/db2": "right"}
    assert outcomes(r"\[ \nabla_{b_2} \ell = 2(\hat y - y) \]") == {"dl/db2": "right"}
    assert outcomes("### 1 (b)\n| $b_2$ | $2(\\hat y - y)$ |\n| $W_2$ | $2(\\hat y - y) z_2$ |\n", "md") == {
        "dl/db2": "right",
        "dl/dW2": "wrong",
    }
    assert outcomes("1 b)\ndl/db2 = 2(yhat - y)\ndl/dW2 = 2(yhat - y) z2.T\n", "txt") == {
        "dl/db2": "right",
        "dl/dW2": "right",
    }
    assert outcomes("Some words and $x = 1$.", "md") == {}


def test_definitions_of_the_student_are_used() -> None:
    text = (
        r"\newcommand{\e}{(\hat y - y)} With $\delta_2 = 2 \e$ let $\delta_1 = W_2^T \delta_2 \odot \sigma'(z_1)$."
        r"\begin{align} \frac{\partial \ell}{\partial b_1} &= \delta_1 \\ \nabla_{W_1} \ell &= \delta_1 x^T"
        r"\\ \frac{\partial \ell}{\partial W_2} &= \delta_2 z_2^T \end{align} Further $Q = \foo$."
    )
    assert outcomes(text) == {"dl/db1": "right", "dl/dW1": "right", "dl/dW2": "right"}


def test_the_last_answer_counts_and_what_stands_nowhere_is_noted() -> None:
    text = r"\[ \frac{\partial \ell}{\partial b_2} = \hat y \] \[ \frac{\partial \ell}{\partial b_2} = 2(\hat y - y) \]"
    assert outcomes(text) == {"dl/db2": "right"}
    handin = marked_texts(paper(), "Ada", [HandinText("a", "tex", r"\[ 2(\hat y - y) \]")])
    assert "under no question" in handin.notes[0]


def test_points_follow_the_homework() -> None:
    left = r"\[ \frac{\partial \ell}{\partial %s} = %s \]"
    turned = left % ("W_2", r"2 z_2 (\hat y - y)^T")
    assert marked(turned)["dl/dW2"].earned == 2
    assert marked(turned, marking="{transposed: 0.5}")["dl/dW2"].earned == 1
    kind = left % ("b_1", r"2 \sigma'(z_1) W_2^T (\hat y - y)")
    assert marked(kind, marking="{loose: 0.25}")["dl/db1"].earned == 0.5
    given = "{points: {1b: {dl/dW2: 6, dl/db2: 2}}}"
    assert marked(turned, marking=given)["dl/dW2"].earned == 6
    row = left % ("W_2", r"\frac{\partial \ell}{\partial z_3} z_2^T")
    assert marked(row)["dl/dW2"].outcome == "right"
    assert marked(row, marking="{partials: numerator}")["dl/dW2"].outcome == "wrong"
    assert marked(left % ("W_2", r"2 (\hat y - y) h^T"), marking="{symbols: {h: z2}}")["dl/dW2"].outcome == "right"


def test_what_follows_from_another_slip_has_its_share() -> None:
    """The slip itself costs its points, what is right with it only the homework's share of its own."""
    text = r"\[ \nabla_{b_2} \ell = \hat y - y \] \[ \nabla_{\hat y} \ell = \hat y - y \]"
    found = marked(text, marking="{follows: 0.5}")
    assert (found["dl/dy_hat"].earned, found["dl/dy_hat"].follows) == (0, "")
    assert (found["dl/db2"].earned, found["dl/db2"].follows) == (1, "dl/dy_hat")
    assert marked(text)["dl/db2"].earned == 2
    assert marked(text.partition(r"\] ")[0] + r"\]")["dl/db2"].earned == 0


def test_an_unread_answer_costs_nothing_and_is_queued_with_its_token() -> None:
    text = r"\[ \frac{\partial \ell}{\partial b_2} = 2(\hat y - q) \]"
    answer = marked(text)["dl/db2"]
    assert (answer.outcome, answer.earned, answer.token) == ("unread", None, "q")
    handin = marked_texts(paper(), "Ada", [HandinText("a", "tex", text)])
    assert (handin.earned, handin.open) == (0, 2)
    assert "| Ada | 1b | dl/db2 | `q` |" in report(paper(), [handin])
    assert table(paper(), [handin]).splitlines()[1].startswith("Ada,0,0,0,,0,0,0,2,")


@pytest.mark.parametrize(
    ("marking", "said"),
    [
        ("{points: {1d: {dl/dW1: 1}}}", "there is no part 1d; did you mean"),
        ("{points: {1b: {dl/dW1: 9}}}", "these are 9 points, the part has 8"),
        ("{transposed: 2}", "transposed"),
        ("{symbol: {}}", "did you mean symbols"),
    ],
)
def test_bad_marking_is_refused(marking: str, said: str) -> None:
    with pytest.raises(HomeworkError, match=said):
        loads(HOMEWORK % marking)


def test_points_for_what_is_not_asked_are_refused() -> None:
    with pytest.raises(HomeworkContentError, match="part 1b does not ask for dl/dW3; did you mean dl/dW"):
        paper("{points: {1b: {dl/dW3: 1}}}")


def test_documents_are_read_back_and_pages_say_what_is_wrong() -> None:
    text = r"\[ \frac{\partial \ell}{\partial b_2} = \hat y - y \]"
    handin = marked_texts(paper(), "Ada", [HandinText("a", "tex", text)])
    assert handin_of(document(paper(), handin, "k"), "k") == handin
    assert handin_of(document(paper(), handin, "k"), "other") is None
    assert handin_of("{", "k") is None
    shown = page(paper(), handin)
    assert "*Lost factor 2.*" in shown
    assert "0 of 10 points" in shown
    assert "2 × lost factor 2, such as Ada" in report(paper(), [handin, handin])


def test_names_are_no_formulas_of_spreadsheets() -> None:
    assert table(paper(), [MarkedHandin("=1+1", ())]).splitlines()[1].startswith("'=1+1")


SINGLE = """\
title: One thing
networks:
  net: {layers: "x:n -> Linear(d) -> Sigmoid -> Linear(K) -> Identity -> y_hat", loss: MSE}
questions:
  - id: "2"
    title: Gradients
    parts:
      - {id: 2a, points: 3, question: Differentiate., answer: [{kind: elements, network: net, of: [dl/dz2]}]}
"""


@pytest.mark.parametrize(
    ("latex", "outcome"),
    [
        (r"\sum_{k=1}^K 2 (\hat y_k - y_k) W^{(2)}_{ki}", "right"),
        (r"\sum_{k=1}^K (\hat y_k - y_k) W^{(2)}_{ki}", "wrong"),
        (r"= 2 \sum_{k=1}^K (\hat y_k - y_k) W^{(2)}_{ki}", "right"),
        (r"2 W_2^T (\hat y - y) \mathbf{1}[K = K]", "right"),
        (r"\sum_{k=1}^K 2 (\hat y_k - q_k) W^{(2)}_{ki}", "unread"),
        (r"\sum_{k=1}^K 2 (\hat y_k - y_k W^{(2)}_{ki}", "unread"),
        (r"\mathbf{1}[z_1 = 0] \foo", "unread"),
        (r"\Pr\{q = 1\} x", "unread"),
        (r"\frac{\partial \ell}{\partial z_1} = \sum_{k=1}^K \hat y_k", "missing"),
        (r"\frac{\partial \ell}{\partial z_{2,i}} = \sum_{k=1}^K", "unread"),
        (r"\frac{\partial \ell}{\partial z_{2,i}} = ", "missing"),
    ],
)
def test_limits_and_conditions_are_no_left_sides(latex: str, outcome: str) -> None:
    one = paper_of(HomeworkContext(loads(SINGLE).homework))
    text = rf"\section*{{2a}} \[ {latex} \]"
    answer = marked_texts(one, "Ada", [HandinText("a", "tex", text)]).answers[0]
    assert (answer.outcome, answer.earned) == (outcome, {"right": 3, "unread": None}.get(outcome, 0)), answer


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "class"
    for number in range(5):
        (folder / f"s{number}").mkdir(parents=True)
        factor = number or ""
        text = rf"\[ \frac{{\partial \ell}}{{\partial b_2}} = {factor} (\hat y - y) \]"
        (folder / f"s{number}" / "a.tex").write_text(text, encoding="utf-8")
    (folder / "alone.md").write_text("$$\\nabla_{b_2} \\ell = 2(\\hat y - y)$$", encoding="utf-8")
    (folder / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "hw.yaml").write_text(HOMEWORK % "{}", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_class_that_was_stopped_is_taken_up_without_loss_or_doubling(
    class_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homework = str(tmp_path / "hw.yaml")
    grade(homework, class_folder, tmp_path / "whole", workers=1)
    done: list[str] = []

    def stop_after_two(student: str) -> None:
        done.append(student)
        if len(done) == 2:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        grade(homework, class_folder, out, workers=1, advance=stop_after_two)
    made = {path.stem for path in (out / "students").glob("*.json")}
    assert len(made) < 6
    (out / "students" / "s4.json").write_text("{half", encoding="utf-8")
    again: list[str] = []
    real = running.mark_one

    def noted(homework: str, digest: str, task: running.Task, trial: Trial) -> str:
        again.append(task.student)
        return real(homework, digest, task, trial)

    monkeypatch.setattr(running, "mark_one", noted)
    grade(homework, class_folder, out, workers=1, resume=True)
    assert sorted(again) == sorted({"alone", "s0", "s1", "s2", "s3", "s4"} - (made - {"s4"}))
    assert contents(out) == contents(tmp_path / "whole")
    again.clear()
    grade(homework, class_folder, out, workers=1, resume=True)
    assert again == []
    (class_folder / "s1" / "a.tex").write_text(r"\[ \nabla_{b_2} \ell = 2(\hat y - y) \]", encoding="utf-8")
    _, handins = grade(homework, class_folder, out, workers=1, resume=True)
    assert again == ["s1"]
    assert {handin.student: handin.earned for handin in handins}["s1"] == 2


def test_names_of_students_are_those_of_folders_and_files(class_folder: Path, tmp_path: Path) -> None:
    (class_folder / "s1.tex").write_text("x", encoding="utf-8")
    names = [task.student for task in tasks_of(class_folder, tmp_path / "out")]
    assert names == ["alone", "s0", "s1", "s1.tex", "s2", "s3", "s4"]
    with pytest.raises(HomeworkError, match="there is no folder"):
        tasks_of(class_folder / "none", tmp_path)
    (class_folder / "none").mkdir()
    with pytest.raises(HomeworkError, match="nothing to mark"):
        tasks_of(class_folder / "none", tmp_path)


def test_what_is_broken_stops_no_class(class_folder: Path, tmp_path: Path) -> None:
    (class_folder / "s0" / "b.ipynb").write_text("{", encoding="utf-8")
    (class_folder / "s1" / "b.md").write_bytes(b"\x00\x01")
    (class_folder / "s2" / "b.tex").write_text("\\newcommand{\\a}{\\a\\a \\[ $$ \\begin{align", encoding="utf-8")
    (class_folder / "empty").mkdir()
    _, handins = grade(str(tmp_path / "hw.yaml"), class_folder, tmp_path / "out", workers=1)
    notes = {handin.student: handin.notes for handin in handins}
    assert "b.ipynb is no notebook" in notes["s0"][0]
    assert "b.md is no text" in notes["s1"][0]
    assert "no file that could hold formulas" in notes["empty"][0]
    assert len(handins) == 7


def test_only_definitions_that_are_needed_are_read() -> None:
    given = {"h": "z_2", r"\delta_1": "a h", r"\bm{e}": r"\hat y - y", "q": r"\foo"}
    assert [name for name, _ in needed(given, r"\delta_1 x^T")] == ["h", r"\delta_1"]
    assert [name for name, _ in needed(given, r"2 \mathbf e z_2^T")] == [r"\bm{e}"]
    assert needed(given, "x") == ()


def test_a_student_may_be_called_as_a_file_of_the_class(class_folder: Path, tmp_path: Path) -> None:
    (class_folder / "s0").rename(class_folder / "report")
    grade(str(tmp_path / "hw.yaml"), class_folder, tmp_path / "out", workers=1)
    made = contents(tmp_path / "out")
    assert {"report.md", "report.csv", "students/report.md", "students/report.json"} <= set(made)
    assert made["report.md"] != made["students/report.md"]


def test_where_a_file_lies_counts_as_what_it_holds(class_folder: Path, tmp_path: Path) -> None:
    homework, out = str(tmp_path / "hw.yaml"), tmp_path / "out"
    grade(homework, class_folder, out, workers=1)
    before = contents(out)
    (class_folder / "s1" / "b").mkdir()
    (class_folder / "s1" / "a.tex").rename(class_folder / "s1" / "b" / "a.tex")
    grade(homework, class_folder, out, workers=1, resume=True)
    changed = {name for name, content in contents(out).items() if content != before[name]}
    assert "students/s1.json" in changed


def test_an_answer_that_breaks_the_marking_is_noted_with_the_fault(
    class_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("answers.grading.student.mark", breaks)
    forget()
    _, handins = grade(str(tmp_path / "hw.yaml"), class_folder, tmp_path / "out", workers=1)
    (note,) = handins[1].notes
    assert "ZeroDivisionError: on purpose" in note
    assert "unread" in {answer.outcome for answer in handins[1].answers}
    monkeypatch.undo()
    _, handins = grade(str(tmp_path / "hw.yaml"), class_folder, tmp_path / "again", workers=1)
    assert handins[1].notes == ()
