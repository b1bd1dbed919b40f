"""What a homework asks for by formulas, part by part, with the points of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from answers.code import Assignment
from answers.errors import HomeworkContentError
from answers.grading.programs import AskedFile, asked_files, program_in
from answers.homework.context import HomeworkContext
from answers.homework.model import Marking, Part
from derive.derivation import Derivation
from derive.errors import nearest


@dataclass(frozen=True)
class Asked:
    """A formula that a part asks for: ``name`` tells it from others of the part, and is its quantity's if it can be."""

    part: str
    name: str
    derivation: Derivation
    points: float


@dataclass(frozen=True)
class Paper:
    """All that can be marked of a homework, by part and quantity, and how."""

    title: str
    asked: tuple[Asked, ...]
    parts: tuple[str, ...]
    questions: tuple[str, ...]
    marking: Marking
    files: tuple[AskedFile, ...] = ()

    @property
    def columns(self) -> tuple[Asked | AskedFile, ...]:
        """All that has points of its own, in the order in which it is answered: formulas, then programs."""
        return (*self.asked, *self.files)

    def program(self, asked: AskedFile, entry: Path) -> Path | None:
        """The file of a hand-in that is a program which is asked for."""
        return program_in(entry, asked.name, alone=len(self.files) == 1)

    def of(self, part: str) -> tuple[Asked, ...]:
        """What a part asks for."""
        return tuple(one for one in self.asked if one.part == part)


def paper_of(context: HomeworkContext) -> Paper:
    """What a homework asks for.

    Raises:
        HomeworkContentError: a part asks for something that is not there, or points are given for what it does not ask.
    """
    homework = context.homework
    programs = {part.id: asked_files(part, context.conventions) for part in homework.parts()}
    asked = tuple(one for part in homework.parts() for one in asked_in(part, context, len(programs[part.id])))
    questions = tuple(question.id for question in homework.questions)
    files = tuple(one for part in homework.parts() for one in files_in(part, context, programs[part.id]))
    return Paper(homework.title, asked, tuple(part.id for part in homework.parts()), questions, homework.marking, files)


def asked_in(part: Part, context: HomeworkContext, programs: int = 0) -> Iterator[Asked]:
    """What a part asks for by formulas, each once; ``programs`` share its points."""
    found: dict[str, Derivation] = {}
    for derivation in context.asked(part):
        name, number = derivation.quantity.name, 1
        while name in found:
            number += 1
            name = f"{derivation.quantity.name}.{number}"
        found[name] = derivation
    given = context.homework.marking.points.get(part.id)
    points = _shared(part, found, programs) if given is None else _given(part, found, given)
    yield from (Asked(part.id, name, derivation, points[name]) for name, derivation in found.items())


def files_in(part: Part, context: HomeworkContext, files: Sequence[Assignment]) -> Iterator[AskedFile]:
    """The programs that a part asks for. Formulas share its points with them, unless these have points of their own."""
    given = context.homework.marking.points.get(part.id)
    formulas = len(context.asked(part))
    left = part.points - sum((given or {}).values())
    points = max(left, 0.0) / len(files) if files and given is not None else part.points / max(len(files) + formulas, 1)
    yield from (AskedFile(part.id, one, points) for one in files)


def _shared(part: Part, found: Mapping[str, Derivation], programs: int) -> dict[str, float]:
    return {name: part.points / (len(found) + programs) for name in found}


def _given(part: Part, found: Mapping[str, Derivation], given: Mapping[str, float]) -> dict[str, float]:
    for name in given:
        if name not in found:
            place = ("marking", "points", part.id, name)
            raise HomeworkContentError(f"part {part.id} does not ask for {name}; {nearest(name, found)}", place)
    return {name: given.get(name, 0.0) for name in found}
