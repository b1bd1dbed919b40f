"""A training from its first epoch to its last: what is recorded, and how it is resumed after a kill."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy

from numeric.arrays.axes import Array
from numeric.data.dataset import Dataset, Samples, checked
from numeric.errors import TrainingError
from numeric.training.checkpoint import load_arrays, save_arrays
from numeric.training.learner import Learner
from numeric.training.run import Run, begun, one_epoch
from numeric.training.settings import Settings

MEASURED = 5000
"""So many samples of a group, from its beginning, are measured after each epoch."""

Progress = Callable[[int, Mapping[str, float]], None]
"""Is told the number of epochs done, and what was measured after the last of them."""


def silent(_epoch: int, _measured: Mapping[str, float]) -> None:
    """Progress that nobody sees."""


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training leaves.

    ``history`` has a value for each epoch, ``test`` one for each metric and the loss. ``stopped`` says why the
    training ended early, if it did; the parameters are then those after the last epoch that was completed.
    """

    parameters: dict[str, Array]
    history: dict[str, Array]
    test: dict[str, float]
    first_losses: Array
    stopped: str = ""

    @property
    def epochs(self) -> int:
        """How many epochs were completed."""
        return len(self.history["train_loss"])


def train(
    learner: Learner,
    dataset: Dataset,
    settings: Settings,
    *,
    progress: Progress = silent,
    checkpoint: Path | None = None,
    every_seconds: float = 1.0,
) -> Trained:
    """Train a network. The same arguments give the same bits, also if it was killed and resumed between.

    With a ``checkpoint`` file the state is saved after an epoch, if so many seconds have passed, and a training
    that finds the file goes on from there. A training that diverges stops and says so.

    Raises:
        TrainingError: the checkpoint is damaged, or of another training.
        DataError: the data hold what nothing can be learnt from.
        OSError: the checkpoint cannot be written.
    """
    for name in ("train", "validation", "test"):
        checked(getattr(dataset, name), f"{dataset.name}, {name}", dataset.classes)
    data = dataset.as_type(settings.precision)
    run = begun(learner, settings)
    identity = fingerprint(learner, dataset, settings) if checkpoint else ""
    if checkpoint is not None and checkpoint.exists():
        _restore(run, checkpoint, identity)
    saved = time.monotonic()
    with numpy.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while run.epoch < settings.epochs and not run.stopped:
            one_epoch(run, learner, data, settings)
            if run.stopped:
                break
            _record(run, learner, data, settings)
            progress(run.epoch, {name: values[-1] for name, values in run.history.items()})
            if checkpoint is not None and (time.monotonic() - saved >= every_seconds or run.epoch == settings.epochs):
                _save(run, checkpoint, identity)
                saved = time.monotonic()
        return _result(run, learner, data, settings)


def measures(
    learner: Learner, parameters: Mapping[str, Array], samples: Samples, settings: Settings, unit: float = 1.0
) -> dict[str, float]:
    """The mean loss of the samples, and the metrics."""
    found = {"loss": learner.loss(parameters, samples)}
    for name in settings.metrics:
        found[name] = learner.measure(name, parameters, samples, unit)
    return found


def fingerprint(learner: Learner, dataset: Dataset, settings: Settings) -> str:
    """A hash of what every step depends on; the number of epochs is not among it, so that one can go on."""
    chosen = {name: getattr(settings, name) for name in settings.__dataclass_fields__ if name != "epochs"}
    chosen["sizes"] = sorted(settings.sizes.items())
    network = learner.network
    parts = network.description, network.loss, sorted(learner.shapes.items()), chosen, dataset.fingerprint()
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _record(run: Run, learner: Learner, dataset: Dataset, settings: Settings) -> None:
    found = {"learning_rate": settings.rate(run.epoch - 1)}
    for group in ("train", "validation"):
        samples = getattr(dataset, group)[slice(MEASURED)]
        for name, value in measures(learner, run.vector.named, samples, settings, dataset.unit).items():
            found[f"{group}_{name}"] = value
    for name, value in found.items():
        run.history.setdefault(name, []).append(value)


def _result(run: Run, learner: Learner, dataset: Dataset, settings: Settings) -> Trained:
    history = {name: numpy.array(values) for name, values in run.history.items()}
    history.setdefault("train_loss", numpy.zeros(0))
    parameters = run.vector.copy()
    test = measures(learner, parameters, dataset.test, settings, dataset.unit)
    return Trained(parameters, history, test, numpy.array(run.first_losses), run.stopped)


def _save(run: Run, path: Path, identity: str) -> None:
    arrays: dict[str, Array] = {
        "vector": run.vector.flat,
        "epoch": numpy.array(run.epoch),
        "identity": numpy.array(identity),
        "first_losses": numpy.array(run.first_losses),
    }
    arrays |= {f"state/{name}": array for name, array in run.state.items()}
    arrays |= {f"history/{name}": numpy.array(values) for name, values in run.history.items()}
    save_arrays(path, arrays)


def _restore(run: Run, path: Path, identity: str) -> None:
    arrays = load_arrays(path)
    if str(arrays.get("identity")) != identity:
        raise TrainingError(f"{path} is the checkpoint of another training: network, data or settings differ")
    start = "history/"
    try:
        epoch, first_losses = int(arrays["epoch"]), list(map(float, arrays["first_losses"]))
        state = {name: arrays[f"state/{name}"] for name in run.state}
        history = {name.removeprefix(start): a.tolist() for name, a in arrays.items() if name.startswith(start)}
        if any(state[name].shape != known.shape for name, known in run.state.items()):
            raise ValueError("its state has other shapes")
        run.vector.flat[:] = arrays["vector"].astype(run.vector.flat.dtype, casting="same_kind")
    except (KeyError, ValueError, TypeError) as error:
        raise TrainingError(f"{path} is no checkpoint of this training ({error})") from error
    run.epoch, run.first_losses, run.state, run.history = epoch, first_losses, state, history
