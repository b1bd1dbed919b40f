"""The steps of a chain of equations, each judged as if it were the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from answers.marking.comparing import Target
from answers.marking.judging import Outcome, Question, judge, last_of_chain
from answers.marking.setting import Setting
from answers.reading import ReadingError, syntax
from answers.reading.macros import Macros
from answers.reading.reading import understood
from numeric.errors import ArrayError


@dataclass(frozen=True)
class Step:
    """A side of a chain: its number, from 1, the text of it, and what it is as an answer."""

    number: int
    text: str
    outcome: Outcome


def steps_of(question: Question, setting: Setting, text: str, macros: Macros) -> tuple[Step, ...]:
    """The sides of a chain, each judged alone, without one that only names what is asked for; none of a single side."""
    try:
        written = setting.syntax(text, macros)
    except (ReadingError, RecursionError):
        return ()
    if len(written.sides) < 2:
        return ()
    target = Target.of(question.derivation, rows=setting.rows)
    found = []
    for number, side in enumerate(written.sides, start=1):
        if not _names_the_question(setting, target, side, text):
            start, end = syntax.place_of(side)
            found.append(Step(number, text[start:end].strip(" &"), _outcome(question, setting, written, side, text)))
    return tuple(found)


def _outcome(question: Question, setting: Setting, written: syntax.Relation, side: Any, text: str) -> Outcome:
    try:
        return judge(question, setting, last_of_chain(question, setting, written, side, text)).outcome
    except (ReadingError, ArrayError, RecursionError):
        return "unread"


def _names_the_question(setting: Setting, target: Target, side: Any, text: str) -> bool:
    """Whether a side is nothing but what is asked for."""
    try:
        return setting.holds(understood(syntax.Relation([side], []), text, setting.table).last, target.name)
    except (ReadingError, RecursionError):
        return False


def said_of_steps(steps: tuple[Step, ...], accepted: bool) -> tuple[str, ...]:
    """What is said to the writer of the steps: where the chain goes wrong, or what in it is not right by itself."""
    if len(steps) < 2:
        return ()
    before = steps[:-1]
    good = ("right", "transposed", "loose")
    if accepted:
        return tuple(
            f"Side {step.number} of the chain, `{step.text}`, does not equal the last one, which was marked."
            for step in before
            if step.outcome == "wrong"
        )
    held = next((step for step in reversed(before) if step.outcome in good), None)
    if held is None:
        return ()
    parted = next(step for step in steps if step.number > held.number)
    return (f"The chain is right up to side {held.number}; side {parted.number}, `{parted.text}`, is not.",)
