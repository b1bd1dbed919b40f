"""Marking of one written answer: read, judged at many points, and explained where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from answers.marking.counterexample import Counterexample, smallest
from answers.marking.edits import Explanation, explain_by_edits, kinder
from answers.marking.feedback import feedback_on, unread_feedback
from answers.marking.following import follows_from
from answers.marking.judging import (
    CIRCULAR,
    Judged,
    Outcome,
    Question,
    best_of,
    disallowed_in,
    is_outside,
    read_and_judge,
    remarks_on,
    said_of_symbols,
)
from answers.marking.mutants import explain_by_mutants
from answers.marking.parts import depends_on_layout
from answers.marking.setting import ALIAS, Setting, class_names, padded, settings, without
from answers.marking.steps import Step, said_of_steps, steps_of
from answers.reading import Ambiguous, Misshapen, NoValue, ReadingError, Unreadable, macros_in, read
from answers.reading.context import KIND
from answers.reading.macros import Macros, expand, pieces
from answers.reading.symbols import Layout
from derive.derivation import Derivation

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
    if nothing does. ``feedback`` is Markdown. ``place`` is where an unread text was not understood. ``disallowed`` are
    the symbols that it uses and the question does not allow. ``steps`` are the sides of a chain, each judged.
    ``follows`` is the earlier result, not right itself, with which a wrong answer is right.
    """

    outcome: Outcome
    misconception: str = ""
    feedback: str = ""
    counterexample: Counterexample | None = None
    place: tuple[int, int] | None = None
    disallowed: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    follows: str = ""


MOST_PIECES = 3000


@dataclass(frozen=True)
class Answer:
    """A text to be marked as the answer of a question, in every setting that is allowed."""

    question: Question
    settings: tuple[Setting, ...]
    text: str
    macros: Macros
    earlier: Mapping[str, str]


def mark(
    derivation: Derivation,
    latex: str,
    macros: str = "",
    symbols: Mapping[str, str | int] | None = None,
    indices: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    layout: Layout | None = None,
    earlier: Mapping[str, str] | None = None,
) -> Mark:
    r"""Mark a formula that a student wrote for what was derived.

    Args:
        derivation: what is asked for; its layout is that of a right answer, and what it allows may be used.
        latex: the answer, a formula or a chain of equations, of which the last side counts.
        macros: definitions (``\newcommand``) of the text around it.
        symbols: the student's own spellings, each with the tensor, partial or size that it stands for: ``{"h": "z2"}``.
            ``W1.T`` is the transpose of one. A vector of which one element is 1 is also the number of its class.
        indices: the letters of an answer for one element or one column, in the order of the axes.
        given: what the student defined before, each name with its formula.
        layout: how partials that the answer uses are laid out; both are tried if it is left out.
        earlier: what the student answered for other partials, such as ``{"dl/dz3": r"\hat y - y"}``: a wrong answer
            that is right with one of them ``follows`` from it.

    Raises:
        ValueError: ``symbols`` name something that the forward definition does not have.
    """
    defined = dict(macros_in(COMMON)[0]) | dict(macros_in(macros)[0])
    own, text = macros_in(latex)
    known: Macros = defined | dict(own)
    too_long = _too_long(text, known)
    if too_long is not None:
        return _unread(too_long)
    layouts: list[Layout] = [derivation.layout, "numerator", "gradient"] if layout is None else [layout]
    named = {**class_names(derivation.forward, text), **(symbols or {})}
    found = settings(derivation.forward, derivation.index_base, named, indices, list(dict.fromkeys(layouts)))
    if not given and not symbols and not depends_on_layout(found[0], text, known):
        found = [setting for setting in found if setting.layout == found[0].layout]
    errors: list[ReadingError] = []
    prepared = tuple(_with_given(one, given or {}, known, errors) for one in found)
    answer = Answer(Question(derivation, tuple(indices)), prepared, text, known, earlier or {})
    judged = _judge_all(answer, errors)
    if judged is None or judged.outcome == "wrong":
        judged = _judge_kindly(answer, errors) or judged
    if judged is not None and judged.outcome != "wrong":
        return _accepted(answer, judged)
    return _wrong_or_unread(answer, judged, errors)


def _too_long(text: str, macros: Macros) -> Unreadable | None:
    """That a formula has more pieces than a person writes; each of its readings would take long."""
    try:
        count = sum(not piece[0].isspace() for piece in expand(pieces(text), macros))
    except Unreadable as error:
        return error
    if count <= MOST_PIECES:
        return None
    return Unreadable(f"this is a formula of {count:,} signs and commands, and at most {MOST_PIECES:,} are read")


def _accepted(answer: Answer, judged: Judged) -> Mark:
    """A mark for what is right in some way, with all that is to be remarked on."""
    steps = steps_of(answer.question, judged.setting, answer.text, answer.macros)
    disallowed = disallowed_in(answer.question, judged)
    remarks = (*remarks_on(answer.question, judged), *said_of_steps(steps, True), *_on_layout(answer, judged))
    judged = replace(judged, remarks=(*remarks, *said_of_symbols(disallowed)))
    feedback = feedback_on(answer.question, judged)
    return Mark(judged.outcome, "", feedback, disallowed=disallowed, steps=steps)


def _with_given(setting: Setting, given: Mapping[str, str], macros: Macros, errors: list[ReadingError]) -> Setting:
    """The setting with the student's definitions; the name of one that cannot be read stands for nothing in it."""
    for spelling, formula in given.items():
        try:
            setting = setting.defined(spelling, read(formula, setting.table, macros).last)
        except ReadingError as error:
            errors.append(error)
            with suppress(ValueError):
                setting = replace(setting, table=without(setting.table, spelling))
    return setting


def _judge_all(answer: Answer, errors: list[ReadingError]) -> Judged | None:
    judged = []
    for setting in answer.settings:
        try:
            judged.append(read_and_judge(answer.question, setting, answer.text, answer.macros))
        except ReadingError as error:
            errors.append(error)
            continue
        if judged[-1].outcome == "right":
            break
    return best_of(judged) if judged else None


def _on_layout(answer: Answer, judged: Judged) -> Iterator[str]:
    """A remark if an answer is right in one layout of its partials only, where nothing says which is meant."""
    others = tuple(setting for setting in answer.settings if setting.layout != judged.setting.layout)
    partials = {partial.name for partial in judged.setting.table.partials}
    if not others or not partials & judged.setting.names_in(judged.reading.last):
        return
    if _judge_all(replace(answer, settings=others), []) is None:
        columns = judged.setting.layout == "gradient"
        yield (
            f"The derivative of the loss by a vector is taken to be a {'column' if columns else 'row'} here; "
            f"as a {'row' if columns else 'column'} the parts would not fit."
        )


def _judge_kindly(answer: Answer, errors: Sequence[ReadingError]) -> Judged | None:
    """A kind reading that is right; None if there is none, or if two readings differ.

    Where dots may be inner products in two ways, all of them may still be elementwise products.
    """
    ambiguous = any(isinstance(error, Ambiguous) for error in errors)
    for setting in answer.settings:
        for kind in KIND[1:] if ambiguous else KIND:
            with suppress(ReadingError):
                judged: Judged | None = read_and_judge(answer.question, setting, answer.text, answer.macros, kind=kind)
                if judged is not None and judged.outcome != "wrong":
                    return judged
        if ambiguous:
            continue
        judged = kinder(answer.question, setting, answer.text, answer.macros)
        if judged is not None:
            return judged
        others = list(setting.bare) if errors else []
        if any(is_outside(error) for error in errors):
            others.append(("what lies outside of a range is read as 0", padded(setting)))
        for reason, other in others:
            with suppress(ReadingError):
                judged = read_and_judge(answer.question, other, answer.text, answer.macros)
                if judged.outcome != "wrong":
                    return replace(judged, outcome="loose", reasons=(*judged.reasons, reason))
    return None


def _kindly_explained(answer: Answer, errors: Sequence[ReadingError]) -> tuple[Judged | None, Explanation | None]:
    """A kind reading of what has no other, and the one mistake that explains it; nothing if none does."""
    if any(isinstance(error, Ambiguous) for error in errors):
        return None, None
    for setting in answer.settings:
        for kind in KIND:
            with suppress(ReadingError):
                judged = read_and_judge(answer.question, setting, answer.text, answer.macros, kind=kind)
                explanation = explain_by_mutants(answer.question, judged) if judged.outcome == "wrong" else None
                if explanation is not None:
                    return judged, explanation
    return None, None


def _wrong_or_unread(answer: Answer, judged: Judged | None, errors: Sequence[ReadingError]) -> Mark:
    ambiguous = next((error for error in errors if isinstance(error, Ambiguous)), None)
    if judged is None and ambiguous is not None:
        return _unread(ambiguous)
    if judged is not None and CIRCULAR in judged.reasons:
        return Mark("wrong", "circular", feedback_on(answer.question, judged))
    explanation = _explained(answer, judged)
    if judged is None and explanation is None:
        judged, explanation = _kindly_explained(answer, errors)
    if judged is None and explanation is None:
        outside = next((error for error in errors if is_outside(error)), None)
        if outside is None:
            return _unread(_most_telling(errors))
        return Mark(
            "wrong", "limits of an index", feedback=f"**Not right.** {_sentence(str(outside))}".replace(ALIAS, "")
        )
    misshapen = next((str(error) for error in errors if isinstance(error, Misshapen)), "")
    return _rejected(answer, judged, explanation, misshapen)


def _explained(answer: Answer, judged: Judged | None) -> Explanation | None:
    """The one misconception that explains a wrong answer, if there is one."""
    explanation = None if judged is None else explain_by_mutants(answer.question, judged)
    for setting in answer.settings if explanation is None else ():
        explanation = explain_by_edits(answer.question, setting, answer.text, answer.macros)
        if explanation is not None:
            break
    return explanation


def _rejected(answer: Answer, judged: Judged | None, explanation: Explanation | None, misshapen: str) -> Mark:
    """A mark for what is wrong: its mistake, where its chain goes wrong, what it follows from, a counterexample."""
    setting = answer.settings[0] if judged is None else judged.setting
    steps = steps_of(answer.question, setting, answer.text, answer.macros)
    remarks = list(said_of_steps(steps, False))
    disallowed: tuple[str, ...] = ()
    counterexample, follows = None, ""
    if judged is not None:
        counterexample = smallest(answer.question, judged)
        disallowed = disallowed_in(answer.question, judged)
        follows = follows_from(answer.question, judged, answer.earlier, answer.macros)
        remarks += [f"It follows from your own answer for {follows}, which is not right."] if follows else []
        judged = replace(judged, remarks=(*judged.remarks, *remarks, *said_of_symbols(disallowed)))
    feedback = feedback_on(answer.question, judged, explanation, counterexample, misshapen)
    name = "" if explanation is None else explanation.misconception
    return Mark("wrong", name, feedback, counterexample, None, disallowed, steps, follows)


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
