"""Places of maxima over several axes: of the elements in reading order, along one axis of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Indexed

from derive.expression import symbols
from derive.expression.functions import ArgMax, coordinates
from numeric.lowering.lines import Line, Purpose, names


@dataclass(frozen=True)
class _Flat:
    """The place of a maximum, what it was taken of, and the same elements along one axis."""

    place: Expr
    maximum: ArgMax
    line: Line


def with_flat_maxima(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with every maximum over several axes as one over a single axis, in which its place is read too."""
    expressions = {line.name: line.expression for line in lines}
    taken = set(expressions).union(*map(names, lines))
    flats: list[_Flat] = []
    result: list[Line] = []
    for line in lines:
        maximum = line.expression
        if isinstance(maximum, ArgMax) and len(maximum.limits) > 1 and isinstance(maximum.function, Indexed):
            flat = _flat(line, maximum, taken)
            place = symbols.element(line.name, line.indices)
            flats.append(_Flat(place, maximum, flat))
            letter, size = flat.indices[-1], flat.shape[-1]
            along = ArgMax(symbols.element(flat.name, flat.indices), (letter, 0, size - 1))
            result += [flat, replace(line, expression=along)]
            continue
        found = [read for flat in flats if (read := _read(line, flat, expressions)) is not None]
        result.append(replace(line, expression=found[0]) if found else line)
    return result


def _flat(line: Line, maximum: ArgMax, taken: set[str]) -> Line:
    name = f"flat_{symbols.name_of(maximum.function)}"
    while name in taken:
        name += "_"
    taken.add(name)
    used = symbols.names_in(maximum.function, *line.indices, *line.shape)
    (letter,) = symbols.fresh_indices(1, used)
    size = sympy.Mul(*(upper + 1 for _, _, upper in maximum.limits))
    read = maximum.function.xreplace(coordinates(letter, maximum.limits))
    return Line(name, (*line.indices, letter), (*line.shape, size), read, stage=line.stage)


def _read(line: Line, flat: _Flat, expressions: dict[str, Expr]) -> Expr | None:
    """A read at the coordinates of a maximum as one at its place along the single axis."""
    access = line.expression
    if not isinstance(access, Indexed) or line.indices != flat.line.indices[:-1]:
        return None
    digits = [subscript for subscript in access.indices if isinstance(subscript, Indexed)]
    if any(digit.indices != line.indices for digit in digits):
        return None
    written = [expressions.get(symbols.name_of(digit)) for digit in digits]
    letters = [letter for letter, _, _ in flat.maximum.limits]
    read = access.xreplace(dict(zip(digits, letters, strict=False)))
    if written != list(coordinates(flat.place, flat.maximum.limits).values()) or read != flat.maximum.function:
        return None
    return symbols.element(flat.line.name, (*line.indices, flat.place))
