"""Trainings of a homework: run when they are first needed, side by side, and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from answers.contract.definitions import OwnDefinitions
from answers.contract.progress import Progress as Words
from answers.contract.progress import silent as unheard
from answers.errors import HomeworkContentError
from answers.trainings.cache import Cache, cache_folder
from answers.trainings.data import AnyData, Prepared
from answers.trainings.model import TrainingModel
from derive.conventions import USUAL, Conventions
from derive.errors import DeriveError
from derive.network import Network, network
from derive.remembering import DATA, TRIALS
from numeric.codegen import CompileError
from numeric.data import DataError, MissingPackageError
from numeric.training import Learner, Progress, Trained, TrainingError, prepare, train
from numeric.training.loop import silent

WORTH_A_PROCESS = 4.0
"""From so many seconds of expected work on, processes are started for it: each needs a second or two to begin."""


class NotTrainedError(Exception):
    """A training was not done: it was not allowed, or a package is missing. The message is a clause."""


@dataclass(frozen=True)
class Job:
    """A training with its network: everything that its result depends on, and nothing else."""

    model: TrainingModel
    layers: str
    loss: str | None
    reduction: Literal["mean", "sum"] = "mean"
    own: OwnDefinitions = field(default_factory=OwnDefinitions)
    conventions: Conventions = USUAL
    folder: Path | None = None

    def description(self) -> dict[str, Any]:
        """The job in values that JSON knows."""
        own = self.own.model_dump(mode="json")
        network = {"layers": self.layers, "loss": self.loss, "reduction": self.reduction, "own": own}
        if self.conventions != USUAL:
            network["conventions"] = asdict(self.conventions)
        return {
            "training": self.model.model_dump(mode="json"),
            "network": network,
            "data": self.model.data.identity(self.folder),
        }

    def network(self) -> Network:
        """The network, over a batch."""
        return _network(self.layers, self.loss, self.reduction, self.own.model_dump_json(), self.conventions)


@lru_cache(maxsize=TRIALS)
def _network(layers: str, loss: str | None, reduction: Literal["mean", "sum"], own: str, usual: Conventions) -> Network:
    """A network, which many runs of a sweep share; ``own`` are a homework's definitions as JSON."""
    extra = OwnDefinitions.model_validate_json(own).definitions()
    return network(layers, loss, batch="B", reduction=reduction, conventions=usual, extra=extra)


@lru_cache(maxsize=DATA)
def _prepared(data: str, folder: Path | None) -> Prepared:
    """Data by their description as JSON; the runs of a sweep share them."""
    described: AnyData = TypeAdapter[AnyData](AnyData).validate_json(data)
    return described.prepared(folder)


@dataclass(frozen=True, eq=False)
class Outcome:
    """A job that was done, with what is needed to look at it again."""

    job: Job
    trained: Trained

    @cached_property
    def data(self) -> Prepared:
        """The data that it learnt from."""
        return _prepared(self.job.model.data.model_dump_json(), self.job.folder)

    @cached_property
    def learner(self) -> Learner:
        """Its network, ready for the data."""
        return prepare(self.job.network(), self.data.dataset, self.job.model.settings())


def run(job: Job, progress: Progress = silent, checkpoint: Path | None = None) -> Trained:
    """Do the training.

    Raises:
        HomeworkContentError: the network, the data and the settings do not go together.
        NotTrainedError: the data are in a package that is not installed.
    """
    try:
        data = _prepared(job.model.data.model_dump_json(), job.folder)
        settings = job.model.settings()
        learner = prepare(job.network(), data.dataset, settings)
        return train(learner, data.dataset, settings, progress=progress, checkpoint=checkpoint)
    except MissingPackageError as error:
        raise NotTrainedError(str(error)) from error
    except (TrainingError, DataError, CompileError, DeriveError) as error:
        raise HomeworkContentError(str(error)) from error


@dataclass(frozen=True)
class Trainer:
    """Does jobs or finds their results. ``allowed`` is false where nothing may be trained now."""

    folder: Path | None = None
    allowed: bool = True
    progress: Words = unheard
    cache: Cache = field(default_factory=lambda: Cache(cache_folder()))
    done: dict[Path, Outcome] = field(default_factory=dict, repr=False, compare=False)
    """What was asked for before, by its file: an outcome that several answers show is looked at once."""

    def outcomes(self, jobs: Sequence[Job], what: str) -> tuple[Outcome, ...]:
        """The outcome of each job.

        Raises:
            HomeworkContentError: a job cannot be done.
            NotTrainedError: one is not kept from before, and nothing may or can be trained.
        """
        places = [self.cache.path(job.description()) for job in jobs]
        for job, place in zip(jobs, places, strict=True):
            kept = None if place in self.done else self.cache.find(place)
            if kept is not None:
                self.done[place] = Outcome(job, kept)
        missing = [number for number, place in enumerate(places) if place not in self.done]
        if missing and not self.allowed:
            raise NotTrainedError("trainings were left out (--no-train), and no result was kept from before")
        for number, result in self._trained(jobs, missing, what).items():
            self.cache.store(places[number], result)
            self.done[places[number]] = Outcome(jobs[number], result)
        return tuple(self.done[place] for place in places)

    def _trained(self, jobs: Sequence[Job], missing: Sequence[int], what: str) -> Mapping[int, Trained]:
        """The results of the missing jobs: one by one while that is quick, then in processes."""
        results: dict[int, Trained] = {}
        left, started = list(missing), time.monotonic()
        while left:
            self.progress(f"{what}: training {len(results) + 1} of {len(missing)}")
            expected = (time.monotonic() - started) / max(1, len(results)) * len(left)
            if results and expected > WORTH_A_PROCESS and _may_start_processes():
                from joblib import Parallel, delayed  # slow to import, and most builds find all results

                done = Parallel(n_jobs=-1)(delayed(run)(jobs[number]) for number in left)
                return {**results, **dict(zip(left, done, strict=True))}
            number = left.pop(0)
            results[number] = run(jobs[number])
        return results


def _may_start_processes() -> bool:
    """Whether there are cores for them: not where this is one of several processes already."""
    from joblib import cpu_count
    from joblib.parallel import get_active_backend

    return cpu_count() > 1 and get_active_backend()[0].nesting_level == 0
