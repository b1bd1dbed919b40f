"""Equations that are printed of values at one point, read back: both sides of each must be the same there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy

from answers.readback.printed import Printed
from answers.readback.reader import TOLERANCE
from answers.reading import Point, ReadingError, read

BESIDE = re.compile(r",\s*\\qquad\s*")
"""What stands between two equations on one line."""
IN_SENTENCE = re.compile(r"\$([^$]+ = [^$]+)\$")


def in_sentences(texts: Iterable[str]) -> Iterator[Printed]:
    """The equations in the sentences of steps."""
    for text in texts:
        yield from (Printed(equation, "the sentence") for equation in IN_SENTENCE.findall(text))


def unequal(printed: Iterable[Printed], point: Point) -> Iterator[str]:
    """What is printed and cannot be read, or is no equation that holds at a point, in words."""
    for one in printed:
        for text in BESIDE.split(one.text):
            try:
                reading = read(text, point.table)
                values = [side.value(point) for side in reading.sides]
            except ReadingError as reason:
                yield f"{one.where}: printed, but not read: {reason}"
                continue
            first, *others = values
            scale = max(1.0, float(numpy.abs(first).max(initial=0.0)))
            if not others or set(reading.signs) != {"="}:
                yield f"{one.where}: an equation was expected"
            for value in others:
                if value.shape != first.shape or not numpy.allclose(value, first, rtol=0, atol=TOLERANCE * scale):
                    yield f"{one.where}: read back: the sides of {text} differ"
