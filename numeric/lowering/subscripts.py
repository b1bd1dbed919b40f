"""Where an element is read, as what NumPy does for the whole array: axes, slices, other shapes, else a gather."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy
from sympy import Add, Expr, Mod, Symbol, floor

from derive.expression.affine import in_letter
from numeric.lowering.lengths import Lengths
from numeric.source import tree
from numeric.source.code import Code, broadcast
from numeric.source.integers import Integers


@dataclass(frozen=True)
class Run:
    """Neighbouring axes that become axes with these letters, then cut by ``cut``; no letters for one element."""

    letters: tuple[Symbol, ...]
    count: int = 1
    reshaped: bool = False
    cut: ast.expr = field(default_factory=tree.cut)


@dataclass(frozen=True)
class Subscripts:
    """Reads the subscripts of an access, in letters of known ranges, on axes of known lengths."""

    ranges: Mapping[Symbol, Expr]
    lengths: Lengths
    integers: Integers

    def runs(self, subscripts: Sequence[Expr], shape: Sequence[Expr]) -> list[Run] | None:
        """The axes of the result by the axes of the array; None where they are not that simple."""
        found: list[Run] = []
        position = 0
        while position < len(subscripts):
            run = self._plain(subscripts[position], shape[position]) or self._digits(subscripts, shape, position)
            run = run or self._cut(subscripts[position], shape[position])
            if run is None:
                return None
            found.append(run)
            position += run.count
        letters = [letter for run in found for letter in run.letters]
        return found if len(letters) == len(set(letters)) else None

    def code(self, array: ast.expr, runs: Sequence[Run], shape: Sequence[Expr], *, shortened: bool = True) -> ast.expr:
        """The array with the axes of the runs; ``shortened`` has dots for several whole axes at the start."""
        if any(run.reshaped for run in runs):
            array = tree.method(array, "reshape", *self._dimensions(runs, shape))
        cuts = [cut for run in runs for cut in ([tree.cut()] * len(run.letters) if run.reshaped else [run.cut])]
        inner = [place for place, cut in enumerate(cuts) if not tree.is_whole_axis(cut)]
        if not inner:
            return array
        if shortened and inner[0] > 1 and inner[-1] == len(cuts) - 1:
            return tree.subscript(array, [ast.Constant(...), *cuts[inner[0] :]])
        return tree.subscript(array, cuts[: inner[-1] + 1])

    def _plain(self, subscript: Expr, length: Expr) -> Run | None:
        if not isinstance(subscript, Symbol) or subscript.is_positive:
            return None
        size = self.ranges.get(subscript)
        if size is not None and self.lengths.same(size, length):
            return Run((subscript,))
        return None

    def _digits(self, subscripts: Sequence[Expr], shape: Sequence[Expr], start: int) -> Run | None:
        """Axes that hold the digits of one number, made of letters that are its digits in another way."""
        for end in range(len(subscripts), start, -1):
            lengths = list(shape[start:end])
            number = _flat_index(subscripts[start:end], lengths)
            letters = None if number is None else self._letters_of(number)
            if letters is None or (len(letters) == 1 and end == start + 1):
                continue
            sizes = [self.ranges[letter] for letter in letters]
            if self.lengths.same(sympy.Mul(*lengths), sympy.Mul(*sizes)):
                return Run(letters, end - start, reshaped=True)
        return None

    def _letters_of(self, number: Expr) -> tuple[Symbol, ...] | None:
        """The letters of ``(a*N + b)*M + c``, the first digit first."""
        terms = {}
        for term in Add.make_args(sympy.expand(number)):
            letters = [symbol for symbol in term.free_symbols if symbol in self.ranges and not symbol.is_positive]
            if len(letters) != 1 or not (term / letters[0]).is_integer or term.has(floor, Mod):
                return None
            terms[letters[0]] = term / letters[0]
        found: list[Symbol] = []
        weight: Expr = sympy.S.One
        while terms:
            letter = next((one for one, slope in terms.items() if self.lengths.same(slope, weight)), None)
            if letter is None:
                return None
            found.insert(0, letter)
            del terms[letter]
            weight = weight * self.ranges[letter]
        return tuple(found)

    def _cut(self, subscript: Expr, length: Expr) -> Run | None:
        """One element, by a number or by an index that a loop counts, or a slice with a step."""
        free = [symbol for symbol in subscript.free_symbols if not symbol.is_positive]
        letters = [symbol for symbol in free if symbol in self.ranges]
        if not letters and all(isinstance(symbol, Symbol) and symbol.is_integer for symbol in free):
            known = free or self.lengths.within(subscript, length, {})
            return Run((), cut=self.integers.text(subscript).node) if known else None
        if len(free) != 1 or subscript.has(floor, Mod):
            return None
        (letter,) = letters
        found = in_letter(subscript, letter)
        if found is None or not (found[0].is_positive and found[0].is_integer):
            return None
        step, start = found
        size = self.ranges[letter]
        if not self.lengths.within(subscript, length, {letter: size}):
            return None
        end = sympy.expand(start + step * size)
        first = None if start == 0 else self.integers.text(start).node
        last = None if self.lengths.same(end, length) else self.integers.text(end).node
        return Run((letter,), cut=tree.cut(first, last, None if step == 1 else self.integers.text(step).node))

    def _dimensions(self, runs: Sequence[Run], shape: Sequence[Expr]) -> list[ast.expr]:
        sizes: list[Expr] = []
        position = 0
        for run in runs:
            sizes += [self.ranges[letter] for letter in run.letters] if run.reshaped else [shape[position]]
            position += run.count
        found = [self.integers.text(sympy.expand(size)).node for size in sizes]
        if len(found) == 1:
            return [tree.number(-1)]
        long = [place for place, size in enumerate(found) if not isinstance(size, ast.Name | ast.Constant)]
        return [tree.number(-1) if long and place == long[0] else size for place, size in enumerate(found)]

    def gathered(self, array: ast.expr, subscripts: Sequence[Expr]) -> Code:
        """The elements at computed places, 0 where they are outside."""
        places = [self.integers.text(subscript) for subscript in subscripts]
        node = tree.call("gathered", array, *(place.node for place in places))
        return Code(node, broadcast(place.shape for place in places))


def _flat_index(subscripts: Sequence[Expr], lengths: Sequence[Expr]) -> Expr | None:
    """The number whose digits the subscripts are."""
    last = subscripts[-1]
    if len(subscripts) == 1:
        return last
    if isinstance(last, Mod) and last.args[1] == lengths[-1]:
        number = last.args[0]
    elif lengths[-1] == 1 and last == 0:
        return _flat_index(subscripts[:-1], lengths[:-1])
    else:
        return None
    weight: Expr = sympy.S.One
    for place in range(len(subscripts) - 1, -1, -1):
        digit = floor(number / weight)
        expected = digit if place == 0 else Mod(digit, lengths[place])
        if sympy.expand(subscripts[place] - expected) != 0:
            return None
        weight *= lengths[place]
    return number
