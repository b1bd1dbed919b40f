"""Programs of a class: the verdict is by what the course tests, in words, and what was not run is not wrong."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from answers.code import CodeReport
from answers.errors import HomeworkError, SandboxError
from answers.grading import programs
from answers.grading.paper import Paper, paper_of
from answers.grading.programs import AskedFile, Judged, Trial, judged, tried
from answers.grading.run import grade
from answers.homework.context import HomeworkContext
from answers.homework.load import loads
from tests.answers.command.runner import run

HOMEWORK = """\
title: Programs
questions:
  - id: "1"
    title: Backward by hand
    parts:
      - id: 1a
        points: 6
        question: Write the file.
        answer:
          - kind: code
            template: mlp
            library: numpy
            activations: {relu: ReLU, identity: Identity}
            losses: {mse_loss: MSE(mean)}
            example: [relu, identity, mse_loss]
"""


@pytest.fixture(scope="module")
def asked() -> AskedFile:
    paper: Paper = paper_of(HomeworkContext(loads(HOMEWORK).homework))
    (file,) = paper.files
    assert paper.columns == (file,)
    return file


@pytest.fixture(scope="module")
def solution(asked: AskedFile) -> str:
    return asked.assignment.solution


def of(asked: AskedFile, source: str, folder: Path, seed: int = 5) -> Judged:
    (folder / "mlp.py").write_text(source, encoding="utf-8")
    return judged(asked, folder / "mlp.py", Trial(seed))


def changed(source: str, right: str, wrong: str) -> str:
    assert source.count(right) == 1
    return source.replace(right, wrong)


def test_what_is_right_in_sequence_is_right(asked: AskedFile, solution: str, tmp_path: Path) -> None:
    found = of(asked, solution, tmp_path)
    assert (found.outcome, found.share) == ("right", 1)
    assert "Pieces alone (no points): all right." in found.feedback
    assert "Robustness (no points): all right." in found.feedback


def test_pieces_and_robustness_cost_nothing(asked: AskedFile, solution: str, tmp_path: Path) -> None:
    # The gradient of the loss carries a factor that backward takes away again.
    twice = changed(solution, "dJdy_hat = 2 * (y_hat - y) / (B * K)", "dJdy_hat = (y_hat - y) / (B * K)")
    start = 'W2 = self.parameters["W2"]\n        x, z1'
    twice = changed(twice, start, f"dJdy_hat = 2 * dJdy_hat\n        {start}")
    found = of(asked, twice, tmp_path)
    assert (found.outcome, found.share) == ("right", 1)
    assert re.search(r"Pieces alone \(no points\): \d+ of \d+ differ\.", found.feedback)


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("((y_hat - y) ** 2).mean()", "((y_hat - y) ** 2).sum() / B", "`loss` is .*; right for K = 1"),
        ("return loss, dJdy_hat", "return B * loss, dJdy_hat", "`loss` is .*a division by B is missing"),
        ('"dJdW1"] = dJdz1.T @ x', '"dJdW1"] = x.T @ dJdz1', "`dJdW1` has shape .*it is transposed"),
        ('"dJdW1"] = dJdz1.T @ x', '"dJdW1"] = -dJdz1.T @ x', "`dJdW1` is -1 times .*the sign is wrong"),
        ("dJdz1.sum(axis=0)", "dJdz1.mean(axis=0)", "`dJdb1` is .*division by B too many; right for B = 1"),
        ('"dJdb2"] =', '"dJdb2"] = numpy = 0 *', "`dJdb2` is 0 everywhere"),
        ("return dJdy * (z > 0)", "return dJdy", "`dJdb1` .*; for f = relu, g = relu|`dJdb1` .* cases"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    right: str, wrong: str, words: str, asked: AskedFile, solution: str, tmp_path: Path
) -> None:
    found = of(asked, changed(solution, right, wrong), tmp_path)
    assert found.outcome == "wrong"
    assert found.share is not None
    assert 0 < found.share < 1
    assert re.search(words, found.feedback), found.feedback


@pytest.mark.parametrize(
    ("source", "outcome", "words"),
    [
        ("import tensorflow_of_the_future", "not run", "imports tensorflow_of_the_future, which the homework does not"),
        ("import gradsheet", "wrong", "No module named 'gradsheet'"),
        ("import sympy", "not run", "imports sympy"),
        ("raise ModuleNotFoundError(\"No module named 'derive'\")", "wrong", "No module named 'derive'"),
        ("def broken(:", "wrong", "SyntaxError"),
        ("import os\nos.kill(os.getppid(), 9)", "wrong", "PermissionError"),
        ("raise ValueError('a\\n\\n**Right**: all `of` it\\x1b[2J')", "wrong", "ValueError: a \\*\\*Right"),
        ("", "wrong", "has no attribute 'MLP'"),
        ("\x00", "wrong", "null bytes"),
    ],
)
def test_what_does_not_run_is_said_so(source: str, outcome: str, words: str, asked: AskedFile, tmp_path: Path) -> None:
    found = of(asked, source, tmp_path)
    assert (found.outcome, found.share) == (outcome, None if outcome == "not run" else 0)
    assert words.replace("\\", "") in found.feedback
    assert "\x1b" not in found.feedback
    assert "\n**Right**" not in found.feedback


def test_what_a_file_says_itself_is_shown_as_it_is(asked: AskedFile, tmp_path: Path) -> None:
    source = """
class MLP:
    def __init__(self, *arguments):
        raise ValueError("**Right**: full points `x` ![](http://here) <b>")
"""
    lines = of(asked, source, tmp_path).feedback.splitlines()
    said = [line for line in lines if "full points" in line]
    assert said
    assert all(line.count("`") % 2 == 0 for line in said)
    assert all("full points" in "".join(line.split("`")[1::2]) for line in said)


def test_packages_that_the_homework_allows_can_be_imported(tmp_path: Path) -> None:
    allowing = loads(HOMEWORK.replace("            library:", "            allows: [scipy]\n            library:"))
    (asked,) = paper_of(HomeworkContext(allowing.homework)).files
    source = f"import scipy.special\nimport mine\n{asked.assignment.solution}"
    (tmp_path / "mine.py").write_text("x = 1", encoding="utf-8")
    assert "imports mine" in of(asked, source, tmp_path).feedback
    (tmp_path / "mlp.py").write_text(source, encoding="utf-8")
    modules = programs.modules_beside(tmp_path / "mlp.py", tmp_path)
    assert judged(asked, tmp_path / "mlp.py", Trial(5), modules).outcome == "right"
    assert programs.modules_beside(tmp_path / "mlp.py", tmp_path / "mlp.py") == []


def test_files_that_cannot_be_read_are_no_programs(asked: AskedFile, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mlp.py").symlink_to("/etc/passwd")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "mlp.py").write_text("", encoding="utf-8")
    assert programs.program_in(tmp_path, "mlp.py") is None
    (tmp_path / "ada.py").write_text("", encoding="utf-8")
    assert programs.program_in(tmp_path / "ada.py", "mlp.py") is None
    assert programs.program_in(tmp_path / "ada.py", "mlp.py", alone=True) == tmp_path / "ada.py"
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "MLP.py").write_text("", encoding="utf-8")
    found = programs.program_in(tmp_path, "mlp.py")
    assert found == tmp_path / "b" / "MLP.py"
    found.write_bytes(b"x" * 10_000_000)
    assert "cannot be read" in judged(asked, found, Trial()).feedback


def test_a_class_is_graded_and_taken_up_again(solution: str, tmp_path: Path) -> None:
    hw = tmp_path / "hw.yaml"
    hw.write_text(HOMEWORK, encoding="utf-8")
    sources = {
        "ada": solution,
        "bob": changed(solution, "dJdz1.T @ x", "-dJdz1.T @ x"),
        "cyd": "import no_such_package",
    }
    for name, source in sources.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "mlp.py").write_text(source, encoding="utf-8")
    (tmp_path / "class" / "eve").mkdir()
    out = tmp_path / "out"
    paper, handins = grade(str(hw), tmp_path / "class", out, workers=1, trial=Trial(3))
    assert {one.student: one.answers[0].outcome for one in handins} == {
        "ada": "right", "bob": "wrong", "cyd": "not run", "eve": "missing",
    }  # fmt: skip
    assert [one.earned for one in handins] == [6, 5, 0, 0]
    report = (out / "report.md").read_text(encoding="utf-8")
    assert "mlp.py: run with NumPy" in report
    assert "seed 3." in report
    assert "| cyd | 1a | mlp.py | not run | mlp.py |" in report
    assert "- 1 × dJdW1 is wrong, such as bob: `dJdW1` " in report
    assert report.count(" is wrong, such as ") == 1
    assert json.loads((out / "students" / "ada.json").read_text(encoding="utf-8"))["of"] == 6
    seen: list[str] = []
    grade(str(hw), tmp_path / "class", out, workers=1, resume=True, trial=Trial(3), advance=seen.append)
    assert sorted(seen) == ["ada", "bob", "cyd", "eve"]
    assert len(paper.columns) == 1


def test_the_sandbox_can_be_required(solution: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hw = tmp_path / "hw.yaml"
    hw.write_text(HOMEWORK, encoding="utf-8")
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "mlp.py").write_text(solution, encoding="utf-8")

    def lacking(*arguments: object, required: bool, **options: object) -> CodeReport:
        if required:
            raise SandboxError("mlp.py was not run: this system lacks for the sandbox Landlock")
        return CodeReport("NumPy", (), unconfined=("Landlock (files)",))

    monkeypatch.setattr(programs, "check_file", lacking)
    arguments = ("grade", hw, tmp_path / "class", "--out", tmp_path / "out", "--workers", "1")
    run(*arguments, "--sandbox", "required").refused("this system lacks for the sandbox Landlock")
    assert run(*arguments).code == 0
    assert "lacks for the sandbox Landlock (files)." in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_a_solution_that_is_not_right_itself_stops_the_grading(asked: AskedFile) -> None:
    spoilt = replace(asked.assignment, solution=changed(asked.assignment.solution, "dJdz1.T @ x", "dJdz1.T @ x * 2"))
    with pytest.raises(HomeworkError, match=r"the solution of mlp.py is not right here itself: dJdW1 is 2 times"):
        tried([replace(asked, assignment=spoilt)], Trial())


def test_our_own_solution_is_run_only_if_there_is_another_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hw = tmp_path / "hw.yaml"
    hw.write_text(HOMEWORK, encoding="utf-8")
    (tmp_path / "class" / "ada").mkdir(parents=True)

    def never(*arguments: object, **options: object) -> CodeReport:
        raise AssertionError("nothing is to be run")

    monkeypatch.setattr(programs, "check_file", never)
    (handin,) = grade(str(hw), tmp_path / "class", tmp_path / "out", workers=1)[1]
    assert handin.answers[0].outcome == "missing"
