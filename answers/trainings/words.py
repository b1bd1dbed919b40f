"""Hyper-parameters, metrics and their values in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from answers.latex.numbers import scientific
from numeric.training import METRICS

TITLES = {
    "learning_rate": "learning rate",
    "weight_decay": "L2 regularisation",
    "batch_size": "batch size",
    "decay": "decay of the learning rate",
    "decay_every": "epochs between decays",
    "width": "width",
    "depth": "depth",
    "activation": "activation",
    "momentum": "momentum",
    "epochs": "epochs",
    "noise": "noise of the data",
    "samples": "samples",
    "seed": "seed",
    "loss": "loss",
}
"""What a hyper-parameter is called; others by their own name."""


def title(name: str) -> str:
    """What a hyper-parameter or a metric is called."""
    return METRICS[name].title if name in METRICS else TITLES.get(name, name.replace("_", " "))


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def in_percent(metric: str) -> bool:
    """Whether a metric is a share."""
    return metric in METRICS and METRICS[metric].of_classes


def metric_latex(metric: str, value: float) -> str:
    """A metric or a loss as a number in LaTeX maths: shares in percent, without the sign."""
    if not isfinite(value):
        return r"\text{--}"
    if in_percent(metric):
        return f"{100 * value:.1f}"
    return f"{value:.0f}" if 1000 <= abs(value) < 1e6 else scientific(value, 3)


def metric_markdown(metric: str, value: float) -> str:
    """A metric with its unit, as Markdown."""
    return rf"${metric_latex(metric, value)}\,\%$" if in_percent(metric) else f"${metric_latex(metric, value)}$"


def threshold(metric: str, value: float) -> str:
    """A round value that a metric is compared with, as Markdown."""
    return rf"${100 * value:g}\,\%$" if in_percent(metric) else f"${value:.4g}$"


def goal(metric: str, bound: float) -> str:
    """How good a metric must be, as Markdown: at least so large, or at most where less is better."""
    return f"{'at least' if METRICS[metric].more_is_better else 'at most'} {threshold(metric, bound)}"


def setting(value: Any) -> str:
    """The value of a hyper-parameter."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(words: Sequence[str]) -> str:
    """Words with commas, and an *and* before the last."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
