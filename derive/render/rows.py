"""Forward rows as equations; the rows that say where a maximum stands as one."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from derive.conventions import IndexBase
from derive.expression import symbols
from derive.expression.functions import ArgMax, coordinates
from derive.forward import Forward, Row
from derive.lettering import lettering_of
from derive.render.expression import ExpressionPrinter
from derive.render.names import ranks_of
from derive.render.printing import LATEX, UNICODE, piece
from derive.render.style import Style
from derive.render.units import without_units
from derive.steps import Quantity


def row_latex(row: Row, forward: Forward, *, index_base: IndexBase = 1) -> str:
    """A forward equation in index form, ``y_i = ...``."""
    return _equation(LATEX, (row,), row.expression, forward, index_base)


def row_unicode(row: Row, forward: Forward, *, index_base: IndexBase = 1) -> str:
    """A forward equation in index form, ``y[i] = ...``."""
    return _equation(UNICODE, (row,), row.expression, forward, index_base)


def equation_latex(rows: Sequence[Row], forward: Forward, *, index_base: IndexBase = 1) -> str:
    """The equation of a row, or of the rows that are the coordinates of one place: ``(m, n) = arg max z``."""
    (first, *others) = rows
    if not others:
        return row_latex(first, forward, index_base=index_base)
    place = next(row for row in forward.rows if row.name in symbols.names_in(first.expression))
    return _equation(LATEX, rows, place.expression, forward, index_base)


def together(rows: Sequence[Row]) -> list[tuple[Row, ...]]:
    """The rows that stand in one equation: those that say where a maximum stands, without the place that they read."""
    coordinate_rows: dict[str, tuple[Row, ...]] = {}
    for place in rows:
        if isinstance(place.expression, ArgMax) and len(place.expression.limits) > 1:
            coordinate_rows[place.name] = _coordinates(place, rows)
    told = {row.name: found for found in coordinate_rows.values() for row in found}
    groups = [told.get(row.name, (row,)) for row in rows if not coordinate_rows.get(row.name)]
    return list(dict.fromkeys(groups))


def _coordinates(place: Row, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows that are the coordinates of a place, in the order of its indices, if they are all that read it."""
    reading = [row for row in rows if place.name in symbols.names_in(row.expression)]
    found: dict[int, Row] = {}
    for row in reading:
        values = coordinates(symbols.element(place.name, row.indices), place.expression.limits).values()
        found |= {number: row for number, value in enumerate(values) if value == row.expression}
    every = range(len(place.expression.limits))
    return tuple(found[number] for number in every) if len(found) == len(reading) == len(every) else ()


def _equation(style: Style, rows: Sequence[Row], expression: Expr, forward: Forward, index_base: IndexBase) -> str:
    ranks = ranks_of(forward, index_base=index_base)
    first = rows[0]
    quantity, lettered = lettering_of(forward).equation(
        Quantity(first.name, first.indices, first.tensor.shape), expression
    )
    printer = ExpressionPrinter(style, ranks)
    names = [printer.element(row.name, quantity.indices) for row in rows]
    left = names[0] if len(names) == 1 else style.enclose(style.join(names, style.signs["comma"]))
    single = without_units(lettered, quantity.indices, first.tensor.shape)
    is_place = len(rows) == 1 and forward.holds_places(first.name)
    right = piece(style, single, ranks, index_base, is_place=is_place)
    return left.text + style.signs["equals"] + style.signed(right).text
