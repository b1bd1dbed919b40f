"""Curves over the epochs as pictures, drawn by Matplotlib where that is installed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Literal

import numpy

from numeric.training.loop import Trained
from numeric.training.metrics import METRICS

GROUPS = {"train": "training", "validation": "validation"}


def can_draw() -> bool:
    """Whether Matplotlib is installed; it comes with ``pip install "gradsheet[train]"``."""
    return find_spec("matplotlib") is not None


def draw_curves(trained: Trained, metrics: Sequence[str], title: str, format: Literal["png", "pdf"] = "png") -> bytes:
    """The loss and each metric of the training and the validation samples over the epochs.

    The same training gives the same bytes.

    Raises:
        ImportError: Matplotlib is not installed.
    """
    from matplotlib.figure import Figure  # an extra, which only this needs

    names = ("loss", *metrics)
    figure = Figure(figsize=(4.6 * len(names), 3.6), layout="constrained")
    figure.suptitle(title)
    epochs = numpy.arange(1, trained.epochs + 1)
    for name, axes in zip(names, figure.subplots(1, len(names), squeeze=False)[0], strict=True):
        share = name in METRICS and METRICS[name].of_classes
        for group, label in GROUPS.items():
            values = trained.history.get(f"{group}_{name}", numpy.zeros(0))
            axes.plot(epochs, 100 * values if share else values, label=label)
        axes.set_xlabel("epoch")
        axes.set_ylabel(METRICS[name].title + (" (%)" if share else "") if name in METRICS else name)
        axes.set_yscale("linear" if share else "log")
        axes.legend()
    content = io.BytesIO()
    figure.savefig(content, format=format, dpi=150, metadata={"CreationDate": None} if format == "pdf" else None)
    return content.getvalue()
