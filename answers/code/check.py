"""Checks of a file, a reference solution or a student's, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy

from answers.code.assignment import Assignment
from answers.code.cases import SHAPES, Case
from answers.code.report import CodeReport, compared, printed, reported

MEGABYTES = 2048
"""The memory that a file may take beyond what the libraries need; PyTorch alone maps gigabytes."""


VISIBLE = (
    *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "KERAS_BACKEND"),
)
"""Variables that a file under test may read."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""What they are where the user says nothing: several threads on small arrays wait for one another, and checks run side
by side anyway."""


def check_file(
    assignment: Assignment,
    source: str | None = None,
    *,
    seed: int = 0,
    shapes: int = SHAPES,
    seconds: int | None = None,
    megabytes: int = MEGABYTES,
    stand_in: bool = False,
) -> CodeReport:
    """Run a file and compare what it gives with values and measured derivatives of the forward definition.

    What the course tests, all steps in sequence, comes first in the report, then the pieces alone. The file
    runs in a child process in a folder that is deleted, with limits on time, memory and what it may write.
    If PyTorch is not installed, or with ``stand_in``, NumPy takes its place; ``how`` in the report says so.

    Args:
        source: the text of the file; the reference solution if left out.
        seconds: the time that the file may take; what the assignment says if left out.
        megabytes: the memory that it may take.
    """
    return begin_check(
        assignment, source, seed=seed, shapes=shapes, seconds=seconds, megabytes=megabytes, stand_in=stand_in
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
) -> RunningCheck:
    """Start the child process of ``check_file``; it runs while this process does something else."""
    if assignment.lacking:
        return RunningCheck(assignment, ())
    planned = assignment.cases(seed, shapes)
    folder = tempfile.TemporaryDirectory(prefix="code-")
    limit = assignment.seconds if seconds is None else seconds
    limits = {"seconds": limit, "megabytes": megabytes, "stand_in": stand_in}
    _write(Path(folder.name), assignment, assignment.solution if source is None else source, planned, limits)
    return RunningCheck(assignment, planned, folder, limit)


class RunningCheck:
    """A check whose child process runs. The process ends and its folder goes with this object."""

    def __init__(
        self,
        assignment: Assignment,
        planned: Sequence[Case],
        folder: tempfile.TemporaryDirectory[str] | None = None,
        seconds: int = 0,
    ) -> None:
        self._folder = folder
        self._planned = planned
        self._seconds = seconds
        self._assignment = assignment
        if folder is None:
            return
        command = [sys.executable, "-I", str(Path(__file__).with_name("runner.py")), assignment.file]
        self._process = subprocess.Popen(
            command,
            cwd=folder.name,
            env=_environment(folder.name),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        weakref.finalize(self, self._process.kill)

    def report(self) -> CodeReport:
        """Wait for the process, and compare what it found; to be asked once."""
        if self._folder is None:
            return CodeReport("", (), lacking=self._assignment.lacking)
        with self._folder as name:
            folder = Path(name)
            problem = self._problem(folder)
            if problem:
                return CodeReport("", (), problem)
            report = json.loads((folder / "results.json").read_text(encoding="utf-8"))
            if report.get("lacking"):
                return CodeReport(report["how"], (), lacking=tuple(report["lacking"]))
            with numpy.load(folder / "results.npz") as found:
                results = {key: found[key] for key in found.files}
        if report["problem"]:
            return CodeReport(report["how"], (), report["problem"])
        checks = compared(self._planned, results, report["notes"])
        said, text = reported(self._planned, results), printed(self._planned, report["printed"])
        return CodeReport(report["how"], checks, results=said, printed=text)

    def _problem(self, folder: Path) -> str:
        """What went wrong, if nothing came of the process."""
        try:
            _, errors = self._process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return f"the file did not finish within {self._seconds} seconds"
        if self._process.returncode != 0 or not (folder / "results.json").exists():
            last = errors.decode(errors="replace").strip().splitlines()
            return f"the file ended Python with code {self._process.returncode}" + (f": {last[-1]}" if last else "")
        return ""


def _environment(folder: str) -> dict[str, str]:
    """What the process sees of this one's environment: what finds libraries, and a home of its own."""
    kept = {name: os.environ[name] for name in VISIBLE if name in os.environ}
    return {**ONE_THREAD, **kept, "HOME": folder, "TMPDIR": folder, "TEMP": folder, "TMP": folder}


def _write(
    folder: Path, assignment: Assignment, source: str, planned: Sequence[Case], limits: dict[str, int | bool]
) -> None:
    files = {assignment.file: source, **assignment.beside, "driver.py": assignment.driver.read_text(encoding="utf-8")}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    described = [{"run": case.run, **case.settings} for case in planned]
    plan = {"library": assignment.library, "requires": assignment.requires, **limits, "cases": described}
    (folder / "cases.json").write_text(json.dumps(plan), encoding="utf-8")
    given = {f"{number}/{name}": array for number, case in enumerate(planned) for name, array in case.given.items()}
    store: Callable[..., None] = numpy.savez  # its own type takes the names of arrays for options
    store(folder / "cases.npz", **given)
