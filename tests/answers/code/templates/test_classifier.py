"""``classifier.py``: right, trains, readable; errors planted in it are caught."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from answers.code import check_file
from answers.code.templates.classifier import ClassifierFile
from answers.code.templates.classifier.template import cases
from derive.conventions import Conventions
from tests.answers.code.running import assert_well_written, lay_out
from tests.answers.code.samples import checked, the_file
from tests.forked import run_python

ITEM = ClassifierFile()
FILE = the_file(ITEM)
SOLUTION = FILE.solution
GRADIENTS = {"dW1", "db1", "dW2", "db2"}
ALL = {"probabilities", "loss", *GRADIENTS}

PLANTED = {
    "a sign": ("self.labels] -= 1", "self.labels] += 1", GRADIENTS),
    "the classes left out": ("        dscores[np.arange(N), self.labels] -= 1\n", "", GRADIENTS),
    "a sum for the mean": ("        dscores /= N\n", "", GRADIENTS),
    "the mean over classes too": ("dscores /= N", "dscores /= dscores.size", GRADIENTS),
    "the loss summed": ("labels].mean()", "labels].sum()", {"loss"}),
    "the sign of the loss": ("return -log_p", "return log_p", {"loss"}),
    "the slope of ReLU left out": ("dz1 = relu_backward(dz2, self.relu_cache)", "dz1 = dz2", {"dW1", "db1"}),
    "gradients swapped": ('"W1": dW1, "b1": db1', '"W1": -dW1, "b1": db1', {"dW1"}),
    "no ReLU": ("z2, self.relu_cache = relu_forward(z1)", "z2 = self.relu_cache = z1", ALL),
    "the logarithm of a probability that is 0": ("log_p = shifted - np.log(s)", "log_p = np.log(self.p)", {"loss"}),
}  # fmt: skip


def test_the_solution_passes() -> None:
    report = checked(SOLUTION, ITEM)
    assert report.ok, report.failures
    assert report.worst < 1e-12


@pytest.mark.parametrize("name", PLANTED)
def test_planted_errors_are_caught_where_they_are(name: str) -> None:
    right, wrong, where = PLANTED[name]
    assert SOLUTION.count(right) == 1, "the text to replace is not in the solution once"
    report = checked(SOLUTION.replace(right, wrong), ITEM)
    assert {check.quantity for check in report.failures} == where


def test_what_is_expected_at_the_ends_is_what_the_formulas_tend_to() -> None:
    (ends,) = [case for case in cases() if case.label.startswith("scores")]
    # The same network with weights that do not overflow: the loss is the difference of the scores, nearly.
    scores = ends.given["W2"] * 20
    loss = numpy.log(numpy.exp(scores).sum()) - scores[1]
    assert abs(loss - 2 * 20) < 1e-12
    assert ends.expected["loss"] == 2000


def test_the_skeleton_names_what_is_to_be_written() -> None:
    report = checked(FILE.skeleton, ITEM, shapes=1)
    assert all("NotImplementedError: forward" in check.note for check in report.checks)


def test_a_gradient_that_is_not_returned_is_named() -> None:
    report = checked(SOLUTION.replace(', "b2": db2}', "}"), ITEM, shapes=1)
    assert any("backward returns no gradient of b2; it returns W1, b1, W2" in check.note for check in report.failures)


def test_the_files_are_well_written(tmp_path: Path) -> None:
    assert_well_written(tmp_path, FILE)


def test_the_example_tests_tell_right_from_wrong(tmp_path: Path) -> None:
    lay_out(tmp_path, {**FILE.examples, **FILE.beside})
    climbing = SOLUTION.replace("self.params[name] -= learning", "self.params[name] += learning")
    for text, passes in ((SOLUTION, True), (FILE.skeleton, False), (climbing, False)):
        lay_out(tmp_path, {"classifier.py": text})
        done = run_python(tmp_path, "test_classifier.py")
        assert (done.returncode == 0) == passes, done.stdout + done.stderr


def test_weights_stand_as_the_homework_says() -> None:
    (turned,) = ITEM.assignments(Conventions(weights="(in, out)"))
    assert "W2 (hidden_dim, num_classes)" in turned.skeleton
    report = check_file(turned, turned.solution)
    assert report.ok, report.failures
