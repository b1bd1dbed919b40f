"""What a sweep shows of each hyper-parameter, in sentences that are computed from its runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from answers.sweeps.causes import causes
from answers.sweeps.runs import Runs, Sweep
from answers.trainings.words import capital, metric_markdown, setting, threshold, title
from numeric.training import METRICS

Values = Sequence[tuple[Any, Runs]]

NOTICEABLE = 0.02
"""A difference between means smaller than this, or than the spread of the seeds, is no trend."""


def finding(sweep: Sweep, name: str, level: float) -> str:
    """A paragraph, Markdown, about the influence of one hyper-parameter on the result and on the convergence."""
    values = sweep.along(name)
    sentences = [
        *_performance(values, sweep.metric),
        *_overfitting(values, sweep.metric),
        *_convergence(values, sweep.metric, level),
        *_divergence(values),
    ]
    return f"**{capital(title(name))}.** {' '.join(sentences)}"


def _performance(values: Values, metric: str) -> Iterator[str]:
    known = [(value, runs.final("test")) for value, runs in values if isfinite(runs.final("test"))]
    if len(known) < 2:
        return
    better = METRICS[metric].more_is_better
    ranked = sorted(known, key=lambda entry: -entry[1] if better else entry[1])
    (best, top), (worst, bottom) = ranked[0], ranked[-1]
    spread = max(runs.spread("test") for _, runs in values if isfinite(runs.spread("test")))
    what = f"The {title(metric)} of the test"
    if abs(top - bottom) <= max(spread, NOTICEABLE * max(abs(top), abs(bottom))):
        yield (
            f"{what} hardly depends on it: it is between {metric_markdown(metric, min(top, bottom))} and "
            f"{metric_markdown(metric, max(top, bottom))}, and the seeds alone make it differ by up to "
            f"{metric_markdown(metric, spread)}."
        )
        return
    shape = _shape([result for _, result in known]) if not isinstance(best, str) else ""
    yield (
        f"{what} {shape}is best at {setting(best)} ({metric_markdown(metric, top)}) and worst at {setting(worst)} "
        f"({metric_markdown(metric, bottom)})."
    )


def _shape(results: Sequence[float]) -> str:
    """How the results change along the values of a hyper-parameter."""
    if all(one <= other for one, other in pairwise(results)):
        return "rises with it: it "
    if all(one >= other for one, other in pairwise(results)):
        return "falls with it: it "
    return ""


def _overfitting(values: Values, metric: str) -> Iterator[str]:
    """Where the training samples do clearly better than those of the test."""
    sign = 1 if METRICS[metric].more_is_better else -1
    gaps = [(sign * (runs.final("train") - runs.final("test")), value) for value, runs in values]
    known = [(gap, value) for gap, value in gaps if isfinite(gap)]
    if len(known) < 2:
        return
    (least, narrow), (most, wide) = min(known, key=lambda e: e[0]), max(known, key=lambda e: e[0])
    if most > 0 and most - least > NOTICEABLE:
        other = f"by {metric_markdown(metric, least)}" if least > 0 else "not ahead"
        yield (
            f"The training samples are ahead of the test by {metric_markdown(metric, most)} at {setting(wide)}, "
            f"and {other} at {setting(narrow)}."
        )


def _convergence(values: Values, metric: str, level: float) -> Iterator[str]:
    epochs = [(runs.epochs_to(level), value) for value, runs in values]
    reached = [(count, value) for count, value in epochs if isfinite(count)]
    what = f"{threshold(metric, level)} of {title(metric)} on the training samples"
    if reached:
        (fast, soonest), (slow, latest) = min(reached, key=lambda e: e[0]), max(reached, key=lambda e: e[0])
        later = f", and after ${slow:.0f}$ at {setting(latest)}" if latest != soonest else ""
        yield f"It reaches {what} after ${fast:.0f}$ epochs on average at {setting(soonest)}{later}."
    if not reached:
        yield f"No setting reaches {what} in every run."
    yield from causes(values, level)


def _divergence(values: Values) -> Iterator[str]:
    for value, runs in values:
        if runs.diverged:
            yield f"At {setting(value)}, {runs.diverged} of {len(runs.outcomes)} runs diverged."
