"""Forward definitions as text, read into rows of SymPy expressions.

    e[i] = exp(z[i])
    s    = sum[k] e[k]
    y[i] = e[i] / s

The range of an index is the size of the axis that it reads by itself; ``sum[k<n]``, and ``y[i<n] = ...`` on the left,
gives it where the index only occurs inside arithmetic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from lark import Tree
from sympy import Expr, Symbol

from derive.building.helping import Helper, Helpers
from derive.building.placed import PlacedError, position_of, shown_in
from derive.building.reader import Reader, Vocabulary, bound_names, parse_tree, range_of
from derive.expression import symbols
from derive.expression.functions import ArgMax, Maximum, coordinates
from derive.expression.identifiers import word
from derive.forward import Domain


@dataclass(frozen=True)
class Equation:
    """A row as it was read: its name, its index symbols with the sizes of their ranges, and its right side."""

    name: str
    indices: tuple[Symbol, ...]
    expression: Expr
    domain: Domain = "real"
    shape: tuple[Expr, ...] = ()


def parse_equations(text: str, vocabulary: Vocabulary, *, kept: bool = False) -> tuple[Equation, ...]:
    """The rows of a forward definition, in order; each may read the ones before it.

    With ``kept`` nothing on their right sides is cancelled or computed: z/z is not 1.

    Raises:
        DefinitionError: the text is not a list of equations, an element has the wrong number of
            subscripts, an index has no range or is bound by nothing, or there is no such function.
    """
    shapes = dict(vocabulary.shapes)
    equations: list[Equation] = []
    whole = text.strip()
    for row in parse_tree(whole, "rows", vocabulary.functions).children:
        name, _, body = row.children
        word(str(name).rstrip("'"), "a row")
        with shown_in(whole, row):
            taken = left_indices(row)
            reader = Reader(replace(vocabulary, shapes=shapes), set(taken), bound_names(body), as_written=True)
            written = reader.read(body)
            expression = written if kept else replace(reader, as_written=False).read(body)
            indices = tuple(symbols.index(letter) for letter in taken)
            declared = shapes.get(str(name))
            said = {} if declared else _ranges_said(row, reader)
            shape = tuple(
                said[axis] if axis in said else _range_of(i, written, shapes, declared, axis, row)
                for axis, i in enumerate(indices)
            )
        made = {equation.name for equation in equations}
        helpers = Helpers(str(name), {*shapes, *made, str(name)}, made, dict(shapes))
        for equation in _rows(helpers, dict(zip(indices, shape, strict=True)), expression):
            equations.append(equation)
            if equation.domain != "index":
                shapes[equation.name] = equation.shape
    return tuple(equations)


def _rows(helpers: Helpers, ranges: Mapping[Symbol, Expr], expression: Expr) -> Iterator[Equation]:
    """The rows that an equation stands for: those that help it, and each maximum as a place and a value."""
    rest = helpers.apart(expression, ranges)
    known = set(helpers.taken)
    for row in (*helpers.found, Helper(helpers.name, ranges, rest)):
        equation = Equation(row.name, tuple(row.ranges), row.expression, shape=tuple(row.ranges.values()))
        made = tuple(_located(equation, known)) if isinstance(row.expression, Maximum) else (equation,)
        known |= {one.name for one in made}
        yield from made


def left_indices(row: Tree[Any]) -> tuple[str, ...]:
    """The indices on the left side of a row.

    Raises:
        DefinitionError: something else stands there, or an index twice.
    """
    name, subscripts, _ = row.children
    taken: list[str] = []
    for child in () if subscripts is None else subscripts.children:
        letter = str(child.children[0]) if child.data in ("symbol", "range") else ""
        if not letter or letter in taken:
            raise PlacedError(
                f"on the left, the subscripts of {name} are indices, each another one, as in y[i,j] = ...",
                position_of(child),
            )
        taken.append(letter)
    return tuple(taken)


def _ranges_said(row: Tree[Any], reader: Reader) -> dict[int, Expr]:
    """The ranges that the left side of a row gives its indices, by their places."""
    _, subscripts, _ = row.children
    places = [] if subscripts is None else subscripts.children
    sizes = replace(reader, letters=set(), place="the range of an index")
    return {axis: sizes.read(one.children[1]) for axis, one in enumerate(places) if one.data == "range"}


def _located(equation: Equation, taken: Collection[str]) -> Iterator[Equation]:
    """A maximum as the place where it stands, ``m_star`` for the index m, and the value that is read there."""
    maximum = equation.expression
    value = maximum.function.args[0].expr if isinstance(maximum.function, sympy.Piecewise) else maximum.function
    names = {letter: _free(f"{letter.name}_star", equation.name, taken) for letter, _, _ in maximum.limits}
    stars = {letter: symbols.element(name, equation.indices) for letter, name in names.items()}
    where = replace(equation, expression=ArgMax(maximum.function, *maximum.limits), domain="index")
    if len(maximum.limits) == 1:
        yield replace(where, name=next(iter(names.values())))
    else:
        whole = replace(where, name=_free("place", equation.name, taken))
        yield whole
        place = symbols.element(whole.name, equation.indices)
        for letter, coordinate in coordinates(place, maximum.limits).items():
            yield replace(where, name=names[letter], expression=coordinate)
    yield replace(equation, expression=value.xreplace(stars))


def _free(name: str, row: str, taken: Collection[str]) -> str:
    """The name, with that of the row behind it where there is such a name already."""
    return f"{name}_{row}" if name in taken else name


def _range_of(
    letter: Symbol,
    expression: Expr,
    shapes: Mapping[str, tuple[Expr, ...]],
    declared: tuple[Expr, ...] | None,
    axis: int,
    row: Tree[Any],
) -> Expr:
    if declared is not None:
        return declared[axis]
    found = range_of(letter, expression, shapes)
    if found is not None:
        return found
    name, subscripts, body = row.children
    place = position_of(subscripts.children[axis])
    if letter.name in bound_names(body):
        free = sorted({str(symbol) for symbol in expression.free_symbols if symbol.is_integer})
        raise PlacedError(
            f"the index {letter} of {name} is bound by the sum or the maximum on the right and counts nothing outside "
            "of it: leave it out on the left, or let another index be bound "
            f"(free on the right: {', '.join(free) or 'none'})",
            place,
        )
    if letter not in expression.free_symbols:
        raise PlacedError(
            f"the index {letter} of {name} does not occur on the right, so that its range is not known: leave it out, "
            f"or declare the shape of {name}",
            place,
        )
    raise PlacedError(f"the range of index {letter} is not known: declare the shape of {name}", place)
