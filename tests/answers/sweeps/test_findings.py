"""Sentences are computed from the runs: other runs, other sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy
import pytest

from answers.sweeps.design import designed
from answers.sweeps.findings import finding
from answers.sweeps.runs import Sweep, gathered
from answers.trainings.trainer import Job, Outcome
from numeric.training import Trained
from tests.answers.trainings.described import described, job

WIDTHS = (2, 4, 8)


def invented(test: float, train: float, *, epochs: int = 5, stopped: str = "") -> Trained:
    """A training whose metric of the training samples rises to ``train`` in even steps."""
    rising = numpy.linspace(train / epochs, train, epochs)
    history = {"train_accuracy": rising, "validation_accuracy": rising * test / train, "train_loss": 1 - rising}
    return Trained({}, history, {"accuracy": test, "loss": 1 - test}, numpy.zeros(0), stopped)


def sweep(results: Sequence[Sequence[Trained]]) -> Sweep:
    """A sweep over the width, by the results of width 2, 4 and 8 for each seed."""
    design = designed(described(), {"width": WIDTHS})
    by_width = dict(zip(WIDTHS, results, strict=True))
    outcomes: list[Outcome] = []
    for setting in design.settings():
        place: Job = job(stack=setting.model.model_dump()["stack"])
        outcomes += [Outcome(place, result) for result in by_width[setting.model.value_of("width")]]
    return gathered(design, outcomes, len(results[0]), "accuracy")


def about_width(*results: Any) -> str:
    return finding(sweep([result if isinstance(result, list) else [result] for result in results]), "width", 0.9)


def test_a_rise_a_fall_and_a_peak_are_told_apart() -> None:
    low, middle, high = invented(0.6, 0.6), invented(0.8, 0.8), invented(0.95, 0.95)
    best, worst = r"is best at 8 ($95.0\,\%$) and worst at 2 ($60.0\,\%$).", r"is best at 2 ($95.0\,\%$)"
    assert f"The accuracy of the test rises with it: it {best}" in about_width(low, middle, high)
    assert f"The accuracy of the test falls with it: it {worst}" in about_width(high, middle, low)
    assert "The accuracy of the test is best at 4" in about_width(low, high, middle)


def test_differences_that_the_seeds_make_are_no_trend() -> None:
    noisy = [[invented(0.6, 0.9), invented(0.9, 0.9)], [invented(0.65, 0.9), invented(0.9, 0.9)]]
    said = about_width(*noisy, [invented(0.7, 0.9), invented(0.9, 0.9)])
    assert r"hardly depends on it: it is between $75.0\,\%$ and $80.0\,\%$" in said
    assert r"the seeds alone make it differ by up to $30.0\,\%$" in said


def test_convergence_is_counted_in_epochs() -> None:
    said = about_width(invented(0.7, 0.7), invented(0.95, 0.95, epochs=40), invented(0.95, 0.95, epochs=10))
    assert r"It reaches $90\,\%$ of accuracy on the training samples after $10$ epochs on average at 8" in said
    assert "and after $38$ at 4. Not every run gets there at 2." in said
    assert "No setting reaches" in about_width(*[invented(0.6 + k / 10, 0.7) for k in range(3)])


def test_overfitting_and_divergence_are_said() -> None:
    said = about_width(invented(0.7, 0.99), invented(0.9, 0.92), invented(0.5, 0.5, stopped="it diverged"))
    assert r"The training samples are ahead of the test by $29.0\,\%$ at 2, and by $2.0\,\%$ at 4." in said
    assert said.endswith("At 8, 1 of 1 runs diverged.")
    lucky = about_width(invented(0.7, 0.99), invented(0.9, 0.85), invented(0.8, 0.85))
    assert r"by $29.0\,\%$ at 2, and not ahead at 4." in lucky


def test_the_validation_samples_choose_the_best() -> None:
    design = sweep([[invented(0.7, 0.7)], [invented(0.9, 0.9)], [invented(0.8, 0.8)]])
    assert design.best.setting.value == 4
    assert design.worst.setting.value == 2
    assert design.best.final("test") == pytest.approx(0.9)
