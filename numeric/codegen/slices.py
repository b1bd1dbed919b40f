"""Lines whose terms are 0 but for a part of an axis: values one after the other, and gradients of slices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sympy
from sympy import Add, Expr, Indexed, Mul, Symbol

from derive.calculus.bounds import never_negative
from derive.expression.affine import in_letter, slack
from derive.expression.functions import Bracket
from numeric.lowering.lengths import Lengths
from numeric.lowering.lines import Line

Shapes = Mapping[str, tuple[Expr, ...]]


@dataclass(frozen=True)
class Piece:
    """A term from ``start`` to ``end`` along an axis; its index counts from the start."""

    expression: Expr
    start: Expr
    end: Expr


@dataclass(frozen=True)
class Pieces:
    """The pieces along one axis, in order, and the terms that range over the whole of it."""

    axis: int
    pieces: tuple[Piece, ...]
    rest: Expr
    joined: bool


def pieces(line: Line, shapes: Shapes, lengths: Lengths) -> Pieces | None:
    """The pieces of a line along the first axis on which a term is restricted; None where there is none."""
    for axis, (letter, size) in enumerate(zip(line.indices, line.shape, strict=True)):
        found: list[Piece] = []
        rest: list[Expr] = []
        for term in Add.make_args(line.expression):
            piece = _piece(term, letter, size, shapes, lengths)
            if piece is None:
                rest.append(term)
            else:
                found.append(piece)
        if found:
            ordered = _in_order(found, size, lengths)
            joined = ordered is not None and not rest
            return Pieces(axis, tuple(ordered or found), Add(*rest), joined)
    return None


def _piece(term: Expr, letter: Symbol, size: Expr, shapes: Shapes, lengths: Lengths) -> Piece | None:
    lower, upper = [sympy.S.Zero], [size]
    used = []
    for factor in Mul.make_args(term):
        limits = list(_limits(factor, letter, shapes))
        if limits and isinstance(factor, Bracket):
            used.append(factor)
        lower += [limit for limit, is_lower in limits if is_lower]
        upper += [limit for limit, is_lower in limits if not is_lower]
    start = _extreme(lower, lengths, 1)
    end = _extreme(upper, lengths, -1)
    if start is None or end is None or (lengths.same(start, sympy.S.Zero) and lengths.same(end, size)):
        return None
    left = Mul(*(factor for factor in Mul.make_args(term) if factor not in used))
    return Piece(left.xreplace({letter: letter + start}), start, end)


def _limits(factor: Expr, letter: Symbol, shapes: Shapes) -> Iterator[tuple[Expr, bool]]:
    """What an index is at least, and below, where a factor is not 0."""
    if isinstance(factor, Bracket):
        differences = [slack(part) for part in sympy.And.make_args(factor.args[0])]
        if all(part is not None and _is_shift(part, letter) for part in differences):
            yield from (_solved(part, letter) for part in differences if part is not None)
    elif isinstance(factor, Indexed):
        for subscript, length in zip(factor.indices, shapes[str(factor.base)], strict=True):
            if subscript != letter and _is_shift(subscript, letter) == 1:
                yield letter - subscript, True
                yield letter - subscript + length, False


def _is_shift(expression: Expr, letter: Symbol) -> int:
    """1 for ``k + c``, -1 for ``c - k``, with nothing but sizes in c; 0 for any other expression."""
    slope, rest = in_letter(expression, letter) or (sympy.S.Zero, sympy.S.Zero)
    only_sizes = all(isinstance(part, Symbol) and part.is_positive for part in rest.free_symbols)
    return int(slope) if slope in (1, -1) and only_sizes else 0


def _solved(difference: Expr, letter: Symbol) -> tuple[Expr, bool]:
    if _is_shift(difference, letter) == 1:
        return sympy.expand(letter - difference), True
    return sympy.expand(difference + letter + 1), False


def _extreme(limits: Iterable[Expr], lengths: Lengths, sign: int) -> Expr | None:
    """The largest of the limits, or the smallest for the sign -1; None where it is not known which."""
    known = list(dict.fromkeys(limits))
    for limit in known:
        if all(never_negative(sign * (limit - other), lengths.formulas) for other in known):
            return limit
    return None


def _in_order(found: list[Piece], size: Expr, lengths: Lengths) -> list[Piece] | None:
    """The pieces one after the other, if together they are the whole axis."""
    left, ordered = list(found), list[Piece]()
    position: Expr = sympy.S.Zero
    while left:
        following = next((piece for piece in left if lengths.same(piece.start, position)), None)
        if following is None:
            return None
        left.remove(following)
        ordered.append(following)
        position = following.end
    return ordered if lengths.same(position, size) else None
