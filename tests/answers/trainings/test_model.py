from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from numeric.training import SGD
from tests.answers.trainings.described import described


def test_a_stack_as_a_network() -> None:
    model = described(stack={"width": 3, "depth": 2, "activation": "ReLU", "loss": "BCE", "output": "Sigmoid"})
    assert model.stack is not None
    hidden = "Linear(3) -> ReLU -> Linear(3) -> ReLU"
    assert model.stack.layers() == f"x:n -> {hidden} -> Linear(K) -> Sigmoid -> y_hat"


def test_settings_are_those_of_the_file() -> None:
    optimiser = {"kind": "SGD", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01}
    settings = described(optimiser=optimiser, decay=0.5, decay_every=2, seed=7).settings()
    assert settings.optimiser == SGD(0.1, 0.9, 0.01)
    assert (settings.rate(0), settings.rate(1), settings.rate(2)) == (0.1, 0.1, 0.05)
    assert settings.seed == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", 0.5), ("width", 3), ("depth", 2), ("activation", "ReLU"), ("noise", 0.3), ("batch_size", 4)],
)
def test_one_hyper_parameter_is_varied(name: str, value: object) -> None:
    base = described()
    other = base.varied(name, value)
    assert other.value_of(name) == value != base.value_of(name)
    assert other.varied(name, base.value_of(name)) == base


def test_a_value_that_cannot_be() -> None:
    with pytest.raises(ValidationError):
        described().varied("width", 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": "two"}, "give either network, the name of one, or stack"),
        ({"stack": None}, "give either network, the name of one, or stack"),
        ({"optimiser": {"kind": "SGD"}}, "learning_rate"),
        ({"optimiser": {"kind": "Adam", "learning_rate": -1}}, "greater than 0"),
        ({"metrics": ["acuracy"]}, "'accuracy', 'weighted_accuracy', 'mse', 'rmse' or 'r_squared'"),
        ({"epochs": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        described(**changes)
