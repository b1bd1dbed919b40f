"""One hand-in marked: its files read, its answers found, each judged and given its points."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from answers.grading.finding import Finder, Found, known_symbols
from answers.grading.paper import Asked, Paper
from answers.grading.programs import AskedFile, Trial, judged, modules_beside
from answers.handins.files import SUFFIXES, HandinError, HandinText, definitions_in, printable, readable, text_of
from answers.handins.formulas import Formula, formulas_in
from answers.homework.model import Marking
from answers.marking import Mark, mark
from answers.reading import ReadingError, macros_in
from answers.reading.macros import Macros
from answers.reading.symbols import Layout
from derive.derivation import Derivation
from derive.expression.partials import partial_named
from derive.remembering import WRITTEN, with_forward

MISSING = "missing"
"""The outcome of a question that nothing in a hand-in answers."""


@dataclass(frozen=True)
class MarkedAnswer:
    """An answer with its outcome and its points; ``earned`` is None while it is unread, for somebody to look at."""

    part: str
    name: str
    outcome: str
    points: float
    earned: float | None
    latex: str = ""
    file: str = ""
    line: int = 0
    misconception: str = ""
    feedback: str = ""
    disallowed: tuple[str, ...] = ()
    follows: str = ""
    token: str = ""
    """What of an unread answer was not understood."""


@dataclass(frozen=True)
class MarkedHandin:
    """A hand-in: its answers in the order in which they are asked, and what was noticed on the way."""

    student: str
    answers: tuple[MarkedAnswer, ...]
    notes: tuple[str, ...] = ()

    @property
    def earned(self) -> float:
        """The points that are sure."""
        return sum(answer.earned for answer in self.answers if answer.earned is not None)

    @property
    def open(self) -> float:
        """The points of answers that were not read."""
        return sum(answer.points for answer in self.answers if answer.earned is None)


def mark_handin(paper: Paper, student: str, entry: Path, trial: Trial) -> MarkedHandin:
    """Mark what a student handed in, a folder or a file.

    Raises:
        SandboxError: a program was handed in, the sandbox is required, and the system lacks a part of it.
    """
    top = entry if entry.is_dir() else entry.parent
    texts, notes = [], []
    for file in texts_of(entry):
        try:
            texts.append(text_of(file, file.relative_to(top).as_posix()))
        except HandinError as error:
            notes.append(f"{error}.")
    if paper.asked and not texts and not notes:
        notes.append("There is no file that could hold formulas: .tex, .md, .ipynb, .txt.")
    marked = marked_texts(paper, student, texts, notes)
    programs = tuple(_program(paper, asked, entry, top, trial) for asked in paper.files)
    return replace(marked, answers=(*marked.answers, *programs))


def texts_of(entry: Path) -> tuple[Path, ...]:
    """The files of a hand-in that may hold formulas."""
    if entry.is_dir():
        return readable(entry)
    return (entry,) if entry.suffix.lower() in SUFFIXES else ()


def files_of(paper: Paper, entry: Path) -> tuple[Path, ...]:
    """All files of a hand-in that are read."""
    programs = (paper.program(asked, entry) for asked in paper.files)
    beside = (
        path for program in programs if program is not None for path in (program, *modules_beside(program, entry))
    )
    return tuple(dict.fromkeys((*texts_of(entry), *beside)))


def _program(paper: Paper, asked: AskedFile, entry: Path, top: Path, trial: Trial) -> MarkedAnswer:
    file = paper.program(asked, entry)
    if file is None:
        return MarkedAnswer(asked.part, asked.name, MISSING, asked.points, 0.0)
    found = judged(asked, file, trial, modules_beside(file, entry))
    earned = None if found.share is None else asked.points * found.share
    name = printable(file.relative_to(top).as_posix())
    return MarkedAnswer(asked.part, asked.name, found.outcome, asked.points, earned, file=name, feedback=found.feedback)


def marked_texts(paper: Paper, student: str, texts: Sequence[HandinText], notes: Iterable[str] = ()) -> MarkedHandin:
    """Mark texts as the hand-in of a student."""
    said = list(notes)
    definitions = definitions_in(texts)
    try:
        macros: Macros = macros_in(definitions)[0]
    except ReadingError as error:
        said.append(f"The definitions of commands cannot be read: {error}.")
        definitions, macros = "", {}
    finder = Finder(paper, macros)
    for text in texts:
        finder.take(tuple(formulas_in(text)))
    said += [_left(formula) for formula in finder.left]
    found = [finder.found.get((asked.part, asked.name)) for asked in paper.asked]
    broken: list[str] = []
    answers = [
        _marked(paper, asked, own, definitions, {}, broken) for asked, own in zip(paper.asked, found, strict=True)
    ]
    for at, (asked, own) in enumerate(zip(paper.asked, found, strict=True)):
        slips = _slips(paper, answers, asked)
        if own is not None and answers[at].outcome == "wrong" and slips:
            answers[at] = _marked(paper, asked, own, definitions, slips, broken)
    return MarkedHandin(student, tuple(answers), (*said, *broken))


def _slips(paper: Paper, answers: Sequence[MarkedAnswer], asked: Asked) -> dict[str, str]:
    """The other partials of the same definition that are not right, as they were written."""
    found = {}
    for other, answer in zip(paper.asked, answers, strict=True):
        name = other.derivation.quantity.name
        same = other.derivation.forward == asked.derivation.forward and name != asked.derivation.quantity.name
        if same and answer.outcome == "wrong" and partial_named(name) is not None:
            found[name] = answer.latex
    return found


def _left(formula: Formula) -> str:
    shown = " ".join(formula.latex.split())
    return f"{formula.file}, line {formula.line}: this stands under no question that it answers: `{shown[:100]}`"


def _marked(
    paper: Paper,
    asked: Asked,
    found: Found | None,
    definitions: str,
    earlier: Mapping[str, str],
    broken: list[str],
) -> MarkedAnswer:
    """The mark of an answer. One that breaks the marking does not stop that of a class; how it did is noted."""
    if found is None:
        return MarkedAnswer(asked.part, asked.name, MISSING, asked.points, 0.0)
    formula, marking = found.formula, paper.marking
    layout = None if marking.partials == "both" else marking.partials
    written, own = formula.latex.rstrip(" .,;"), tuple(marking.symbols.items())
    try:
        judged = _mark(asked.derivation, written, definitions, own, found.given, layout, tuple(earlier.items()))
    except Exception as error:
        judged = Mark("unread", feedback="**Not read**: it could not be marked; that is a fault of the program.")
        where = "".join(traceback.format_exception(error)).strip()
        broken.append(f"{asked.part} {asked.name} could not be marked; please report this:\n\n```\n{where}\n```")
    token = formula.latex[slice(*judged.place)] if judged.place is not None else ""
    return MarkedAnswer(
        asked.part, asked.name, judged.outcome, asked.points, _earned(asked.points, judged, marking), formula.latex,
        formula.file, formula.line, judged.misconception, judged.feedback, judged.disallowed, judged.follows, token,
    )  # fmt: skip


def _earned(points: float, judged: Mark, marking: Marking) -> float | None:
    """The points of an answer; None if it was not read, since that says nothing about it."""
    if judged.outcome == "unread":
        return None
    share = {"right": 1.0, "transposed": marking.transposed, "loose": marking.loose, "wrong": 0.0}[judged.outcome]
    if judged.outcome == "wrong" and judged.follows:
        share = marking.follows
    return points * share * (marking.disallowed if judged.disallowed else 1.0)


@with_forward(WRITTEN)
def _mark(
    derivation: Derivation,
    latex: str,
    definitions: str,
    symbols: tuple[tuple[str, str | int], ...],
    given: tuple[tuple[str, str], ...],
    layout: Layout | None,
    earlier: tuple[tuple[str, str], ...],
) -> Mark:
    """The mark of an answer, once for all who wrote the same."""
    own = known_symbols(derivation.forward, dict(symbols))
    return mark(derivation, latex, definitions, own, (), dict(given), layout, dict(earlier))
