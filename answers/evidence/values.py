"""The evidence ``values``: formulas at given numbers, in floating point, compared with their values to 60 digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

import mpmath
import numpy
from pydantic import Field, model_validator

from answers.contract.evidence import Evidence, Found, read_number
from answers.contract.given import Numbers
from answers.contract.item import Claim, Context, Verdict
from answers.errors import HomeworkContentError
from answers.evidence.comparing import Comparison, Evaluated
from answers.formulas.setting import About
from answers.latex.numbers import scientific
from answers.latex.sheet import Column, Row, Table
from derive.building.formulas import Formula, Setting, parse_formula_in
from derive.errors import DeriveError, nearest
from derive.render.written import formula_latex
from numeric.arrays.axes import Array
from numeric.arrays.sizes import sizes_from
from numeric.values.measured import Measured

PRECISIONS: Mapping[str, tuple[Any, float]] = {"double": (numpy.float64, 1e-9), "single": (numpy.float32, 1e-4)}
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
        comparison = Comparison(setting, formulas, evaluated, context.index_base, tolerance)
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
                    suffix = "" if setting_value is None else f"_{setting_value:g}"
                    yield Entry(name, f"{name}{suffix}", setting_value, Evaluated(formula, given, sizes, ranges), value)

    def _claim(self, name: str, formula: Formula, entries: tuple[Entry, ...], context: Context) -> Claim:
        of = tuple(entry for entry in entries if entry.name == name)
        latex = f"${formula_latex(formula, context.index_base)}$"
        method = "its value to 60 digits" + (", which is finite" if name in self.overflows else "")
        _, tolerance = PRECISIONS[self.precision]
        return Claim(name, latex, method, lambda: _verdict(of, name in self.overflows, tolerance, self.digits))

    def _table(self, formulas: Mapping[str, Formula], entries: tuple[Entry, ...], context: Context) -> Table:
        """A row for each formula; or for each value of the parameter, with a column for each formula."""
        base = context.index_base
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

    def text(self, digits: int) -> str:
        """The value in LaTeX maths; a tensor as a list of its elements."""
        if self.value.ndim == 0:
            return _number(float(self.value), digits)
        return rf"({', '.join(_number(float(element), digits) for element in self.value.ravel())})"


def _parsed(name: str, text: str, setting: Setting) -> Formula:
    try:
        return parse_formula_in(text, setting)
    except DeriveError as error:
        raise HomeworkContentError(f"formula {name}: {error}") from error


def _number(value: float, digits: int) -> str:
    if numpy.isnan(value):
        return r"\text{nan}"
    if numpy.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value.is_integer() and abs(value) < 1e6:
        return f"{value:.0f}"
    return scientific(value, digits)


def _verdict(entries: tuple[Entry, ...], overflows: bool, tolerance: float, digits: int) -> Verdict:
    """Compare each value, and what is quoted of it, with the exact one; or see that what should overflow does."""
    worst, points, spilt = 0.0, 0, False
    for entry in entries:
        for value, exact in zip(entry.value.ravel(), entry.evaluated.exact(), strict=True):
            points += 1
            if getattr(exact, "imag", 0) != 0:
                return Verdict(False, points, inf, tolerance, f"{entry.key} is not real")
            if not numpy.isfinite(value):
                spilt = True
                if not overflows:
                    note = f"{entry.key} is {value}, it should be {mpmath.nstr(exact, 6)}"
                    return Verdict(False, points, inf, tolerance, note)
            elif not overflows:
                worst = max(worst, _error(float(value), exact, digits))
    if overflows and not spilt:
        return Verdict(False, points, inf, tolerance, f"{entries[0].name} is finite in floating point everywhere")
    note = "" if worst <= tolerance else f"{entries[0].name} has a relative error of {worst:.2g}"
    return Verdict(worst <= tolerance, points, worst, tolerance, note)


def _error(value: float, exact: Any, digits: int) -> float:
    """The relative error of the value, or that of the quoted number beyond its rounding."""
    stated, rounding = read_number(_number(value, digits))
    size = max(abs(exact), mpmath.mpf("1e-300"))
    return float(max(abs(exact - value), abs(exact - stated) - rounding) / size)
