from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from answers.command.terminal import bar_shown
from tests.answers.command.runner import run, written

TEXT = r"\[ \frac{\partial \ell}{\partial W_1} = \left(W_2^T (\hat y - y) \odot \mathbf{1}[z_1 > 0]\right) x^T \]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("ada", TEXT), ("bob", TEXT.replace("W_2^T", "W_2"))):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "a.tex").write_text(text, encoding="utf-8")
    return tmp_path / "class"


def test_a_class_is_marked_by_several_workers(folder: Path, tmp_path: Path) -> None:
    csv = tmp_path / "points.csv"
    outcome = run("grade", written(tmp_path), folder, "--out", tmp_path / "out", "--csv", csv, "--workers", "2")
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[0] in (
        "2 hand-ins, 2 formulas: 1 right, 1 wrong", "2 hand-ins, 2 formulas: 1 wrong, 1 right",
    )  # fmt: skip
    assert [line.split(",")[0] for line in csv.read_text(encoding="utf-8").splitlines()] == ["student", "ada", "bob"]
    (answer,) = json.loads((tmp_path / "out" / "students" / "bob.json").read_text(encoding="utf-8"))["answers"]
    assert (answer["outcome"], answer["misconception"]) == ("wrong", "dropped transpose")
    assert (tmp_path / "out" / "report.md").is_file()
    assert run("grade", written(tmp_path), folder, "--out", tmp_path / "out", "--resume").out.startswith("2 hand-ins")


def test_bad_input_is_refused(folder: Path, tmp_path: Path) -> None:
    run("grade", written(tmp_path), tmp_path / "none").refused("there is no folder")
    run("grade", "nyu-2021", folder).refused("did you mean nyu-202")
    prose = written(tmp_path).read_text(encoding="utf-8").partition("          - kind")[0]
    words = written(tmp_path, f"{prose}          - {{kind: prose, text: Words.}}\n", "words.yaml")
    run("grade", words, folder).refused("asks for no formula")


def test_progress_is_shown_on_terminals_only() -> None:
    for terminal in (True, False):
        shown = io.StringIO()
        with bar_shown("Marking", 2, Console(file=shown, force_terminal=terminal)) as show:
            show("ada", 1)
        assert ("ada" in shown.getvalue()) is terminal
