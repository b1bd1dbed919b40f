"""What came of running a file: the comparisons, one for each quantity and case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from answers.code.cases import SEQUENCE, Array, Case
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import PROGRAM

FLOOR = 1e-3
"""Arrays whose largest element is smaller are compared as if it were this."""


@dataclass(frozen=True, kw_only=True)
class CodeCheck(Comparison):
    """One quantity of a file against what the forward definition says.

    ``what`` is the quantity and the case, ``dJdW1, f = relu, g = sigmoid, bce_loss``; ``run`` is ``sequence`` for all
    steps in a row, as the course tests, else the piece that was run alone.
    """

    run: str

    @property
    def quantity(self) -> str:
        """What was compared, without the case."""
        return self.what.split(",")[0]


@dataclass(frozen=True)
class CodeReport:
    """All checks of a file, those of the sequence first.

    Attributes:
        how: what the code ran with, ``PyTorch 2.13.0`` or NumPy in its place.
        problem: why the file could not be run at all; empty if it could.
        lacking: packages that are not installed, without which the file was not run: it is not checked.
        results: the numbers that the file reports of itself, by name.
        printed: what it printed in the sequence.
        unconfined: what the system lacks to keep the file from doing harm.
    """

    how: str
    checks: tuple[CodeCheck, ...]
    problem: str = ""
    lacking: tuple[str, ...] = ()
    results: Mapping[str, float] = field(default_factory=dict)
    printed: str = ""
    unconfined: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.problem and not self.lacking and bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[CodeCheck, ...]:
        """The checks that fail."""
        return tuple(check for check in self.checks if not check.ok)

    @property
    def worst(self) -> float:
        """The worst relative error."""
        return max((check.error for check in self.checks), default=float("inf"))


def compared(planned: Sequence[Case], results: Mapping[str, Array], notes: Mapping[str, str]) -> tuple[CodeCheck, ...]:
    """The checks of all cases: for each quantity and label the worst of its points, the sequence first."""
    worst: dict[tuple[str, str], CodeCheck] = {}
    for number, case in enumerate(planned):
        for name, expected in case.expected.items():
            found = results.get(f"{number}/{name}")
            note = notes.get(str(number), "") if found is None else ""
            check = _check(case, name, expected, found, note)
            known = worst.get((check.what, check.run))
            points = known.points + 1 if known else 1
            if known is not None and known.error >= check.error:
                check = known
            worst[check.what, check.run] = replace(check, points=points)
    return tuple(sorted(worst.values(), key=lambda check: check.run != SEQUENCE))


def reported(planned: Sequence[Case], results: Mapping[str, Array]) -> dict[str, float]:
    """The numbers that the file reports of itself; one that it does not give is not among them."""
    names = ((f"{number}/{name}", name) for number, case in enumerate(planned) for name in case.reported)
    return {name: float(results[key].reshape(())) for key, name in names if key in results and results[key].size == 1}


def printed(planned: Sequence[Case], texts: Mapping[str, str]) -> str:
    """What the file printed in its sequences."""
    return "".join(texts.get(str(number), "") for number, case in enumerate(planned) if case.run == SEQUENCE)


def _check(case: Case, name: str, expected: Array, found: Array | None, note: str) -> CodeCheck:
    error = float("inf")
    if found is not None:
        error, note = _error(case, name, expected, found)
    allowed = PROGRAM if case.tolerance is None else case.tolerance
    return CodeCheck(what=f"{name}, {case.label}", run=case.run, error=error, tolerance=allowed, note=note)


def _error(case: Case, name: str, expected: Array, found: Any) -> tuple[float, str]:
    if expected.shape == () and found.size == 1:
        found = found.reshape(())
    if found.shape != expected.shape:
        return float("inf"), f"{name} has shape {found.shape}, expected {expected.shape}"
    if not bool(numpy.isfinite(found).all()):
        return float("inf"), f"{name} is not finite"
    if case.finite:
        return 0.0, ""
    return relative_error(found, expected, max(largest(expected), FLOOR)), ""
