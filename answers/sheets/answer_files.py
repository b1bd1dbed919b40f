"""Files to write answers into: the left side of every formula, each behind a marker by which it is found again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from answers.grading.paper import Asked, asked_in
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework, Part, Question
from answers.languages import language
from answers.latex.environment import render
from answers.latex.escape import escape
from answers.latex.markdown import inline_markdown
from answers.notebook import notebook, words
from derive.render.derivations import quantity_latex

Files = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Room:
    """A part with what it asks for; nothing for what is answered in words."""

    question: Question
    part: Part
    asked: tuple[Asked, ...]
    first: bool
    """Whether it is the first part of its question."""


def answer_files(homework: Homework, context: HomeworkContext) -> Files:
    """The files to write into, as LaTeX, Markdown and a notebook; none if no formula is asked for.

    Raises:
        HomeworkContentError: a part asks for something that is not there.
    """
    rooms = tuple(_rooms(homework, context))
    if not any(room.asked for room in rooms):
        return ()
    return (
        ("answers.tex", _latex(homework, rooms)),
        ("answers.md", "\n\n".join([_heading(homework), *(_markdown(room) for room in rooms)]) + "\n"),
        ("answers.ipynb", _notebook(homework, rooms)),
    )


def _rooms(homework: Homework, context: HomeworkContext) -> Iterator[Room]:
    for question in homework.questions:
        for number, part in enumerate(question.parts):
            if part.answer:
                yield Room(question, part, tuple(asked_in(part, context)), number == 0)


def left_side(asked: Asked) -> str:
    """What stands left of the answer."""
    return quantity_latex(asked.derivation.quantity, asked.derivation.forward)


def _latex(homework: Homework, rooms: tuple[Room, ...]) -> str:
    parts = [
        {
            "question": _title(room.question) if room.first else "",
            "part": escape(room.part.id),
            "id": room.part.id,
            "formulas": [(asked.name, left_side(asked)) for asked in room.asked],
        }
        for room in rooms
    ]
    return render(
        "answers.tex.j2",
        title=inline_markdown(homework.title),
        paper=homework.paper,
        parts=parts,
        say=language(homework.language).say,
    )


def _title(question: Question) -> str:
    return rf"{escape(question.id)}\quad {inline_markdown(question.title)}"


def _heading(homework: Homework) -> str:
    say = language(homework.language).say
    return f"# {homework.title}\n\n{say('Name')}:\n\n{say('Student number')}:"


def _markdown(room: Room) -> str:
    """A part in Markdown."""
    lines = [f"## {room.question.id} {room.question.title}\n"] if room.first else []
    lines.append(f"### {room.part.id}")
    lines += [_formula(asked) for asked in room.asked]
    if not room.asked:
        lines.append(f"<!-- answer {room.part.id} -->")
    return "\n\n".join(lines)


def _formula(asked: Asked) -> str:
    """A marker and the left side, with room behind it. Browsers know no ``\\bm``."""
    left = left_side(asked).replace(r"\bm{", r"\boldsymbol{")
    return f"<!-- answer {asked.part} {asked.name} -->\n$$\n{left} =\n$$"


def _notebook(homework: Homework, rooms: tuple[Room, ...]) -> str:
    """A notebook with a cell for every heading and every formula."""
    cells = [words(_heading(homework))]
    for room in rooms:
        title = f"## {room.question.id} {room.question.title}\n\n" if room.first else ""
        cells.append(words(f"{title}### {room.part.id}"))
        for asked in room.asked:
            cells.append(words(_formula(asked), {"gradsheet": {"part": asked.part, "quantity": asked.name}}))
        if not room.asked:
            cells.append(words(f"<!-- answer {room.part.id} -->", {"gradsheet": {"part": room.part.id}}))
    return notebook(cells)
