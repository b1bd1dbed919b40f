"""Equations of a text between derivatives and quoted values, compared at the numbers of the evidence and nearby."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import mpmath
import numpy
import sympy
from sympy import Expr, Function, Symbol

from answers.contract.sides import Derivative, Leaf, Named, Quoted, Side
from derive.building.formulas import DERIVATIVE, Formula, Setting
from derive.errors import DeriveError, nearest
from derive.expression import symbols
from numeric.checks.comparison import Comparison
from numeric.errors import ArrayError, ExpressionError
from numeric.values.many_digits import Bounded, bounded_value

NEARBY = 2
"""At how many places near the given numbers the sides are compared too."""


@dataclass(frozen=True)
class Evaluated:
    """A formula of the evidence at numbers: the ranges of its free indices, the numbers and the sizes."""

    formula: Formula
    given: Mapping[str, Any]
    sizes: Mapping[Symbol, int]
    ranges: Mapping[Symbol, int]

    def exact(self, expression: Expr | None = None) -> list[Any]:
        """The values of an expression, of the formula where none is given, to 60 digits, in reading order."""
        return [found.value for found in self.bounded(expression)]

    def bounded(self, expression: Expr | None = None) -> list[Bounded]:
        """The same, each with how far it may be from the true value."""
        wanted = self.formula.expression if expression is None else expression
        places = product(*(range(count) for count in self.ranges.values()))
        return [
            bounded_value(
                wanted, self.formula.setting.forward, self.given, self.sizes, dict(zip(self.ranges, place, strict=True))
            )
            for place in places
        ]

    def nearby(self) -> Iterator[Evaluated]:
        """The formula at numbers a little away, where one that is right by accident is wrong."""
        generator = numpy.random.default_rng(0)
        domains = {tensor.name: tensor.domain for tensor in self.formula.setting.forward.given}
        for _ in range(NEARBY):
            moved = {}
            for name, value in self.given.items():
                numbers = numpy.asarray(value, dtype=float)
                factor = generator.uniform(1.01, 1.05, numbers.shape)
                away = numpy.where(numbers == 0, factor - 1, numbers * factor).tolist()
                moved[name] = away if domains.get(name, "real") == "real" else value
            yield replace(self, given=moved)


@dataclass(frozen=True)
class Equations:
    """Compares equations about the ``values`` of one evidence, which are quoted by their names."""

    setting: Setting
    formulas: Mapping[str, Formula]
    values: Mapping[str, Evaluated]
    index_base: int
    tolerance: float

    def knows(self, name: Named) -> bool:
        """Whether a name of the text is a number, a tensor, a definition or a formula here, or a derivative of one."""
        return self._meant(name, self._names) is not None or self.is_derivative(name)

    def is_derivative(self, name: Named) -> bool:
        """Whether a name is that of no value but of a derivative: L_w, where L is defined and w is given."""
        return self._subscripted(name) is not None

    def verdict(self, left: Side, right: Side) -> Comparison:
        """Whether both sides have one value, here and nearby; the left one is a derivative or holds one."""
        try:
            whole = left.alone
            if isinstance(whole, Derivative) and (whole.top is None or not whole.bottoms):
                return self._one_of(whole, left, right)
            return self._verdict(left, right)
        except (DeriveError, ArrayError, ExpressionError) as reason:
            return Comparison.failed(str(reason), self.tolerance)

    def _one_of(self, derivative: Derivative, left: Side, right: Side) -> Comparison:
        """Whether the right side is one of the derivatives that were left open; the first that is, or what is said."""
        quoted = {quote.value for quote in right.quotes}
        tops = (derivative.top,) if derivative.top else tuple(map(Named, sorted(self._rows or self._scalars - quoted)))
        worst = ""
        for top, bottom in product(tops, map(Named, sorted(self._given))):
            side = replace(left, leaves={symbol: Derivative(top, (bottom,)) for symbol in left.leaves})
            try:
                found = self._verdict(side, right)
            except (DeriveError, ArrayError, ExpressionError) as reason:
                worst = worst or str(reason)
                continue
            if found.ok:
                return found
        names = ", ".join(sorted(self._given)) or "nothing"
        if not tops:
            worst = f'{right.text} is called a derivative, and nothing is defined here: add definitions: "L = ..."'
        elif derivative.top is not None and self._meant(derivative.top, self._defined) is None:
            pass
        else:
            what = ", ".join(map(str, tops))
            worst = f"{right.text} is no derivative of {what} by any of {names}"
        return Comparison.failed(worst, self.tolerance)

    def _verdict(self, left: Side, right: Side) -> Comparison:
        point = self._point(left, right)
        sides = [self._expression(side, point) for side in (left, right)]
        worst, points = 0.0, 0
        for moved in (point, *point.nearby()):
            wanted, stated = map(moved.exact, sides)
            scale = max((abs(value) for value in wanted), default=0) or mpmath.mpf(1)
            for exact, value in zip(wanted, stated, strict=True):
                points += 1
                error = float(abs(value - exact) / scale)
                worst = max(worst, error)
                if not error <= self.tolerance:
                    where = "" if moved is point else " where the numbers are moved a little"
                    said = (
                        f"{self._said(left)} is {mpmath.nstr(exact, 6)}, {right.text} is {mpmath.nstr(value, 6)}{where}"
                    )
                    return Comparison(error, self.tolerance, points, f"not equal: {said}")
        return Comparison(worst, self.tolerance, points)

    def _point(self, left: Side, right: Side) -> Evaluated:
        """The numbers of the values that are quoted, with the free indices of those that have some."""
        quotes = (*right.quotes, *left.quotes)
        missing = [quote for quote in quotes if quote.value not in self.values]
        if missing:
            raise DeriveError(f"there is no {missing[0]}; {nearest(missing[0].value, self.values)}")
        values = [self.values[quote.value] for quote in quotes]
        if any(value.given != values[0].given for value in values):
            raise DeriveError(f"{', '.join(map(str, quotes))} are values at different numbers")
        return next((value for value in values if value.ranges), values[0])

    def _expression(self, side: Side, point: Evaluated) -> Expr:
        """A side in the free indices of the point."""
        found: Expr = side.expression.xreplace(
            {symbol: self._leaf(leaf, point) for symbol, leaf in side.leaves.items()}
        )
        return found

    def _leaf(self, leaf: Leaf, point: Evaluated) -> Expr:
        if isinstance(leaf, Quoted):
            value = self.values[leaf.value]
            if value.ranges and tuple(value.ranges.values()) != tuple(point.ranges.values()):
                raise DeriveError(f"{leaf} has other indices than the values beside it")
            renaming = dict(zip(value.ranges, point.ranges, strict=False))
            return value.formula.expression.subs(renaming, simultaneous=True) if renaming else value.formula.expression
        if isinstance(leaf, Named):
            derivative = self._subscripted(leaf)
            if derivative is None:
                return self._named(leaf, point)
            leaf = derivative
        if leaf.top is None or not leaf.bottoms:
            raise DeriveError(f"{leaf} is beside other things, and by what it is is not said; write dL/dw")
        return self._derivative(leaf.top, leaf.bottoms, point)

    def _derivative(self, top: Named, bottoms: tuple[Named, ...], point: Evaluated) -> Expr:
        above = self._meant(top, self._defined)
        if above is None:
            raise DeriveError(
                f"the text speaks of the derivative of {top} by {bottoms[0]}, and nothing defines {top} here: add it "
                f'to the evidence, definitions: "{top.base} = ...", and the value is compared with its derivative'
            )
        result = self.formulas[above[0]].expression if above[0] in self.formulas else symbols.element(*above)
        for bottom in bottoms:
            if self._meant(bottom, self._given) is None:
                raise DeriveError(
                    f"there is no {bottom} to differentiate {top} by; {nearest(str(bottom), self._given)}"
                )
            result = Function(DERIVATIVE)(result, self._named(bottom, point))
        return result

    def _named(self, name: Named, point: Evaluated) -> Expr:
        """What a name reads: all elements of a tensor, where it has no subscripts, one for each value."""
        meant = self._meant(name, self._names)
        if meant is None:
            raise DeriveError(f"nothing is called {name} here; {nearest(str(name), self._names)}")
        called, subscripts = meant
        if called in self.formulas and called not in self.setting.forward.tensors:
            return (
                self._leaf(Quoted(f".{called}"), point) if called in self.values else self.formulas[called].expression
            )
        shape = numpy.shape(point.given[called]) if called in point.given else ()
        if subscripts or not shape:
            return symbols.element(called, subscripts)
        if shape != tuple(point.ranges.values()):
            raise DeriveError(
                f"{called} has the shape {shape}, so that {name} needs as many values, and what is quoted has others"
            )
        return symbols.element(called, tuple(point.ranges))

    def _subscripted(self, name: Named) -> Derivative | None:
        """A name as the derivative of something defined that is one number, by what its subscript names."""
        if not name.subscript or self._meant(name, self._names, elements=False) is not None:
            return None
        if name.base not in self._scalars:
            return None
        parts = [part for part in re.split(r"[,\s]+", name.subscript.strip("{}")) if part]
        if any(part not in self._given for part in parts):
            parts = list("".join(parts))
        return Derivative(Named(name.base), tuple(map(Named, parts))) if self._given.keys() >= set(parts) else None

    @property
    def _given(self) -> Mapping[str, Any]:
        """The numbers by their names."""
        return next(iter(self.values.values())).given

    @property
    def _defined(self) -> Mapping[str, Any]:
        """What can be differentiated: tensors and definitions, and the formulas of the evidence."""
        return {**self.setting.forward.tensors, **self.formulas}

    @property
    def _names(self) -> Mapping[str, Any]:
        return {**self._defined, **self._given}

    @property
    def _rows(self) -> set[str]:
        """The definitions that are one number."""
        rows = self.setting.forward.rows
        return {row.name for row in rows if not row.indices and row.tensor.domain != "index"}

    @property
    def _scalars(self) -> set[str]:
        """The definitions and formulas that are one number."""
        return self._rows | {name for name, formula in self.formulas.items() if not formula.letters}

    def _meant(
        self, name: Named, known: Mapping[str, Any], *, elements: bool = True
    ) -> tuple[str, tuple[Expr, ...]] | None:
        """What a name of a text is called in the evidence, with its subscripts."""
        for plain in (str(name), f"{name.base}{name.subscript}"):
            if plain in known:
                return plain, ()
        rank = self._rank(name.base)
        if name.base not in known or not name.subscript or (not elements and not rank):
            return None
        parts = [part for part in re.split(r"[,\s]+", name.subscript) if part]
        if len(parts) == 1 and not parts[0].isidentifier():
            parts = list(parts[0]) if rank == len(parts[0]) else parts
        if len(parts) != rank:
            return None
        return name.base, tuple(
            sympy.Integer(int(part) - self.index_base) if part.isdigit() else symbols.index(part) for part in parts
        )

    def _rank(self, name: str) -> int:
        tensor = self.setting.forward.tensors.get(name)
        return len(tensor.shape) if tensor is not None else numpy.ndim(self._given.get(name, 0))

    def _said(self, side: Side) -> str:
        """A side as a message tells it."""
        whole = side.alone
        derivative = self._subscripted(whole) if isinstance(whole, Named) else None
        if derivative is not None:
            return f"{side.text}, the derivative {derivative},"
        return f"the derivative {side.text}" if isinstance(whole, Derivative) else side.text
