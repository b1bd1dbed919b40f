"""Rows that help a row: what its right side computes on the way gets a row of its own.

The derivation works row by row and writes results in the values of rows. A softmax on one line therefore becomes the
three rows that a textbook would write; a maximum inside a formula becomes a row, as only those have a place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import sympy
from sympy import Expr, Function, Pow, Sum, Symbol
from sympy.core.function import AppliedUndef

from derive.errors import DefinitionError
from derive.expression import symbols, walks
from derive.expression.functions import Maximum
from derive.expression.matrices import (
    PLACES,
    InverseEntry,
    MatrixFunction,
    determinant,
    determinant_name,
    inverse,
    inverse_name,
)

PLACES_OF_INVERSE = (symbols.index("i"), symbols.index("j"))
"""The indices of a row that holds inverses, behind those of the matrices."""

Ranges = Mapping[Symbol, Expr]
"""Indices with the sizes of their ranges."""


@dataclass(frozen=True)
class Helper:
    """A row in the making: its name, its indices with their ranges, its right side."""

    name: str
    ranges: Ranges
    expression: Expr


@dataclass
class Helpers:
    """Collects the helping rows of one row, whose name begins theirs.

    ``taken`` are the names of others, ``rows`` those among them that are computed, ``shapes`` those of all of them.
    """

    name: str
    taken: Collection[str]
    rows: Collection[str]
    shapes: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)
    found: list[Helper] = field(default_factory=list)

    def apart(self, expression: Expr, ranges: Ranges) -> Expr:
        """The expression in the values of helping rows, which are ``found``."""
        inner = self._maxima(self._matrices(expression), ranges, outermost=True)
        return self._totals(self._repeated(inner, ranges), ranges) if ranges else inner

    def _new(self, kind: str, expression: Expr, ranges: Ranges) -> Expr:
        """A helping row over those of the indices that the expression reads, and its element."""
        needed = {letter: size for letter, size in ranges.items() if letter in expression.free_symbols}
        same = (helper for helper in self.found if (helper.expression, helper.ranges) == (expression, needed))
        known = next(same, None)
        if known is not None:
            return symbols.element(known.name, tuple(needed))
        taken = {*self.taken, *(helper.name for helper in self.found)}
        name = next(name for name in _names(f"{kind}_{self.name}") if name not in taken)
        self.found.append(Helper(name, needed, expression))
        return symbols.element(name, tuple(needed))

    def _matrices(self, expression: Expr) -> Expr:
        """The expression with elements of rows for its inverses; there is a row for each determinant too."""
        for part in sorted(walks.parts(expression, MatrixFunction), key=symbols.text):
            expression = walks.replaced(expression, {part: self._of_matrix(part)})
        return expression

    def _of_matrix(self, part: MatrixFunction) -> Expr:
        """An element of an inverse as that of the row that holds it. Rows are made once for a tensor.

        A determinant stays where it is, so that it is differentiated there: its row gives it the name that slopes have.
        """
        self._hold(part, inverse_name(part.name), PLACES_OF_INVERSE)
        if isinstance(part, InverseEntry):
            return part.inverse_at(*part.place)
        self._hold(part, determinant_name(part.name), ())
        return part

    def _hold(self, part: MatrixFunction, name: str, places: tuple[Symbol, ...]) -> None:
        """Make the row that holds the inverses, or the determinants, of the matrices in a tensor."""
        if name in self.rows or any(helper.name == name for helper in self.found):
            return
        if name in self.taken:
            raise DefinitionError(f"{name} is what holds the inverse or the determinant of {part.name}: rename yours")
        shape = self.shapes[part.name]
        letters = symbols.fresh_indices(len(shape) - 2, {letter.name for letter in (*PLACES, *PLACES_OF_INVERSE)})
        ranges = dict(zip((*letters, *places), (*shape[:-2], *((part.length,) * len(places))), strict=True))
        whole = (
            inverse(part.name, letters, part.length, (places[0], places[1]))
            if places
            else determinant(part.name, letters, part.length)
        )
        self.found.append(Helper(name, ranges, whole))

    def _maxima(self, expression: Expr, ranges: Ranges, *, outermost: bool = False) -> Expr:
        """The expression with an element for every maximum that is not all of it."""
        if not expression.has(Maximum):
            return expression
        inside = {**ranges, **_limits(expression)} if isinstance(expression, Sum | Maximum) else ranges
        rebuilt = walks.mapped(expression, lambda part: self._maxima(part, inside))
        if isinstance(rebuilt, Maximum) and not outermost:
            return self._new("max", rebuilt, ranges)
        return rebuilt

    def _repeated(self, expression: Expr, ranges: Ranges) -> Expr:
        """The expression with elements for a function that is applied at an index and, in a sum, at all of them."""
        applied = list(_applied(expression, ranges))
        for application, around in applied:
            outer = [letter for letter in ranges if letter in application.free_symbols]
            for other, inner in applied:
                pair = _same_at(application, outer, other, inner)
                if pair is not None:
                    letter, bound = pair
                    element = self._new("e", application, {letter: around[letter]})
                    return self._repeated(
                        expression.xreplace({application: element, other: element.xreplace({letter: bound})}), ranges
                    )
        return expression

    def _totals(self, expression: Expr, ranges: Ranges) -> Expr:
        """The expression with an element for each sum over values of rows that everything is divided by."""
        rows = {*self.rows, *(helper.name for helper in self.found)}
        for power in sorted(expression.atoms(Pow), key=str):
            total = power.base
            if not (isinstance(total, Sum) and power.exp.could_extract_minus_sign()):
                continue
            reads = {symbols.name_of(access) for access in symbols.accesses(total)}
            if reads <= rows and not total.free_symbols & set(ranges):
                expression = expression.xreplace({total: self._new("s", total, ranges)})
        return expression


def _names(first: str) -> Iterator[str]:
    yield first
    number = 2
    while True:
        yield f"{first}_{number}"
        number += 1


def _limits(expression: Expr) -> dict[Symbol, Expr]:
    return {letter: upper - lower + 1 for letter, lower, upper in expression.limits}


def _applied(expression: Expr, ranges: Ranges) -> Iterator[tuple[Expr, Ranges]]:
    """Every smooth function that is applied in an expression, with the indices in scope there."""
    inside = {**ranges, **_limits(expression)} if isinstance(expression, Sum) else ranges
    if isinstance(expression, sympy.exp | AppliedUndef) and isinstance(expression, Function):
        yield expression, inside
    for argument in (expression.function,) if isinstance(expression, Sum) else expression.args:
        yield from _applied(argument, inside)


def _same_at(one: Expr, outer: list[Symbol], other: Expr, scope: Ranges) -> tuple[Symbol, Symbol] | None:
    """The index of ``one`` and the bound index with which ``other`` is the same, if there are such."""
    for letter in outer:
        for bound in scope:
            if bound != letter and bound in other.free_symbols and one.xreplace({letter: bound}) == other:
                return letter, bound
    return None
