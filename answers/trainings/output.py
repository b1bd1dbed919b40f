"""What ``gradsheet train`` leaves of a training: curves, a table, the weights, and lines for a terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy

from answers.files import write_file
from answers.trainings.trainer import Outcome
from answers.trainings.words import in_percent, title
from numeric.training.curves import can_draw, draw_curves

NO_MATPLOTLIB = 'curves were not drawn, since Matplotlib is not installed: pip install "gradsheet[train]"'


def write_outcome(outcome: Outcome, folder: Path, name: str) -> tuple[Path, ...]:
    """Write ``epochs.csv``, ``weights.npz`` and, with Matplotlib, ``curves.png`` and ``curves.pdf``.

    Raises:
        OutputError: the folder cannot be written.
    """
    files: dict[str, bytes | str] = {"epochs.csv": epochs_csv(outcome), "weights.npz": weights(outcome)}
    if can_draw() and outcome.trained.epochs:
        data = outcome.data
        heading = f"{name}: {data.note or f'trained on {data.dataset.name}'}"
        for format in ("png", "pdf"):
            files[f"curves.{format}"] = draw_curves(outcome.trained, outcome.job.model.metrics, heading, format)
    for file, content in files.items():
        write_file(folder / file, content)
    return tuple(folder / file for file in files)


def epochs_csv(outcome: Outcome) -> str:
    """A line for each epoch with everything that was measured after it; shares are between 0 and 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    history = outcome.trained.history
    names = [name for name in history if len(history[name])]
    writer.writerow(["epoch", *names])
    for epoch in range(outcome.trained.epochs):
        writer.writerow([epoch + 1, *(repr(float(history[name][epoch])) for name in names)])
    return text.getvalue()


def weights(outcome: Outcome) -> bytes:
    """The parameters by name, as ``numpy.load`` reads them."""
    content = io.BytesIO()
    numpy.savez(content, allow_pickle=False, **outcome.trained.parameters)
    return content.getvalue()


def report(outcome: Outcome, name: str) -> Iterator[str]:
    """What was learnt from, how the training ended, and a table of the loss and the metrics."""
    data, trained = outcome.data, outcome.trained
    groups = (len(data.dataset.train), len(data.dataset.validation), len(data.dataset.test))
    sizes = "{} samples for training, {} for validation, {} for the test".format(*groups)
    yield f"{name}: {data.note or f'trained on {data.title}'} ({sizes})"
    if trained.stopped:
        yield f"{name}: stopped early, {trained.stopped}"
    names = ("loss", *outcome.job.model.metrics)
    rows = [("after epoch " + str(trained.epochs), *(title(metric) for metric in names))]
    for group, label in (("train", "training"), ("validation", "validation"), ("test", "test")):
        rows.append((label, *(_shown(outcome, group, metric) for metric in names)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(names) + 1)]
    for row in rows:
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join(["", row[0].ljust(widths[0]), *cells])


def _shown(outcome: Outcome, group: str, metric: str) -> str:
    history = outcome.trained.history.get(f"{group}_{metric}")
    if group == "test":
        value = outcome.trained.test[metric]
    elif history is not None and len(history):
        value = float(history[-1])
    else:
        return "-"
    return f"{100 * value:.1f} %" if in_percent(metric) else f"{value:.4g}"
