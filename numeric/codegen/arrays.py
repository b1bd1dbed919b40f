"""Index expressions as NumPy source: whole arrays with one axis for each free index, in a given order."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import sympy
from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive.expression import symbols
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import ProductOver
from numeric.codegen.gamma import HELPERS
from numeric.errors import CompileError
from numeric.lowering.lengths import Lengths
from numeric.lowering.subscripts import Subscripts
from numeric.source import NAMESPACES, Names, SourceError, tree
from numeric.source.code import Code, at, named
from numeric.source.elements import WHOLE, ElementSource, chosen, typed
from numeric.source.integers import Integers, is_whole
from numeric.source.naming import python_name, variable
from numeric.source.printing import printed

Axes = tuple[Symbol, ...]

CALLS: Mapping[str, str] = {
    "log1p": "np.log1p(a)",
    "expm1": "np.expm1(a)",
    "erf": "erf(a)",
    "erfcx": "erfcx(a)",
    **{name: f"{name}(a)" for name in HELPERS},
}
ONE = sympy.S.One


@dataclass(frozen=True)
class ArraySource(ABC):
    """Writes index expressions, but for sums and maxima, which ``contract`` adds.

    ``kept`` are tensors that are stored as arrays with one more axis of length 1,
    ``helpers`` are functions that the module defines itself, ``integers`` tensors of whole numbers, and
    ``ranges`` the sizes of the indices in scope; an index without a range is the variable of a loop.
    Of the tensors ``in_block`` only the samples of the slice ``block`` are read. ``names`` are expressions that stand
    for tensors which a program does not call by their own names. Where it is ``lettered``, a program shows the letters
    of its formulas: sums over products are ``np.einsum`` in them, and every axis of an array has a place.
    """

    shapes: Mapping[str, tuple[Expr, ...]]
    helpers: Mapping[str, str]
    lengths: Lengths
    integers: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    real: ast.expr = field(default_factory=lambda: tree.name("float"))
    ranges: Mapping[Symbol, Expr] = field(default_factory=dict)
    in_block: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    lettered: bool = False

    def array(self, expression: Expr, axes: Axes) -> Code:
        """The whole array of the expression, one axis for each of ``axes``.

        Raises:
            CompileError: something in the expression has no source.
        """
        text = self.value(expression, axes)
        if text.shape == tuple(axes):
            return text
        sizes = tree.tuple_of(self.size(self.ranges[letter]) for letter in axes)
        return Code(tree.call("np.broadcast_to", text.node, sizes), axes, text.whole)

    def value(self, expression: Expr, axes: Axes) -> Code:
        """Source that broadcasts against arrays with these axes; its shape holds an index or 1 for each axis."""
        expression = typed(chosen(expression))
        variables = {part: self._part(part, axes) for part in self._parts(expression)}
        names = Names(calls={**CALLS, **self.helpers})
        try:
            return ElementSource(NAMESPACES["numpy"], names, variables, self.real).text(expression)
        except SourceError as error:
            raise CompileError(str(error)) from error

    @abstractmethod
    def total(self, part: Expr, axes: Axes) -> Code:
        """The source of a sum or a largest value, or of where it stands, aligned with ``axes``."""

    def size(self, length: Expr) -> ast.expr:
        """The source of a length."""
        return length_code(length)

    def named(self, name: str) -> ast.expr:
        """What stands for a tensor."""
        return tree.quoted(self.names[name]) if name in self.names else tree.name(python_name(name))

    def is_counted(self, subscript: Expr) -> bool:
        """Whether a subscript is the variable of a loop."""
        return isinstance(subscript, Symbol) and not subscript.is_positive and subscript not in self.ranges

    def within(self, limits: Sequence[Sequence[Expr]]) -> Self:
        """The same writer, inside sums over these limits."""
        added = {letter: sympy.expand(upper + 1) for letter, _, upper in limits}
        return replace(self, ranges={**self.ranges, **added})

    def keeping(self, text: Code, own: Axes, axes: Axes) -> Code:
        """A computed array with the axes ``own``, aligned with ``axes``."""
        order = tuple(letter for letter in axes if letter in own)
        return text if own == order == axes[len(axes) - len(own) :] else self._aligned(text.node, own, axes, False)

    def whole(self, expression: Expr, axes: Axes) -> Code:
        """The source of an integer expression of indices, along their axes."""
        return self._integers(axes).text(expression)

    def _parts(self, expression: Expr) -> list[Expr]:
        """The largest parts that are arrays: elements, sums, conditions on indices, and scalars."""
        found: list[Expr] = []

        def visit(node: Expr) -> None:
            if isinstance(node, (*WHOLE, KroneckerDelta)) or self._on_indices(node):
                found.append(node)
            elif isinstance(node, Symbol):
                if not node.is_integer or not node.is_positive:
                    found.append(node)
            else:
                for argument in node.args:
                    visit(argument)

        visit(expression)
        return list(dict.fromkeys(found))

    def _on_indices(self, node: Expr) -> bool:
        """Whether a part is a bracket on indices, or a whole quotient or remainder of them."""
        if isinstance(node, Bracket):
            return all(is_whole(part, self.integers) for part in node.args[0].args)
        return isinstance(node, sympy.floor | sympy.Mod) and is_whole(node, self.integers)

    def _part(self, part: Expr, axes: Axes) -> Code:
        if isinstance(part, Indexed):
            return self._access(part, axes)
        if isinstance(part, Sum | Maximum | ArgMax | ProductOver):
            return self.total(part, axes)
        if isinstance(part, KroneckerDelta | Bracket):
            condition = part if isinstance(part, KroneckerDelta) else part.args[0]
            return self._integers(axes).condition(condition)
        if isinstance(part, Symbol) and part.is_integer:
            return self._letter(part, axes)
        if part.is_integer or isinstance(part, sympy.floor | sympy.Mod):
            return self.whole(part, axes)
        return Code(self.named(part.name))

    def _integers(self, axes: Axes) -> Integers:
        return Integers(lambda part: self._letter(part, axes) if isinstance(part, Symbol) else self._access(part, axes))

    def _letter(self, letter: Symbol, axes: Axes) -> Code:
        """The values of an index along its axis, or the variable of the loop that counts it."""
        if letter.name in self.integers:
            return Code(self.named(letter.name))
        if letter not in self.ranges:
            return named(variable(letter))
        counted = tree.call("np.arange", self.size(self.ranges[letter]))
        return replace(self._aligned(counted, (letter,), axes, False), whole=True)

    def _access(self, access: Indexed, axes: Axes) -> Code:
        name, subscripts = symbols.name_of(access), symbols.subscripts_of(access)
        array, shape = self.named(name), self.shapes[name]
        own = tuple(subscript for subscript in subscripts if isinstance(subscript, Symbol))
        if name in self.kept:
            if len(own) < len(subscripts):
                raise CompileError(f"the subscripts {subscripts} of {name} have no generated code")
            if len(set(own)) < len(own):
                return self._gathered(_last(array), subscripts, axes)
            return self._aligned(array, own, axes, True)
        places = Subscripts(self.ranges, self.lengths, self._integers(axes))
        runs = places.runs(subscripts, shape)
        if runs is not None:
            letters = tuple(letter for run in runs for letter in run.letters)
            stored = tree.quoted("array[block, ...]", array=array) if name in self.in_block else array
            return self._aligned(places.code(stored, runs, shape, shortened=not self.lettered), letters, axes, False)
        return self._chosen(array, subscripts, axes) or self._gathered(array, subscripts, axes)

    def _chosen(self, array: ast.expr, subscripts: Sequence[Expr], axes: Axes) -> Code | None:
        """Elements by indices that are arrays: ``p[np.arange(B), y]``, ``E[x]``; None for other subscripts."""
        if not all(isinstance(s, Symbol | Indexed) for s in subscripts):
            return None
        chosen = [place for place, s in enumerate(subscripts) if isinstance(s, Indexed)]
        if not chosen:
            return None
        free = {letter for subscript in subscripts for letter in subscript.free_symbols if letter in axes}
        order = tuple(letter for letter in axes if letter in free)
        behind = tuple(subscripts[chosen[-1] + 1 :])
        (first, *others) = chosen
        inner = tuple(letter for letter in order if letter in subscripts[first].free_symbols)
        if first == 0 and not others and order == (*inner, *behind):
            rows = tree.subscript(array, [self._access(subscripts[0], inner).node])
            return self._aligned(rows, order, axes, False)
        before, last = tuple(subscripts[:-1]), subscripts[-1]
        if isinstance(last, Indexed) and not others and last.indices == before and len(before) > 1:
            pattern = "np.take_along_axis(array, place[..., None], axis=-1)[..., 0]"
            found = tree.quoted(pattern, array=array, place=self._access(last, before).node)
            return self._aligned(found, before, axes, False)
        places = [self._integers(order).text(subscript).node for subscript in subscripts]
        return self._aligned(tree.subscript(array, places), order, axes, False)

    def _gathered(self, array: ast.expr, subscripts: Sequence[Expr], axes: Axes) -> Code:
        free = {letter for subscript in subscripts for letter in subscript.free_symbols if letter in axes}
        order = tuple(letter for letter in axes if letter in free)
        text = Subscripts(self.ranges, self.lengths, self._integers(order)).gathered(array, subscripts)
        return self._aligned(text.node, order, axes, False)

    def _aligned(self, array: ast.expr, own: Axes, axes: Axes, column: bool) -> Code:
        """An array with its axes in the order of ``axes`` and new axes of length 1 where it has none."""
        order = tuple(letter for letter in axes if letter in own)
        if len(order) < len(own):
            what = f"{printed(array)} varies along {set(own) - set(order)}"
            raise CompileError(f"{what}, over which nothing is summed")
        if own != order and len(own) == 2:
            array = ast.Attribute(array, "T", ast.Load())
        elif own != order:
            array = tree.method(array, "transpose", *(tree.number(own.index(letter)) for letter in order))
        if not own:
            return Code(array)
        positions = [axes.index(letter) for letter in order]
        spread = axes[positions[0] :]
        if column:
            # Stored with an axis of length 1 behind its own.
            if len(spread) == len(own) + 1:
                return Code(array, (*order, ONE))
            array = _last(array)
        if spread == order:
            return Code(array, order)
        marks = [tree.cut() if letter in order else ast.Constant(None) for letter in spread]
        return at(Code(array), marks, tuple(letter if letter in order else ONE for letter in spread))


def length_code(length: Expr) -> ast.expr:
    """The source of a length."""
    return Integers(lambda part: named(str(part))).text(sympy.expand(length)).node


def _last(array: ast.expr) -> ast.expr:
    """The array without its last axis, of length 1."""
    return tree.quoted("array[..., 0]", array=array)
