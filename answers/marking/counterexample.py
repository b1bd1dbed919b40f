"""The smallest numbers at which a wrong answer differs from what is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from answers.marking.comparing import Target, agrees, value_of
from answers.marking.judging import Judged, Question
from answers.marking.points import lengths_of, whole_points_of
from answers.reading import ReadingError
from numeric.errors import ArrayError
from numeric.measuring.point import Point

Array = Any


@dataclass(frozen=True)
class Counterexample:
    """Numbers for everything that is given, and an element of the answer there, as it was written and as it is.

    ``values`` are nested tuples. ``place`` are the indices of the element, counted as the homework does; it is None
    where the answer has another shape, and then ``written`` and ``right`` are None too, and the shapes tell.
    """

    sizes: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, Any], ...]
    place: tuple[int, ...] | None
    written: float | None
    right: float | None
    written_shape: tuple[int, ...]
    right_shape: tuple[int, ...]


def smallest(question: Question, judged: Judged) -> Counterexample | None:
    """The first point, by size, at which the answer differs; None if there is none of small whole numbers."""
    target = Target.of(question.derivation, rows=judged.setting.rows)
    side = judged.reading.last
    for point in whole_points_of(question.derivation.forward):
        try:
            truth = numpy.asarray(question.truth(point))
            reading_point = judged.setting.at(point)
            if judged.arrangement is None:
                array = value_of(side, reading_point, ranges=dict.fromkeys(side.letters, 2))
                if array.shape != truth.shape:
                    return _found(question, point, None, array, truth)
                continue
            array = judged.arrangement.array(side, reading_point, target.axes)
        except (ReadingError, ArrayError, ValueError):
            continue
        if array.shape == truth.shape and not agrees(array, truth):
            far = numpy.where(numpy.isfinite(array), numpy.abs(array - truth), numpy.inf)
            return _found(question, point, numpy.unravel_index(int(far.argmax()), far.shape), array, truth)
    return None


def _found(question: Question, point: Point, place: Any, array: Array, truth: Array) -> Counterexample:
    base = question.derivation.index_base
    given = tuple((tensor.name, _nested(point.value(tensor.name))) for tensor in question.derivation.forward.given)
    return Counterexample(
        tuple(sorted(lengths_of(point).items())),
        given,
        None if place is None else tuple(int(at) + base for at in place),
        None if place is None else float(array[place]),
        None if place is None else float(truth[place]),
        tuple(array.shape),
        tuple(truth.shape),
    )


def _nested(array: Array) -> Any:
    value = numpy.asarray(array)
    return float(value) if value.ndim == 0 else tuple(_nested(part) for part in value)
