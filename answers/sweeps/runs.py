"""The runs of a sweep, and the numbers that tables, findings and texts are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from answers.sweeps.design import Design, Setting
from answers.trainings.trainer import Outcome
from numeric.training import METRICS


@dataclass(frozen=True, eq=False)
class Runs:
    """A setting with the outcome of each seed. Of several runs the mean is taken; a run that diverged has none."""

    setting: Setting
    outcomes: tuple[Outcome, ...]
    metric: str

    @property
    def diverged(self) -> int:
        """How many runs diverged."""
        return sum(bool(outcome.trained.stopped) for outcome in self.outcomes)

    def final(self, group: str) -> float:
        """The mean of the metric at the end, over the runs that did not diverge; NaN if all did."""
        values = [_final(outcome, group, self.metric) for outcome in self.outcomes if not outcome.trained.stopped]
        return float(numpy.mean(values)) if values else float("nan")

    def spread(self, group: str) -> float:
        """The distance between the best and the worst of the runs that did not diverge."""
        values = [_final(outcome, group, self.metric) for outcome in self.outcomes if not outcome.trained.stopped]
        return float(numpy.ptp(values)) if values else float("nan")

    def loss(self) -> float:
        """The mean of the last training loss, over the runs that did not diverge; NaN if all did."""
        values = [_final(outcome, "train", "loss") for outcome in self.outcomes if not outcome.trained.stopped]
        return float(numpy.mean(values)) if values else float("nan")

    def epochs_to(self, level: float) -> float:
        """The mean number of epochs until the metric of the training samples is ``level``; NaN if a run never is."""
        counts = [_first_epoch(outcome, self.metric, level) for outcome in self.outcomes]
        return float("nan") if None in counts else float(numpy.mean([count for count in counts if count is not None]))

    def keeps(self, level: float) -> bool:
        """Whether the metric of the training samples is once so good in every run, and in the mean at the end too."""
        reached, last = self.epochs_to(level), self.final("train")
        good = last >= level if METRICS[self.metric].more_is_better else last <= level
        return bool(numpy.isfinite(reached)) and good


@dataclass(frozen=True, eq=False)
class Sweep:
    """All runs of a design."""

    design: Design
    runs: tuple[Runs, ...]
    metric: str

    def of(self, setting: Setting) -> Runs:
        """The runs of a setting, whichever hyper-parameter it was reached by."""
        return next(runs for runs in self.runs if runs.setting.model == setting.model)

    def along(self, name: str) -> tuple[tuple[Any, Runs], ...]:
        """The values of a hyper-parameter with their runs."""
        return tuple((setting.value, self.of(setting)) for setting in self.design.varied[name])

    @property
    def best(self) -> Runs:
        """The setting whose validation samples say so: the test samples have no part in the choice."""
        return self._ranked(self.runs)[0]

    @property
    def worst(self) -> Runs:
        """The setting that the validation samples put last, of those that did not diverge."""
        return self._ranked(self.runs)[-1]

    @property
    def best_on_base_data(self) -> Runs:
        """The best of the settings that learn from the data of the base, for which goals are meant."""
        data = self.design.base.model.data
        return self._ranked([runs for runs in self.runs if runs.setting.model.data == data])[0]

    def _ranked(self, among: Sequence[Runs]) -> Sequence[Runs]:
        known = [runs for runs in among if numpy.isfinite(runs.final("validation"))] or list(among)
        sign = -1 if METRICS[self.metric].more_is_better else 1
        return sorted(known, key=lambda runs: (sign * runs.final("validation"), runs.loss()))


def gathered(design: Design, outcomes: Sequence[Outcome], repeats: int, metric: str) -> Sweep:
    """The outcomes, which come setting by setting, with their settings."""
    settings = design.settings()
    groups = [tuple(outcomes[k * repeats : (k + 1) * repeats]) for k in range(len(settings))]
    runs = tuple(Runs(setting, group, metric) for setting, group in zip(settings, groups, strict=True))
    return Sweep(design, runs, metric)


def _final(outcome: Outcome, group: str, name: str) -> float:
    if group == "test":
        return outcome.trained.test[name]
    return float(outcome.trained.history[f"{group}_{name}"][-1])


def _first_epoch(outcome: Outcome, metric: str, level: float) -> int | None:
    """The first epoch, counted from 1, after which the metric of the training samples is at least so good."""
    values = outcome.trained.history.get(f"train_{metric}")
    if values is None:
        return None
    good = values >= level if METRICS[metric].more_is_better else values <= level
    return int(good.argmax()) + 1 if good.any() else None


def said_values(sweep: Sweep) -> Mapping[str, float]:
    """The numbers that a text may quote, shares in percent: ``best.test_accuracy``, ``learning_rate.best_test``."""
    scale = 100 if METRICS[sweep.metric].of_classes else 1
    found = {"runs": float(sum(len(runs.outcomes) for runs in sweep.runs)), "settings": float(len(sweep.runs))}
    base = sweep.of(sweep.design.base)
    for name, runs in (("best", sweep.best), ("worst", sweep.worst), ("base", base)):
        for group in ("train", "validation", "test"):
            found[f"{name}.{group}_{sweep.metric}"] = scale * runs.final(group)
    return found
