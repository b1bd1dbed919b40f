"""Lines that read or write at affine places: with a view of windows before them, or with windows added to them.

Transposed convolutions are sums over [t = s*a + m - p]: their values are added to where windows would be read.
Backward lines that read a gradient at s*a + m - p, 0 outside of it, read windows of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Sum, Symbol

from derive.calculus.bounds import in_range
from derive.expression import symbols
from derive.expression.affine import slack
from derive.expression.functions import Bracket
from derive.expression.partials import partial_name, partial_named
from numeric.lowering.lengths import Lengths
from numeric.lowering.lines import Added, Line, Purpose
from numeric.lowering.reads import bound
from numeric.lowering.subscripts import Subscripts
from numeric.lowering.windows import Windows, windows_of
from numeric.source.code import named
from numeric.source.integers import Integers

Shapes = dict[str, tuple[Expr, ...]]


def unfolded(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with views of windows for what they read, and values of windows for what they add up."""
    tensors = purpose.model.tensors
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    # What stands for the upstream gradient of a layer is no line, and is read as its value is.
    shapes |= {partial_name("l", name): tensor.shape for name, tensor in tensors.items()}
    # A view that is made must not be called as a line that comes later.
    shapes |= {line.name: line.shape for line in lines}
    unfolding = _Unfolding(shapes, Lengths(dict(purpose.model.sizes)))
    return [made for line in lines for made in unfolding.lines(line)]


@dataclass
class _Unfolding:
    shapes: Shapes
    lengths: Lengths
    made: dict[tuple[object, ...], Windows] = field(default_factory=dict)

    def lines(self, line: Line) -> Iterator[Line]:
        """The line, and those that it needs before it."""
        self.shapes[line.name] = line.shape
        if line.windows is None and line.expression.has(Sum):
            for total in sorted(line.expression.atoms(Sum), key=str):
                folded = self._folded(line, total)
                if folded is not None:
                    values, added = folded
                    self.shapes[values.name] = values.shape
                    rest = line.expression - total
                    yield from self.lines(values)
                    line = replace(line, expression=rest, added=(*line.added, added))
            for total in sorted(line.expression.atoms(Sum), key=str):
                views, read = self._unfolded(line, total)
                yield from views
                line = replace(line, expression=line.expression.xreplace({total: read}))
        yield line

    def _folded(self, line: Line, total: Sum) -> tuple[Line, Added] | None:
        """The values of windows, and the windows in which a term of a line adds them up."""
        if total not in Add.make_args(line.expression):
            return None
        factors = Mul.make_args(total.function)
        sizes = bound(total)
        places = {letter: other for f in factors for letter, other in _settled(f, line.indices, sizes)}
        if not places:
            return None
        # [t = s*a + m - p] says where each value goes: read at that place, the line itself has windows, and adding
        # values to windows is the transpose of reading them.
        target = symbols.element(line.name, [places.get(letter, letter) for letter in line.indices])
        free = {letter: size for letter, size in zip(line.indices, line.shape, strict=True) if letter not in places}
        within = [letter for letter in sizes if any(other.has(letter) for other in places.values())]
        partial = partial_named(line.name)
        name = self._fresh(f"values_{line.name if partial is None else partial.bottom}")
        windows = _either(target, line.shape, free, {letter: sizes[letter] for letter in within}, self.lengths, name)
        if windows is None:
            return None
        rest = Mul(*(f for f in factors if not _settled(f, line.indices, sizes)))
        limits = [limit for limit in total.limits if limit[0] not in within]
        values = Line(
            name,
            windows.row.indices,
            windows.row.tensor.shape,
            Sum(rest, *limits) if limits else rest,
            stage=line.stage,
        )
        return values, Added(windows, symbols.element(name, windows.row.indices))

    def _unfolded(self, line: Line, total: Sum) -> tuple[list[Line], Expr]:
        """Views of the windows that a sum reads, and the sum in them."""
        own = dict(zip(line.indices, line.shape, strict=True))
        inside = bound(total)
        views: list[Line] = []
        body = total.function
        for access in sorted(body.atoms(Indexed), key=str):
            name = symbols.name_of(access)
            if all(isinstance(subscript, Symbol) for subscript in access.indices) or name not in self.shapes:
                continue
            fresh = self._fresh(f"windows_{_plain(name)}")
            letters = own | inside
            free = {letter: size for letter, size in letters.items() if letter in access.free_symbols}
            if Subscripts(letters, self.lengths, Integers(lambda part: named(str(part)))).runs(
                access.indices, self.shapes[name]
            ):
                continue
            windows = _either(access, self.shapes[name], {}, free, self.lengths, fresh)
            if windows is None:
                continue
            key = _key(windows)
            if key not in self.made:
                self.made[key] = windows
                self.shapes[fresh] = windows.row.tensor.shape
                row = windows.row
                views.append(Line(fresh, row.indices, row.tensor.shape, access, stage=line.stage, windows=windows))
            element = symbols.element(self.made[key].row.name, windows.row.indices)
            # Windows hold 0 outside of their tensor, so the brackets that said so are left out.
            implied = self._implied(access, self.shapes[name], letters)
            body = Mul(*(_without(factor, implied) for factor in Mul.make_args(body.xreplace({access: element}))))
        return views, Sum(body, *total.limits)

    def _implied(self, access: Indexed, shape: Iterable[Expr], ranges: Mapping[Symbol, Expr]) -> set[Expr]:
        """What is at least 0 where the access is within its tensor."""
        found: set[Expr] = set()
        for subscript, length in zip(access.indices, shape, strict=True):
            if in_range(subscript, length, {**self.lengths.formulas, **ranges}):
                found |= {sympy.expand(subscript), sympy.expand(length - 1 - subscript)}
        return found

    def _fresh(self, name: str) -> str:
        while name in self.shapes:
            name += "_"
        return name


def _plain(name: str) -> str:
    """The name of a tensor, or ``dy`` for the partial ``dl/dy``."""
    partial = partial_named(name)
    return name if partial is None else f"d{partial.bottom}"


def _settled(factor: Expr, own: tuple[Symbol, ...], inner: Mapping[Symbol, Expr]) -> list[tuple[Symbol, Expr]]:
    """The index of a line and the affine place of bound indices that a delta says it is."""
    if not isinstance(factor, KroneckerDelta):
        return []
    for letter, other in (factor.args[:2], factor.args[1::-1]):
        if letter in own and not other.atoms(Indexed) and len(other.free_symbols & set(inner)) == 2:
            return [(letter, other)]
    return []


def _either(
    access: Indexed, shape: Iterable[Expr], free: Mapping[Symbol, Expr], bounds: Mapping[Symbol, Expr], *rest: Any
) -> Windows | None:
    """Windows with either of the two indices at an affine place as the one that counts them."""
    # In s·a + m - p the windows may be counted by a, with m inside at step 1, or by m, with a inside at step s: the
    # gradient of a kernel reads the same places the other way round. Which of them is a view depends on the ranges.
    pairs = [
        tuple(sorted(subscript.free_symbols & set(bounds), key=str))
        for subscript in access.indices
        if not isinstance(subscript, Symbol)
    ]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        return None
    paired = {letter for pair in pairs for letter in pair}
    plain = dict(free) | {letter: size for letter, size in bounds.items() if letter not in paired}
    for choice in range(2 ** len(pairs)):
        counting = {pair[choice >> number & 1] for number, pair in enumerate(pairs)}
        outer = plain | {letter: bounds[letter] for letter in counting}
        inner = {letter: bounds[letter] for letter in paired - counting}
        found = windows_of(access, tuple(shape), outer, inner, *rest)
        if found is not None:
            return found
    return None


def _key(windows: Windows) -> tuple[object, ...]:
    """What is the same for windows that differ in the names of their indices only."""
    numbered = {letter: symbols.index(f"_{number}") for number, letter in enumerate(windows.row.indices)}
    return windows.source, windows.access.xreplace(numbered), windows.row.tensor.shape


def _without(factor: Expr, implied: set[Expr]) -> Expr:
    """A bracket without the conditions that hold wherever what it multiplies is not 0."""
    if not isinstance(factor, Bracket):
        return factor
    parts = sympy.And.make_args(factor.args[0])
    return Bracket(sympy.And(*(part for part in parts if slack(part) not in implied)))
