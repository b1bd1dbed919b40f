"""The template ``training``: a network of one hidden layer on a bundled set, in three libraries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from answers.code.assignment import Assignment
from answers.code.rendering import render
from answers.code.templates.training.cases import PARAMETERS, cases
from answers.code.templates.training.lines import functions
from answers.code.templates.training.options import IN_LIBRARIES, Library, TrainingOptions
from answers.contract.methods import DEFINITIONS, DIFFERENCES, GOAL_IN_KERAS, GOAL_IN_NUMPY, GOAL_IN_PYTORCH, Method
from answers.trainings.words import in_percent
from derive.conventions import USUAL, Conventions

GOALS: Mapping[Library, Method] = {"numpy": GOAL_IN_NUMPY, "torch": GOAL_IN_PYTORCH, "keras": GOAL_IN_KERAS}


class Training(TrainingOptions):
    """Standalone files that train: a reference in NumPy, and files to write in PyTorch and in Keras."""

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        return tuple(self._assignment(library) for library in self.libraries)

    def _assignment(self, library: Library) -> Assignment:
        gradients = ("loss", *(f"d{name}" for name in PARAMETERS)) if library == "numpy" else ()
        handed_out, goal = library != "numpy", self.threshold
        file = f"{self.task}_{library}.py"
        example = render("training/test.py.j2", options=self, file=file, classification=self.task == "classification")
        return Assignment(
            file=file,
            skeleton=self._file(library, solved=False) if handed_out else "",
            examples={f"test_{file}": example} if handed_out else {},
            solution=self._file(library, solved=True),
            driver=Path(__file__).with_name("driver.py"),
            cases=partial(cases, self, library),
            quantities=("training", "report", self.metric, *gradients),
            requires=("sklearn",) if library == "numpy" else ("sklearn", library),
            methods=_methods(library, f"{100 * goal:g} %" if in_percent(self.metric) else f"{goal:g}"),
            derived=not handed_out,
            seconds=300,
            results=self.results,
        )

    def _file(self, library: Library, *, solved: bool) -> str:
        module, keras = IN_LIBRARIES[self.activation]
        return render(
            f"training/{library}.py.j2",
            options=self,
            solved=solved,
            classification=self.task == "classification",
            functions=functions(self.task, self.activation) if library == "numpy" else "",
            share=f"{100 * self.rare:g} %",
            module=module,
            keras=keras,
        )


def _methods(library: Library, goal: str) -> tuple[Method, ...]:
    """Against what a training is compared: what it must reach, its metric's definition, measured derivatives."""
    measured = (DIFFERENCES,) if library == "numpy" else ()
    return (GOALS[library].of(goal), DEFINITIONS, *measured)
