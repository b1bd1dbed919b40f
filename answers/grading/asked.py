"""What a homework asks for by formulas, part by part, with the points of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from answers.errors import HomeworkContentError
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

    def of(self, part: str) -> tuple[Asked, ...]:
        """What a part asks for."""
        return tuple(one for one in self.asked if one.part == part)


def paper_of(context: HomeworkContext) -> Paper:
    """What a homework asks for.

    Raises:
        HomeworkContentError: a part asks for something that is not there, or points are given for what it does not ask.
    """
    homework = context.homework
    asked = tuple(one for part in homework.parts() for one in asked_in(part, context))
    questions = tuple(question.id for question in homework.questions)
    return Paper(homework.title, asked, tuple(part.id for part in homework.parts()), questions, homework.marking)


def asked_in(part: Part, context: HomeworkContext) -> Iterator[Asked]:
    """What a part asks for, each once."""
    found: dict[str, Derivation] = {}
    for derivation in context.asked(part):
        name, number = derivation.quantity.name, 1
        while name in found:
            number += 1
            name = f"{derivation.quantity.name}.{number}"
        found[name] = derivation
    given = context.homework.marking.points.get(part.id)
    points = _shared(part, found) if given is None else _given(part, found, given)
    yield from (Asked(part.id, name, derivation, points[name]) for name, derivation in found.items())


def _shared(part: Part, found: Mapping[str, Derivation]) -> dict[str, float]:
    return {name: part.points / len(found) for name in found}


def _given(part: Part, found: Mapping[str, Derivation], given: Mapping[str, float]) -> dict[str, float]:
    for name in given:
        if name not in found:
            place = ("marking", "points", part.id, name)
            raise HomeworkContentError(f"part {part.id} does not ask for {name}; {nearest(name, found)}", place)
    return {name: given.get(name, 0.0) for name in found}
