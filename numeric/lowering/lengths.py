"""Sizes that are equal, and ranges that fit, by the formulas of the sizes that follow from others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol, floor

from derive.calculus.bounds import in_range


@dataclass(frozen=True)
class Lengths:
    """The formulas of sizes that follow from others, ``H_out`` and ``c = C/G``."""

    formulas: Mapping[Symbol, Expr]

    def same(self, one: Expr, other: Expr) -> bool:
        """Whether two lengths are always equal."""
        return one == other or bool(self.plain(one - other) == 0)

    def plain(self, length: Expr) -> Expr:
        """The length in the sizes that follow from no others, floors of whole numbers taken."""
        for _ in self.formulas:
            length = sympy.sympify(length).xreplace(dict(self.formulas))
        whole = sympy.sympify(length).replace(floor, lambda inner: floor(sympy.expand(sympy.cancel(inner))))
        return sympy.expand(sympy.cancel(whole))

    def within(self, value: Expr, length: Expr, ranges: Mapping[Symbol, Expr]) -> bool:
        """Whether a subscript never leaves an axis of that length."""
        return not in_range(value, length, {**self.formulas, **ranges})
