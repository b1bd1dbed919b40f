"""Index expressions as NumPy source: whole arrays with one axis for each free index, in a given order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive import symbols
from derive.functions import Bracket, Maximum
from numeric.compiled.errors import CompileError
from numeric.compiled.naming import python_name
from numeric.source import NAMESPACES, Names, SourceError
from numeric.source.scalar import ScalarSource
from numeric.source.text import Level, Text, broadcast

Axes = tuple[Symbol, ...]

CALLS: Mapping[str, str] = {
    "log1p": "np.log1p({})",
    "expm1": "np.expm1({})",
    "erf": "erf({})",
}
ONE = sympy.S.One


MASK, REAL = sympy.Function("mask"), sympy.Function("real")
"""Truth values as a term beside an array of real numbers, and truth values as real numbers."""


@dataclass(frozen=True)
class ElementSource(ScalarSource):
    """Scalar expressions with choices, and truth values that leave the type of real numbers as it is."""

    real: str = ""

    def text(self, expression: Expr) -> Text:
        if expression in self.variables:
            return self.variables[expression]
        name = str(expression.func)
        if name in ("mask", "real"):
            inner = self.text(expression.args[0])
            code = inner.inside(Level.ATOM)
            return replace(
                inner, code=code if name == "mask" else f"{code}.astype({self.real})", level=Level.ATOM, whole=False
            )
        if name in ("where", "Max", "Min"):
            sides = [self.text(part) for part in sorted(expression.args, key=lambda part: part.is_number)]
            if name == "where":
                sides = [self.text(part) for part in expression.args]
            call = {"where": "where", "Max": "maximum", "Min": "minimum"}[name]
            code = f"np.{call}({', '.join(side.source for side in sides)})"
            return Text(code, shape=broadcast(side.shape for side in sides))
        return super().text(expression)


def typed(expression: Expr) -> Expr:
    """The expression with truth values marked where NumPy would make 64-bit numbers or no numbers of them."""
    if isinstance(expression, Indexed | Sum | Maximum) or expression.func in (MASK, REAL) or not expression.args:
        return expression
    if _is_truth(expression):
        return _as_real(expression)
    if isinstance(expression, sympy.Add):
        real = any(not _is_truth(term) and term.has(Indexed) for term in expression.args)
        terms = []
        for term in expression.args:
            if real and (_is_bare(term) or _is_bare(-term)):
                terms.append(term.replace(_is_bare, MASK))
            else:
                terms.append(typed(term))
        return sympy.Add(*terms)
    if isinstance(expression, sympy.Mul):
        # A number times truth values would be of 64 bits.
        product = _as_real(expression) if expression.args[0].is_number and _has_bare(expression) else expression
        return sympy.Mul(*(factor if _is_bare(factor) else typed(factor) for factor in product.args))
    if str(expression.func) == "where":
        condition, *sides = expression.args
        return expression.func(condition, *map(typed, sides))
    if isinstance(expression, Bracket):
        return expression
    return expression.func(*(typed(part) if isinstance(part, Expr) else part for part in expression.args))


def _is_bare(expression: Expr) -> bool:
    return isinstance(expression, Bracket | KroneckerDelta)


def _has_bare(product: Expr) -> bool:
    return any(map(_is_bare, product.args))


def _is_truth(expression: Expr) -> bool:
    """Whether an expression is a product of brackets and numbers alone."""
    factors = sympy.Mul.make_args(expression)
    bare = [factor for factor in factors if _is_bare(factor)]
    return bool(bare) and all(factor in bare or not (factor.has(Indexed) or _reals(factor)) for factor in factors)


def _reals(expression: Expr) -> bool:
    return any(not symbol.is_integer for symbol in expression.free_symbols)


def _as_real(product: Expr) -> Expr:
    factors = list(sympy.Mul.make_args(product))
    place = next(number for number, factor in enumerate(factors) if _is_bare(factor))
    return sympy.Mul(*factors[:place], REAL(factors[place]), *factors[place + 1 :])


@dataclass(frozen=True)
class ArraySource:
    """Writes index expressions; ``kept`` are vectors that are stored as arrays of one column.

    ``helpers`` are functions that the module defines itself.
    """

    shapes: Mapping[str, tuple[Expr, ...]]
    helpers: Mapping[str, str]
    kept: frozenset[str] = frozenset()
    real: str = ""
    ranges: tuple[tuple[Symbol, Expr], ...] = ()

    def array(self, expression: Expr, axes: Axes) -> Text:
        """The whole array of the expression, one axis for each of ``axes``.

        Raises:
            CompileError: something in the expression has no source.
        """
        text = self.value(expression, axes)
        lengths = tuple(axes)
        if text.shape == lengths:
            return text
        raise CompileError(f"{expression} does not vary along all of {axes}, which has no source yet")

    def value(self, expression: Expr, axes: Axes) -> Text:
        """Source that broadcasts against arrays with these axes; its shape holds an index or 1 for each axis."""
        expression = typed(expression)
        variables = {part: self._part(part, axes) for part in _parts(expression)}
        names = Names(calls={**CALLS, **self.helpers})
        try:
            return ElementSource(NAMESPACES["numpy"], names, variables, self.real).text(expression)
        except SourceError as error:
            raise CompileError(str(error)) from error

    def _part(self, part: Expr, axes: Axes) -> Text:
        if isinstance(part, Indexed):
            return self._access(part, axes)
        if isinstance(part, Sum | Maximum):
            return self._total(part, axes)
        if isinstance(part, KroneckerDelta | Bracket):
            return self._equality(part, axes)
        return Text(python_name(part.name))

    def _access(self, access: Indexed, axes: Axes) -> Text:
        name, subscripts = symbols.name_of(access), symbols.subscripts_of(access)
        own = [subscript for subscript in subscripts if isinstance(subscript, Symbol)]
        if len(own) == len(subscripts) == len(set(own)) and set(own) <= set(axes):
            return self._aligned(python_name(name), tuple(own), axes, name in self.kept)
        return self._gathered(name, subscripts, axes)

    def _gathered(self, name: str, subscripts: Sequence[Expr], axes: Axes) -> Text:
        """Elements at computed places: ``p[np.arange(B), y]``."""
        free = {letter for subscript in subscripts for letter in subscript.free_symbols if letter in axes}
        order = tuple(letter for letter in axes if letter in free)
        if not all(isinstance(s, Symbol | Indexed) for s in subscripts) or name in self.kept:
            raise CompileError(f"the subscripts {tuple(subscripts)} of {name} have no generated code yet")
        places = []
        for subscript, length in zip(subscripts, self.shapes[name], strict=True):
            if isinstance(subscript, Symbol):
                places.append(self._aligned(f"np.arange({length})", (subscript,), order, False).source)
            else:
                places.append(self._access(subscript, order).source)
        return self._aligned(f"{python_name(name)}[{', '.join(places)}]", order, axes, False)

    def _equality(self, part: Expr, axes: Axes) -> Text:
        """1 where an index equals a class number: ``np.arange(K) == y[:, None]``."""
        condition = part if isinstance(part, KroneckerDelta) else part.args[0]
        left, right = condition.args
        sign = "!=" if isinstance(condition, sympy.Ne) else "=="
        sides = [(one, other) for one, other in ((left, right), (right, left)) if one in axes]
        if not sides:
            raise CompileError(f"{part} has no generated code yet")
        letter, other = sides[0]
        if not isinstance(other, Indexed) or letter not in axes:
            raise CompileError(f"{part} has no generated code yet")
        place = self._access(other, axes)
        size = dict(self.ranges).get(letter)
        if size is None:
            raise CompileError(f"the size of the index {letter} in {part} is not known")
        numbers = self._aligned(f"np.arange({size})", (letter,), axes, False)
        code = f"{place.code} {sign} {numbers.code}"
        shape = tuple(b if a == 1 else a for a, b in zip(_padded(place, axes), _padded(numbers, axes), strict=True))
        return Text(f"({code})", shape=shape, whole=True)

    def _aligned(self, code: str, own: Axes, axes: Axes, column: bool) -> Text:
        """An array with its axes in the order of ``axes`` and new axes of length 1 where it has none."""
        order = tuple(letter for letter in axes if letter in own)
        if own != order:
            if len(own) == 2:
                code += ".T"
            else:
                code += f".transpose({', '.join(str(own.index(letter)) for letter in order)})"
        if not own:
            return Text(code)
        positions = [axes.index(letter) for letter in order]
        spread = axes[positions[0] :]
        if column:
            # Stored with an axis of length 1 behind its own.
            if len(spread) == len(own) + 1:
                return Text(code, shape=(*order, ONE))
            code += "[..., 0]"
        if spread == order:
            return Text(code, shape=order)
        marks = ", ".join(":" if letter in order else "None" for letter in spread)
        return Text(f"{code}[{marks}]", shape=tuple(letter if letter in order else ONE for letter in spread))

    def _total(self, part: Expr, axes: Axes) -> Text:
        from numeric.compiled.contract import total

        return total(self, part, axes)

    def keeping(self, text: Text, own: Axes, axes: Axes) -> Text:
        """A computed array with the axes ``own``, aligned with ``axes``."""
        simple = text.inside(text.level.ATOM)
        order = tuple(letter for letter in axes if letter in own)
        return text if own == order == axes[len(axes) - len(own) :] else self._aligned(simple, own, axes, False)

    def within(self, limits: Sequence[Sequence[Expr]]) -> ArraySource:
        """The same writer, inside sums over these limits."""
        return replace(self, ranges=(*self.ranges, *((letter, upper + 1) for letter, _, upper in limits)))


def _padded(text: Text, axes: Axes) -> tuple[Expr, ...]:
    return (*[ONE] * (len(axes) - len(text.shape)), *text.shape)


def _parts(expression: Expr) -> list[Expr]:
    """The largest parts that are arrays: elements, sums, deltas, and symbols of tensors of rank 0."""
    found: list[Expr] = []

    def visit(node: Expr) -> None:
        if isinstance(node, Indexed | Sum | Maximum | KroneckerDelta) or _compares_indices(node):
            found.append(node)
        elif isinstance(node, Symbol):
            if not node.is_integer:
                found.append(node)
        else:
            for argument in node.args:
                visit(argument)

    visit(expression)
    return list(dict.fromkeys(found))


def _compares_indices(node: Expr) -> bool:
    """Whether a part is a bracket on an index: [i != y]."""
    if not isinstance(node, Bracket) or not isinstance(node.args[0], sympy.Eq | sympy.Ne):
        return False
    return any(isinstance(side, Symbol) and side.is_integer for side in node.args[0].args)
