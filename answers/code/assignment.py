"""What a programming part hands out and takes in: files to write, and the cases that they are run on."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from answers.code.cases import Case
from answers.contract.methods import ALL_CASES, DIFFERENCES, Method
from numeric.training import MetricName


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
        allows: packages that it may import besides.
        methods: against what its results are compared.
        seconds: the time that it may take.
        of_homework: whether the homework brings the solution along. It is asked for even if nothing is handed out,
            and the solution runs only where the sandbox is whole: who reads a homework need not trust it.
        autograd: whether PyTorch may differentiate in it.
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
    allows: tuple[str, ...] = ()
    methods: tuple[Method, ...] = (DIFFERENCES, ALL_CASES)
    seconds: int = 60
    derived: bool = True
    of_homework: bool = False
    autograd: bool = True
    results: tuple[MetricName, ...] = ()

    @property
    def handouts(self) -> dict[str, str]:
        """The files that students get, by name."""
        return ({self.file: self.skeleton} if self.skeleton else {}) | dict(self.examples)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The packages that it requires and that are not installed."""
        return tuple(name for name in self.requires if importlib.util.find_spec(name) is None)
