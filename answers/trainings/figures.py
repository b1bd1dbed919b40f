"""Figures of trainings from coordinates: curves over the epochs, and decision boundaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy
from numpy.typing import NDArray

from answers.latex.escape import escape
from answers.latex.plotting import axis, curve, plot
from answers.latex.raster import Colour, Raster, blend, ramp
from answers.latex.sheet import Axis, Curve, Marks, Plot, Point, Tick
from answers.trainings.trainer import Outcome
from answers.trainings.words import in_percent, title
from numeric.data import Samples
from numeric.training import METRICS

Values = NDArray[numpy.float64]

PIXELS = 60
"""Of a side of a picture; an inline image of a PDF should stay under 4 KB."""

MOST_POINTS = 150
"""So many points of each class are drawn."""

WIDE, TINY = 10.0, 1e-12
"""A ratio from which on powers of ten tell more, and the smallest value that they show."""

WHITE: Colour = (255, 255, 255)
CLASS_COLOURS: tuple[Colour, ...] = ((200, 80, 20), (28, 84, 138), (30, 115, 60), (120, 50, 140), (90, 90, 90))
"""Of class 0, 1, ...; they are those of the curves in the sheet's style."""

CLASS_CURVES = (1, 0, 2, 3, 4)
"""The curve in whose colour the points of each class are drawn."""


def history_plots(outcome: Outcome, metrics: Sequence[str]) -> tuple[Plot, ...]:
    """The loss and each metric over the epochs, of the training and the validation samples."""
    return tuple(_history_plot(outcome, name) for name in ("loss", *metrics))


def _history_plot(outcome: Outcome, name: str) -> Plot:
    groups = {"train": "training", "validation": "validation"}
    return _over_epochs({label: outcome.trained.history[f"{group}_{name}"] for group, label in groups.items()}, name)


def blank_plots(epochs: int, metrics: Sequence[str]) -> tuple[Plot, ...]:
    """Axes to draw the curves of each metric into, or of the loss where there is none; those of shares have numbers."""
    drawn = []
    for name in metrics or ("loss",):
        y = (
            axis(0.0, 100.0, rf"{escape(title(name))} (\%)")
            if in_percent(name)
            else Axis(0.0, 1.0, escape(title(name)))
        )
        drawn.append(Plot(axis(0.0, float(epochs), "epoch"), y, (), width=8.0, height=5.0, grid=True))
    return tuple(drawn)


def comparison(outcomes: Mapping[str, Outcome], name: str, heading: str) -> Plot | None:
    """The training loss or a metric of several trainings by their labels; None if none of them has two epochs."""
    histories = {label: outcome.trained.history.get(f"train_{name}") for label, outcome in outcomes.items()}
    known = {label: values for label, values in histories.items() if values is not None and len(values) > 1}
    return _over_epochs(known, name, heading) if known else None


def _over_epochs(histories: Mapping[str, Values], name: str, heading: str = "") -> Plot:
    """Curves over the epochs: shares in percent; what spans more than a decade on a scale of powers of ten."""
    values = numpy.concatenate(list(histories.values()))
    wide = values.min() >= 0 and values.max() > WIDE * max(values.min(), TINY)
    power = bool(wide) and not (name in METRICS and METRICS[name].more_is_better)
    curves = []
    for label, history in histories.items():
        shown = 100 * history if in_percent(name) else numpy.log10(numpy.maximum(history, TINY)) if power else history
        curves.append(curve(numpy.arange(1.0, len(history) + 1), shown, label))
    y_label = escape(title(name)) + (r" (\%)" if in_percent(name) else "")
    drawn = plot(curves, "epoch", y_label, title=heading, logarithmic=power, width=5.6, height=3.7)
    return replace(drawn, y=replace(drawn.y, zero=False))


def boundary_plot(outcome: Outcome, heading: str = "", side: float = 4.4) -> Plot:
    """Which class a network of two features predicts where, how surely, and the test samples; ``side`` in cm."""
    data = outcome.data.dataset
    low, high = _corners(data.train, data.test)
    x, y = (numpy.linspace(low[axis], high[axis], PIXELS) for axis in (0, 1))
    grid = numpy.stack(numpy.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(outcome.job.model.precision)
    outputs = outcome.learner.predict(outcome.trained.parameters, Samples(grid, numpy.zeros(len(grid), dtype=int)))
    raster = _raster(outcome, outputs)
    return Plot(
        _axis(low[0], high[0], "$x_1$"),
        _axis(low[1], high[1], "$x_2$"),
        _lines(outcome, outputs, x, y),
        title=heading,
        width=side,
        height=side,
        backdrop=raster,
        marks=_points(data.test),
    )


def can_be_pictured(outcome: Outcome) -> bool:
    """Whether the samples are points of a plane, in classes that there are colours for."""
    data = outcome.data.dataset
    return data.shape == (2,) and data.classes is not None and data.classes <= len(CLASS_COLOURS)


def _corners(*groups: Samples) -> tuple[Values, Values]:
    """The corners of a square around all samples."""
    points = numpy.concatenate([samples.x for samples in groups])
    centre, half = (points.max(axis=0) + points.min(axis=0)) / 2, 0.54 * numpy.ptp(points, axis=0).max()
    return centre - half, centre + half


def _axis(low: float, high: float, label: str) -> Axis:
    step = 2.0 if high - low > 6 else 1.0
    values = numpy.arange(numpy.ceil(low / step), numpy.floor(high / step) + 1) * step
    return Axis(float(low), float(high), label, tuple(Tick(float(value), f"${value:g}$") for value in values))


def _raster(outcome: Outcome, outputs: Values) -> Raster:
    """The surer the prediction the deeper the colour; with more than two classes, the colour of the class."""
    learner = outcome.learner
    colours = [blend(WHITE, colour, 0.42) for colour in CLASS_COLOURS]
    if learner.classes == 2:
        levels = numpy.rint(15 * _probability(outputs, learner.threshold)).astype(int)
        palette = ramp((colours[0], WHITE, colours[1]))
    else:
        levels, palette = learner.decide(outputs), tuple(colours)
    rows = levels.reshape(PIXELS, PIXELS)[::-1]
    return Raster(tuple(tuple(row) for row in rows.tolist()), palette)


def _probability(outputs: Values, threshold: float) -> Values:
    """Of class 1: the sigmoid of a score, the softmax of two, or the output if that is a probability."""
    if outputs.shape[1] == 2:
        difference = outputs[:, 1] - outputs[:, 0]
    elif threshold == 0:
        difference = outputs[:, 0]
    else:
        return numpy.clip(outputs[:, 0], 0, 1)
    return 1 / (1 + numpy.exp(-numpy.clip(difference, -30, 30)))


def _lines(outcome: Outcome, outputs: Values, x: Values, y: Values) -> tuple[Curve, ...]:
    """The line at which the prediction changes."""
    learner = outcome.learner
    if learner.classes != 2:
        return ()
    scores = outputs[:, 1] - outputs[:, 0] if outputs.shape[1] == 2 else outputs[:, 0] - learner.threshold
    nothing = Curve(())
    return (nothing, nothing, nothing, nothing, Curve(zero_lines(x, y, scores.reshape(PIXELS, PIXELS).astype(float))))


def zero_lines(x: Values, y: Values, values: Values) -> tuple[tuple[Point, ...], ...]:
    """Lines along which ``values`` (len(y), len(x)) are 0, by linear interpolation on the edges of the grid."""
    from contourpy import LineType, contour_generator

    separate = contour_generator(x, y, values, name="serial", line_type=LineType.Separate)
    # The type of the result depends on the type of the lines, which the annotation of contourpy leaves open.
    lines = cast("list[Values]", separate.lines(0.0))
    return tuple(tuple((float(across), float(up)) for across, up in line) for line in lines)


def _points(samples: Samples) -> tuple[Marks, ...]:
    marks = []
    for label in numpy.unique(samples.y).tolist():
        points = samples.x[samples.y == label][:MOST_POINTS].astype(float)
        marks.append(Marks(tuple(map(tuple, points.round(4).tolist())), CLASS_CURVES[label]))
    return tuple(marks)
