"""``layers.py``: written from the derivations, right, readable; errors planted in it are caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from answers.code import check_file
from answers.code.templates.layers import LayersFile
from derive.conventions import Conventions
from tests.answers.code.running import assert_well_written, lay_out
from tests.answers.code.samples import checked, the_file
from tests.forked import run_python

ITEM = LayersFile()
FILE = the_file(ITEM)
SOLUTION = FILE.solution
ENDS = " of scores of 1000"

PLANTED = {
    "a transpose dropped": ("dW = dy.T @ x", "dW = (x.T @ dy)", {"dW, fc"}),
    "the weight transposed": ("dx = dy @ W", "dx = dy @ W.T", {"dx, fc", "dW, fc", "db, fc"}),
    "the bias left out": ("y = x @ W.T + b", "y = x @ W.T", {"y, fc"}),
    "the bias averaged": ("db = dy.sum(axis=0)", "db = dy.mean(axis=0)", {"db, fc"}),
    "a sign": ("dx = dy @ W", "dx = -dy @ W", {"dx, fc"}),
    "the mask left out": ("return dy * (x > 0)", "return dy", {"dx, relu"}),
    "the mask the wrong way round": ("return dy * (x > 0)", "return dy * (x < 0)", {"dx, relu"}),
    "the upstream gradient left out": ("return dy * (x > 0)", "return 1.0 * (x > 0)", {"dx, relu"}),
    "a term missing": ("y * (dy - (dy * y).sum(axis=1)[:, None])", "y * dy", {"dx, softmax"}),
    "a factor missing": ("y * (dy - ", "(dy - ", {"dx, softmax"}),
    "summed over the batch": ("e.sum(axis=1, keep", "e.sum(axis=0, keep", {"y, softmax", "dx, softmax"}),
    "overflow": ("shifted = x - x.max(axis=1, keepdims=True)", "shifted = x", set()),
    "the largest of all samples": ("x.max(axis=1, keepdims=True)", "x.max()", set()),
}  # fmt: skip


def test_the_solution_passes_at_large_scores_too() -> None:
    report = checked(SOLUTION, ITEM)
    assert report.ok, report.failures
    assert report.worst < 1e-12
    assert any(ENDS in check.what for check in report.checks)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_errors_are_caught_where_they_are(name: str) -> None:
    right, wrong, where = PLANTED[name]
    assert SOLUTION.count(right) == 1, "the text to replace is not in the solution once"
    report = checked(SOLUTION.replace(right, wrong), ITEM)
    assert report.failures
    assert {check.what for check in report.failures if ENDS not in check.what} == where


def test_the_skeleton_names_what_is_to_be_written() -> None:
    report = checked(FILE.skeleton, ITEM, shapes=1)
    assert all("NotImplementedError" in check.note for check in report.checks)
    assert len(report.failures) == len(report.checks) > 0


def test_the_files_are_well_written(tmp_path: Path) -> None:
    assert_well_written(tmp_path, FILE)


def test_the_example_tests_tell_right_from_wrong(tmp_path: Path) -> None:
    lay_out(tmp_path, FILE.examples)
    for text, passes in (
        (SOLUTION, True),
        (FILE.skeleton, False),
        (SOLUTION.replace("dy.T @ x", "2 * dy.T @ x"), False),
    ):
        lay_out(tmp_path, {"layers.py": text})
        done = run_python(tmp_path, "test_layers.py")
        assert (done.returncode == 0) == passes, done.stdout + done.stderr


def test_weights_stand_as_the_homework_says() -> None:
    (turned,) = ITEM.assignments(Conventions(weights="(in, out)"))
    assert "y = x @ W + b" in turned.solution
    assert "dW = x.T @ dy" in turned.solution
    assert "W is (D, M)" in turned.skeleton
    report = check_file(turned, turned.solution)
    assert report.ok, report.failures
    assert not check_file(turned, SOLUTION).ok
