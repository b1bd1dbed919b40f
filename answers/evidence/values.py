"""The evidence ``values``: formulas at given numbers, in floating point, compared with 60 digits that are proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import mpmath
import numpy
from pydantic import Field, model_validator
from sympy import Expr, Symbol

from answers.contract.evidence import Evidence, Found, read_number
from answers.contract.given import Numbers
from answers.contract.item import Claim, Context
from answers.contract.methods import FINITE_VALUE, VALUE_IN_DIGITS
from answers.errors import HomeworkContentError
from answers.evidence.comparing import Equations, Evaluated
from answers.formulas.setting import About
from answers.latex.numbers import scientific
from answers.latex.sheet import Column, Row, Table
from derive.building.formulas import Formula, Setting, parse_formula_in
from derive.errors import DeriveError, nearest
from derive.render.written import formula_latex
from numeric.arrays.axes import Array
from numeric.arrays.sizes import sizes_from
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DOUBLE, SINGLE
from numeric.errors import ExpressionError
from numeric.expression.magnitude import ROUNDING, magnitude
from numeric.values.many_digits import Bounded
from numeric.values.measured import Measured

PRECISIONS: Mapping[str, tuple[Any, float]] = {"double": (numpy.float64, DOUBLE), "single": (numpy.float32, SINGLE)}
"""For each precision its type, and how far rounding may take a value from the exact one, relatively."""


class Values(About, Evidence):
    """``NAME`` for each formula, or ``NAME_V`` for each value V of the parameter that it is evaluated ``over``."""

    kind: Literal["values"]
    formulas: dict[str, str] = Field(min_length=1, description="formulas by the names that the text quotes them by")
    at: dict[str, Numbers] = Field(default_factory=dict, description="the numbers: {z: [1, 2, 3]}")
    over: dict[str, tuple[float, ...]] = Field(
        default_factory=dict, max_length=1, description="one parameter, with its values"
    )
    precision: Literal["double", "single"] = Field("double", description="of the floating-point numbers")
    overflows: tuple[str, ...] = Field((), description="formulas that floating point cannot evaluate here")
    digits: int = Field(3, ge=1, le=12)
    table: bool = Field(True, description="whether the values are shown in a table too")

    @model_validator(mode="after")
    def _overflowing_formulas_exist(self) -> Values:
        for name in self.overflows:
            if name not in self.formulas:
                raise ValueError(f"there is no formula {name}; {nearest(name, self.formulas)}")
        return self

    def find(self, context: Context) -> Found:
        setting = self.setting(context)
        formulas = {name: _parsed(name, text, setting) for name, text in self.formulas.items()}
        self.require(setting, formulas.values(), {*self.at, *self.over})
        self.require_names(setting, formulas.values(), (*self.at, *self.over))
        self.require_numbers(setting, formulas.values())
        self._require_scalars(setting)
        entries = tuple(self._entries(setting, formulas))
        values = {entry.key: entry.text(self.digits) for entry in entries}
        claims = tuple(self._claim(name, formulas[name], entries, context) for name in formulas)
        blocks = (self._table(formulas, entries, context),) if self.table else ()
        _, tolerance = PRECISIONS[self.precision]
        evaluated = {entry.key: entry.evaluated for entry in entries}
        comparison = Equations(setting, formulas, evaluated, context.conventions.index_base, tolerance)
        return Found(values, blocks, claims, comparison)

    def _require_scalars(self, setting: Setting) -> None:
        """Complain of lists for what formulas read as one number."""
        for name, value in self.at.items():
            if name not in setting.forward.tensors and isinstance(value, list | tuple):
                raise HomeworkContentError(
                    f"{name} is one number in the formulas, got numbers of the shape {numpy.shape(value)}; "
                    f"a tensor is declared among the shapes, such as {{{name}: [n]}}"
                )

    def _entries(self, setting: Setting, formulas: Mapping[str, Formula]) -> Iterator[Entry]:
        (parameter, settings) = next(iter(self.over.items()), ("", (None,)))
        dtype, _ = PRECISIONS[self.precision]
        for setting_value in settings:
            given = dict(self.at) | ({} if setting_value is None else {parameter: setting_value})
            arrays = {name: numpy.asarray(value, dtype=dtype) for name, value in given.items()}
            sizes = sizes_from(setting.forward, arrays)
            with numpy.errstate(all="ignore"):
                point = Measured.at(setting.forward, arrays, sizes, dtype)
                for name, formula in formulas.items():
                    ranges = {
                        letter: int(setting.range_of(letter, (formula.expression,)).xreplace(sizes))
                        for letter in formula.letters
                    }
                    value = numpy.asarray(point.value(formula.expression, ranges))
                    rounding = _rounding(point, formula.expression, ranges, dtype)
                    suffix = "" if setting_value is None else f"_{setting_value:g}"
                    key, evaluated = f"{name}{suffix}", Evaluated(formula, given, sizes, ranges)
                    yield Entry(name, key, setting_value, evaluated, value, rounding)

    def _claim(self, name: str, formula: Formula, entries: tuple[Entry, ...], context: Context) -> Claim:
        of = tuple(entry for entry in entries if entry.name == name)
        latex = f"${formula_latex(formula, context.conventions.index_base)}$"
        methods = (VALUE_IN_DIGITS.of(60), *((FINITE_VALUE,) if name in self.overflows else ()))
        _, tolerance = PRECISIONS[self.precision]
        return Claim(name, latex, methods, lambda: _verdict(of, name in self.overflows, tolerance, self.digits))

    def _table(self, formulas: Mapping[str, Formula], entries: tuple[Entry, ...], context: Context) -> Table:
        """A row for each formula; or for each value of the parameter, with a column for each formula."""
        base = context.conventions.index_base
        printed = [formula_latex(formula, base) for formula in formulas.values()]
        if not self.over:
            rows = (Row((latex, entry.text(self.digits))) for latex, entry in zip(printed, entries, strict=True))
            return Table((Column("Formula", "formula"), Column("Value", "formula")), tuple(rows))
        (parameter, settings) = next(iter(self.over.items()))
        head = formula_latex(parse_formula_in(parameter, entries[0].evaluated.formula.setting), base)
        columns = [Column(f"${head}$", "number")]
        columns += [Column(rf"$\displaystyle {latex}$", "formula") for latex in printed]
        lines = (
            (f"{value:g}", *(entry.text(self.digits) for entry in entries if entry.setting == value))
            for value in settings
        )
        return Table(tuple(columns), tuple(map(Row, lines)))


@dataclass(frozen=True)
class Entry:
    """The value of one formula at one value of the parameter, and what it was computed from."""

    name: str
    key: str
    setting: float | None
    evaluated: Evaluated
    value: Array
    rounding: Array

    def text(self, digits: int) -> str:
        """The value in LaTeX maths; a tensor as a list of its elements."""
        if self.value.ndim == 0:
            return _printed_value(float(self.value), digits)
        return rf"({', '.join(_printed_value(float(element), digits) for element in self.value.ravel())})"


def _parsed(name: str, text: str, setting: Setting) -> Formula:
    try:
        return parse_formula_in(text, setting)
    except DeriveError as error:
        raise HomeworkContentError(f"formula {name}: {error}") from error


def _printed_value(value: float, digits: int) -> str:
    if numpy.isnan(value):
        return r"\text{nan}"
    if numpy.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value.is_integer() and abs(value) < 1e6:
        return f"{value:.0f}"
    return scientific(value, digits)


def _rounding(point: Measured, expression: Expr, ranges: Mapping[Symbol, int], dtype: Any) -> Array:
    """How far rounding may take each value; 0 where it is not known, as that of a slope of a slope."""
    try:
        scale = numpy.abs(point.value(magnitude(expression), ranges))
    except (DeriveError, ExpressionError):
        scale = numpy.zeros(tuple(ranges.values()))
    whole = numpy.nan_to_num(numpy.asarray(scale, dtype=float), posinf=0.0)
    return whole * ROUNDING * (float(numpy.finfo(dtype).eps) / float(numpy.finfo(numpy.float64).eps))


def _verdict(entries: tuple[Entry, ...], overflows: bool, tolerance: float, digits: int) -> Comparison:
    """Compare each value, and what is quoted of it, with the exact one; or see that what should overflow does."""
    worst, points, spilt, wrong = 0.0, 0, False, ""
    bounds: list[str] = []
    for entry in entries:
        proved = entry.evaluated.bounded()
        for value, rounding, bounded in zip(entry.value.ravel(), entry.rounding.ravel(), proved, strict=True):
            points += 1
            exact = bounded.value
            if mpmath.isnan(exact):
                return Comparison.failed(f"{entry.key} is not real", tolerance, points)
            if not bounded.is_known:
                bounds.append(f"{entry.key} is 0 or less than {mpmath.nstr(bounded.bound, 2)}")
            if not numpy.isfinite(value):
                spilt = True
                if not overflows:
                    note = f"{entry.key} is {value}, it should be {mpmath.nstr(exact, 6)}"
                    return Comparison.failed(note, tolerance, points)
            elif not overflows:
                error = _error(float(value), bounded, float(rounding), digits)
                if error > max(worst, tolerance):
                    wrong = f": {entry.key} is {value:.6g}, it should be {mpmath.nstr(exact, 6)}"
                worst = max(worst, error)
    if overflows and not spilt:
        return Comparison.failed(f"{entries[0].name} is finite in floating point everywhere", tolerance, points)
    note = "; ".join(bounds) if worst <= tolerance else f"{entries[0].name} has a relative error of {worst:.2g}{wrong}"
    return Comparison(worst, tolerance, points, note)


def _error(value: float, bounded: Bounded, rounding: float, digits: int) -> float:
    """The relative error of the value, or that of the quoted number beyond its last digit.

    What is 0, or is not told from it, is compared at the scale of what was added up.
    """
    if bounded.value == 0 and abs(value) <= rounding + bounded.bound:
        return 0.0
    stated, half = read_number(_printed_value(value, digits))
    size = max(abs(bounded.value), mpmath.mpf("1e-300"))
    return float(max(abs(bounded.value - value), abs(bounded.value - stated) - half) / size)
