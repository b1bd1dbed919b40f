"""What is said to a student about an answer, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answers.marking.counterexample import Counterexample
from answers.marking.edits import Explanation
from answers.marking.judging import Judged, Question
from answers.reading import ReadingError, Unreadable

FIRST = {
    "right": "**Right.**",
    "transposed": "**Right in the other layout:** it is the transpose of what the question's layout asks for.",
    "loose": "**Right if it is read kindly.**",
    "wrong": "**Not right.**",
}


def feedback_on(
    question: Question,
    judged: Judged | None,
    explanation: Explanation | None = None,
    counterexample: Counterexample | None = None,
    misshapen: str = "",
) -> str:
    """The outcome in words, what explains it, and the smallest counterexample."""
    lines = [FIRST["wrong" if judged is None else judged.outcome]]
    if judged is not None:
        lines += [_sentence(reason) for reason in (*judged.reasons, *judged.reading.kindness) if reason]
        lines += judged.remarks
    elif misshapen:
        lines.append(f"The parts do not fit: {misshapen.rstrip('.')}.")
    if explanation is not None:
        name = explanation.misconception
        lines.append(f"*{name[:1].upper()}{name[1:]}.* {explanation.sentence}")
        if explanation.step:
            lines.append(f"The derivation parts from it at {explanation.step}.")
    paragraphs = [" ".join(dict.fromkeys(lines))]
    if counterexample is not None:
        paragraphs.append(_numbers(question, counterexample))
    return "\n\n".join(paragraphs)


def unread_feedback(error: ReadingError) -> str:
    """What was not understood, and where."""
    shown = error.near if isinstance(error, Unreadable) else ""
    reason = error.reason if isinstance(error, Unreadable) else str(error)
    place = f" at `{shown}`" if shown else ""
    return f"**Not read**{place}: {reason.rstrip('.')}. This says nothing about whether it is right."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _numbers(question: Question, found: Counterexample) -> str:
    name = question.derivation.quantity.name
    sizes = ", ".join(f"{size} = {length}" for size, length in found.sizes)
    given = ", ".join(f"{tensor} = {_shown(value)}" for tensor, value in found.values)
    at = f" (sizes {sizes})" if sizes else ""
    if found.place is None:
        return f"What is asked for is {_shape(found.right_shape)} there, and this is {_shape(found.written_shape)}{at}."
    where = f"{name}[{', '.join(map(str, found.place))}]" if found.place else name
    return f"For example{at}, with {given}: {where} is {found.right:.6g}, and this gives {found.written:.6g}."


def _shape(shape: Sequence[int]) -> str:
    if len(shape) < 2:
        return f"a vector of {shape[0]}" if shape else "a number"
    return " × ".join(map(str, shape))


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))})"
    return f"{value:.6g}"
