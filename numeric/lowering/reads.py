"""Forward rows with a name for every view that they read: windows of convolutions and pools, groups of channels.

Each rewriting is an identity between rows. The sweep then derives the adjoints of rows that read whole arrays,
which are matrix products and sums, and only the views' own adjoints are left: every window added back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Indexed, Mod, Piecewise, Sum, Symbol, floor

from derive.expression import symbols
from derive.expression.affine import slack
from derive.expression.functions import ArgMax, Maximum
from derive.expression.matrices import ProductOver
from derive.forward import Forward, Row, Tensor
from numeric.lowering.lengths import Lengths
from numeric.lowering.windows import Windows, windows_of


@dataclass(frozen=True)
class Viewed:
    """A forward definition whose rows read views by name, and the windows among its rows."""

    model: Forward
    windows: Mapping[str, Windows]


def with_views(model: Forward) -> Viewed:
    """The model with a row of its own for every view that a row reads."""
    lengths = Lengths(dict(model.sizes))
    shapes = {name: tensor.shape for name, tensor in model.tensors.items()}
    rows: list[Row] = []
    windows: dict[str, Windows] = {}
    for row in model.rows:
        parts = _in_groups(row, shapes, lengths)
        for part in parts:
            rewriting = _Rewriting(model, shapes, lengths, windows, grouped=part.name != row.name)
            rows += [*rewriting.rows(part)]
            shapes |= {made.name: made.tensor.shape for made in rows}
    return (
        Viewed(replace(model, rows=tuple(rows)), windows)
        if windows or len(rows) > len(model.rows)
        else Viewed(model, {})
    )


@dataclass(frozen=True)
class _Rewriting:
    """Rewrites one row; ``windows`` collects the views by their names, ``grouped`` says that it is one of groups."""

    model: Forward
    shapes: dict[str, tuple[Expr, ...]]
    lengths: Lengths
    windows: dict[str, Windows]
    grouped: bool

    def rows(self, row: Row) -> Iterator[Row]:
        """The views that the row reads, and the row in them."""
        expression = row.expression
        for access in sorted(expression.atoms(Indexed), key=str):
            blocks = self._blocks(access, row)
            if blocks is not None:
                yield blocks[0]
                self.shapes[blocks[0].name] = blocks[0].tensor.shape
                expression = expression.xreplace({access: blocks[1]})
        row = replace(row, expression=expression)
        for part in _reads(expression):
            found = self._windows(part, row)
            if found is not None:
                self.windows[found.row.name] = found
                yield found.row
                element = symbols.element(found.row.name, found.row.indices)
                row = replace(row, expression=row.expression.xreplace({part: element}))
        yield replace(row, expression=self._at_largest(row))

    def _windows(self, part: Expr, row: Row) -> Windows | None:
        access = part.args[0][0] if isinstance(part, Piecewise) else part
        if isinstance(part, Piecewise) and not self._is_filling(part, row):
            return None
        name = symbols.name_of(access)
        outer = dict(zip(row.indices, row.tensor.shape, strict=True))
        fresh = self._fresh(f"windows_{name}")
        found = windows_of(access, self.shapes[name], outer, bound(row.expression), self.lengths, fresh)
        return found and Windows(replace(found.row, expression=part), found.places)

    def _is_filling(self, cases: Piecewise, row: Row) -> bool:
        """Whether the cases read a tensor, and -∞ outside of it."""
        (access, condition), *others = cases.args
        if others != [(-sympy.oo, True)] or not isinstance(access, Indexed):
            return False
        said = {slack(part) for part in sympy.And.make_args(condition)}
        within: set[Expr | None] = set()
        for subscript, length in zip(access.indices, self.shapes[symbols.name_of(access)], strict=True):
            within |= {sympy.expand(subscript), sympy.expand(length - 1 - subscript)}
        return None not in said and said <= within

    def _at_largest(self, row: Row) -> Expr:
        """The row with reads at the places of maxima as reads of the windows that the maximum was taken of."""
        known = {}
        for access in row.expression.atoms(Indexed):
            for windows in self.windows.values():
                if windows.source == symbols.name_of(access) and windows.outer == row.indices:
                    element = self._element(access, windows)
                    if element is not None:
                        known[access] = element
        return row.expression.xreplace(known)

    def _element(self, access: Indexed, windows: Windows) -> Expr | None:
        within = []
        for subscript, read, place in zip(access.indices, windows.access.indices, windows.places, strict=True):
            if place is None:
                if subscript != read:
                    return None
                continue
            digit = sympy.expand((subscript - read) / place.dilation + place.inner)
            if not isinstance(digit, Indexed) or self.model.tensors[symbols.name_of(digit)].domain != "index":
                return None
            within.append(digit)
        return symbols.element(windows.row.name, (*windows.outer, *within))

    def _blocks(self, access: Indexed, row: Row) -> tuple[Row, Expr] | None:
        """A row that splits an axis which is read in blocks, c*g + k, and the access in it.

        Without windows or groups the sweep and the writer do with the blocks themselves.
        """
        letters = dict(zip(row.indices, row.tensor.shape, strict=True)) | bound(row.expression)
        name, shape = symbols.name_of(access), self.shapes[symbols.name_of(access)]
        split = [_block(s, length, letters, self.lengths) for s, length in zip(access.indices, shape, strict=True)]
        windowed = any(
            not isinstance(s, Symbol) and block is None for s, block in zip(access.indices, split, strict=True)
        )
        if not any(split) or not (windowed or self.grouped) or len([block for block in split if block]) > 1:
            return None
        fresh = list(symbols.fresh_indices(len(shape) + 1, symbols.names_in(row.expression, *row.indices)))
        read, own, sizes, at = [], [], [], []
        for subscript, length, block in zip(access.indices, shape, split, strict=True):
            if block is None:
                letter = fresh.pop()
                read.append(letter)
                own.append(letter)
                sizes.append(length)
                at.append(subscript)
                continue
            high, low = fresh.pop(), fresh.pop()
            read.append(letters[block[1]] * high + low)
            own += [high, low]
            sizes += [letters[block[0]], letters[block[1]]]
            at += list(block)
        made = self._fresh(f"groups_{name}")
        tensor = Tensor(made, tuple(map(sympy.sympify, sizes)))
        return Row(tensor, tuple(own), symbols.element(name, read)), symbols.element(made, at)

    def _fresh(self, name: str) -> str:
        while name in self.shapes or name in self.windows:
            name += "_"
        return name


def _block(
    subscript: Expr, length: Expr, letters: Mapping[Symbol, Expr], lengths: Lengths
) -> tuple[Symbol, Symbol] | None:
    """The letters of ``o*g + k`` with k below o, which count the blocks of an axis and the places in a block."""
    found = sorted((letter for letter in subscript.free_symbols if letter in letters), key=str)
    if len(found) != 2 or isinstance(subscript, Symbol) or subscript.has(floor, Mod):
        return None
    for high, low in (found, found[::-1]):
        whole = sympy.expand(letters[low] * high + low)
        if letters[low] == 1:
            continue  # a window of one element is no block
        if sympy.expand(subscript - whole) == 0 and lengths.same(letters[high] * letters[low], length):
            return high, low
    return None


def _in_groups(row: Row, shapes: Mapping[str, tuple[Expr, ...]], lengths: Lengths) -> list[Row]:
    """A row in floor(j/o) and j as a row in the group g and the place q in it, j = o*g + q, and one that joins them."""
    if not any(isinstance(total, Sum) and total.has(floor) for total in row.expression.atoms(Sum)):
        return [row]
    for place, (letter, length) in enumerate(zip(row.indices, row.tensor.shape, strict=True)):
        blocks = {letter / part.args[0] for part in row.expression.atoms(floor) if part.has(letter)}
        if len(blocks) != 1:
            continue
        (block,) = blocks
        groups = lengths.plain(length / block)
        if block.free_symbols & set(row.indices) or not (groups.is_Integer or groups.is_Symbol):
            continue
        high, low = symbols.fresh_indices(2, symbols.names_in(row.expression, *row.indices, *row.tensor.shape))
        digits = {floor(letter / block): high, Mod(letter, block): low}
        expression = row.expression.xreplace(digits).xreplace({letter: block * high + low})
        name = f"groups_{row.name}"
        indices = (*row.indices[:place], high, low, *row.indices[place + 1 :])
        shape = (*row.tensor.shape[:place], groups, block, *row.tensor.shape[place + 1 :])
        at = (*row.indices[:place], *digits, *row.indices[place + 1 :])
        return [
            Row(Tensor(name, shape), indices, expression),
            replace(row, expression=symbols.element(name, at)),
        ]
    return [row]


def _reads(expression: Expr) -> list[Expr]:
    """What may be read as windows: elements, and elements with -∞ outside, which stand for one."""
    cases = sorted(expression.atoms(Piecewise), key=str)
    inside = {access for part in cases for access in part.atoms(Indexed)}
    return [*cases, *(access for access in sorted(expression.atoms(Indexed), key=str) if access not in inside)]


def bound(expression: Expr) -> dict[Symbol, Expr]:
    """The indices of sums and maxima, with their sizes."""
    totals = expression.atoms(Sum, Maximum, ArgMax, ProductOver)
    return {letter: sympy.expand(upper + 1) for total in totals for letter, _, upper in total.limits}
