"""A training in progress: its state, and the steps of an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod

import numpy

from numeric.arrays.axes import Array
from numeric.data.dataset import Dataset
from numeric.training.initialise import initial_parameters
from numeric.training.learner import Learner
from numeric.training.optimisers import State
from numeric.training.settings import Settings

RECORDED_STEPS = 20
"""The losses of so many batches of the first epoch are kept, so that a training can be replayed in part."""

DIVERGED = 1e6
"""A loss so many times as large as that of the first batch (or 1) will not come back."""


class ParameterVector:
    """Parameters by name that share the memory of one vector: an optimiser moves them all at once."""

    def __init__(self, parameters: Mapping[str, Array], dtype: str) -> None:
        self.flat: Array = numpy.concatenate([numpy.ravel(array) for array in parameters.values()]).astype(dtype)
        self.named: dict[str, Array] = {}
        start = 0
        for name, array in parameters.items():
            stop = start + prod(numpy.shape(array))
            self.named[name] = self.flat[start:stop].reshape(numpy.shape(array))
            start = stop

    def gather(self, arrays: Mapping[str, Array]) -> Array:
        """Arrays of the same names as one vector in the same order."""
        return numpy.concatenate([arrays[name].ravel() for name in self.named])

    def weights(self) -> Array:
        """1 for each element of a weight, which a weight decay shrinks, and 0 for those of biases."""
        marks = [numpy.full(array.size, float(array.ndim > 1)) for array in self.named.values()]
        return numpy.concatenate(marks).astype(self.flat.dtype)

    def copy(self) -> dict[str, Array]:
        """The parameters as arrays of their own."""
        return {name: array.copy() for name, array in self.named.items()}


@dataclass
class Run:
    """Whatever the next step depends on, and what was recorded so far."""

    vector: ParameterVector
    state: State
    epoch: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)
    first_losses: list[float] = field(default_factory=list)
    stopped: str = ""


@dataclass(frozen=True, eq=False)
class Step:
    """A batch, by the ``places`` of its samples, with its loss and gradients at the parameters before it."""

    places: Array
    loss: float
    gradients: Mapping[str, Array]


def begun(learner: Learner, settings: Settings) -> Run:
    """A training before its first step."""
    initial = initial_parameters(learner.network, learner.shapes, settings.seed, settings.initialisation)
    vector = ParameterVector(initial, settings.precision)
    return Run(vector, settings.optimiser.start(vector.flat))


def steps(run: Run, learner: Learner, dataset: Dataset, settings: Settings) -> Iterator[Step]:
    """One pass through the training samples, in an order that the seed and the epoch alone decide.

    Each step is yielded before the parameters of ``run`` are moved by it.
    """
    x, y = learner.inputs(dataset.train), learner.targets(dataset.train)
    order = numpy.random.default_rng([settings.seed, 1 + run.epoch]).permutation(len(x))
    rate, decay = settings.rate(run.epoch), settings.optimiser.weight_decay * run.vector.weights()
    given = {**run.vector.named, **learner.constants}
    loss_and_gradients = learner.compiled.functions["loss_and_gradients"]
    for start in range(0, len(order), settings.batch_size):
        places = order[start : start + settings.batch_size]
        loss, gradients = loss_and_gradients(given, x[places], y[places])
        yield Step(places, float(loss), gradients)
        gradient = run.vector.gather(gradients)
        if settings.optimiser.weight_decay:
            gradient += decay * run.vector.flat
        settings.optimiser.update(run.vector.flat, gradient, run.state, rate)


def one_epoch(run: Run, learner: Learner, dataset: Dataset, settings: Settings) -> None:
    """Make the steps of an epoch. If they diverge, ``stopped`` says so, and all is as before the epoch."""
    before, state = run.vector.flat.copy(), {name: array.copy() for name, array in run.state.items()}
    for number, step in enumerate(steps(run, learner, dataset, settings), start=1):
        if run.epoch == 0 and len(run.first_losses) < RECORDED_STEPS:
            run.first_losses.append(step.loss)
        if not abs(step.loss) <= DIVERGED * max(1.0, abs(run.first_losses[0])):
            run.stopped = _diverged(run, learner, settings, step, number)
            break
    if not run.stopped and not numpy.isfinite(run.vector.flat).all():
        run.stopped = _diverged(run, learner, settings, step, number)
    if run.stopped:
        run.vector.flat[:] = before
        run.state = state
    else:
        run.epoch += 1


def _diverged(run: Run, learner: Learner, settings: Settings, step: Step, number: int) -> str:
    arrays = {**step.gradients, **run.vector.named}
    names = [name for name, array in arrays.items() if not numpy.isfinite(array).all()]
    where = f", and {names[0]} of {learner.compiled.arguments.labels[names[0]]} is not finite" if names else ""
    rate = settings.rate(run.epoch)
    return (
        f"it diverged: in epoch {run.epoch + 1}, batch {number}, the loss was {step.loss:.3g} "
        f"(learning rate {rate:g}){where}"
    )
