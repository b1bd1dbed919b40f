"""Trainings in three libraries: they train, they report what is so; errors planted in them are caught."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from pydantic import ValidationError

from answers.code import Assignment, check_file
from answers.code.templates.training import Training
from answers.code.templates.training.cases import mean_over_classes
from tests.answers.code.running import assert_well_written, lay_out
from tests.forked import run_python
from tests.sweeps import sweep

pytest.importorskip("sklearn")

TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
CLASSIFICATION, REGRESSION = Training(), Training(task="regression")
GRADIENTS = {"dW1", "db1", "dW2", "db2"}
METRIC = "return np.sum(weight * (predicted == labels)) / np.sum(weight)"


def file_of(item: Training, library: str) -> Assignment:
    (found,) = [one for one in item.assignments() if one.file.endswith(f"_{library}.py")]
    return found


@pytest.mark.parametrize("item", [CLASSIFICATION, REGRESSION, Training(data="wine", activation="Tanh", rare=0.5)])
def test_the_reference_trains_and_its_gradients_are_right(item: Training) -> None:
    report = check_file(file_of(item, "numpy"))
    assert report.ok, report.failures
    assert {check.quantity for check in report.checks} == {"training", "report", item.metric, "loss", *GRADIENTS}


@TORCH
@pytest.mark.parametrize("item", [CLASSIFICATION, pytest.param(REGRESSION, marks=pytest.mark.slow)])
def test_the_files_for_pytorch_train(item: Training) -> None:
    report = check_file(file_of(item, "torch"))
    assert report.ok, report
    assert "torch" in report.how


@pytest.mark.parametrize("item", [CLASSIFICATION, REGRESSION])
def test_the_files_for_keras_train_or_are_said_to_be_unchecked(item: Training) -> None:
    report = check_file(file_of(item, "keras"))
    assert report.ok or report.lacking == ("keras",)
    assert report.ok == bool(report.checks)


@sweep(lambda where: frozenset(where))
@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        (METRIC, "return np.mean(predicted == labels)", {"weighted_accuracy", "report"}),
        (METRIC, "return np.sum(weight * (predicted == labels)) / len(labels)", {"weighted_accuracy", "report"}),
        ("weight = 1 / np.bin", "weight = np.bin", {"weighted_accuracy", "report"}),
        ("params[name] -= learning_rate", "params[name] += learning_rate", {"training"}),
        # The other layer makes up for it: that a network trains says little about its gradients.
        ("dW2 = dscores.T @ z2", "dW2 = -dscores.T @ z2", {"dW2"}),
        ("dz2 = dscores @ W2", "dz2 = 2 * dscores @ W2", {"dW1", "db1"}),
        ("db1 = dz1.sum(axis=0)", "db1 = dz1.mean(axis=0)", {"db1"}),
        ('"weighted_accuracy": weighted_accuracy(labels, predicted)', '"weighted_accuracy": 1.0', {"report"}),
    ],
)  # fmt: skip
def test_planted_errors_are_caught_where_they_are(right: str, wrong: str, where: set[str]) -> None:
    source = file_of(CLASSIFICATION, "numpy").solution
    assert source.count(right) == 1, "the text to replace is not in the solution once"
    report = check_file(file_of(CLASSIFICATION, "numpy"), source.replace(right, wrong))
    assert not report.problem
    assert {check.quantity for check in report.failures} == where


def test_the_metric_is_the_mean_recall() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    generator = numpy.random.default_rng(0)
    labels, predicted = generator.integers(3, size=50), generator.integers(3, size=50)
    expected = metrics.balanced_accuracy_score(labels, predicted)
    assert float(mean_over_classes(labels, predicted)) == pytest.approx(expected)


def test_a_package_that_is_not_installed_is_named_and_nothing_passes() -> None:
    report = check_file(replace(file_of(CLASSIFICATION, "numpy"), requires=("no_such_package",)))
    assert not report.ok
    assert report.lacking == ("no_such_package",)
    assert report.checks == ()


def test_a_package_that_cannot_be_imported_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It is found here, and not where the file runs.
    (tmp_path / "half_installed.py").write_text("import nothing_of_the_kind", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    report = check_file(replace(file_of(CLASSIFICATION, "numpy"), requires=("half_installed",)))
    assert report.lacking == ("half_installed",)


@pytest.mark.parametrize("item", [CLASSIFICATION, REGRESSION])
def test_the_files_are_well_written(item: Training, tmp_path: Path) -> None:
    for assignment in item.assignments():
        wide = assignment.file.endswith("_numpy.py")
        assert_well_written(tmp_path, assignment, 120 if wide else 79, ascii_only=not wide)


def test_the_handouts_leave_out_what_is_to_be_written() -> None:
    handed = {name: text for one in CLASSIFICATION.assignments() for name, text in one.handouts.items()}
    skeletons = {"classification_torch.py", "classification_keras.py"}
    assert set(handed) == skeletons | {f"test_{name}" for name in skeletons}
    for text in (handed[name] for name in skeletons):
        for name in ("weighted_accuracy", "make_model", "train"):
            assert f'raise NotImplementedError("{name}")' in text
        assert "np.bincount(labels)[labels]" not in text
        assert "Sequential" not in text


@TORCH
@pytest.mark.parametrize("item", [CLASSIFICATION, pytest.param(REGRESSION, marks=pytest.mark.slow)])
def test_the_example_tests_tell_right_from_wrong(item: Training, tmp_path: Path) -> None:
    assignment = file_of(item, "torch")
    lay_out(tmp_path, assignment.examples)
    (example,) = assignment.examples
    unweighted = assignment.solution.replace("1 / np.bincount", "1.0 * np.bincount").replace("np.var(y)", "np.std(y)")
    assert unweighted != assignment.solution
    for text, passes in ((assignment.solution, True), (assignment.skeleton, False), (unweighted, False)):
        lay_out(tmp_path, {assignment.file: text})
        done = run_python(tmp_path, example)
        assert (done.returncode == 0) == passes, done.stdout + done.stderr


def test_the_reference_says_how_good_it_is_to_guess(tmp_path: Path) -> None:
    lay_out(tmp_path, {"classification_numpy.py": file_of(CLASSIFICATION, "numpy").solution})
    done = run_python(tmp_path, "classification_numpy.py")
    assert done.returncode == 0, done.stderr
    trained, guessed = (
        [float(share) for share in re.findall(r"([\d.]+) %", line)] for line in done.stdout.splitlines()[1:]
    )
    assert guessed[0] > 80
    assert guessed[1] == 50
    assert trained[1] > 90


@pytest.mark.parametrize(
    ("options", "saying"),
    [
        ({"data": "diabetes"}, "diabetes is no set for a classification"),
        ({"data": "digit"}, r"digit is no set for a classification; did you mean digits\?"),
        ({"activation": "GELUTanh"}, "GELUTanh has no counterpart in the libraries"),
        ({"activation": "Rellu"}, r"the activation Rellu does not exist; did you mean ReLU\?"),
        ({"libraries": ("torch", "torch")}, "libraries must differ"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, object], saying: str) -> None:
    with pytest.raises(ValidationError, match=saying):
        Training.model_validate({"kind": "code", "template": "training", **options})
