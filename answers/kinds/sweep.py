"""The kind ``sweep``: a training repeated with other hyper-parameters, and what that shows."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Literal

from pydantic import Field

from answers.contract.evidence import Found, quoted_claim
from answers.contract.item import Answered, Claim, Context
from answers.contract.texts import Markdown
from answers.contract.written import Lined
from answers.errors import HomeworkContentError
from answers.latex.markdown import inline_markdown, markdown
from answers.latex.sheet import Block, ItemList, Text
from answers.readback.prose import quoting
from answers.sweeps.design import Value, designed
from answers.sweeps.findings import finding
from answers.sweeps.runs import Sweep, gathered, said_values
from answers.sweeps.show import best_sentence, can_show_boundaries, loss_curves, pictures, runs_table
from answers.trainings.answer import notices, settings_table
from answers.trainings.claims import metrics_claim, target_claim, training_claims
from answers.trainings.homework import Trainings
from answers.trainings.words import in_percent, metric_latex, setting
from derive.errors import nearest
from numeric.training import METRICS

NAME = "sweep"
NAMED = ("best", "worst", "base")


class SweepItem(Lined):
    """A training of the file with one hyper-parameter changed at a time; the findings are computed from the runs."""

    kind: Literal["sweep"]
    training: str = Field(description="the name of the training that is changed")
    vary: dict[str, tuple[Value, ...]] = Field(min_length=1, description="hyper-parameters with the values to try")
    repeats: int = Field(1, ge=1, le=20, description="runs of each setting, with different seeds")
    level: float | None = Field(None, description="the metric that counts as converged; 0.9 for shares")
    show: tuple[Literal["settings", "best", "runs", "curves", "findings"], ...] = (
        "settings",
        "runs",
        "curves",
        "findings",
    )
    boundaries: tuple[str, ...] | None = Field(
        None, description="pictures of best, worst, base, or of each value of a hyper-parameter"
    )
    text: Markdown = Field("", description="Markdown that may quote values of the sweep")
    target: dict[str, float] = Field(default_factory=dict, description="how good the best setting must be on the test")

    def answer(self, context: Context) -> Answered:
        trainings = context.shared(Trainings)
        base = trainings.model(self.training)
        if not base.metrics:
            raise HomeworkContentError(f"the training {self.training} has no metrics to compare its runs by")
        self._check_boundaries()
        design = designed(base, self.vary)
        runs = [model for one in design.settings() for model in one.repeated(self.repeats)]
        outcomes = trainings.outcomes(runs, self.training)
        sweep = gathered(design, outcomes, self.repeats, base.metrics[0])
        blocks, claims = tuple(self._blocks(sweep)), tuple(self._claims(sweep))
        if self.text:
            text, claims = quoting(self.text, {NAME: _found(sweep)}, claims)
            blocks = (*blocks, text)
        return Answered(blocks, claims)

    def _check_boundaries(self) -> None:
        for name in self.boundaries or ():
            if name not in (*NAMED, *self.vary):
                raise HomeworkContentError(f"there is no picture of {name}; {nearest(name, (*NAMED, *self.vary))}")

    def _level(self, sweep: Sweep) -> float:
        """What counts as converged: nine tenths of what can be had, or twice the error of the best setting."""
        if self.level is not None:
            return self.level
        return 0.9 if METRICS[sweep.metric].more_is_better else 2 * sweep.best.final("train")

    def _blocks(self, sweep: Sweep) -> Iterator[Block]:
        base, level = sweep.of(sweep.design.base).outcomes[0], self._level(sweep)
        yield from notices(base, self.target)
        if "settings" in self.show:
            yield settings_table(base)
        if "best" in self.show:
            yield settings_table(sweep.best.outcomes[0])
        if "runs" in self.show:
            yield Text(markdown(best_sentence(sweep, self.repeats)))
            for name in self.vary:
                yield runs_table(sweep, name, level)
        if "curves" in self.show:
            yield loss_curves(sweep)
        if self.boundaries != () and can_show_boundaries(sweep):
            yield from pictures(sweep, ("best", "worst") if self.boundaries is None else self.boundaries)
        if "findings" in self.show:
            yield ItemList(tuple(inline_markdown(finding(sweep, name, level)) for name in self.vary))

    def _claims(self, sweep: Sweep) -> Iterator[Claim]:
        best = sweep.best.outcomes[0]
        yield from training_claims(f"the best run of {self.training}", best)
        others = [outcome for runs in sweep.runs for outcome in runs.outcomes if outcome is not best]
        if others:
            yield metrics_claim(f"all other runs of {self.training}", *others)
        promised = sweep.best_on_base_data
        for metric, least in self.target.items():
            reached, data = {sweep.metric: promised.final("test")}, promised.outcomes[0].data
            yield target_claim(f"the best of {self.training}", metric, least, reached, data)
        finite = {name: value for name, value in said_values(sweep).items() if isfinite(value)}
        yield quoted_claim(f"numbers quoted of {self.training}", _quoted(sweep), finite)


def _found(sweep: Sweep) -> Found:
    """What a text may quote of a sweep; its metrics are shares, or numbers that are none."""
    metrics = frozenset(name for name in said_values(sweep) if "." in name)
    shares = metrics if in_percent(sweep.metric) else frozenset[str]()
    return Found(_quoted(sweep), percent=shares, plain=metrics - shares)


def _quoted(sweep: Sweep) -> dict[str, str]:
    """The values of a sweep as a text quotes them; those of ``best``, ``worst`` and ``base`` are settings, too."""
    scale = 100 if in_percent(sweep.metric) else 1
    said = {}
    for name, value in said_values(sweep).items():
        said[name] = metric_latex(sweep.metric, value / scale) if "." in name else f"{value:.0f}"
    for name, runs in (("best", sweep.best), ("worst", sweep.worst), ("base", sweep.of(sweep.design.base))):
        model = runs.setting.model
        said |= {f"{name}.{key}": setting(model.value_of(key)) for key in model.hyperparameter_paths() if key != "keep"}
    return said
