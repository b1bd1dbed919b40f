"""Checks of an ``mlp.py``, a reference solution or a student's, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy

from answers.code.cases import Array, Case, Run, cases
from answers.code.options import CodeOptions

TOLERANCE = 1e-5
"""Wide enough for code that computes in single precision in places; a wrong formula is off by far more."""

FLOOR = 1e-3
"""Arrays whose largest element is smaller are compared as if it were this."""

SHAPES = 3
SECONDS = 60


@dataclass(frozen=True)
class CodeCheck:
    """One quantity of an ``mlp.py`` against what the forward definition says.

    Attributes:
        what: the quantity and the case, ``dJdW1, f = relu, g = sigmoid, bce_loss``.
        run: ``sequence`` for forward, loss and backward in a row; else the piece that was run alone.
        points: how many random points were compared.
        error: the worst relative error; infinite where there is nothing to compare, and ``note`` says why.
    """

    what: str
    run: Run
    points: int
    error: float
    ok: bool
    note: str = ""


@dataclass(frozen=True)
class CodeReport:
    """All checks of an ``mlp.py``.

    Attributes:
        how: what the code ran with, ``PyTorch 2.13.0`` or NumPy in its place.
        problem: why the file could not be run at all; empty if it could.
    """

    how: str
    checks: tuple[CodeCheck, ...]
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.problem and bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[CodeCheck, ...]:
        """The checks that fail."""
        return tuple(check for check in self.checks if not check.ok)

    @property
    def worst(self) -> float:
        """The worst relative error."""
        return max((check.error for check in self.checks), default=float("inf"))


def check_solution(
    source: str,
    options: CodeOptions | None = None,
    *,
    seed: int = 0,
    shapes: int = SHAPES,
    seconds: int = SECONDS,
    stand_in: bool = False,
) -> CodeReport:
    """Run an ``mlp.py`` and compare it with values and measured derivatives of the forward definition.

    For all pairs of activations and all losses, the forward pass, the loss and the gradients are compared
    in sequence, and the losses and ``backward`` also alone. The file runs in a child process in a folder
    that is deleted. If PyTorch is not installed, or with ``stand_in``, NumPy takes its place; ``how`` in the
    report says so.

    Args:
        seconds: the time that the file may take.
    """
    return begin_check(source, options, seed=seed, shapes=shapes, seconds=seconds, stand_in=stand_in).report()


def begin_check(
    source: str,
    options: CodeOptions | None = None,
    *,
    seed: int = 0,
    shapes: int = SHAPES,
    seconds: int = SECONDS,
    stand_in: bool = False,
) -> RunningCheck:
    """Start the child process of ``check_solution``; it runs while this process does something else."""
    chosen = options or CodeOptions()
    planned = cases(chosen, seed, shapes)
    folder = tempfile.TemporaryDirectory(prefix="mlp-")
    _write(Path(folder.name), source, chosen, planned, seconds, stand_in)
    return RunningCheck(folder, planned, seconds)


class RunningCheck:
    """A check whose child process runs. The process ends and its folder goes with this object."""

    def __init__(self, folder: tempfile.TemporaryDirectory[str], planned: Sequence[Case], seconds: int) -> None:
        self._folder = folder
        self._planned = planned
        self._seconds = seconds
        command = [sys.executable, "-I", str(Path(__file__).with_name("runner.py"))]
        self._process = subprocess.Popen(
            command, cwd=folder.name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        weakref.finalize(self, self._process.kill)

    def report(self) -> CodeReport:
        """Wait for the process, and compare what it found; to be asked once."""
        with self._folder as name:
            folder = Path(name)
            problem = self._problem(folder)
            if problem:
                return CodeReport("", (), problem)
            report = json.loads((folder / "results.json").read_text(encoding="utf-8"))
            with numpy.load(folder / "results.npz") as found:
                results = {key: found[key] for key in found.files}
        if report["problem"]:
            return CodeReport(report["how"], (), report["problem"])
        return CodeReport(report["how"], _compared(self._planned, results, report["notes"]))

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


def _write(
    folder: Path, source: str, options: CodeOptions, planned: Sequence[Case], seconds: int, stand_in: bool
) -> None:
    (folder / "mlp.py").write_text(source, encoding="utf-8")
    described = [{key: getattr(case, key) for key in ("run", "f", "g", "loss")} for case in planned]
    plan = {"library": options.library, "stand_in": stand_in, "seconds": seconds, "cases": described}
    (folder / "cases.json").write_text(json.dumps(plan), encoding="utf-8")
    given = {f"{number}/{name}": array for number, case in enumerate(planned) for name, array in case.given.items()}
    store: Callable[..., None] = numpy.savez  # its own type takes the names of arrays for options
    store(folder / "cases.npz", **given)


def _compared(planned: Sequence[Case], results: Mapping[str, Array], notes: Mapping[str, str]) -> tuple[CodeCheck, ...]:
    worst: dict[tuple[str, Run], CodeCheck] = {}
    for number, case in enumerate(planned):
        for name, expected in case.expected.items():
            found = results.get(f"{number}/{name}")
            note = notes.get(str(number), "") if found is None else ""
            check = _check(case, name, expected, found, note)
            known = worst.get((check.what, check.run))
            points = known.points + 1 if known else 1
            if known is not None and known.error >= check.error:
                check = known
            worst[check.what, check.run] = CodeCheck(**{**asdict(check), "points": points})
    return tuple(worst.values())


def _check(case: Case, name: str, expected: Array, found: Array | None, note: str) -> CodeCheck:
    error = float("inf")
    if found is not None:
        error, note = _error(case, name, expected, found)
    return CodeCheck(f"{name}, {case.label}", case.run, 1, error, error <= TOLERANCE, note)


def _error(case: Case, name: str, expected: Array, found: Any) -> tuple[float, str]:
    if name == "loss" and found.size == 1:
        found = found.reshape(())
    if found.shape != expected.shape:
        return float("inf"), f"{name} has shape {found.shape}, expected {expected.shape}"
    if not bool(numpy.isfinite(found).all()):
        return float("inf"), f"{name} is not finite"
    if case.finite:
        return 0.0, ""
    scale = max(float(numpy.abs(expected).max()), FLOOR)
    return float(numpy.abs(found - expected).max()) / scale, ""
