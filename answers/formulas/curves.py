"""Curves of functions of one number, with their kinks as corners and their jumps as gaps between dots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy
import sympy
from numpy.typing import NDArray
from sympy import Expr, FiniteSet, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from answers.errors import HomeworkContentError
from answers.latex.sheet import Curve, Dot, Point
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from numeric.arrays.axes import Scope
from numeric.expression.compiled import compile_expression

Values = NDArray[numpy.float64]
Evaluate = Callable[[Values], Values]

BESIDE = 1e-9
"""How far beside a kink or a jump its limits are taken."""
SAME = 1e-6
POINTS = 160


@dataclass(frozen=True)
class Drawn:
    """A curve, and the dots at its jumps."""

    curve: Curve
    dots: tuple[Dot, ...]

    @property
    def points(self) -> Values:
        """Every point that is drawn, one a row."""
        return numpy.array([point for piece in self.curve.pieces for point in piece])


def evaluator(formula: Expr, variable: Symbol, functions: tuple[ScalarFunction, ...]) -> Evaluate:
    """The formula as a function of an array of values of the variable."""
    compiled = compile_expression(formula, (), functions)
    return lambda at: numpy.broadcast_to(compiled(Scope({variable.name: at}, {})), at.shape)


def breaks(formula: Expr, variable: Symbol, functions: Sequence[ScalarFunction]) -> tuple[float, ...]:
    """Where the conditions in a formula change: its kinks and jumps are among these places.

    Raises:
        HomeworkContentError: a letter says where.
    """
    found: set[float] = set()
    for condition in _conditions(formula, {function.name: function for function in functions}):
        solutions = sympy.solveset(condition.lhs - condition.rhs, variable, sympy.S.Reals)
        if isinstance(solutions, FiniteSet):
            lettered = [solution for solution in solutions if solution.free_symbols]
            if lettered:
                raise HomeworkContentError(
                    f"it has a kink or a jump at {lettered[0]}; expected numbers for such places"
                )
            found |= {float(solution) for solution in solutions}
    return tuple(sorted(found))


def _conditions(formula: Expr, known: dict[str, ScalarFunction]) -> Iterator[Relational]:
    for bracket in formula.atoms(Bracket):
        yield from bracket.atoms(Relational)
    outside = formula.xreplace({bracket: sympy.Dummy() for bracket in formula.atoms(Bracket)})
    for magnitude in outside.atoms(sympy.Abs):
        yield sympy.Gt(magnitude.args[0], 0)
    for use in formula.atoms(AppliedUndef):
        if use.func.__name__ in known:
            yield from _conditions(known[use.func.__name__].at(use.args[0]), known)


def drawn(value: Evaluate, low: float, high: float, at: Sequence[float], *, number: int = 0, label: str = "") -> Drawn:
    """The curve of ``value`` from ``low`` to ``high``, in pieces between the places ``at`` which it may break.

    The dots at a jump are filled where the value is and open at the limits that it does not take.
    """
    inside = [place for place in at if low < place < high]
    ends = (low, *inside, high)
    pieces = tuple(_piece(value, left, right) for left, right in pairwise(ends))
    dots = (dot for place in inside for dot in _dots(value, place, number))
    return Drawn(Curve(tuple(piece for piece in pieces if piece), label), tuple(dots))


def _piece(value: Evaluate, left: float, right: float) -> tuple[Point, ...]:
    grid = numpy.linspace(left, right, POINTS)
    moved = grid.copy()
    moved[[0, -1]] += BESIDE, -BESIDE
    values = value(moved)
    return tuple(
        (round(float(x), 6), round(float(y), 6)) for x, y in zip(grid, values, strict=True) if numpy.isfinite(y)
    )


def _dots(value: Evaluate, place: float, number: int) -> Iterator[Dot]:
    left, here, right = (float(y) for y in value(numpy.array([place - BESIDE, place, place + BESIDE])))
    limits = [left] if abs(left - right) < SAME else [left, right]
    if len(limits) == 1 and abs(here - left) < SAME:
        return
    for limit in limits:
        if abs(limit - here) >= SAME:
            yield Dot(place, round(limit, 6), False, number)
    yield Dot(place, round(here, 6), True, number)
