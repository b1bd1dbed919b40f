"""What came of running a file: the comparisons, one for each quantity and case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy

from answers.code.cases import SEQUENCE, Array, Case
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.diagnosis import difference
from numeric.checks.tolerances import PROGRAM

FLOOR = 1e-3
"""Arrays whose largest element is smaller are compared as if it were this."""


@dataclass(frozen=True, kw_only=True)
class CodeCheck(Comparison):
    """One quantity of a file against what the forward definition says.

    ``what`` is the quantity and the case, ``dJdW1, f = relu, g = sigmoid, bce_loss``; ``run`` is ``sequence`` for all
    steps in a row, as the course tests, else the piece that was run alone. ``extreme`` is whether it is robustness that
    is asked for, and ``hints`` are what its factor may come from. ``told`` is whether the note is the file's own words.
    """

    run: str
    extreme: bool = False
    hints: tuple[str, ...] = ()
    told: bool = False

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
        each: the checks one by one, not the worst of each quantity and case.
    """

    how: str
    checks: tuple[CodeCheck, ...]
    problem: str = ""
    lacking: tuple[str, ...] = ()
    results: Mapping[str, float] = field(default_factory=dict)
    printed: str = ""
    unconfined: tuple[str, ...] = ()
    each: tuple[CodeCheck, ...] = field(default=(), repr=False)

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
    """The checks of all cases, one for each quantity of each."""
    return tuple(
        _check(case, name, results.get(f"{number}/{name}"), notes.get(str(number), ""))
        for number, case in enumerate(planned)
        for name in case.expected
    )


def worst_of(each: Sequence[CodeCheck]) -> tuple[CodeCheck, ...]:
    """For each quantity and label the worst of its points, the sequence first."""
    worst: dict[tuple[str, str], CodeCheck] = {}
    for check in each:
        known = worst.get((check.what, check.run))
        points = known.points + 1 if known else 1
        worse = known if known is not None and known.error >= check.error else check
        worst[check.what, check.run] = replace(worse, points=points)
    return tuple(sorted(worst.values(), key=lambda check: check.run != SEQUENCE))


def reported(planned: Sequence[Case], results: Mapping[str, Array]) -> dict[str, float]:
    """The numbers that the file reports of itself; one that it does not give is not among them."""
    names = ((f"{number}/{name}", name) for number, case in enumerate(planned) for name in case.reported)
    return {name: float(results[key].reshape(())) for key, name in names if key in results and results[key].size == 1}


def printed(planned: Sequence[Case], texts: Mapping[str, str]) -> str:
    """What the file printed in its sequences."""
    return "".join(texts.get(str(number), "") for number, case in enumerate(planned) if case.run == SEQUENCE)


def _check(case: Case, name: str, found: Array | None, note: str) -> CodeCheck:
    allowed = PROGRAM if case.tolerance is None else case.tolerance
    error = float("inf")
    hints: tuple[str, ...] = ()
    if found is not None:
        error, note, hints = _compared(case, name, found, allowed)
    at = (tuple(case.sizes.items()),) if case.sizes else ()
    return CodeCheck(
        what=f"{name}, {case.label}",
        run=case.run,
        error=error,
        tolerance=allowed,
        note=note,
        sizes=at,
        extreme=case.extreme,
        hints=hints,
        told=found is None and bool(note),
    )


def _compared(case: Case, name: str, found: Array, allowed: float) -> tuple[float, str, tuple[str, ...]]:
    """The error, what is wrong in words, and what it may come from."""
    expected = case.expected[name]
    if expected.shape == () and found.size == 1:
        found = found.reshape(())
    same = found.shape == expected.shape
    if same and not bool(numpy.isfinite(found).all()):
        return float("inf"), f"{name} is not finite", ()
    if same and case.finite:
        return 0.0, "", ()
    error = relative_error(found, expected, max(largest(expected), FLOOR)) if same else float("inf")
    if error <= allowed:
        return error, "", ()
    if case.finite:
        return error, f"{name} has shape {found.shape}, expected {expected.shape}", ()
    said = difference(name, found, case.expected, case.sizes, allowed)
    return error, f"{name} {said.text}" if said else "", said.hints if said else ()
