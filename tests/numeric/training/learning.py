"""Small trainings that the tests share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from derive import network
from numeric.data import Dataset, divided, playground
from numeric.training import Adam, Learner, Settings, Trained, prepare, train

CLASSIFIER = "x:n -> Linear(d) -> Tanh -> Linear(1)"


def spiral(samples: int = 120, seed: int = 0) -> Dataset:
    drawn, classes = playground("spiral", samples, 0.05, seed)
    return divided("spiral", drawn, classes, scaling="none")


def settings(**changes: Any) -> Settings:
    plain = Settings(Adam(0.02), epochs=4, batch_size=16, metrics=("accuracy",), sizes={"d": 8})
    return replace(plain, **changes)


def classifier(data: Dataset, chosen: Settings) -> Learner:
    return prepare(network(CLASSIFIER, loss="BCEWithLogits"), data, chosen)


def trained(chosen: Settings, **options: Any) -> Trained:
    data = spiral()
    return train(classifier(data, chosen), data, chosen, **options)
