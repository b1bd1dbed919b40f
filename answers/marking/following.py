"""Answers that follow from what the writer found before: right with an earlier result that is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy

from answers.marking.comparing import Target, arrangements, letters_of_left_side
from answers.marking.judging import Judged, Question
from answers.marking.mutants import Mutant, explains, observations, times
from answers.marking.setting import Setting
from answers.reading import ReadingError, read
from answers.reading.macros import Macros
from answers.reading.reading import Reading
from answers.reading.tables import axis_of
from derive.expression.partials import partial_name, partial_named
from numeric.errors import ArrayError
from numeric.measuring.point import Point

Array = Any


@dataclass(frozen=True)
class Earlier:
    """A partial as the writer has it, which is not what it is."""

    name: str
    reading: Reading
    setting: Setting

    def value(self, point: Point) -> Array:
        """Its elements in the order of the partial's axes.

        Raises:
            ReadingError: it has no value there, or no such shape.
        """
        shape = point.model.shape_of(self.name)
        axes = tuple(axis_of(length) for length in shape)
        target = Target(self.name, axes, turned=False, rows=self.setting.rows)
        side = self.reading.last
        for option in arrangements(side, target, (), letters_of_left_side(self.reading, target)):
            return option.array(side, self.setting.at(point), target.axes)
        raise ReadingError(f"this has not the shape of {self.name}")


def follows_from(question: Question, judged: Judged, earlier: Mapping[str, str], macros: Macros) -> str:
    """The name of the earlier result with which, as it was written, the answer is right; empty if there is none."""
    written = list(observations(question, judged))
    for name, text in earlier.items():
        asked = question.derivation.quantity.name
        if partial_named(name) is None or partial_named(asked) is None or name == asked:
            continue
        try:
            found = Earlier(name, read(text, judged.setting.table, macros), judged.setting)
        except ReadingError:
            continue
        mutant = Mutant(name, "", partial(_instead, question, found))
        if any(explains(mutant, observed) for observed in written):
            return name
    return ""


def _instead(question: Question, earlier: Earlier, point: Point) -> Array:
    """What the chain rule gives through an earlier result: dT/dA (that result for dA/dB) dB/dX."""
    (top, by), (above, below) = (_ends(question.derivation.quantity.name), _ends(earlier.name))
    shape = point.model.shape_of
    change = earlier.value(point) - numpy.asarray(point.value(earlier.name))
    if top != above:
        change = times(point.value(partial_name(top, above)), change, len(shape(above)))
    if below != by:
        change = times(change, point.value(partial_name(below, by)), len(shape(below)))
    if not numpy.any(change):
        raise ArrayError("the earlier result is what it is")
    return numpy.asarray(question.truth(point)) + change


def _ends(name: str) -> tuple[str, str]:
    found = partial_named(name)
    assert found is not None
    return found.top, found.bottom
