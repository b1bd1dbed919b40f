"""How a row holds the elements of a tensor: which of its elements hold one, and with what slope.

It is what a lecturer says of a step before it is written down: ``W[i,j]`` occurs in ``z[i]`` only, with slope ``x[j]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sympy import Add, Expr, Symbol

from derive.calculus.differentiate import Contribution, contributions
from derive.calculus.slopes import SlopeTable
from derive.calculus.sweep import fresh_bound
from derive.expression import symbols, walks
from derive.expression.matrices import DeterminantOf, ProductOver
from derive.forward import Forward, Row


@dataclass(frozen=True)
class Way:
    """Where a row holds the element ``held`` of a tensor: in its element ``holder``, with the derivative ``slope``.

    ``repeated`` are the indices of the holder over which it does so again and again; ``summed`` those of the sum in the
    row of which one term holds it. Where windows move, ``meeting`` says where they meet the element, and ``inside`` how
    far the letters of theirs run that the row binds. ``inner`` says what holds it where that is no sum.
    """

    held: Expr
    holder: Expr
    slope: Expr
    repeated: tuple[Symbol, ...]
    summed: tuple[Symbol, ...] = ()
    meeting: tuple[tuple[Symbol, Expr], ...] = ()
    inside: tuple[tuple[Symbol, Expr], ...] = ()
    inner: Literal["sum", "product", "determinant"] = "sum"

    @property
    def is_elementwise(self) -> bool:
        """Whether each element of the row holds that of the tensor with the same indices."""
        return symbols.subscripts_of(self.held) == symbols.subscripts_of(self.holder)


def ways(row: Row, forward: Forward, name: str, outer: tuple[Symbol, ...], own: tuple[Symbol, ...]) -> tuple[Way, ...]:
    """The ways in which the element of a row at ``outer`` holds ``name[own]``, those at the same places together."""
    body = fresh_bound(row.expression, dict(zip(row.indices, outer, strict=True)), own)
    inner = _inner(body, name)
    found: dict[tuple[Expr, tuple[tuple[Symbol, Expr], ...]], Way] = {}
    for part in contributions(body, name, SlopeTable(forward.functions), own):
        way = _way(part, row, outer, symbols.element(name, own), own)
        way = replace(way, inner=inner)
        before = found.get((way.holder, way.meeting))
        if before is not None:
            way = replace(way, slope=Add(before.slope, way.slope))
        found[way.holder, way.meeting] = way
    return tuple(found.values())


def _inner(body: Expr, name: str) -> Literal["sum", "product", "determinant"]:
    """What in a row holds a tensor: a determinant of it, a product over elements of it, or a sum."""
    if any(part.name == name for part in walks.parts(body, DeterminantOf)):
        return "determinant"
    products = walks.parts(body, ProductOver)
    held = any(symbols.name_of(access) == name for part in products for access in symbols.accesses(part))
    return "product" if held else "sum"


def _way(part: Contribution, row: Row, outer: tuple[Symbol, ...], held: Expr, own: tuple[Symbol, ...]) -> Way:
    """One contribution with the indices of the tensor in place of those that must equal them."""
    bound = {letter for letter, _ in part.bound}
    places = list(zip(part.subscripts, own, strict=True))
    equal: dict[Symbol, Symbol] = {}
    for subscript, letter in places:
        if subscript in (*outer, *bound) and subscript not in equal:
            equal[subscript] = letter
    met = tuple((letter, subscript) for subscript, letter in places if equal.get(subscript) != letter)
    read = {symbol for subscript in part.subscripts for symbol in subscript.free_symbols}
    over = [(letter, 0, length - 1) for letter, length in part.bound if letter not in read]
    places_of = {symbol for _, subscript in met for symbol in subscript.free_symbols}
    return Way(
        held,
        walks.replaced(symbols.element(row.name, outer), equal),
        walks.replaced(walks.total(part.slope, over), equal),
        tuple(
            letter for letter, length in zip(outer, row.tensor.shape, strict=True) if letter not in read and length != 1
        ),
        tuple(equal[letter] for letter, length in part.bound if letter in equal and length != 1),
        tuple((letter, walks.replaced(subscript, equal)) for letter, subscript in met),
        tuple((k, length) for k, length in part.bound if k in places_of - {*equal}),
    )
