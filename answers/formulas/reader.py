"""Formulas that authors write, read back from the text that goes to TeX and compared with what they stand for.

What they stand for is computed from what the author wrote, by ``numeric.values.measured``, which measures derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy
from sympy import Expr, Function, Symbol

from answers.formulas.setting import About, Sample, samples, unknown_in
from answers.readback.reader import TOLERANCE, spelt
from answers.reading import Function as NamedFunction
from answers.reading import Point, ReadingError, Side, Table, Tensor, read
from answers.reading.tables import spellings, table_of
from derive.building.formulas import DERIVATIVE, Formula, Setting
from derive.conventions import IndexBase
from derive.expression import symbols
from derive.expression.partials import partial_named
from numeric.arrays.axes import Array
from numeric.arrays.functions import formula_of
from numeric.measuring import point as measured

POINTS = 3
"""At how many points a formula is compared."""
SIGNS = {"=": "=", "<=": "≤", "<": "<", ">=": "≥", ">": ">"}
"""The relations between formulas as authors and as readers write them."""


@dataclass(frozen=True)
class Written:
    """A text that was printed of formulas with relations between them, as authors write relations; and where it is."""

    text: str
    where: str
    formulas: tuple[Formula, ...]
    relations: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormulaReader:
    """Reads what is printed of formulas that are about the same, whose free letters have these ranges."""

    about: About
    setting: Setting
    formulas: tuple[Formula, ...]
    ranges: Mapping[Symbol, Expr]
    base: IndexBase

    def misread(self, written: Sequence[Written], equations: Sequence[str] = ()) -> Iterator[str]:
        """What is printed and cannot be read, or says something else, in words; ``equations`` hold at all points."""
        for one in written:
            try:
                if wrong := self._wrong(one):
                    yield f"{one.where}: {wrong}"
            except ReadingError as reason:
                yield f"{one.where}: printed, but not read: {reason}"
        for text in equations:
            try:
                if not self._holds(read(text, self.table).sides):
                    yield f"{text}: read back: its sides differ"
            except ReadingError as reason:
                yield f"{text}: printed, but not read: {reason}"

    def _holds(self, sides: Sequence[Side]) -> bool:
        """Whether an equation holds at all points, whatever the letters of its left side are."""
        first, *others = sides
        ranges = dict(zip(first.letters, first.axes, strict=True))
        for sample in self.samples:
            point = self._point(sample)
            value = first.value(point, first.letters, ranges)
            if not others or any(_differ(value, other.value(point, first.letters, ranges)) for other in others):
                return False
        return True

    def _wrong(self, one: Written) -> str:
        reading = read(one.text, self.table)
        if reading.signs != tuple(SIGNS[relation] for relation in one.relations):
            return f"read back: {' '.join(reading.signs) or 'no relation'} stands between its sides"
        for sample in self.samples:
            for side, formula in zip(reading.sides, one.formulas, strict=True):
                if _differ(self._value(side, sample), sample.value(formula, dict(self.ranges))):
                    return "read back: what the text says differs from the formula"
        return ""

    def _value(self, side: Side, sample: Sample) -> Array:
        sizes = sample.point.sizes
        counts = {str(letter): int(length.xreplace(dict(sizes))) for letter, length in self.ranges.items()}
        return side.value(self._point(sample), tuple(counts), counts)

    def _point(self, sample: Sample) -> Point:
        sizes = {str(size): count for size, count in sample.point.sizes.items()}
        return Point(self.table, _Arrays(sample, self.table), sizes)

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """The points at which formulas are compared."""
        return tuple(islice(samples(self.about, self.setting, self.formulas, POINTS), POINTS))

    @cached_property
    def table(self) -> Table:
        """The table of the formulas: tensors, numbers that stand for themselves, functions."""
        model = self.setting.as_written
        given = self.samples[0].point.given
        numbers = (Tensor(name, spellings(name)) for name in sorted(set(given) - set(model.tensors)))
        names = [function.name for function in model.functions]
        expressions = [*(formula.expression for formula in self.formulas), *(row.expression for row in model.rows)]
        names += [name for name in unknown_in(expressions, self.setting) if name not in names]
        functions = (NamedFunction(name, spelt(name), self._function(name)) for name in names)
        return table_of(model, base=self.base, outside=None, extra=(*numbers, *functions))

    def _function(self, name: str) -> Callable[..., Any]:
        model = self.setting.as_written
        function = formula_of(name, model.functions)

        def value(argument: Array) -> Array:
            if numpy.iscomplexobj(argument):
                raise TypeError("a formula is evaluated at real numbers")
            point = measured.Point(model, {}, self.samples[0].point.sizes)
            found = point.formula(function.formula, {function.variable: argument})
            return numpy.broadcast_to(numpy.asarray(found, float), numpy.shape(argument))

        return value


class _Arrays(Mapping[str, Any]):
    """The values of tensors and of derivatives of rows at a point, measured when they are asked for."""

    def __init__(self, sample: Sample, table: Table) -> None:
        self._sample = sample
        self._known = dict(sample.point.arrays)
        self._partials = {partial.name for partial in table.partials}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._measured(name)
        return self._known[name]

    def _measured(self, name: str) -> Array:
        partial = partial_named(name)
        if partial is None:
            raise KeyError(name)
        top, bottom = (numpy.shape(self._known[end]) for end in partial.ends)
        letters = [Symbol(f"at_{axis}", integer=True) for axis in range(len(top) + len(bottom))]
        elements = (
            symbols.element(end, own) if own else symbols.scalar(end)
            for end, own in zip(partial.ends, (letters[: len(top)], letters[len(top) :]), strict=True)
        )
        ranges = dict(zip(letters, (*top, *bottom), strict=True))
        return self._sample.point.value(Function(DERIVATIVE)(*elements), ranges)

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self._partials

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _differ(value: Array, truth: Array) -> bool:
    """Whether two arrays differ where both have values; one may have an axis of length 1 more."""
    value, truth = numpy.asarray(value, float), numpy.asarray(truth, float)
    try:
        value, truth = numpy.broadcast_arrays(value, truth)
    except ValueError:
        return True
    both = numpy.isfinite(value) & numpy.isfinite(truth)
    scale = float(numpy.abs(truth[both]).max(initial=1.0))
    return bool((numpy.abs(value - truth)[both] > TOLERANCE * scale).any())
