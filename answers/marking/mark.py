"""Marking of one written answer: read, judged at many points, and explained where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from answers.marking.counterexample import Counterexample, smallest
from answers.marking.edits import Explanation, explain_by_edits, kinder
from answers.marking.feedback import feedback_on, unread_feedback
from answers.marking.judging import CIRCULAR, Judged, Outcome, Question, best_of, is_outside, read_and_judge, remarks_on
from answers.marking.mutants import explain_by_mutants
from answers.marking.setting import ALIAS, Setting, bare_names, padded, settings
from answers.reading import Ambiguous, Misshapen, NoValue, ReadingError, Unreadable, macros_in, read
from answers.reading.context import Kind
from answers.reading.macros import Macros
from answers.reading.symbols import Layout
from derive.derivation import Derivation

KINDS: tuple[Kind, ...] = ("inner", "elementwise")
QUOTIENTS = "".join(
    rf"\newcommand{{\{name}}}[2]{{\frac{{{d} #1}}{{{d} #2}}}}"
    for d, names in ((r"\partial", ("pdv", "pd", "pp", "pder", "pderiv", "pdiff")), ("d", ("dv", "od", "deriv")))
    for name in names
)
COMMON = QUOTIENTS + r"\newcommand{\R}{\mathbb{R}} \newcommand{\qty}{} \newcommand{\norm}[1]{\left\|#1\right\|}"
"""What packages define that people load (physics, derivative, commath), where the text does not define it."""


@dataclass(frozen=True)
class Mark:
    """What an answer was found to be.

    ``outcome`` is ``right`` in the derivation's own layout, ``transposed`` in the other one, ``loose`` if only a kind
    reading is right, ``wrong``, or ``unread``. ``misconception`` names what alone explains a wrong answer, and is empty
    if nothing does. ``feedback`` is Markdown. ``place`` is where an unread text was not understood.
    """

    outcome: Outcome
    misconception: str = ""
    feedback: str = ""
    counterexample: Counterexample | None = None
    place: tuple[int, int] | None = None


def mark(
    derivation: Derivation,
    latex: str,
    macros: str = "",
    symbols: Mapping[str, str | int] | None = None,
    indices: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    layout: Layout | None = None,
) -> Mark:
    r"""Mark a formula that a student wrote for what was derived.

    Args:
        derivation: what is asked for; its layout is that of a right answer.
        latex: the answer, a formula or a chain of equations, of which the last side counts.
        macros: definitions (``\newcommand``) of the text around it.
        symbols: the student's own spellings, each with the tensor, partial or size that it stands for: ``{"h": "z2"}``.
            ``W1.T`` is the transpose of one. A vector of which one element is 1 is also the number of its class.
        indices: the letters of an answer for one element or one column, in the order of the axes.
        given: what the student defined before, each name with its formula.
        layout: how partials that the answer uses are laid out; both are tried if it is left out.

    Raises:
        ValueError: ``symbols`` name something that the forward definition does not have.
    """
    defined = dict(macros_in(COMMON)[0]) | dict(macros_in(macros)[0])
    own, text = macros_in(latex)
    known: Macros = defined | dict(own)
    layouts: list[Layout] = [derivation.layout, "numerator", "gradient"] if layout is None else [layout]
    question = Question(derivation, tuple(indices))
    found = settings(derivation.forward, derivation.index_base, symbols or {}, indices, list(dict.fromkeys(layouts)))
    errors: list[ReadingError] = []
    prepared = [made for one in found if (made := _with_given(one, given or {}, known, errors)) is not None]
    judged = _judge_all(question, prepared, text, known, errors)
    if judged is None or judged.outcome == "wrong":
        kind = _judge_kindly(question, prepared, text, known, errors)
        judged = kind or judged
    if judged is not None and judged.outcome != "wrong":
        remarks = (*remarks_on(question, judged), *_on_layout(question, prepared, text, known, judged))
        judged = replace(judged, remarks=remarks)
        return Mark(judged.outcome, "", feedback_on(question, judged))
    return _wrong_or_unread(question, prepared, text, known, judged, errors)


def _with_given(
    setting: Setting, given: Mapping[str, str], macros: Macros, errors: list[ReadingError]
) -> Setting | None:
    """The setting with the student's definitions, or None if one cannot be read in it."""
    for spelling, formula in given.items():
        try:
            setting = setting.defined(spelling, read(formula, setting.table, macros).last)
        except ReadingError as error:
            errors.append(error)
            return None
    return setting


def _judge_all(
    question: Question, prepared: Sequence[Setting], text: str, macros: Macros, errors: list[ReadingError]
) -> Judged | None:
    judged = []
    for setting in prepared:
        try:
            judged.append(read_and_judge(question, setting, text, macros))
        except ReadingError as error:
            errors.append(error)
            continue
        if judged[-1].outcome == "right":
            break
    return best_of(judged) if judged else None


def _on_layout(
    question: Question, prepared: Sequence[Setting], text: str, macros: Macros, judged: Judged
) -> Iterator[str]:
    """A remark if an answer is right in one layout of its partials only, where nothing says which is meant."""
    others = [setting for setting in prepared if setting.layout != judged.setting.layout]
    partials = {partial.name for partial in judged.setting.table.partials}
    if not others or not partials & judged.setting.names_in(judged.reading.last):
        return
    if _judge_all(question, others, text, macros, []) is None:
        columns = judged.setting.layout == "gradient"
        yield (
            f"The derivative of the loss by a vector is taken to be a {'column' if columns else 'row'} here; "
            f"as a {'row' if columns else 'column'} the parts would not fit."
        )


def _judge_kindly(
    question: Question, prepared: Sequence[Setting], text: str, macros: Macros, errors: Sequence[ReadingError]
) -> Judged | None:
    """A kind reading that is right; None if there is none, or if two readings differ."""
    if any(isinstance(error, Ambiguous) for error in errors):
        return None
    for setting in prepared:
        for kind in KINDS:
            with suppress(ReadingError):
                judged: Judged | None = read_and_judge(question, setting, text, macros, kind=kind)
                if judged is not None and judged.outcome != "wrong":
                    return judged
        judged = kinder(question, setting, text, macros)
        if judged is not None:
            return judged
        others = list(bare_names(setting))
        if any(is_outside(error) for error in errors):
            others.append(("what lies outside of a range is read as 0", padded(setting)))
        for reason, other in others:
            with suppress(ReadingError):
                judged = read_and_judge(question, other, text, macros)
                if judged.outcome != "wrong":
                    return replace(judged, outcome="loose", reasons=(*judged.reasons, reason))
    return None


def _kindly_explained(
    question: Question, prepared: Sequence[Setting], text: str, macros: Macros, errors: Sequence[ReadingError]
) -> tuple[Judged | None, Explanation | None]:
    """A kind reading of what has no other, and the one mistake that explains it; nothing if none does."""
    if any(isinstance(error, Ambiguous) for error in errors):
        return None, None
    for setting in prepared:
        for kind in KINDS:
            with suppress(ReadingError):
                judged = read_and_judge(question, setting, text, macros, kind=kind)
                explanation = explain_by_mutants(question, judged) if judged.outcome == "wrong" else None
                if explanation is not None:
                    return judged, explanation
    return None, None


def _wrong_or_unread(
    question: Question,
    prepared: Sequence[Setting],
    text: str,
    macros: Macros,
    judged: Judged | None,
    errors: Sequence[ReadingError],
) -> Mark:
    ambiguous = next((error for error in errors if isinstance(error, Ambiguous)), None)
    if judged is None and ambiguous is not None:
        return _unread(ambiguous)
    if judged is not None and CIRCULAR in judged.reasons:
        return Mark("wrong", "circular", feedback_on(question, judged))
    explanation: Explanation | None = None
    if judged is not None:
        explanation = explain_by_mutants(question, judged)
    for setting in prepared if explanation is None else ():
        explanation = explain_by_edits(question, setting, text, macros)
        if explanation is not None:
            break
    if judged is None and explanation is None:
        judged, explanation = _kindly_explained(question, prepared, text, macros, errors)
    if judged is None and explanation is None:
        outside = next((error for error in errors if is_outside(error)), None)
        if outside is None:
            return _unread(_most_telling(errors))
        return Mark(
            "wrong", "limits of an index", feedback=f"**Not right.** {_sentence(str(outside))}".replace(ALIAS, "")
        )
    counterexample = None if judged is None else smallest(question, judged)
    misshapen = next((str(error) for error in errors if isinstance(error, Misshapen)), "")
    found = feedback_on(question, judged, explanation, counterexample, misshapen)
    return Mark("wrong", "" if explanation is None else explanation.misconception, found, counterexample)


def _unread(error: ReadingError) -> Mark:
    place = None
    if isinstance(error, Unreadable) and error.start is not None and error.end is not None:
        place = (error.start, error.end)
    return Mark("unread", feedback=unread_feedback(error).replace(ALIAS, ""), place=place)


def _most_telling(errors: Sequence[ReadingError]) -> ReadingError:
    """The error that says most: a place that is not understood, before shapes that do not fit."""
    order = (NoValue, Misshapen)
    return min(errors, key=lambda error: next((at + 1 for at, kind in enumerate(order) if isinstance(error, kind)), 0))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
