"""What a programming part hands out and takes in: files to write, and the cases that they are run on."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from numeric.training import MetricName

Array = NDArray[Any]

SHAPES = 3
SEQUENCE = "sequence"
"""The run that does what the course's own test does; it comes first in a report."""


@dataclass(frozen=True)
class Case:
    """One run of a file: what it is given, and what it has to give.

    Attributes:
        label: what the case is, for a reader: ``f = relu, g = sigmoid, bce_loss``.
        run: the function of the driver that runs it.
        settings: the names and numbers that the driver needs beside arrays.
        given: arrays by name.
        expected: what the run must give, by name.
        finite: whether only a finite result is asked for, at the ends of the range.
        tolerance: the relative error that is allowed; None for that of the check.
        reported: numbers that the run finds out and that are kept as they are, by name.
    """

    label: str
    run: str
    settings: Mapping[str, Any]
    given: Mapping[str, Array] = field(repr=False)
    expected: Mapping[str, Array] = field(repr=False)
    finite: bool = False
    tolerance: float | None = None
    reported: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """A file that is to be written, and all that belongs to it.

    Attributes:
        file: its name, such as ``mlp.py``.
        skeleton: what students get: the solution without the bodies that they write; empty if nothing.
        solution: the reference solution.
        driver: the program text that runs the file; its functions are the runs of the cases.
        cases: makes the cases from a seed and a number of shapes.
        quantities: what is compared, in the order of the claims; each the start of names in ``expected``.
        examples: example tests that are handed out with the skeleton, by file name.
        beside: files that it imports, as they are in the reference, by file name.
        library: whose arrays the file is given.
        requires: packages without which the file cannot be run.
        method: against what its results are compared.
        seconds: the time that it may take.
        derived: whether the solution's gradients are the derived formulas; a library's own are not.
        results: the metrics that it reports when it is run as a program; none if it is no program.
    """

    file: str
    skeleton: str
    solution: str
    driver: Path
    cases: Callable[[int, int], tuple[Case, ...]]
    quantities: tuple[str, ...]
    examples: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    library: Literal["torch", "numpy"] = "numpy"
    requires: tuple[str, ...] = ()
    method: str = "differences, all cases"
    seconds: int = 60
    derived: bool = True
    results: tuple[MetricName, ...] = ()

    @property
    def handouts(self) -> dict[str, str]:
        """The files that students get, by name."""
        return ({self.file: self.skeleton} if self.skeleton else {}) | dict(self.examples)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The packages that it requires and that are not installed."""
        return tuple(name for name in self.requires if importlib.util.find_spec(name) is None)
