"""What a reference solution reports when it runs as it is printed: found in a process of its own, and kept.

No number that stands beside a listing comes from anywhere else, and each of them is compared with another run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy

from answers.code.assignment import Assignment
from answers.code.check import RunningCheck, begin_check, check_file
from answers.code.report import CodeReport
from answers.trainings.trainer import NotTrainedError, Trainer
from answers.trainings.words import in_percent, metric_latex
from derive.remembering import ONE


class NotRunError(NotTrainedError):
    """A program was not run: it was not allowed, something is missing, or it fails. The message is a clause."""

    def __init__(self, reason: str, *, failed: bool = False) -> None:
        super().__init__(reason)
        self.failed = failed


@dataclass(frozen=True)
class Program:
    """What a run of a reference solution left: the metrics that it reports, and the text that it prints."""

    numbers: Mapping[str, float]
    printed: str

    @property
    def quoted(self) -> dict[str, str]:
        """The metrics as a text quotes them: shares in percent, without the sign."""
        return {name: metric_latex(name, value) for name, value in self.numbers.items()}

    def value_as_quoted(self, name: str, value: float) -> float:
        """A value of a metric in the unit in which it is quoted."""
        return 100 * value if in_percent(name) else value


class CheckOnce:
    """The check of a reference solution, which many claims ask for and which runs once."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment

    def begin(self) -> RunningCheck:
        """Start the process, if it was not started before."""
        return self._running

    @cached_property
    def _running(self) -> RunningCheck:
        return begin_check(self._assignment)

    @cached_property
    def report(self) -> CodeReport:
        """What came of it."""
        return self._running.report()


def ran(assignment: Assignment, trainer: Trainer) -> Program:
    """What the reference solution reports: from the last time that it was run, if nothing has changed, or from now.

    Raises:
        NotRunError: a package is missing, the program fails, or it is not kept and nothing may be trained.
    """
    if assignment.lacking:
        raise NotRunError(f"{', '.join(assignment.lacking)} is not installed")
    place = cache_file_of(assignment, trainer)
    kept = _unpacked(trainer.cache.arrays(place), assignment)
    if kept is not None:
        return kept
    if not trainer.allowed:
        raise NotRunError("trainings were left out (--no-train), and no result was kept from before")
    trainer.progress(f"running {assignment.file}")
    report = check_file(assignment, shapes=0)
    if report.lacking:
        raise NotRunError(f"{', '.join(report.lacking)} is not installed")
    missing = [name for name in assignment.results if name not in report.results]
    if report.problem or missing:
        notes = [check.note for check in report.failures if check.note]
        reason = report.problem or next(iter(notes), f"it does not report {', '.join(missing)}")
        raise NotRunError(reason, failed=True)
    found = Program(report.results, report.printed)
    trainer.cache.keep(place, packed(found))
    return found


def cache_file_of(assignment: Assignment, trainer: Trainer) -> Path:
    """The file in which the result of a program is kept."""
    return trainer.cache.path(_identity(assignment))


def _identity(assignment: Assignment) -> dict[str, Any]:
    """All that the result depends on besides the code of Gradsheet, in values that JSON knows."""
    files = {assignment.file: assignment.solution, **assignment.beside}
    driver = assignment.driver.read_text(encoding="utf-8")
    return {"program": files, "driver": driver, "versions": {name: _version(name) for name in assignment.requires}}


def _version(package: str) -> list[str]:
    """The versions of the distributions that bring a package."""
    distributions = _distributions().get(package, [package])
    return sorted(metadata.version(name) for name in set(distributions))


@lru_cache(maxsize=ONE)
def _distributions() -> Mapping[str, list[str]]:
    """The distributions that bring each package; to find them, the list of files of every one is read."""
    return metadata.packages_distributions()


def packed(found: Program) -> dict[str, Any]:
    """A result as arrays by name."""
    numbers = {f"number/{name}": numpy.array(value) for name, value in found.numbers.items()}
    return {**numbers, "printed": numpy.array(found.printed)}


def _unpacked(arrays: Mapping[str, Any] | None, assignment: Assignment) -> Program | None:
    """What was packed, if it is whole."""
    names = {f"number/{name}": name for name in assignment.results}
    if arrays is None or set(arrays) != {*names, "printed"} or any(arrays[key].shape != () for key in arrays):
        return None
    if any(arrays[key].dtype.kind != "f" for key in names) or arrays["printed"].dtype.kind != "U":
        return None
    return Program({name: float(arrays[key]) for key, name in names.items()}, str(arrays["printed"]))
