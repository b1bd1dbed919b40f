"""Reads at affine places, z[b, k, 2*h + m - 1, w + n]: a strided view of windows, and its adjoint.

What reads a tensor so reads windows[b, k, h, w, m, n] instead, whose outer indices come first. The adjoint of
the view adds every window back to where it was read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Indexed, Piecewise, Symbol

from derive.expression import symbols
from derive.expression.affine import affine
from derive.forward import Row, Tensor
from numeric.lowering.lengths import Lengths
from numeric.source import tree

Ranges = Mapping[Symbol, Expr]
Sizer = Callable[[Expr], ast.expr]
"""Writes a length as source."""

BLOCK = "block"
"""The variable that the samples of a block are sliced by."""


@dataclass(frozen=True)
class Place:
    """An affine subscript ``stride*outer + dilation*inner - before``; the axis is padded before and behind.

    Where ``behind`` is negative, no window reaches the end of the axis, which then gets nothing behind.
    """

    outer: Symbol
    inner: Symbol
    stride: Expr
    dilation: Expr
    before: Expr
    behind: Expr

    @property
    def is_padded(self) -> bool:
        """Whether the axis gets elements at its ends."""
        return self.before != 0 or self.behind != 0

    @property
    def is_open(self) -> bool:
        """Whether it depends on numbers that are not known yet if the windows reach the end of the axis.

        A padding may be 0, though it is a size as others are.
        """
        settings = {symbol: Symbol(symbol.name, integer=True, nonnegative=True) for symbol in self.behind.free_symbols}
        return self.behind.xreplace(settings).is_nonnegative is None

    def behind_as(self, size: Sizer) -> ast.expr:
        """How many elements the axis gets behind."""
        return tree.call("max", size(self.behind), tree.number(0)) if self.is_open else size(self.behind)

    def padded_as(self, length: Expr, size: Sizer) -> ast.expr:
        """The length of the axis with what it gets at its ends."""
        whole = size(length + self.before + self.behind)
        return tree.call("max", whole, size(length + self.before)) if self.is_open else whole


@dataclass(frozen=True)
class Windows:
    """A view of the windows of a tensor: its row, a place for every axis that is not read plainly, and the filling."""

    row: Row
    places: tuple[Place | None, ...]

    @property
    def access(self) -> Indexed:
        """The element that is read."""
        return read_of(self.row.expression)

    @property
    def source(self) -> str:
        """The tensor that is read."""
        return symbols.name_of(self.access)

    @property
    def outer(self) -> tuple[Symbol, ...]:
        """The indices that count the windows, and those of the axes that are read plainly."""
        return self.row.indices[: len(self.places)]

    @property
    def inner(self) -> tuple[Symbol, ...]:
        """The indices within a window."""
        return self.row.indices[len(self.places) :]

    @property
    def ranges(self) -> dict[Symbol, Expr]:
        """The sizes of all indices."""
        return dict(zip(self.row.indices, self.row.tensor.shape, strict=True))

    @property
    def fill(self) -> ast.expr | None:
        """What is read outside of the tensor, unless it is 0."""
        return tree.quoted("-np.inf") if isinstance(self.row.expression, Piecewise) else None

    def renamed(self, letters: Mapping[Symbol, Symbol]) -> Windows:
        """The same windows with other indices."""
        row = Row(
            self.row.tensor,
            tuple(letters.get(letter, letter) for letter in self.row.indices),
            self.row.expression.xreplace(dict(letters)),
        )
        places = tuple(
            None
            if p is None
            else Place(
                letters.get(p.outer, p.outer), letters.get(p.inner, p.inner), p.stride, p.dilation, p.before, p.behind
            )
            for p in self.places
        )
        return Windows(row, places)


def read_of(expression: Expr) -> Indexed:
    """The element that a row of windows reads, also where it reads -∞ outside."""
    return expression.args[0][0] if isinstance(expression, Piecewise) else expression


def windows_of(
    access: Indexed, shape: Sequence[Expr], outer: Ranges, inner: Ranges, lengths: Lengths, name: str
) -> Windows | None:
    """The windows that an access reads, with an index of ``outer`` and one of ``inner`` at each affine place."""
    places: list[Place | None] = []
    for subscript, length in zip(access.indices, shape, strict=True):
        if isinstance(subscript, Symbol) and subscript in {**outer, **inner}:
            if not lengths.same({**outer, **inner}[subscript], length):
                return None
            places.append(None)
            continue
        place = _place(subscript, length, outer, inner, lengths)
        if place is None:
            return None
        places.append(place)
    if not any(places):
        return None
    first = [place.outer if place else subscript for place, subscript in zip(places, access.indices, strict=True)]
    indices = (*first, *(place.inner for place in places if place))
    if len(set(indices)) < len(indices):
        return None
    sizes = {**outer, **inner}
    row = Row(Tensor(name, tuple(sympy.sympify(sizes[letter]) for letter in indices)), indices, access)
    return Windows(row, tuple(places))


def _place(subscript: Expr, length: Expr, outer: Ranges, inner: Ranges, lengths: Lengths) -> Place | None:
    letters = [letter for letter in subscript.free_symbols if letter in outer or letter in inner]
    counting = [letter for letter in letters if letter in outer]
    within = [letter for letter in letters if letter in inner]
    if len(counting) != 1 or len(within) != 1 or subscript.atoms(Indexed, sympy.floor, sympy.Mod):
        return None
    o, i = counting[0], within[0]
    found = affine(subscript, (o, i))
    if found is None:
        return None
    stride, dilation, before = found.slopes[o], found.slopes[i], -found.constant
    if not all(step.is_positive and step.is_integer for step in (stride, dilation)):
        return None
    if not before.is_integer or before.could_extract_minus_sign():
        return None
    reach = dilation * (inner[i] - 1)
    for behind in (before, stride * (outer[o] - 1) + reach - before - length + 1):
        right = lengths.plain(behind)
        if right.could_extract_minus_sign() or right.has(sympy.floor):
            continue
        if lengths.same(sympy.floor((length + before + right - reach - 1) / stride) + 1, outer[o]):
            return Place(o, i, stride, dilation, before, right if behind is not before else before)
    return None


def view(windows: Windows, size: Sizer, name: str, source: str) -> list[ast.stmt]:
    """The statements that make the view; ``size`` writes a length."""
    places = windows.places
    statements = []
    array = tree.name(source)
    if any(place and place.is_padded for place in places):
        none = tree.quoted("(0, 0)")
        pads = [tree.tuple_of([size(p.before), p.behind_as(size)]) if p else none for p in places]
        pattern = "padded = np.pad(array, pads, constant_values=fill)"
        statements.append(tree.statement(pattern, array=array, pads=tree.tuple_of(pads), fill=windows.fill))
        array = tree.name("padded")
    inner = [place for place in places if place]
    axes = tree.tuple_of(tree.number(axis) for axis, place in enumerate(places) if place)
    spans = tree.tuple_of(size(place.dilation * (windows.ranges[place.inner] - 1) + 1) for place in inner)
    steps = [_counted(p, windows.ranges[o], size) for p, o in zip(places, windows.outer, strict=True)]
    steps += [_step(place.dilation, size) for place in inner]
    pattern = "np.lib.stride_tricks.sliding_window_view(array, spans, axis=axes)"
    made = tree.quoted(pattern, array=array, spans=spans, axes=axes)
    statements.append(tree.assigned(name, made if all(map(tree.is_whole_axis, steps)) else tree.subscript(made, steps)))
    return statements


def added_back(
    windows: Windows,
    size: Sizer,
    target: str,
    shape: Sequence[Expr],
    values: ast.expr,
    dtype: ast.expr,
    in_block: ast.stmt | None = None,
) -> list[ast.stmt]:
    """The statements that add values, for one place within all windows, to where the windows were read.

    ``values`` is the source of them in the indices within a window, ``shape`` the lengths of what was read. With a
    statement ``in_block``, which makes the values of a block of samples, the blocks follow one another.
    """
    places = windows.places
    padded = [p.padded_as(length, size) if p else size(length) for p, length in zip(places, shape, strict=True)]
    slices = [
        _reached(place, windows.ranges[letter], size) for place, letter in zip(places, windows.outer, strict=True)
    ]
    if in_block is not None:
        slices[0] = tree.name(BLOCK)
    body = tree.assigned(tree.subscript(tree.name(target), slices), values, "+")
    for place in reversed([place for place in places if place]):
        count = size(windows.ranges[place.inner])
        body = tree.loop(str(place.inner), tree.call("range", count), [body])
    if in_block is not None:
        samples = size(windows.ranges[windows.outer[0]])
        body = tree.loop(BLOCK, tree.call("blocks", samples), [in_block, body])
    statements = [tree.assigned(target, tree.call("np.zeros", tree.tuple_of(padded), dtype)), body]
    if any(place and place.is_padded for place in places):
        kept = [
            tree.cut(size(p.before), size(p.before + n)) if p else tree.cut()
            for p, n in zip(places, shape, strict=True)
        ]
        statements.append(tree.assigned(target, tree.subscript(tree.name(target), kept)))
    return statements


def _reached(place: Place | None, count: Expr, size: Sizer) -> ast.expr:
    """What all windows hold at one place within them, as a slice of the axis."""
    if place is None:
        return tree.cut()
    start = place.dilation * place.inner
    end = size(start + place.stride * (count - 1) + 1)
    return tree.cut(size(start), end, None if place.stride == 1 else size(place.stride))


def _counted(place: Place | None, count: Expr, size: Sizer) -> ast.expr:
    """The windows among those at all positions of an axis: every stride-th, and no more than there are."""
    if place is None or not place.is_open:
        return _step(place.stride if place else sympy.S.One, size)
    end = size(place.stride * (count - 1) + 1)
    return tree.cut(None, end, None if place.stride == 1 else size(place.stride))


def _step(step: Expr, size: Sizer) -> ast.expr:
    return tree.cut() if step == 1 else tree.cut(None, None, size(step))
