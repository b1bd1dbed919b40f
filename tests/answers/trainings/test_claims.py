"""Every claim of a training fails when what it says is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy
import pytest

from answers.errors import HomeworkContentError
from answers.trainings.claims import target_claim, training_claims
from answers.trainings.trainer import Outcome
from numeric.codegen import Compiled
from numeric.training import Trained
from tests.answers.trainings.described import outcome

REPLAY, GRADIENTS, MEASURED = range(3)


@pytest.fixture(scope="module")
def honest() -> Outcome:
    return outcome()


def test_all_hold(honest: Outcome) -> None:
    verdicts = [claim.check() for claim in training_claims("spiral", honest)]
    assert [verdict.ok for verdict in verdicts] == [True] * 3
    assert min(verdict.points for verdict in verdicts) >= 4


def test_they_hold_in_single_precision() -> None:
    assert all(claim.check().ok for claim in training_claims("spiral", outcome(precision="float32")))


def changed(honest: Outcome, **changes: Any) -> Outcome:
    return Outcome(honest.job, replace(honest.trained, **changes))


def moved(trained: Trained) -> dict[str, Any]:
    return {**trained.parameters, "b1": trained.parameters["b1"] + 1e-6}


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (REPLAY, lambda t: {"first_losses": t.first_losses * (1 + 1e-6)}),
        (REPLAY, lambda t: {"first_losses": t.first_losses[::-1].copy()}),
        (REPLAY, lambda t: {"first_losses": t.first_losses[:0]}),
        (MEASURED, lambda t: {"parameters": moved(t)}),
        (MEASURED, lambda t: {"test": {**t.test, "accuracy": t.test["accuracy"] + 0.01}}),
        (MEASURED, lambda t: {"test": {"loss": t.test["loss"]}}),
    ],
)
def test_a_result_that_was_changed_fails(honest: Outcome, place: int, change: Callable[[Trained], Any]) -> None:
    claims = training_claims("spiral", changed(honest, **change(honest.trained)))
    assert not claims[place].check().ok


def wrong_gradients(compiled: Compiled, spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> Compiled:
    def both(params: Mapping[str, Any], x: Any, y: Any) -> Any:
        loss, gradients = compiled.functions["loss_and_gradients"](params, x, y)
        return loss, spoil(gradients)

    return replace(compiled, functions={**compiled.functions, "loss_and_gradients": both})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: {**g, "W1": -g["W1"]},
        lambda g: {**g, "b2": 2 * g["b2"]},
        lambda g: {**g, "W1": g["W1"][::-1]},
        lambda g: {**g, "W2": g["W2"] * 1.001},
    ],
)
def test_a_gradient_that_is_wrong_fails(honest: Outcome, spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    tampered = Outcome(honest.job, honest.trained)
    learner = replace(honest.learner, compiled=wrong_gradients(honest.learner.compiled, spoil))
    tampered.__dict__["learner"] = learner
    assert not training_claims("spiral", tampered)[GRADIENTS].check().ok


def test_a_target_that_is_missed_fails(honest: Outcome) -> None:
    data = honest.data
    assert target_claim("s", "accuracy", 0.95, {"accuracy": 0.96}, data).check().ok
    verdict = target_claim("s", "accuracy", 0.95, {"accuracy": 0.9}, data).check()
    assert not verdict.ok
    assert verdict.note == "accuracy of s on spiral at least 95 %, but it is 90.0 %"
    assert target_claim("line", "mse", 10, {"mse": 9}, data).check().ok
    assert not target_claim("line", "mse", 10, {"mse": 11}, data).check().ok
    assert not target_claim("line", "accuracy", 0.5, {"accuracy": float("nan")}, data).check().ok


@pytest.mark.parametrize("reached", [0.1, 0.46, 1.0, float("nan")])
def test_a_target_for_data_that_are_not_here_is_neither_reached_nor_missed(honest: Outcome, reached: float) -> None:
    data = replace(honest.data, asked="CIFAR-10")
    claim = target_claim("photos", "accuracy", 0.45, {"accuracy": reached}, data)
    assert claim.quantity == "accuracy of photos on CIFAR-10 at least 45 %"
    verdict = claim.check()
    assert (verdict.unchecked, verdict.points, verdict.note) == (True, 0, "not checked: CIFAR-10 is not here")


def test_a_training_that_diverged_is_replayed_too() -> None:
    diverged = outcome(optimiser={"kind": "SGD", "learning_rate": 1e300})
    assert diverged.trained.stopped
    assert all(claim.check().ok for claim in training_claims("spiral", diverged)[:: MEASURED - REPLAY])
    assert numpy.isfinite(list(diverged.trained.test.values())).all()


@pytest.mark.parametrize(
    ("metric", "said"),
    [("acuracy", "did you mean accuracy"), ("accuracy", "is not measured; add it to the metrics")],
)
def test_a_target_that_was_not_measured(honest: Outcome, metric: str, said: str) -> None:
    with pytest.raises(HomeworkContentError, match=said):
        target_claim("line", metric, 0.5, {"mse": 0.1}, honest.data)
