"""Cases for trainings: gradients at random points, the metric on random answers, and a whole training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from numpy.random import Generator

from answers.code.cases import SEQUENCE, SHAPES, Array, Case, point, slopes, value
from answers.code.templates.training.lines import model
from answers.code.templates.training.options import Library, TrainingOptions

PARAMETERS = ("W1", "b1", "W2", "b2")
SIZES = ({"N": 5, "D": 4, "H": 3, "C": 3}, {"N": 1, "D": 2, "H": 4, "C": 2}, {"N": 4, "D": 3, "H": 2, "C": 5})
SAMPLES = 40


def cases(options: TrainingOptions, library: Library, seed: int = 0, shapes: int = SHAPES) -> tuple[Case, ...]:
    """Cases of a file: one whole training, then its pieces at several points."""
    generator = numpy.random.default_rng(seed)
    # What the network lacks to what it must reach, and how far the report is from what the predictions say: nothing.
    nothing = {"training": numpy.zeros(()), "report": numpy.zeros(())}
    settings = {"metric": options.metric, "at_least": options.threshold}
    found = [Case("the training", SEQUENCE, settings, {}, nothing, reported=options.results)]
    for number in range(shapes):
        found.append(_metric(options, generator))
        if library == "numpy":
            found += _gradients(options, number, seed + number)
    return tuple(found)


def _gradients(options: TrainingOptions, number: int, seed: int) -> Iterator[Case]:
    forward = model(options.task, options.activation).forward
    known = {size.name for tensor in forward.given for size in tensor.shape if size.is_Symbol}
    sizes = {name: size for name, size in SIZES[number % len(SIZES)].items() if name in known}
    given = point(forward, seed, sizes)
    expected = {"loss": value(forward, given, "l"), **slopes(forward, given, PARAMETERS)}
    yield Case("loss_and_gradients", "gradients", {"labels": options.task == "classification"}, given, expected)


def _metric(options: TrainingOptions, generator: Generator) -> Case:
    settings = {"metric": options.metric}
    if options.task == "regression":
        y, y_hat = generator.normal(size=SAMPLES), generator.normal(size=SAMPLES)
        expected = numpy.array(1 - numpy.mean((y_hat - y) ** 2) / numpy.var(y))
        return Case("r_squared", "metric", settings, {"y": y, "y_hat": y_hat}, {options.metric: expected})
    labels = numpy.sort(generator.choice(3, size=SAMPLES, p=[0.1, 0.3, 0.6]))
    labels[:3] = 0, 1, 2
    predicted = numpy.where(generator.random(SAMPLES) < 0.5, labels, generator.integers(3, size=SAMPLES))
    given = {"labels": labels.astype(float), "predicted": predicted.astype(float)}
    return Case("weighted_accuracy", "metric", settings, given, {options.metric: mean_over_classes(labels, predicted)})


def mean_over_classes(labels: Array, predicted: Array) -> Array:
    """The mean, over the classes that occur, of the share of their samples that are predicted rightly."""
    shares = [numpy.mean(predicted[labels == label] == label) for label in numpy.unique(labels)]
    return numpy.array(numpy.mean(shares))
