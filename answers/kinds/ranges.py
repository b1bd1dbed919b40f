"""The kind ``ranges``: functions with the range of their values, shown from where they rise and fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import inf
from typing import Literal

import numpy
import sympy
from pydantic import Field, model_validator
from sympy import Expr, Symbol

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import FAR_AND_NEAR, READ_BACK, Method
from answers.contract.written import Lined, Noted, lines_left
from answers.derivations.claims import claim
from answers.errors import HomeworkContentError
from answers.formulas.called import activation_in, slope_in
from answers.formulas.curves import evaluator
from answers.formulas.told import Told
from answers.formulas.variation import Piece, Variation, below, variation
from answers.latex.sheet import Column, Row, Table
from answers.readback.printed import Printed
from answers.readback.shown import Shown
from derive.building.formulas import parse_formula_in, setting_of
from derive.building.reader import parse_formula
from derive.derivation import Derivation
from derive.expression import symbols
from derive.layers.definition import Activation
from derive.render import cases_latex, latex
from derive.render.written import formula_latex
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import STEPWISE

FAR = numpy.concatenate([[0.0], numpy.logspace(-3, 8, 300)])
"""How far from 0 values are taken, on both sides."""

LARGE = 10.0
"""Values beyond this stand for an infinite end."""


class Ranges(Lined, Noted):
    """Each function with its derivative, where it rises and falls, and its range, which must be within bounds."""

    kind: Literal["ranges"]
    functions: tuple[str, ...] = Field((), description="activations, such as Softplus")
    formulas: dict[str, str] = Field(default_factory=dict, description="further functions by their formulas in z")
    low: str | float | None = Field(None, description="what no value may be below: a number or a formula")
    high: str | float | None = Field(None, description="what no value may be above")
    order: tuple[str, ...] = Field((), description="letters from the smallest to the largest: [a, b] says a < b")
    lines: int = lines_left(4)

    @model_validator(mode="after")
    def _something_is_given(self) -> Ranges:
        if not self.functions and not self.formulas:
            raise ValueError("give functions or formulas")
        return self

    def answer(self, context: Context) -> Answered:
        candidates = tuple(self._candidates(context))
        columns = (
            Column("Function", "formula", 1.6),
            Column("Derivative", "formula", 1.6),
            Column("Rise and fall", "text", 1.5),
            Column("Range", "formula", 0.5),
        )
        blocks = self.note_blocks()
        rows = tuple(candidate.row() for candidate in candidates)
        blocks.append(Table(columns, rows))
        claims = [claim(one.slope, shown=one.shown(row)) for one, row in zip(candidates, rows, strict=True)]
        claims += [one.claim(row) for one, row in zip(candidates, rows, strict=True)]
        return Answered(tuple(blocks), tuple(claims))

    def _candidates(self, context: Context) -> Iterator[Candidate]:
        order = Order.of(self.order)
        setting = setting_of({}, functions=context.functions())
        low, high = (None if text is None else order.known(parse_formula(str(text))) for text in (self.low, self.high))
        for kind in self._kinds(context):
            slope = slope_in(kind, context)
            function = slope.forward.function[kind.call]
            try:
                found = variation(order.known(function.formula), function.variable, slope.forward.function)
            except HomeworkContentError as error:
                raise HomeworkContentError(f"{kind.name}: {error}") from error
            text = self.formulas.get(kind.name)
            written = "" if text is None else formula_latex(parse_formula_in(text, setting))
            yield Candidate(kind.name, slope, found, order, low, high, written)

    def _kinds(self, context: Context) -> Iterator[Activation]:
        for name in self.functions:
            yield activation_in(name, context)
        for name, formula in self.formulas.items():
            yield Activation(name, formula, call=name)


@dataclass(frozen=True)
class Order:
    """Letters in ascending order: each after the first is the one before it plus a positive step."""

    steps: Mapping[Symbol, Expr]
    letters: Mapping[Symbol, Expr]

    @classmethod
    def of(cls, names: tuple[str, ...]) -> Order:
        """The order of the letters of these names."""
        steps: dict[Symbol, Expr] = {}
        letters: dict[Symbol, Expr] = {}
        for low, high in pairwise(names):
            step = Symbol(f"step from {low} to {high}", positive=True)
            before = symbols.scalar(low)
            letters[symbols.scalar(high)] = letters.get(before, before) + step
            steps[step] = symbols.scalar(high) - before
        return cls(steps, letters)

    def known(self, expression: Expr) -> Expr:
        """The expression in the smallest letter and the steps, whose signs are known."""
        return expression.xreplace(dict(self.letters))

    def written(self, expression: Expr) -> Expr:
        """The expression in the letters."""
        return sympy.simplify(expression.xreplace(dict(self.steps)))


@dataclass(frozen=True)
class Candidate:
    """A function with its derivative, its variation, and the bounds that are asked of it.

    ``written`` is its formula as a person wrote it, where one did.
    """

    name: str
    slope: Derivation
    variation: Variation
    order: Order
    low: Expr | None
    high: Expr | None
    written: str = ""

    def row(self) -> Row:
        """The line of the table."""
        function = self.slope.forward.function[self.call]
        slope = latex(sympy.Function(f"{self.call}'")(function.variable))
        formula = self.written or cases_latex(function.formula)
        derivative = cases_latex(self.slope.result)
        return Row((f"{self.head} = {formula}", f"{slope} = {derivative}", self.words(), self.interval()))

    @property
    def head(self) -> str:
        """The function as it is printed."""
        function = self.slope.forward.function[self.call]
        return latex(function(function.variable))

    @property
    def call(self) -> str:
        """The name that the function is printed with."""
        return self.slope.forward.rows[0].name

    def words(self) -> str:
        """Where the function rises and falls, and between which values."""
        return " ".join(self._piece_words(piece) for piece in self.variation.pieces)

    def _piece_words(self, piece: Piece) -> str:
        start, end = (f"${self._text(value)}$" for value in (piece.start, piece.end))
        if piece.sign == 0:
            return f"{_where(piece)} the slope is 0: constantly {start}."
        sign, verb = ("positive", "rises") if piece.sign > 0 else ("negative", "falls")
        return f"{_where(piece)} the slope is {sign}: it {verb} from {start} to {end}."

    def _text(self, value: Expr) -> str:
        return latex(self.order.written(value))

    def interval(self) -> str:
        """The range as an interval."""
        found = self.variation.range
        left, right = "[" if found.low_is_value else "(", "]" if found.high_is_value else ")"
        return f"{left}{self._text(found.low)}, {self._text(found.high)}{right}"

    def shown(self, row: Row) -> tuple[Shown, ...]:
        """The function and its derivative as the line of the table prints them."""
        function, derivative, *_ = row.cells
        return (Shown(self.slope, (Printed(function, "the function"), Printed(derivative, "the derivative"))),)

    def claim(self, row: Row) -> Claim:
        """The range holds all values, none beyond its ends, and is within the bounds; the line of the table says so."""
        methods = (FAR_AND_NEAR, Method("and the bounds"), READ_BACK)

        def verdict() -> Comparison:
            found = self.verdict()
            wrong = list(self._misread(row)) if found.ok else []
            return Comparison.failed("; ".join(wrong[:3]), STEPWISE, found.points) if wrong else found

        return Claim(f"range of {self.name}", f"range of ${self.head}$", methods, verdict)

    def _misread(self, row: Row) -> Iterator[str]:
        """What the line of the table says of the range that is not so."""
        *_, words, interval = row.cells
        found = self.variation.range
        if (interval[:1] == "[", interval[-1:] == "]") != (found.low_is_value, found.high_is_value):
            yield f"{interval} says otherwise which ends are values"
        variable = str(self.slope.forward.function[self.call].variable)
        for seed in range(3):
            numbers = self._constants(seed)
            constants = {str(letter): value for letter, value in numbers.items() if letter not in self.order.steps}
            told = Told(words, interval, variable, partial(self._values, numbers=numbers), constants)
            yield from told.wrong(numpy.concatenate([-FAR[:0:-1], FAR]))

    def verdict(self) -> Comparison:
        """Compare the range with values at small and large arguments: none outside, some near each end."""
        found = self.variation.range
        if not self.variation.continuous:
            return Comparison.failed(f"{self.name} jumps, so it does not take every value between", STEPWISE)
        if self.low is not None and not below(self.low, found.low):
            return self._beyond("below", self.low)
        if self.high is not None and not below(found.high, self.high):
            return self._beyond("above", self.high)
        worst, note = 0.0, ""
        for seed in range(3):
            error, said = self._compare(seed)
            if error > worst:
                worst, note = error, said
        return Comparison(worst, STEPWISE, 3 * 2 * FAR.size, note if worst > STEPWISE else "")

    def _beyond(self, side: str, bound: Expr) -> Comparison:
        note = f"{self.name} gets {side} {self.order.written(bound)}: its range is {self.interval()}"
        return Comparison.failed(note, STEPWISE)

    def _compare(self, seed: int) -> tuple[float, str]:
        """How far values get beyond the range, or stay away from its ends, relatively."""
        numbers = self._constants(seed)
        z = numpy.concatenate([-FAR[::-1], FAR])
        values = self._values(z, numbers)
        found = self.variation.range
        ends = [float(self.order.written(end).subs(numbers)) for end in (found.low, found.high)]
        scale = max([1.0, *(abs(end) for end in ends if numpy.isfinite(end))])
        low, high = float(numpy.nanmin(values)), float(numpy.nanmax(values))
        errors = {
            f"{self.name} gets down to {low:.4g} and not to {ends[0]:.4g}": _gap(low, ends[0], scale),
            f"{self.name} gets up to {high:.4g} and not to {ends[1]:.4g}": _gap(high, ends[1], scale),
        }
        worst = max(errors, key=lambda text: errors[text])
        return errors[worst], worst

    def _constants(self, seed: int) -> dict[Symbol, float]:
        generator = numpy.random.default_rng(seed)
        free = self.order.known(self.slope.forward.rows[0].expression).free_symbols | set(self.order.steps)
        free -= {self.slope.forward.function[self.call].variable}
        drawn = {letter: float(generator.uniform(0.5, 2.0)) for letter in sorted(free, key=str)}
        return drawn | {letter: float(value.subs(drawn)) for letter, value in self.order.letters.items()}

    def _values(self, z: numpy.ndarray, numbers: Mapping[Symbol, float]) -> numpy.ndarray:
        function = self.slope.forward.function[self.call]
        formula = function.formula.subs(numbers)
        return evaluator(formula, function.variable, self.slope.forward.functions)(z)


def _where(piece: Piece) -> str:
    if piece.left == -sympy.oo and piece.right == sympy.oo:
        return "Everywhere"
    if piece.left == -sympy.oo:
        return f"For $z < {latex(piece.right)}$"
    if piece.right == sympy.oo:
        return f"For $z > {latex(piece.left)}$"
    return f"For ${latex(piece.left)} < z < {latex(piece.right)}$"


def _gap(reached: float, end: float, scale: float) -> float:
    """How far the extreme of the values is from the end of the range; large values stand for an infinite end."""
    if not numpy.isfinite(end):
        large = abs(reached) > LARGE and numpy.sign(reached) == numpy.sign(end)
        return 0.0 if large else inf
    return abs(reached - end) / scale
