"""Small trainings of a homework file."""

from __future__ import annotations

from typing import Any

from answers.trainings.model import TrainingModel
from answers.trainings.trainer import Job, Outcome, run

SPIRAL: dict[str, Any] = {
    "stack": {"width": 8, "activation": "Tanh", "loss": "BCEWithLogits"},
    "data": {"kind": "spiral", "samples": 120},
    "optimiser": {"kind": "Adam", "learning_rate": 0.02},
    "epochs": 4,
    "batch_size": 16,
    "metrics": ["accuracy"],
}
LINE: dict[str, Any] = {
    "network": "regression",
    "data": {"kind": "plane", "samples": 100},
    "optimiser": {"kind": "SGD", "learning_rate": 0.05},
    "sizes": {"d": 4},
    "epochs": 3,
    "metrics": ["mse"],
}


def described(**changes: Any) -> TrainingModel:
    """The spiral with other keys."""
    return TrainingModel.model_validate({**SPIRAL, **changes})


def job(**changes: Any) -> Job:
    model = described(**changes)
    assert model.stack is not None
    return Job(model, model.stack.layers(), model.stack.loss)


def outcome(**changes: Any) -> Outcome:
    """The spiral with other keys, trained."""
    return Outcome(job(**changes), run(job(**changes)))
