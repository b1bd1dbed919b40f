"""Functions of sums and of parts of a tensor, replaced by the names that the rows give them.

A row ``f[j] = sigma(a[H + j])`` names the values of sigma at the second H elements of ``a``: sigma(a[k]) is
f[k - H] only for those k. A row ``h[i] = tanh(Σ_k U[i,k] x[k])`` names its right side whatever letter it is
summed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import sympy
from sympy import Expr, Indexed, Sum, Symbol
from sympy.core.function import AppliedUndef

from derive.calculus.bounds import Ranges, in_range
from derive.expression import symbols, walks
from derive.forward import Forward, Row


@dataclass(frozen=True)
class Naming:
    """``function(...) -> element``, wherever the indices of the element are in its range."""

    row: Row

    def apply(self, expression: Expr, ranges: Ranges) -> Expr:
        """The expression with every instance of the row's right side replaced by the row's element."""
        function = self.row.expression.func
        kind = AppliedUndef if issubclass(function, AppliedUndef) else function
        # Classes of functions of one name are equal, and need not be the same one.
        candidates = [part for part in walks.parts(expression, kind) if part.func == function]
        scope = {**bound_ranges(expression), **ranges} if candidates else {}
        for candidate in sorted(candidates, key=symbols.text):
            values = self._values(candidate, scope)
            if values is not None:
                element = symbols.element(self.row.name, [values[letter] for letter in self.row.indices])
                expression = walks.replaced(expression, {candidate: element})
        return expression

    def _values(self, candidate: Expr, scope: Ranges) -> dict[Symbol, Expr] | None:
        """The values of the row's indices at which its right side is the candidate, all of them in range."""
        wanted, mine = with_plain_bounds(candidate), with_plain_bounds(self.row.expression)
        for values in self._proposals(candidate):
            if walks.replaced(mine, values) != wanted:
                continue
            pairs = zip(self.row.indices, self.row.tensor.shape, strict=True)
            if all(not in_range(values[letter], length, scope) for letter, length in pairs):
                return values
        return None

    def _proposals(self, candidate: Expr) -> Iterator[dict[Symbol, Expr]]:
        """Values of the row's indices at which elements of its right side are elements of the candidate."""
        mine = set(self.row.indices)
        found: dict[Symbol, list[Expr]] = {letter: [] for letter in self.row.indices}
        for key in sorted(walks.parts(self.row.expression, Indexed), key=symbols.text):
            for access in sorted(walks.parts(candidate, Indexed), key=symbols.text):
                if access.base == key.base:
                    for letter, value in _aligned(key, access, mine).items():
                        found[letter] += [value] if value not in found[letter] else []
        for values in product(*found.values()):
            yield dict(zip(found, values, strict=True))


def needs_care(row: Row, forward: Forward) -> bool:
    """Whether the row reads a part of a tensor only, or sums: no plain replacement finds it, or it finds too much."""
    if walks.holds(row.expression, Sum):
        return True
    lengths = dict(zip(row.indices, row.tensor.shape, strict=True))
    for access in walks.parts(row.expression, Indexed):
        shape = forward.tensors[symbols.name_of(access)].shape
        for subscript, length in zip(access.indices, shape, strict=True):
            if walks.free_symbols(subscript) & set(lengths) and lengths.get(subscript) != length:
                return True
    return False


def _aligned(key: Indexed, access: Indexed, letters: set[Symbol]) -> dict[Symbol, Expr]:
    """The values of the letters at which ``key`` is ``access``, of those that a subscript holds once, plus a shift."""
    values = {}
    for subscript, value in zip(key.indices, access.indices, strict=True):
        for letter in sorted(walks.free_symbols(subscript) & letters, key=symbols.text):
            rest = sympy.expand(subscript - letter)
            if letter not in walks.free_symbols(rest) and not walks.free_symbols(rest) & letters:
                values[letter] = sympy.expand(value - rest)
    return values


def bound_ranges(expression: Expr) -> dict[Symbol, Expr]:
    """The sizes of the bound indices of an expression, of those that have one size only."""
    found: dict[Symbol, set[Expr]] = {}
    for total in walks.parts(expression, Sum):
        for letter, lower, upper in total.limits:
            found.setdefault(letter, set()).add(upper + 1 if lower == 0 else sympy.oo)
    return {letter: lengths.pop() for letter, lengths in found.items() if len(lengths) == 1}


def with_plain_bounds(expression: Expr, depth: int = 0) -> Expr:
    """The expression with bound indices named by their depth: equal for two that differ in those names alone."""
    if not walks.holds(expression, Sum):
        return expression
    if isinstance(expression, Sum):
        letters = [letter for letter, _, _ in expression.limits]
        plain = [symbols.index(f"_{depth + place}") for place in range(len(letters))]
        renaming = dict(zip(letters, plain, strict=True))
        body = with_plain_bounds(walks.replaced(expression.function, renaming), depth + len(letters))
        return walks.total(body, ((renaming[letter], lower, upper) for letter, lower, upper in expression.limits))
    result: Expr = walks.mapped(expression, lambda part: with_plain_bounds(part, depth))
    return result
