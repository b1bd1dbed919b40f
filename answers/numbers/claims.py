"""What is printed in numbers, read from the text again and compared with what was measured."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy

from answers.numbers.digits import read_again
from answers.numbers.lines import Line, RuleLine
from answers.readback.reader import TOLERANCE
from answers.reading import Point, ReadingError, read
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DOUBLE

MATRIX = re.compile(
    r"(?P<before>.*)(?:\\begin\{bmatrix\}(?P<plain>.*)\\end\{bmatrix\}"
    r"|\\left\[\\begin\{array\}\{c+\}(?P<wide>.*)\\end\{array\}\\right\])$",
    re.DOTALL,
)
LISTED = re.compile(r"(?P<before>.*?)(?P<list>\[\[.*|\[[^\]]*\])$", re.DOTALL)
ROW = r"\\\\(?:\[3pt\])?"
"""Where a row of a matrix ends."""
PLACE = re.compile(r"\[(\d+(?:, \d+)*)\]$")
LAST = re.compile(r"(?P<before>.*(?:=|\\leftarrow|←))\s*(?P<number>[^=←]*)$", re.DOTALL)


NOISY = 100
"""How often the rounding of what is measured may be missed: exact numbers are compared with it."""


class Misprint(ValueError):
    """A line of which the numbers cannot be told from the text."""


@dataclass(frozen=True)
class Stated:
    """What a text says: what is before its numbers, the numbers, and how far each may be off."""

    head: str
    numbers: Array
    rounding: Array


@dataclass(frozen=True)
class Lines:
    """Lines of one stage with the text that was printed of each, and where it is read: before and behind the step.

    ``noise`` is how much rounding changes what is measured in the place of a line, ``by_rows`` what the forward rows
    make of it in many digits, None where they make nothing of it.
    """

    lines: tuple[Line, ...]
    printed: tuple[tuple[str, ...], ...]
    before: Point
    after: Point
    noise: Callable[[Line], float]
    by_rows: Callable[[Line], Array | None]


@dataclass(frozen=True)
class Compared:
    """The worst errors of a line beyond what rounding explains, of numbers and of formulas; how many numbers it has."""

    numbers: float
    formulas: float
    points: int

    @property
    def error(self) -> float:
        """The worst of all."""
        return max(self.numbers, self.formulas)


def verdict(found: Sequence[Lines], digits: int) -> Comparison:
    """Whether every number that is printed is the one that was measured, and every formula has it for a value."""
    worst, points = 0.0, 0
    notes: list[str] = []
    for group in found:
        before = group.before
        for line, printed in zip(group.lines, group.printed, strict=True):
            after = group.after if line.relation != "=" else before
            try:
                noise = NOISY * group.noise(line)
                compared = _compared(line, printed, before, after, digits, noise)
                if compared.error > DOUBLE and (exact := group.by_rows(line)) is not None:
                    # Floating point does not see what is near 0 beside 1: the forward rows in many digits do. A formula
                    # has one value or the other, as what it reads was measured or not.
                    known = after.beside({line.name: exact})
                    precise = _compared(line, printed, before, known, digits, noise, equations=False)
                    compared = replace(precise, formulas=min(compared.formulas, precise.formulas))
            except (ReadingError, ValueError) as reason:
                return Comparison.failed(f"{line.name}: printed, but not read: {reason}", DOUBLE, points)
            if compared.error > DOUBLE:
                notes.append(f"{line.name} is printed as {printed[-1]}, which is not what was measured")
            worst, points = max(worst, compared.error), points + compared.points
            if line.relation != "=":
                # What is assigned is there for the lines that follow; the parameter itself comes last.
                before = before.beside({line.name: after.arrays[line.name]}) if line is not group.lines[-1] else before
    return Comparison(worst, DOUBLE, points, "; ".join(notes[:3]))


def formula_verdict(rules: Sequence[Sequence[RuleLine]], places: Sequence[tuple[Point, Point]]) -> Comparison:
    """Whether assignments in letters, read from their text, make of what was there before a step what is behind it."""
    worst, points = 0.0, 0
    for before, after in places:
        for lines in rules:
            here = before
            for line in lines:
                (text,) = line.latex
                try:
                    if line.element.latex:
                        _require_equal(text, here, after)
                    else:
                        left, formula = sides_of(text)
                        worst = max(worst, _formula_error(formula, _value(left, after), here))
                except (ReadingError, ValueError) as reason:
                    return Comparison.failed(f"{line.name}: {reason}", DOUBLE, points)
                points += 1
                here = here.beside({line.name: after.arrays[line.name]})
    return Comparison(worst, DOUBLE, points, "" if worst <= DOUBLE else "a step does something else")


def _compared(
    line: Line,
    printed: Sequence[str],
    before: Point,
    after: Point,
    digits: int,
    noise: float,
    *,
    equations: bool = True,
) -> Compared:
    """How far a line is off. Without ``equations`` those of elements are left to where they were compared before.

    Raises:
        ReadingError: a formula cannot be read.
        Misprint: it does not say what it should in its form, or an equation of elements does not hold.
    """
    worst, worst_formula, points = 0.0, 0.0, 0
    seen: set[tuple[int, ...]] = set()
    for text in printed:
        if text in (line.equation.latex, line.equation.unicode):
            if equations:
                _require_equal(text, before, after, noise)
            continue
        if len(printed) > 1 and text == f"{line.left.latex} {line.relation} {line.formula.latex}":
            error = _formula_error(line.formula.latex, _named(line, line.left.latex, after), before, noise)
            worst_formula = max(worst_formula, error)
            continue
        stated = read_line(text, digits)
        left, *others = sides_of(stated.head)
        place = PLACE.search(left)
        symbol = left[: place.start()] if place else left
        truth = _named(line, symbol, after)
        if place:
            at = tuple(int(step) - before.table.base for step in place[1].split(", "))
            while truth.ndim > len(at) + 2 and truth.shape[0] == 1:
                truth = truth[0]
            truth = truth[at]
            seen.add(at)
        worst = max(worst, _numbers_error(stated, truth, line.is_row, noise))
        points += max(1, stated.numbers.size)
        for formula in others:
            worst_formula = max(worst_formula, _formula_error(formula, truth, before, noise))
    if points != max(1, line.array.size):
        raise Misprint(f"{points} numbers of {line.array.size}")
    return Compared(worst, worst_formula, points)


def _require_equal(text: str, before: Point, after: Point, noise: float = 0.0) -> None:
    """See that an equation of elements holds; what is assigned is what is there behind the step.

    Raises:
        Misprint: it does not.
    """
    reading = read(re.sub(r"\\leftarrow|←", "=", text), before.table)
    if len(reading.sides) < 2 or set(reading.signs) != {"="}:
        raise Misprint(f"{text} is no equation")
    first, *others = reading.sides
    ranges = dict(zip(first.letters, first.axes, strict=True))
    truth = first.value(after, first.letters, ranges)
    scale = max(1e-300, float(numpy.abs(truth).max(initial=0.0)))
    for side in others:
        value = side.value(before, first.letters, ranges)
        if value.size == truth.size:
            # Axes of the length 1 may be read as such or not.
            value = value.reshape(truth.shape)
        if value.shape != truth.shape or not numpy.allclose(value, truth, rtol=0, atol=TOLERANCE * scale + noise):
            raise Misprint(f"the sides of {text} differ")


def sides_of(text: str) -> list[str]:
    """What stands between the signs of an equation or an assignment, those inside of brackets left alone."""
    sides, depth, start = [], 0, 0
    for found in re.finditer(r"[{}\[\]()]|=|\\leftarrow|←", text):
        sign = found[0]
        if sign in "{[(":
            depth += 1
        elif sign in "}])":
            depth -= 1
        elif depth == 0:
            sides.append(text[start : found.start()].strip())
            start = found.end()
    return [*sides, text[start:].strip()]


def read_line(text: str, digits: int) -> Stated:
    """The numbers at the end of a line, in brackets of LaTeX or in lists as a terminal shows them, or one number.

    Raises:
        ValueError: there are none.
    """
    matrix, listed = MATRIX.fullmatch(text), LISTED.fullmatch(text)
    if matrix is not None:
        body = matrix["plain"] if matrix["plain"] is not None else matrix["wide"]
        rows = [row.split("&") for row in re.split(ROW, body)]
        if len({len(row) for row in rows}) != 1:
            raise Misprint("rows of different lengths")
        return _stated(matrix["before"], rows, digits)
    if listed is not None:
        quoted = re.sub(r"[^\[\],]+", lambda found: f'"{found[0].strip()}"' if found[0].strip() else "", listed["list"])
        return _stated(listed["before"], json.loads(quoted), digits)
    last = LAST.fullmatch(text)
    if last is None:
        raise Misprint(f"no numbers in {text}")
    return _stated(last["before"], last["number"], digits)


def _stated(head: str, cells: Any, digits: int) -> Stated:
    shown = numpy.array(cells)
    numbers, rounding = numpy.zeros(shown.shape), numpy.zeros(shown.shape)
    for place in product(*map(range, shown.shape)):
        numbers[place], rounding[place] = read_again(str(shown[place]), digits)
    return Stated(re.sub(r"\s*(=|\\leftarrow|←)\s*$", "", head).strip(), numbers, rounding)


def _value(text: str, point: Point) -> Array:
    return numpy.asarray(read(text, point.table).last.value(point), dtype=float)


def _named(line: Line, symbol: str, point: Point) -> Array:
    """What the left side of a line stands for; an element and a tensor may be called alike, such as a parameter c_1."""
    try:
        return _value(symbol, point)
    except ReadingError:
        if symbol not in (line.left.latex, line.left.unicode):
            raise
        return numpy.asarray(point.arrays[line.name], dtype=float)


def _numbers_error(stated: Stated, truth: Array, is_row: bool, noise: float) -> float:
    numbers = stated.numbers
    if truth.ndim == 1 and numbers.ndim == 2:
        wanted: tuple[int, ...] = (1, truth.size) if is_row else (truth.size, 1)
    elif numbers.ndim < truth.ndim and all(length == 1 for length in truth.shape[: truth.ndim - numbers.ndim]):
        wanted = truth.shape[truth.ndim - numbers.ndim :]
    else:
        wanted = truth.shape
    if numbers.shape != wanted and not (truth.size == 1 == numbers.size) and sorted(truth.shape) != [1, truth.size]:
        raise Misprint(f"numbers of the shape {numbers.shape}, expected {wanted}")
    exact = truth.reshape(numbers.shape)
    scale = numpy.maximum(numpy.abs(exact), max(1e-300, float(numpy.abs(exact).max(initial=0.0)) * 1e-6))
    excess = numpy.maximum(0.0, numpy.abs(numbers - exact) - stated.rounding * (1 + 1e-9) - noise)
    return _or_infinity(float((excess / scale).max(initial=0.0)))


def _formula_error(formula: str, truth: Array, before: Point, noise: float = 0.0) -> float:
    """How far the value of a formula is from what it is said to be.

    Raises:
        ReadingError: it cannot be read.
        Misprint: it has another number of elements.
    """
    value = _value(formula, before)
    if value.size != truth.size:
        raise Misprint(f"{formula} has the shape {value.shape}, expected {truth.shape}")
    scale = max(1e-300, float(numpy.abs(truth).max(initial=0.0)))
    difference = _or_infinity(float(numpy.abs(value.reshape(truth.shape) - truth).max(initial=0.0)))
    error = max(0.0, difference - noise) / scale
    return error if error > TOLERANCE else 0.0


def _or_infinity(error: float) -> float:
    """An error that is no number is as large as any."""
    return math.inf if math.isnan(error) else error
