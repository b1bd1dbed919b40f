"""What was written is read in every convention that is allowed, and compared with what is measured at every point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy

from answers.marking.comparing import Arrangement, Target, agrees, arrangements, letters_of_left_side, needs_order
from answers.marking.points import kinks_of, points_of
from answers.marking.setting import Setting
from answers.reading import OutsideRange, Reading, ReadingError, Unreadable, syntax
from answers.reading.context import Kind
from answers.reading.macros import Macros
from answers.reading.reading import Side, understood
from derive.derivation import Derivation
from derive.expression.partials import partial_named
from numeric.measuring import point as measured

Array = Any
Outcome = Literal["right", "transposed", "loose", "wrong", "unread"]
CIRCULAR = "the answer is written with what is asked for"
RANK: Mapping[str, int] = {"right": 0, "transposed": 1, "loose": 2, "wrong": 3, "unread": 4}


@dataclass(frozen=True)
class Question:
    """What is asked for, and what may be said about the letters of its answer."""

    derivation: Derivation
    indices: tuple[str, ...] = ()

    @cached_property
    def points(self) -> tuple[measured.Point, ...]:
        """The points of the comparison."""
        return points_of(self.derivation.forward)

    @cached_property
    def kinks(self) -> tuple[measured.Point, ...]:
        """Points at which conditions are at their boundaries."""
        return kinks_of(self.derivation.forward)

    def truth(self, point: measured.Point) -> Array:
        """What the quantity is at a point, measured from the forward definition."""
        return point.value(self.derivation.quantity.name)


@dataclass(frozen=True)
class Judged:
    """What a reading of an answer was found to be, with the arrangement of its elements that decided."""

    outcome: Outcome
    setting: Setting
    reading: Reading
    arrangement: Arrangement | None = None
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def judge(question: Question, setting: Setting, reading: Reading) -> Judged:
    """The outcome of a reading: its last side at every point.

    Raises:
        ReadingError: it has no value.
    """
    target = Target.of(question.derivation, rows=setting.rows)
    side = reading.last
    if setting.holds(side, target.name):
        return Judged("wrong", setting, reading, reasons=(CIRCULAR,))
    first = letters_of_left_side(reading, target)
    options = arrangements(side, target, question.indices, first)
    best: Judged | None = None
    for option in sorted(options, key=lambda option: RANK[option.manner]):
        if best is not None and RANK[best.outcome] <= RANK[option.manner]:
            break
        if _holds(question, setting, side, option, target):
            best = Judged(option.manner, setting, reading, option, (option.reason,) if option.reason else ())
    if best is not None:
        return best
    return Judged("wrong", setting, reading, options[0] if options else None)


def _holds(question: Question, setting: Setting, side: Side, option: Arrangement, target: Target) -> bool:
    """Whether the side is right at every point."""
    return all(agrees(found, question.truth(point)) for point, found in values(question, setting, side, option, target))


def values(
    question: Question, setting: Setting, side: Side, option: Arrangement, target: Target
) -> Iterator[tuple[measured.Point, Array]]:
    """The elements of a side at one point after the other."""
    for point in question.points:
        yield point, option.array(side, setting.at(point), target.axes)


def read_and_judge(question: Question, setting: Setting, text: str, macros: Macros, *, kind: Kind = "") -> Judged:
    """Read a text in a setting and judge it.

    Raises:
        ReadingError: it cannot be read, or has no value.
    """
    try:
        reading, remarks = _read(question, setting, text, macros, kind=kind)
    except RecursionError:
        raise Unreadable("this is nested too deeply", text, 0, len(text)) from None
    judged = replace(judge(question, setting, reading), remarks=remarks)
    if kind and judged.outcome in ("right", "transposed"):
        return replace(judged, outcome="loose", reasons=reading.kindness)
    return judged


def _read(
    question: Question, setting: Setting, text: str, macros: Macros, *, kind: Kind
) -> tuple[Reading, tuple[str, ...]]:
    """The reading of a chain; of its last side if the others cannot be read, with a remark."""
    written = setting.syntax(text, macros)
    try:
        return understood(written, text, setting.table, kind=kind), ()
    except ReadingError as error:
        if len(written.sides) < 2:
            raise
        found = last_of_chain(question, setting, written, written.sides[-1], text, kind=kind)
        return found, (f"Not every step of the chain was read; its last side was marked. {_sentence(str(error))}",)


def last_of_chain(
    question: Question, setting: Setting, written: syntax.Relation, side: Any, text: str, *, kind: Kind = ""
) -> Reading:
    """A side of a chain, or what stands in its place, read behind the first side; alone if that cannot be read.

    Raises:
        ReadingError: it cannot be read, or its letters have no order: the first side would tell, and cannot be read.
    """
    alone = syntax.Relation([side], [], guard=written.guard)
    first = written.sides[0]
    if len(written.sides) < 2 or side is first:
        return understood(alone, text, setting.table, kind=kind)
    try:
        behind = syntax.Relation([first, side], written.signs[:1], guard=written.guard)
        return understood(behind, text, setting.table, kind=kind)
    except ReadingError as error:
        found = understood(alone, text, setting.table, kind=kind)
        if not question.indices and needs_order(found.last, Target.of(question.derivation, rows=setting.rows)):
            raise _unordered(found.last, first, text, error) from None
        return found


def _unordered(side: Side, first: Any, text: str, error: ReadingError) -> Unreadable:
    """What is said of an answer whose left side is not understood, with the place in it."""
    reason = error.reason if isinstance(error, Unreadable) else str(error)
    start, end = syntax.place_of(first)
    if isinstance(error, Unreadable) and error.start is not None and error.end is not None:
        start, end = error.start, error.end
    said = f"only the left side tells what {' and '.join(side.letters)} run along, and it is not read: {reason}"
    return Unreadable(said, text, start, end)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def remarks_on(question: Question, judged: Judged) -> tuple[str, ...]:
    """What is said beside the outcome: what was not read, values at kinks."""
    found = list(judged.remarks)
    target = Target.of(question.derivation, rows=judged.setting.rows)
    if judged.outcome == "right" and judged.arrangement is not None and _differs_at_kinks(question, judged, target):
        found.append(
            "At a kink, where a condition is exactly at its boundary, it has another value than the definition."
        )
    return tuple(found)


def disallowed_in(question: Question, judged: Judged) -> tuple[str, ...]:
    """The symbols of an answer that the question does not allow, those of the student's definitions too."""
    allowed = question.derivation.allowed
    if allowed is None:
        return ()
    model = judged.setting.model
    used = judged.setting.names_in(judged.reading.last)
    known = {name for name in used if name in model.tensors or partial_named(name) is not None}
    return tuple(sorted(known - allowed))


def said_of_symbols(disallowed: Sequence[str]) -> tuple[str, ...]:
    """A sentence on symbols that are not allowed."""
    if not disallowed:
        return ()
    return (f"It uses {', '.join(disallowed)}, which the question does not allow.",)


def _differs_at_kinks(question: Question, judged: Judged, target: Target) -> bool:
    side, option = judged.reading.last, judged.arrangement
    assert option is not None
    for point in question.kinks:
        try:
            found = option.array(side, judged.setting.at(point), target.axes)
        except ReadingError:
            return True
        if numpy.isfinite(found).all() and not agrees(found, question.truth(point)):
            return True
    return False


def best_of(judged: Sequence[Judged]) -> Judged:
    """The best outcome, the first of equal ones."""
    return min(judged, key=lambda one: RANK[one.outcome])


def is_outside(error: ReadingError) -> bool:
    """Whether a formula reads a tensor where it has no elements."""
    return isinstance(error, OutsideRange)
