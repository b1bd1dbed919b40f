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
    assert "and after $38$ at 4." in said
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


SLOW = numpy.exp(-numpy.linspace(0, 0.4, 40))
SETTLED = 0.5 + numpy.exp(-numpy.linspace(0, 20, 40))
JUMPING = 0.6 + 0.2 * (-1.0) ** numpy.arange(40)
CURVES = {"slow": SLOW, "settled": SETTLED, "jumping": JUMPING, "getting on": JUMPING * SLOW**3}
SAID = {
    "slow": r"At 2 it learns too slowly: the loss falls without jumps, and is still falling at the end (by $10\,\%$",
    "settled": r"At 2 it underfits: the loss has settled at $0.50$, and the training samples are not learnt.",
    "jumping": r"At 2 it is unstable: in $47\,\%$ of the later epochs the loss jumps up by more than a tenth",
    "getting on": r"At 2 the loss jumps, but is still falling at the end (by $26\,\%$).",
}


@pytest.mark.parametrize("curve", CURVES)
def test_the_curve_says_why_a_setting_has_not_converged(curve: str) -> None:
    behind, good = invented(0.6, 0.6, epochs=40), invented(0.95, 0.95, epochs=40)
    told = Trained({}, {**behind.history, "train_loss": CURVES[curve]}, behind.test, numpy.zeros(0), "")
    said = about_width(told, good, good)
    assert SAID[curve] in said
    assert sum(sentence[:5] == "At 2 " for sentence in SAID.values() if sentence in said) == 1


def test_a_level_that_is_lost_again_has_a_cause_too() -> None:
    lost = invented(0.6, 0.95, epochs=40)
    lost.history["train_accuracy"][-1] = 0.7
    lost.history["train_loss"] = JUMPING
    assert "At 2 it is unstable" in about_width(lost, *[invented(0.95, 0.95, epochs=40)] * 2)
