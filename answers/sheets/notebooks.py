"""A question as a notebook: with cells to fill as the handout, with outputs as the solution."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

import numpy

from answers.code.assignment import Assignment
from answers.code.cells import CellError, file_cells, named_cells, outputs_of, with_outputs
from answers.code.programming import HANDOUT, SOLUTION, Programming
from answers.code.rendering import render
from answers.errors import HomeworkContentError
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework, Question
from answers.kinds.training import TrainingItem
from answers.notebook import Cell, notebook, words
from answers.trainings.homework import Trainings
from answers.trainings.model import SGDModel, TrainingModel
from answers.trainings.trainer import Trainer

MODULE = ".py"
PACKAGES = ("numpy", "torch", "keras", "matplotlib")
"""Those on whose versions it depends what cells print and draw."""


def notebook_files(homework: Homework, context: HomeworkContext, *, solved: bool) -> Iterator[tuple[str, str]]:
    """The notebooks of a homework, by their path: the handouts, or the solutions with what they print.

    Raises:
        HomeworkContentError: a cell of a solution fails.
    """
    for number, question in enumerate(homework.questions):
        if question.notebook:
            cells = tuple(_Writer(homework, context, solved).cells(question))
            try:
                cells = _run(cells, question.notebook, context.shared(Trainings).trainer) if solved else cells
            except CellError as error:
                place = ("questions", number, "notebook")
                raise HomeworkContentError(
                    f"the solution of the notebook {question.notebook}: {error}", place
                ) from error
            yield f"{SOLUTION if solved else HANDOUT}/{question.notebook}.ipynb", notebook(cells)


def _run(cells: tuple[Cell, ...], name: str, trainer: Trainer) -> tuple[Cell, ...]:
    """The cells with what they print, now or when they were run before; without it where nothing may be trained."""
    sources = [cell.source for cell in cells if cell.kind == "code"]
    versions = {package: metadata.version(package) for package in PACKAGES if importlib.util.find_spec(package)}
    place = trainer.cache.path({"notebook": sources, "versions": versions})
    kept = trainer.cache.arrays(place)
    if kept is None and not trainer.allowed:
        return cells
    if kept is None:
        trainer.progress(f"running the notebook {name}")
        kept = {"outputs": numpy.array(outputs_of(cells))}
        trainer.cache.keep(place, kept)
    return with_outputs(cells, str(kept["outputs"]))


@dataclass
class _Writer:
    """Writes the cells of one question; what an earlier part has said is not said again."""

    homework: Homework
    context: HomeworkContext
    solved: bool

    def cells(self, question: Question) -> Iterator[Cell]:
        """All cells of a question."""
        head = f"# {self.homework.title}\n\n## {question.id} {question.title}\n\n{question.text}"
        yield words(head if self.solved else f"{head}\n\nName:\n\nStudent number:")
        inside = {
            file.removesuffix(MODULE)
            for part in question.parts
            for item in part.answer
            if isinstance(item, Programming)
            for one in item.assignments()
            for file in (one.file, *one.beside)
        }
        loaded = False
        for part in question.parts:
            yield words(f"### {part.id}\n\n{part.question}")
            wrote = False
            for item in part.answer:
                if isinstance(item, Programming):
                    wrote = True
                    for one in item.assignments():
                        yield from self._assignment(one, inside)
                elif isinstance(item, TrainingItem) and self._classifies(question):
                    wrote = True
                    model = self.context.shared(Trainings).model(item.training)
                    yield from self._training(item, model, begun=loaded)
                    loaded = True
            if not wrote and part.answer and not self.solved:
                yield words("*Your answer:*")

    def _assignment(self, one: Assignment, inside: set[str]) -> Iterator[Cell]:
        """A file to be written, and its example tests."""
        if not self.solved and not one.skeleton:
            return
        if self.solved and one.lacking:
            yield words(f"`{one.file}` is not run: {', '.join(one.lacking)} is not installed.")
            return
        yield from file_cells(one.solution if self.solved else one.skeleton, inside)
        if self.solved and one.results:
            return  # the program that the cells are reports how good it is
        for test in one.examples.values():
            yield from file_cells(test, inside)

    def _training(self, item: TrainingItem, model: TrainingModel, *, begun: bool) -> Iterator[Cell]:
        """The training of the classifier that is written above, a plot of its curves, and data if not ``begun``."""
        program = render("notebook/training.py.j2", solved=self.solved, **_settings(model))
        wanted = [] if begun else ["data"]
        wanted += ["training"] if {"settings", "results"} & set(item.show) else []
        wanted += ["curves"] if "curves" in item.show else []
        for name, source in named_cells(program):
            if name in wanted and not (name == "curves" and self.solved and not _can_plot()):
                yield from file_cells(source, {"classifier"}, whole=True)

    def _classifies(self, question: Question) -> bool:
        """Whether a part of the question writes the classifier that is trained."""
        items = (item for part in question.parts for item in part.answer)
        return any(isinstance(item, Programming) and item.template == "classifier" for item in items)


def _settings(model: TrainingModel) -> dict[str, str]:
    """The settings of a training for a classifier without momentum: its steps are as long in the end."""
    optimiser = model.optimiser
    rate = optimiser.learning_rate
    if isinstance(optimiser, SGDModel):
        rate = rate / (1 - optimiser.momentum)
    return {
        "hidden": str(next(iter(model.sizes.values()), 64)),
        "epochs": str(model.epochs),
        "batch_size": str(model.batch_size),
        "learning_rate": f"{rate:.3g}",
        "decay": f"{model.decay:g}",
        "validation": f"{getattr(model.data, 'validation', 0.1) or 0.1:g}",
    }


def _can_plot() -> bool:
    return importlib.util.find_spec("matplotlib") is not None
