"""Which trainings a sweep consists of: one hyper-parameter is changed at a time, and each run is repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from answers.errors import HomeworkContentError
from answers.trainings.model import TrainingModel
from derive.errors import nearest

Value = float | int | str | bool


@dataclass(frozen=True)
class Setting:
    """A training of a sweep: the base with another value of one hyper-parameter, or the base itself."""

    model: TrainingModel
    name: str = ""
    value: Any = None

    def repeated(self, times: int) -> tuple[TrainingModel, ...]:
        """The same with so many seeds, from its own on."""
        return tuple(self.model.varied("seed", self.model.seed + k) for k in range(times))


@dataclass(frozen=True)
class Design:
    """The base of a sweep, and for each hyper-parameter its settings in the order of its values."""

    base: Setting
    varied: Mapping[str, tuple[Setting, ...]]

    def settings(self) -> tuple[Setting, ...]:
        """Every setting once, the base first."""
        found: dict[str, Setting] = {}
        for setting in (self.base, *(setting for settings in self.varied.values() for setting in settings)):
            found.setdefault(setting.model.model_dump_json(), setting)
        return tuple(found.values())


def designed(base: TrainingModel, vary: Mapping[str, Sequence[Value]]) -> Design:
    """The settings of a sweep. The base's own value is put among those of each hyper-parameter.

    Raises:
        HomeworkContentError: the training has no such hyper-parameter, or a value cannot be one of it.
    """
    return Design(Setting(base), {name: tuple(_settings(base, name, values)) for name, values in vary.items()})


def _settings(base: TrainingModel, name: str, values: Sequence[Value]) -> list[Setting]:
    if name not in base.hyperparameter_paths():
        raise HomeworkContentError(
            f"the training has no {name} that can be varied; {nearest(name, base.hyperparameter_paths())}"
        )
    own = base.value_of(name)
    everything = list(values) if own in values else [*values, own]
    if not any(isinstance(value, str) for value in everything):
        everything = sorted(everything)
    return [Setting(_varied(base, name, value), name, value) for value in everything]


def _varied(base: TrainingModel, name: str, value: Value) -> TrainingModel:
    try:
        return base.varied(name, value)
    except ValidationError as error:
        raise HomeworkContentError(f"{value} is no value of {name}: {error.errors()[0]['msg']}") from error
