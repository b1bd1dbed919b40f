"""Gradescope's folders read, its results written; hand-ins spread over a cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from answers.errors import HomeworkError
from answers.grading.gradescope import results_of, student_of_one, students_of
from answers.grading.run import grade, tasks_of
from answers.grading.student import MarkedAnswer, MarkedHandin
from tests.answers.command.runner import HOMEWORK, run, written

LEFT = r"\frac{\partial \ell}{\partial W_1} ="
RIGHT = rf"$${LEFT} W_2^T(\hat y-y) \odot 1[z_1>0] x^T$$"
WRONG = rf"$${LEFT} W_2(\hat y-y) \odot 1[z_1>0] x^T$$"
UNREAD = rf"$${LEFT} \heartsuit x^T$$"
METADATA = """\
---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1'
    :email: ada@example.org
  :created_at: !ruby/object:Time 2026-10-01 10:00:00.0 Z
  :score: 0.0
submission_12:
  :submitters:
  - :name: Bob
  - :name: C/D
submission_13:
  :submitters: []
"""


def homework(folder: Path) -> str:
    return str(written(folder, HOMEWORK.replace("question: D", "points: 2\n        question: D")))


def download(folder: Path) -> Path:
    for number, text in {"11": RIGHT, "12": WRONG, "13": UNREAD}.items():
        (folder / f"submission_{number}").mkdir(parents=True)
        (folder / f"submission_{number}" / "a.md").write_text(text, encoding="utf-8")
    (folder / "submission_metadata.yml").write_text(METADATA, encoding="utf-8")
    return folder


def results(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return found


def test_a_download_says_who_is_who(tmp_path: Path) -> None:
    folder = download(tmp_path / "in")
    assert students_of(folder) == {"submission_11": "Ada Lovelace", "submission_12": "Bob, C/D"}
    tasks = tasks_of(folder, tmp_path / "out", gradescope=True)
    assert [task.student for task in tasks] == ["Ada Lovelace", "Bob, C-D", "submission_13"]
    assert tasks_of(folder, tmp_path / "out")[0].student == "submission_11"


def test_each_submission_gets_its_results(tmp_path: Path) -> None:
    scores = tmp_path / "scores"
    outcome = run(
        "grade", homework(tmp_path), download(tmp_path / "in"), "--out", tmp_path / "out", "--workers", "1",
        "--gradescope", scores,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    ada, bob, other = (results(scores / f"submission_{number}") for number in (11, 12, 13))
    assert (ada["score"], bob["score"], other["score"]) == (2, 0, 0)
    assert [test["status"] for test in (ada["tests"][0], bob["tests"][0])] == ["passed", "failed"]
    assert "transpose" in bob["tests"][0]["output"].lower()
    assert "score" not in other["tests"][0]
    assert "2 more points" in other["output"]
    assert (tmp_path / "out" / "students" / "Ada Lovelace.md").exists()


def test_where_the_autograder_runs_the_folder_is_one_hand_in(tmp_path: Path) -> None:
    folder = tmp_path / "autograder" / "submission"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.md").write_text(RIGHT, encoding="utf-8")
    (folder.parent / "submission_metadata.json").write_text('{"users": [{"name": "Ada"}]}', encoding="utf-8")
    _, handins = grade(homework(tmp_path), folder, tmp_path / "out", workers=1, gradescope=tmp_path / "results")
    assert [handin.student for handin in handins] == ["Ada"]
    assert results(tmp_path / "results")["score"] == 2


@pytest.mark.parametrize(
    "text", ["a: [", "- 1\n", "submission_1: 7\n", "submission_1: {':submitters': [7, {}]}\n", "\x00"]
)
def test_a_file_of_another_form_names_nobody_or_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "submission_metadata.yml").write_text(text, encoding="utf-8")
    if text in ("a: [", "\x00"):
        with pytest.raises(HomeworkError, match=r"submission_metadata.yml cannot be read"):
            students_of(tmp_path)
    else:
        assert students_of(tmp_path) == {}
    (tmp_path / "submission_metadata.json").write_text(text, encoding="utf-8")
    with pytest.raises(HomeworkError, match="cannot be read"):
        student_of_one(tmp_path / "one")


def test_results_hold_what_is_open_without_points() -> None:
    answers = (MarkedAnswer("1a", "f", "right", 1, 1.0), MarkedAnswer("1b", "g", "not run", 2, None, feedback="why"))
    read = json.loads(results_of(MarkedHandin("Ada", answers, ("a note",))))
    assert read["score"] == 1
    assert read["tests"][1] == {"name": "1b g", "output": "To be looked at. why", "output_format": "md"}
    assert "- a note" in read["output"]


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(HomeworkError, match="no scheduler of Dask answers at nothing://here"):
        grade(homework(tmp_path), download(tmp_path / "in"), tmp_path / "out", dask="nothing://here")


@pytest.mark.slow
def test_a_cluster_marks_what_one_machine_would(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    folder = download(tmp_path / "in")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        _, spread = grade(homework(tmp_path), folder, tmp_path / "out", dask=cluster.scheduler_address)
    _, alone = grade(homework(tmp_path), folder, tmp_path / "alone", workers=1)
    assert spread == alone
