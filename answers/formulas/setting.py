"""What the formulas of an item are about: tensors with shapes and domains, definitions, functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
from pydantic import Field, model_validator
from sympy import Expr, Symbol

from answers.errors import HomeworkContentError
from answers.kinds.item import Context
from answers.latex.sheet import Block, Equation
from answers.model_base import Strict
from derive import symbols
from derive.building.formulas import DERIVATIVE, Formula, Setting, names_in, setting_of
from derive.errors import nearest
from derive.render.written import definition_latex
from numeric.functions import left_unknown
from numeric.measured import Measured
from numeric.sampling import plan
from numeric.scope import Array
from numeric.spread import Range, spread

SEEDS = 8
"""After how many points their sizes are drawn anew."""


class About(Strict):
    """The keys that items with formulas share."""

    shapes: dict[str, tuple[str | int, ...]] = Field(
        default_factory=dict, description="the tensors that formulas read, with their dimensions: {z: [K]}"
    )
    domains: dict[str, Range] = Field(
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

    def definition_blocks(self, setting: Setting, context: Context) -> Iterator[Block]:
        """The definitions as equations."""
        for definition in setting.definitions:
            yield Equation(definition_latex(definition, setting, context.index_base))


@dataclass(frozen=True)
class Sample:
    """A point at which formulas are evaluated."""

    point: Measured
    text: str

    def value(self, formula: Formula, ranges: dict[Symbol, Expr]) -> Array:
        """The values of a formula over the ranges of the letters."""
        counts = {letter: int(size.xreplace(dict(self.point.sizes))) for letter, size in ranges.items()}
        return self.point.value(formula.expression, counts)


def samples(
    about: About, setting: Setting, formulas: Iterable[Formula], count: int, seed: int = 0, *, origin: bool = False
) -> Iterator[Sample]:
    """Random points for the formulas, over their domains; with ``origin`` the origin too, where they are finite."""
    scalars = scalars_in(setting, formulas)
    for number in range(count):
        choices = plan(setting.forward, seed + number // SEEDS).sizings
        sizes = dict(choices[number % len(choices)])
        generator = numpy.random.default_rng(seed + number)
        given = spread(setting.forward, scalars, about.domains, sizes, generator)
        if number == 0 and origin:
            yield from _origin(about, setting, formulas, given, sizes)
        yield Sample(Measured.at(setting.forward, given, sizes, numpy.float64), point_text(given))


def _origin(
    about: About, setting: Setting, formulas: Iterable[Formula], given: dict[str, Any], sizes: dict[Symbol, int]
) -> Iterator[Sample]:
    """The point at which every real number is 0, where strict inequalities may fail, if formulas are finite there."""
    zero = {
        name: numpy.zeros_like(value) if about.domains.get(name, "real") == "real" else value
        for name, value in given.items()
    }
    point = Measured.at(setting.forward, zero, sizes, numpy.float64)
    found = (point.value(formula.expression, dict.fromkeys(formula.letters, 1)) for formula in formulas)
    if all(numpy.isfinite(value).all() for value in found):
        yield Sample(point, point_text(zero))


def scalars_in(setting: Setting, formulas: Iterable[Formula]) -> tuple[str, ...]:
    """The real symbols of the formulas and of the definitions that are neither given as tensors nor defined."""
    expressions = [formula.expression for formula in formulas] + [row.expression for row in setting.forward.rows]
    read = {symbols.name_of(access) for expression in expressions for access in symbols.accesses(expression)}
    return tuple(sorted(read - set(setting.forward.tensors)))


def unknown_in(expressions: Iterable[Expr], setting: Setting) -> tuple[str, ...]:
    """The functions in the expressions that are left unknown."""
    return tuple(name for name in left_unknown(expressions, setting.forward.functions) if name != DERIVATIVE)


def point_text(given: dict[str, Any]) -> str:
    """The values at a point, as a message tells them."""
    parts = (f"{name} = {numpy.array2string(numpy.asarray(value), precision=4)}" for name, value in given.items())
    return ", ".join(parts)
