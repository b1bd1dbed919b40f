"""Checks of a file, a reference solution or a student's, in a process of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy

from answers.code.assignment import Assignment
from answers.code.cases import SHAPES, Case
from answers.code.report import CodeReport, compared, printed, reported, worst_of
from answers.code.said import Said, said
from answers.errors import SandboxError
from answers.sandbox import Ended, FrameError, Limits, Running, begin, lacking_line

MEGABYTES = 2048
"""The memory that a file may take beyond what the libraries need; PyTorch alone maps gigabytes."""


RUNNER = Path(__file__).with_name("runner.py")
SLOWER = 5
"""A reference solution, which may run beside others, may wait for so many times the time that it computes."""


def check_file(
    assignment: Assignment,
    source: str | None = None,
    *,
    seed: int = 0,
    shapes: int = SHAPES,
    seconds: int | None = None,
    megabytes: int = MEGABYTES,
    stand_in: bool = False,
    required: bool = False,
    beside: Mapping[str, str] | None = None,
) -> CodeReport:
    """Run a file and compare what it gives with values and measured derivatives of the forward definition.

    What the course tests, all steps in sequence, comes first in the report, then the pieces alone. The file
    runs in a child process in a folder that is deleted, confined as docs/sandbox.md says.
    If PyTorch is not installed, or with ``stand_in``, NumPy takes its place; ``how`` in the report says so.

    Args:
        source: the text of the file; the reference solution if left out.
        seconds: the time that the file may take; what the assignment says if left out.
        megabytes: the memory that it may take.
        required: do not run it where the system lacks a part of the sandbox.
        beside: other files of who wrote it, by name; those of the assignment take their places.

    Raises:
        SandboxError: the sandbox is required, and the system lacks a part of it.
    """
    return begin_check(
        assignment,
        source,
        seed=seed,
        shapes=shapes,
        seconds=seconds,
        megabytes=megabytes,
        stand_in=stand_in,
        required=required,
        beside=beside,
    ).report()


def begin_check(
    assignment: Assignment,
    source: str | None = None,
    *,
    seed: int = 0,
    shapes: int = SHAPES,
    seconds: int | None = None,
    megabytes: int = MEGABYTES,
    stand_in: bool = False,
    required: bool = False,
    beside: Mapping[str, str] | None = None,
) -> RunningCheck:
    """Start the child process of ``check_file``; it runs while this process does something else."""
    if assignment.lacking:
        return RunningCheck(assignment, ())
    planned = assignment.cases(seed, shapes)
    most = assignment.seconds if seconds is None else seconds
    own = source is None and seconds is None
    limits = Limits(SLOWER * most if own else most, megabytes, most)
    plan = {
        "file": assignment.file,
        "library": assignment.library,
        "requires": assignment.requires,
        "stand_in": stand_in,
        "required": required or (assignment.of_homework and source is None),
        "autograd": assignment.autograd,
        "cases": [{"run": case.run, **case.settings} for case in planned],
    }
    arrays = ("torch",) if assignment.library == "torch" else ()
    packages = ("numpy", *arrays, *assignment.requires, *assignment.allows)
    texts = {**(beside or {}), assignment.file: assignment.solution if source is None else source}
    files = _files(assignment, texts, planned)
    running = begin(RUNNER, files, packages, plan, limits)
    return RunningCheck(assignment, planned, running, bool(plan["required"]))


class RunningCheck:
    """A check whose child process runs. The process ends, and its folder goes, with this object."""

    def __init__(
        self,
        assignment: Assignment,
        planned: Sequence[Case],
        running: Running | None = None,
        required: bool = False,
    ) -> None:
        self._required = required
        self._assignment = assignment
        self._planned = planned
        self._running = running

    def report(self) -> CodeReport:
        """Wait for the process, and compare what it found.

        Raises:
            SandboxError: the sandbox is required, and the system lacks a part of it.
        """
        if self._running is None:
            return CodeReport("", (), lacking=self._assignment.lacking)
        ended = self._running.ended()
        try:
            found = said(ended.output)
        except FrameError as error:
            return CodeReport("", (), f"the file spoilt what is read of it: {error}")
        if self._required and found.lacks:
            raise SandboxError(f"{self._assignment.file} was not run: {lacking_line(found.lacks)}")
        if found.missing:
            return CodeReport(found.how, (), lacking=found.missing)
        problem = _problem(ended, found)
        if problem:
            return CodeReport(found.how, (), problem, unconfined=found.lacks)
        each = compared(self._planned, found.arrays, found.notes)
        results, text = reported(self._planned, found.arrays), printed(self._planned, found.printed)
        return CodeReport(found.how, worst_of(each), results=results, printed=text, unconfined=found.lacks, each=each)


def _problem(ended: Ended, found: Said) -> str:
    """What went wrong, if nothing came of the process."""
    if ended.problem:
        return ended.problem
    if not found.begun:
        return "Python ended before the file was run"
    if found.problem:
        return found.problem
    return "" if found.done else "the file ended Python with code 0"


def _files(assignment: Assignment, texts: Mapping[str, str], planned: Sequence[Case]) -> dict[str, bytes]:
    files = {**texts, **assignment.beside, "driver.py": assignment.driver.read_text(encoding="utf-8")}
    given = {f"{number}/{name}": array for number, case in enumerate(planned) for name, array in case.given.items()}
    store: Callable[..., None] = numpy.savez  # its own type takes the names of arrays for options
    cases = io.BytesIO()
    store(cases, **given)
    return {**{name: text.encode(errors="replace") for name, text in files.items()}, "cases.npz": cases.getvalue()}
