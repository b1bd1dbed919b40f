"""Reads at affine places, z[b, k, 2*h + m - 1, w + n]: a strided view of windows, and its adjoint.

A row that reads a tensor so reads windows[b, k, h, w, m, n] instead, which is a row of its own. Its adjoint
adds every window back to where it was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sympy
from sympy import Expr, Indexed, Sum, Symbol

from derive import symbols
from derive.forward import Forward, Row, Tensor
from derive.functions import ArgMax
from numeric.compiled.errors import CompileError
from numeric.compiled.naming import python_name

Place = tuple[Symbol, Symbol, int, int, int]
"""The outer and the inner letter of an affine subscript, the stride, the dilation and the padding."""


def with_windows(model: Forward) -> Forward:
    """The model with a row of windows before every row that reads at affine places."""
    rows: list[Row] = []
    for row in model.rows:
        for access in sorted(row.expression.atoms(Indexed), key=str):
            if row.expression.has(ArgMax):
                continue
            places = [_place(subscript, row) for subscript in access.indices]
            if any(places) and all(isinstance(s, Symbol) or p for s, p in zip(access.indices, places, strict=True)):
                windows = _windows(row, access, places)
                rows.append(windows)
                row = replace(
                    row, expression=row.expression.xreplace({access: symbols.element(windows.name, windows.indices)})
                )
        rows.append(row)
    return replace(model, rows=tuple(rows))


def is_windows(row: Row) -> bool:
    """Whether a row is one of windows."""
    return row.name.startswith("windows_")


def _place(subscript: Expr, row: Row) -> Place | None:
    """An affine subscript s*h + d*m - p of an index h of the row and a bound one m."""
    if isinstance(subscript, Symbol) or subscript.atoms(Indexed):
        return None
    outer = [letter for letter in row.indices if subscript.has(letter)]
    inner = [letter for letter in sorted(subscript.free_symbols, key=str) if letter not in row.indices]
    if len(outer) != 1 or len(inner) != 1 or not subscript.is_polynomial(outer[0], inner[0]):
        return None
    stride, dilation = subscript.coeff(outer[0]), subscript.coeff(inner[0])
    padding = stride * outer[0] + dilation * inner[0] - subscript
    numbers = (stride, dilation, padding)
    if not all(number.is_Integer for number in numbers) or stride < 1 or dilation < 1 or padding < 0:
        return None
    return outer[0], inner[0], int(stride), int(dilation), int(padding)


def _windows(row: Row, access: Indexed, places: list[Place | None]) -> Row:
    lengths = dict(zip(row.indices, row.tensor.shape, strict=True))
    for total in row.expression.atoms(Sum):
        lengths |= {letter: upper + 1 for letter, _, upper in total.limits}
    outer = [place[0] if place else subscript for place, subscript in zip(places, access.indices, strict=True)]
    indices = (*outer, *(place[1] for place in places if place))
    name = f"windows_{symbols.name_of(access)}"
    shape = tuple(sympy.sympify(lengths[letter]) for letter in indices)
    return Row(Tensor(name, shape), indices, access)


def view(row: Row) -> list[str]:
    """The statements that make the view."""
    source, name = python_name(symbols.name_of(row.expression)), row.name
    places = _places(row)
    statements = []
    if any(place and place[4] for place in places):
        pads = ", ".join(f"({place[4]}, {place[4]})" if place else "(0, 0)" for place in places)
        statements.append(f"padded = np.pad({source}, ({pads}))")
        source = "padded"
    axes = [axis for axis, place in enumerate(places) if place]
    lengths = [_span(row, place) for place in places if place]
    steps = ["::" + str(place[2]) if place and place[2] > 1 else ":" for place in places]
    steps += ["::" + str(place[3]) if place[3] > 1 else ":" for place in places if place]
    call = f"np.lib.stride_tricks.sliding_window_view({source}, {_tuple(lengths)}, axis={_tuple(map(str, axes))})"
    statements.append(f"{name} = {call}" + (f"[{', '.join(steps)}]" if set(steps) != {":"} else ""))
    return statements


def added_back(row: Row) -> list[str]:
    """The statements that add the gradients of the windows to where they were read."""
    source = python_name(symbols.name_of(row.expression))
    upstream = python_name(symbols.partial_name("l", row.name))
    places = _places(row)
    result = f"d{source}"
    shape = [f"{source}.shape[{axis}]" + (f" + {2 * p[4]}" if p and p[4] else "") for axis, p in enumerate(places)]
    statements = [f"{result} = np.zeros({_tuple(shape)}, {source}.dtype)"]
    inner = [place for place in places if place]
    depth = ""
    for read in inner:
        letter, count = read[1], _length(row, read[1])
        statements.append(f"{depth}for {letter} in range({count}):")
        depth += "    "
    slices = []
    for axis, place in enumerate(places):
        if place is None:
            slices.append(":")
            continue
        start = f"{place[3]} * {place[1]}" if place[3] > 1 else str(place[1])
        reach = f"{place[2]} * {upstream}.shape[{axis}]" if place[2] > 1 else f"{upstream}.shape[{axis}]"
        slices.append(f"{start} : {start} + {reach}" + (f" : {place[2]}" if place[2] > 1 else ""))
    letters = ", ".join(str(place[1]) for place in inner)
    statements.append(f"{depth}{result}[{', '.join(slices)}] += {upstream}[..., {letters}]")
    if any(place[4] for place in inner):
        cut = [f"{p[4]} : -{p[4]}" if p and p[4] else ":" for p in places]
        statements.append(f"{result} = {result}[{', '.join(cut)}]")
    return statements


def _places(row: Row) -> list[Place | None]:
    rank = len(row.expression.indices)
    outer = replace(row, indices=row.indices[:rank])
    return [_place(subscript, outer) for subscript in row.expression.indices]


def _length(row: Row, letter: Symbol) -> Expr:
    return row.tensor.shape[row.indices.index(letter)]


def _span(row: Row, place: Place) -> str:
    length = _length(row, place[1])
    if not (length.is_Integer or length.is_Symbol):
        raise CompileError(f"windows of the length {length} have no generated code yet")
    return str(place[3] * (length - 1) + 1)


def _tuple(parts: Iterable[str]) -> str:
    listed = list(parts)
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"
