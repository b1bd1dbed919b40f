"""What the formulas of an item are about: tensors with shapes and domains, definitions, functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
from pydantic import Field, model_validator
from sympy import Expr, Symbol

from answers.contract.item import Context
from answers.contract.model import Strict
from answers.contract.names import Dimension, TensorName
from answers.errors import HomeworkContentError
from answers.latex.sheet import Equation
from derive.building.formulas import DERIVATIVE, Formula, Setting, names_in, setting_of
from derive.errors import nearest
from derive.expression import symbols
from derive.render.written import definition_latex
from numeric.arrays.axes import Array
from numeric.arrays.functions import left_unknown
from numeric.sampling import plan
from numeric.sampling.domains import Range, spread
from numeric.values.measured import Measured

SEEDS = 8
"""After how many points their sizes are drawn anew."""

WHOLE = ((0,), (1,), (-1,), (2,), (-2,), (-1, 0, 1), (-2, -1, 0, 1, 2), (-2, -1, 1, 2), (0, 1))
"""The whole numbers from which the values are taken at each of the points that have such values."""


class About(Strict):
    """The keys that items with formulas share."""

    shapes: dict[TensorName, tuple[Dimension, ...]] = Field(
        default_factory=dict, description="the tensors that formulas read, with their dimensions: {z: [K]}"
    )
    domains: dict[TensorName, Range] = Field(
        default_factory=dict,
        description="which numbers they hold: real (as it is), positive, ..., or [low, high]",
    )
    definitions: str = Field("", description="equations that define more from them: L = log(sum[k] exp(z[k]))")

    @model_validator(mode="after")
    def _intervals_are_not_empty(self) -> About:
        for name, domain in self.domains.items():
            if not isinstance(domain, str) and domain[0] >= domain[1]:
                raise ValueError(f"the domain of {name} is empty: {domain[0]:g} is not below {domain[1]:g}")
        return self

    def setting(self, context: Context) -> Setting:
        """The setting of the formulas, with every activation that the homework knows as a function."""
        return setting_of(self.shapes, self.definitions, context.functions())

    def require_names(self, setting: Setting, formulas: Iterable[Formula], given: Iterable[str]) -> None:
        """Complain of ``given`` names, and of names in ``domains``, that are nothing in the formulas.

        Raises:
            HomeworkContentError: there is such a name.
        """
        written = {name for formula in formulas for name in names_in(formula.tree)}
        known = {*self.shapes, *written, *scalars_in(setting, ())} - set(setting.forward.row)
        for name in (*given, *self.domains):
            if name not in known:
                raise HomeworkContentError(f"nothing is called {name} in the formulas; {nearest(name, known)}")

    def require(self, setting: Setting, formulas: Iterable[Formula], known: set[str]) -> None:
        """Complain of what formulas read and what has no value among the ``known``.

        Raises:
            HomeworkContentError: something has no value.
        """
        read = {*self.shapes, *scalars_in(setting, formulas)} - set(setting.forward.row)
        missing = sorted(read - known)
        if missing:
            given = ", ".join(sorted(known)) or "none"
            raise HomeworkContentError(f"{', '.join(missing)} has no value (values are given of: {given})")

    def require_numbers(self, setting: Setting, formulas: Iterable[Formula]) -> None:
        """Complain of a function that is left unknown.

        Raises:
            HomeworkContentError: there is one; it has no numbers.
        """
        expressions = [formula.expression for formula in formulas] + [row.expression for row in setting.forward.rows]
        unknown = unknown_in(expressions, setting)
        if unknown:
            raise HomeworkContentError(
                f"the function {unknown[0]} is left unknown, so it has no numbers; "
                f"{nearest(unknown[0], setting.forward.function)}; a product is written {unknown[0]}*(...)"
            )

    def definition_blocks(self, setting: Setting, context: Context) -> Iterator[Equation]:
        """The definitions as equations."""
        for definition in setting.definitions:
            yield Equation(definition_latex(definition, setting, context.conventions.index_base))


@dataclass(frozen=True)
class Sample:
    """A point at which formulas are evaluated, as they are written; ``whole`` where real numbers are whole ones."""

    point: Measured
    text: str
    whole: bool = False

    def value(self, formula: Formula, ranges: dict[Symbol, Expr]) -> Array:
        """The values of a formula over the ranges of the letters; not finite where it has none."""
        return self.of(formula.as_written, ranges)

    def of(self, expression: Expr, ranges: dict[Symbol, Expr]) -> Array:
        """The values of an expression over the ranges of the letters."""
        counts = {letter: int(size.xreplace(dict(self.point.sizes))) for letter, size in ranges.items()}
        return self.point.value(expression, counts)


def samples(
    about: About, setting: Setting, formulas: Iterable[Formula], count: int, seed: int = 0, *, whole: bool = False
) -> Iterator[Sample]:
    """Random points for the formulas, over their domains; with ``whole`` also some of small whole numbers."""
    written = [formula.as_written for formula in formulas]
    scalars = _scalars(written + [row.expression for row in setting.as_written.rows], setting)
    for number in range(count):
        choices = plan(setting.forward, seed + number // SEEDS).sizings
        sizes = dict(choices[number % len(choices)])
        generator = numpy.random.default_rng(seed + number)
        given = spread(setting.forward, scalars, about.domains, sizes, generator)
        if number < len(WHOLE) and whole:
            yield _sample(setting, _whole(about, given, WHOLE[number], generator), sizes, whole=True)
        yield _sample(setting, given, sizes)


def _sample(setting: Setting, given: dict[str, Any], sizes: dict[Symbol, int], *, whole: bool = False) -> Sample:
    return Sample(Measured.at(setting.as_written, given, sizes, numpy.float64), point_text(given), whole)


def _whole(
    about: About, given: dict[str, Any], numbers: tuple[int, ...], generator: numpy.random.Generator
) -> dict[str, Any]:
    """The point with some of these whole numbers in the place of all that may be one of them.

    There quotients divide by 0, and strict inequalities fail.
    """
    moved = {}
    for name, value in given.items():
        allowed = [number for number in numbers if _may_be(about.domains.get(name, "real"), number)]
        moved[name] = generator.choice(allowed, size=numpy.shape(value)).astype(float) if allowed else value
    return moved


def _may_be(domain: Range, number: int) -> bool:
    """Whether a whole number is inside a domain."""
    if not isinstance(domain, str):
        return domain[0] < number < domain[1]
    return domain == "real" or (domain == "positive" and number > 0)


def scalars_in(setting: Setting, formulas: Iterable[Formula]) -> tuple[str, ...]:
    """The real symbols of the formulas and of the definitions that are neither given as tensors nor defined."""
    expressions = [formula.expression for formula in formulas] + [row.expression for row in setting.forward.rows]
    return _scalars(expressions, setting)


def _scalars(expressions: Iterable[Expr], setting: Setting) -> tuple[str, ...]:
    read = {symbols.name_of(access) for expression in expressions for access in symbols.accesses(expression)}
    return tuple(sorted(read - set(setting.forward.tensors)))


def unknown_in(expressions: Iterable[Expr], setting: Setting) -> tuple[str, ...]:
    """The functions in the expressions that are left unknown."""
    return tuple(name for name in left_unknown(expressions, setting.forward.functions) if name != DERIVATIVE)


def point_text(given: dict[str, Any]) -> str:
    """The values at a point, as a message tells them."""
    parts = (f"{name} = {numpy.array2string(numpy.asarray(value), precision=4)}" for name, value in given.items())
    return ", ".join(parts)
