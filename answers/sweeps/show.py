"""A sweep on paper: the table of its runs, loss curves, and pictures of chosen runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from answers.latex.escape import escape
from answers.latex.markdown import inline_markdown
from answers.latex.numbers import scientific
from answers.latex.sheet import Block, Column, Plot, Plots, Row, Table
from answers.sweeps.runs import Runs, Sweep
from answers.trainings.answer import BOUNDARY_CAPTION
from answers.trainings.figures import boundary_plot, can_be_pictured, comparison
from answers.trainings.words import capital, metric_markdown, setting, threshold, title

MOST_CURVES = 5
"""As many kinds of lines are told apart in a plot."""


SMALL = 3.5
"""The side of a picture of which three go on a line, in centimetres."""


def runs_table(sweep: Sweep, name: str, level: float) -> Table:
    """A row for each value of a hyper-parameter; that of the base is bold."""
    metric = sweep.metric
    reached = rf"Epochs to {inline_markdown(threshold(metric, level))}"
    titles = (escape(capital(title(name))), "Training", "Validation", "Test", reached, "Loss")
    columns = tuple(Column(text, "number") for text in titles)
    return Table(columns, tuple(_row(sweep, value, runs, level) for value, runs in sweep.along(name)))


def _row(sweep: Sweep, value: Any, runs: Runs, level: float) -> Row:
    shown = escape(setting(value))
    own = runs is sweep.of(sweep.design.base)
    return Row((rf"\textbf{{{shown}}}" if own else shown, *_numbers(sweep, runs, level)))


def _numbers(sweep: Sweep, runs: Runs, level: float) -> Iterator[str]:
    if runs.diverged == len(runs.outcomes):
        yield from ("diverged", "", "", "", "")
        return
    for group in ("train", "validation", "test"):
        yield inline_markdown(metric_markdown(sweep.metric, runs.final(group)))
    epochs = runs.epochs_to(level)
    yield f"${epochs:.0f}$" if isfinite(epochs) else "--"
    yield f"${scientific(runs.loss())}$"


def loss_curves(sweep: Sweep) -> Plots:
    """The training loss of the first seed, a plot for each hyper-parameter."""
    plots = (_loss_plot(sweep, name) for name in sweep.design.varied)
    return Plots(tuple(plot for plot in plots if plot), "The training loss of the runs with the first seed.")


def _loss_plot(sweep: Sweep, name: str) -> Plot | None:
    values = _spread_out(sweep.along(name))
    return comparison({escape(setting(value)): runs.outcomes[0] for value, runs in values}, "loss", escape(title(name)))


def _spread_out(entries: Sequence[tuple[Any, Runs]]) -> Sequence[tuple[Any, Runs]]:
    """At most as many of the entries as a plot has kinds of lines, the first and the last among them."""
    if len(entries) <= MOST_CURVES:
        return entries
    return [entries[round(k * (len(entries) - 1) / (MOST_CURVES - 1))] for k in range(MOST_CURVES)]


def pictures(sweep: Sweep, chosen: Sequence[str]) -> tuple[Block, ...]:
    """Decision boundaries of ``best``, ``worst``, ``base``, and of each value of a hyper-parameter by its name."""
    blocks: list[Block] = []
    named = {"best": sweep.best, "worst": sweep.worst, "base": sweep.of(sweep.design.base)}
    single = [boundary_plot(named[name].outcomes[0], _heading(name, named[name])) for name in chosen if name in named]
    if single:
        blocks.append(Plots(tuple(single), BOUNDARY_CAPTION))
    for name in chosen:
        if name not in named:
            plots = (
                boundary_plot(runs.outcomes[0], escape(f"{title(name)} {setting(value)}"), SMALL)
                for value, runs in sweep.along(name)
                if not runs.outcomes[0].trained.stopped
            )
            blocks.append(Plots(tuple(plots), BOUNDARY_CAPTION))
    return tuple(blocks)


def _heading(name: str, runs: Runs) -> str:
    setting_of = runs.setting
    change = f": {title(setting_of.name)} {setting(setting_of.value)}" if setting_of.name else ""
    return escape(f"{name}{change}")


def best_sentence(sweep: Sweep, repeats: int) -> str:
    """Which setting the validation samples chose, and how good it is; Markdown."""
    best, metric = sweep.best, sweep.metric
    change = best.setting
    which = (
        f"{title(change.name)} {setting(change.value)}, all else as in the base" if change.name else "the base itself"
    )
    runs = f"of {repeats} runs with different seeds" if repeats > 1 else "of one run"
    return (
        f"**Best setting**, chosen by the {title(metric)} of the validation samples: {which}. Its {title(metric)} "
        f"of the test is {metric_markdown(metric, best.final('test'))}, the mean {runs}; the worst setting has "
        f"{metric_markdown(metric, sweep.worst.final('test'))}."
    )


def can_show_boundaries(sweep: Sweep) -> bool:
    """Whether the samples are points of a plane."""
    return can_be_pictured(sweep.runs[0].outcomes[0])
