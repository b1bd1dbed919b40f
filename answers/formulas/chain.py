"""Chains of equalities and inequalities: read, compared line by line, and decided by algebra where that is possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy
from sympy import Expr, Symbol

from answers.errors import HomeworkContentError
from answers.formulas.algebra import holds_exactly
from answers.formulas.setting import About, Sample, samples
from derive.building.formulas import DERIVATIVE, Formula, Setting, calls, parse_formula_in
from derive.conventions import IndexBase
from derive.errors import DeriveError
from derive.render.written import formula_unicode
from numeric.arrays.axes import Array
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DOUBLE
from numeric.errors import ArrayError, ExpressionError
from numeric.expression.defined import undefined
from numeric.expression.magnitude import ROUNDING, magnitude

RELATIONS = {"=": "=", "<=": r"\le ", "<": "<", ">=": r"\ge ", ">": ">"}
"""The relations between two lines, and how LaTeX writes them."""

POINTS = 40


@dataclass(frozen=True)
class ProofLine:
    """A line ``relation formula`` of a chain; the first has no relation."""

    relation: str
    formula: Formula


@dataclass(frozen=True)
class Chain:
    """Formulas that follow from one another, over the ranges of the free indices in them."""

    setting: Setting
    lines: tuple[ProofLine, ...]
    ranges: Mapping[Symbol, Expr]

    @property
    def relation(self) -> str:
        """How the first formula relates to the last one."""
        found = {line.relation for line in self.lines[1:]} - {"="}
        return "=" if not found else min(found, key=len)

    @property
    def summary(self) -> tuple[ProofLine, ...]:
        """What the chain says of its ends: they, and what stands between two inequalities."""
        shown = [self.lines[0]]
        for line in self.lines[1:]:
            if line.relation != "=":
                shown.append(line)
            elif len(shown) > 1:
                shown[-1] = ProofLine(shown[-1].relation, line.formula)
        return tuple(shown)


def read_chain(setting: Setting, start: str, steps: Sequence[str]) -> Chain:
    """A chain from its first formula and its steps, such as ``<= log(K)``.

    Raises:
        HomeworkContentError: a line cannot be read; the message says which.
    """
    lines = []
    for number, text in enumerate((start, *steps), start=1):
        found = re.match(r"\s*(<=|>=|<|>|=)(?!=)\s*(.*)", text, re.DOTALL)
        if (found is None) != (number == 1):
            expected = "a formula alone" if number == 1 else f"one of {' '.join(RELATIONS)}, then a formula"
            raise HomeworkContentError(f"line {number} of the chain, {text!r}: expected {expected}")
        try:
            formula = parse_formula_in(text if found is None else found[2], setting)
        except DeriveError as error:
            raise HomeworkContentError(f"line {number} of the chain: {error}") from error
        lines.append(ProofLine("" if found is None else found[1], formula))
    _one_direction(lines)
    letters = sorted({letter for line in lines for letter in line.formula.letters}, key=str)
    expressions = tuple(line.formula.as_written for line in lines)
    return Chain(setting, tuple(lines), {letter: setting.range_of(letter, expressions) for letter in letters})


def _one_direction(lines: Sequence[ProofLine]) -> None:
    directions = {line.relation[0] for line in lines[1:]} - {"="}
    if len(directions) > 1:
        raise HomeworkContentError("a chain that goes up with < and down with > says nothing of its ends; make two")


def compare(chain: Chain, about: About, seed: int = 0, index_base: IndexBase = 1, *, small: bool = False) -> Comparison:
    """Compare each line with the one before it, at random points over the domains; only at ``small`` whole numbers.

    Lines are evaluated as they are written, z/z as a quotient: one that has no value at a point at which another has
    one does not follow. An equality holds up to rounding in proportion to the largest value, and to what is added up
    where that cancels; a strict inequality at every point. A line that does not hold is shown as it prints, counting
    from ``index_base``.
    """
    formulas = [line.formula for line in chain.lines]
    try:
        drawn = samples(about, chain.setting, formulas, POINTS, seed, whole=not _differentiates(chain))
        points = [point for point in drawn if not point.whole or _some_defined(formulas, point, chain.ranges)]
        points = [point for point in points if point.whole] if small else points
        if not points:
            return Comparison.failed("there is no such point", DOUBLE)
        values = [[_value(formula, point, chain.ranges) for point in points] for formula in formulas]
        sizes = [[_magnitude(formula, point, chain.ranges) for point in points] for formula in formulas]
    except (ArrayError, ExpressionError, DeriveError) as reason:
        return Comparison.failed(str(reason), DOUBLE)
    worst = 0.0
    for number, here in enumerate(values):
        bad = next((k for k, array in enumerate(here) if not numpy.isfinite(array).all()), None)
        if bad is not None:
            return Comparison.failed(f"line {number + 1} is not finite at {points[bad].text}", DOUBLE, len(points))
        if number > 0:
            added = [max(pair) for pair in zip(sizes[number - 1], sizes[number], strict=True)]
            error, note = _line_error(chain, number, values[number - 1], here, points, added, index_base)
            worst = max(worst, error)
            if note:
                return Comparison(error if error > DOUBLE else inf, DOUBLE, len(points), note)
    return Comparison(worst, DOUBLE, len(points))


def _some_defined(formulas: Sequence[Formula], point: Sample, ranges: Mapping[Symbol, Expr]) -> bool:
    """Whether some line has a value at a point."""
    return any(bool(numpy.isfinite(_value(formula, point, ranges)).all()) for formula in formulas)


def _value(formula: Formula, point: Sample, ranges: Mapping[Symbol, Expr]) -> Array:
    """The values of a formula, not a number where one of its parts has none."""
    value, nowhere = point.value(formula, dict(ranges)), undefined(formula.as_written)
    return value if nowhere == 0 else numpy.where(point.of(nowhere, dict(ranges)) > 0, numpy.nan, value)


def _magnitude(formula: Formula, point: Sample, ranges: Mapping[Symbol, Expr]) -> float:
    """The size of the largest numbers that a formula adds up at a point."""
    found = point.of(magnitude(formula.as_written), dict(ranges))
    return float(numpy.max(found, where=numpy.isfinite(found), initial=0.0))


def _line_error(
    chain: Chain,
    number: int,
    before: Sequence[Array],
    here: Sequence[Array],
    points: Sequence[Sample],
    added: Sequence[float],
    index_base: IndexBase,
) -> tuple[float, str]:
    """The worst error of one line in the units of the tolerance, and what is wrong with it, if something is.

    It may be off by the tolerance times the largest value, and by what rounding leaves of the numbers ``added`` up.
    """
    line = chain.lines[number]
    scale = max(float(numpy.abs(array).max()) for array in (*before, *here)) or 1.0
    worst = 0.0
    for left, right, point, size in zip(before, here, points, added, strict=True):
        allowed = max(DOUBLE * scale, ROUNDING * size)
        difference = (left - right) if line.relation[0] == "<" else (right - left)
        excess = numpy.abs(difference) if line.relation == "=" else numpy.maximum(difference, 0.0)
        place = numpy.unravel_index(int(excess.argmax()), excess.shape)
        equal = line.relation in ("<", ">") and bool((difference >= 0).any())
        worst = max(worst, DOUBLE * float(excess[place]) / allowed)
        if excess[place] > allowed or equal:
            place = numpy.unravel_index(int(difference.argmax()), excess.shape) if equal else place
            sides = (formula_unicode(side.formula, index_base) for side in (chain.lines[number - 1], line))
            said = f" {line.relation} ".join(sides)
            numbers = f"{float(left[place]):.6g} and {float(right[place]):.6g}"
            return worst, f"line {number + 1}: {said} does not hold, its sides are {numbers} at {point.text}"
    return worst, ""


def decided(chain: Chain) -> tuple[int, ...]:
    """The numbers of the lines, from 2, that algebra shows to hold, whatever the values."""
    return tuple(_decided(chain))


def _decided(chain: Chain) -> Iterator[int]:
    for number, (before, line) in enumerate(zip(chain.lines, chain.lines[1:], strict=False), start=2):
        if holds_exactly(chain.setting.forward, before.formula.expression, line.relation, line.formula.expression):
            yield number


def _differentiates(chain: Chain) -> bool:
    """Whether a line of the chain holds a derivative."""
    names = [name for line in chain.lines for name in calls(line.formula.tree)]
    return any(name == DERIVATIVE or name.endswith("'") for name in names)
