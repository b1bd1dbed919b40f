"""How many products it takes to compute the rows of a forward definition at given sizes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import Any

import sympy
from sympy import Basic, Expr, Symbol

from derive.expression.functions import ArgMax
from derive.forward import Forward
from derive.remembering import EXPRESSIONS, ONE, with_forward
from numeric.arrays.dimensions import Choices, Dimension, compiled
from numeric.errors import ExpressionError


@dataclass(frozen=True)
class Work:
    """The products that each row of a forward definition is added up from."""

    model: Forward

    def total(self, choices: Choices) -> Any:
        """How many there are for all rows together; for each choice, where sizes are arrays."""
        return sum(prod(length(choices) for length in lengths) for lengths in self._lengths)

    def largest(self, sizes: Choices) -> int:
        """How many there are for the row that takes most of them, of the rows whose sizes are known."""
        known = (lengths for lengths, needed in zip(self._lengths, self._needed, strict=True) if needed <= sizes.keys())
        return int(max((prod(length(sizes) for length in lengths) for lengths in known), default=1))

    @cached_property
    def _ranges(self) -> tuple[tuple[Expr, ...], ...]:
        """For each row the ranges that its products run over."""
        return tuple((*map(sympy.sympify, row.tensor.shape), *deepest(row.expression)) for row in self.model.rows)

    @cached_property
    def _lengths(self) -> tuple[tuple[Dimension, ...], ...]:
        return tuple(tuple(map(compiled, ranges)) for ranges in self._ranges)

    @cached_property
    def _needed(self) -> tuple[set[Symbol], ...]:
        return tuple({symbol for length in ranges for symbol in length.free_symbols} for ranges in self._ranges)


@with_forward(ONE)
def work(model: Forward) -> Work:
    """The work of a forward definition."""
    return Work(model)


@lru_cache(maxsize=EXPRESSIONS)
def deepest(expression: Basic) -> tuple[Expr, ...]:
    """The ranges of the sums that stand inside one another where they do most work, by their number."""
    inside = max((deepest(argument) for argument in expression.args), key=len, default=())
    if not isinstance(expression, sympy.Sum | ArgMax):
        return inside
    lengths = tuple(upper - lower + 1 for _, lower, upper in expression.limits)
    return (*filter(is_size, lengths), *inside)


def is_size(length: Expr) -> bool:
    """Whether a length is made of sizes alone, so that it is a number where they are."""
    try:
        compiled(length)
    except ExpressionError:
        return False
    return all(symbol.is_positive for symbol in length.free_symbols)
