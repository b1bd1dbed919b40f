"""Affine expressions of indices: what a subscript multiplies each index by, and what a comparison bounds.

Windows, strides, dilations, shifts and blocks are all read off such expressions, whose slopes and constants are
numbers or made of sizes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from derive.expression import walks


@dataclass(frozen=True)
class Affine:
    """``Σ slope · letter + constant``, with the letters that it holds and without any in slopes and constant."""

    slopes: Mapping[Symbol, Expr]
    constant: Expr

    @property
    def letters(self) -> tuple[Symbol, ...]:
        """The letters that it holds, in the order of their names."""
        return tuple(self.slopes)


def affine(expression: Expr, letters: Iterable[Symbol]) -> Affine | None:
    """An expression as an affine one of the ``letters`` that it holds; None if it is none.

    A letter inside a floor, a remainder, a subscript or a product with another letter makes it none.
    """
    rest = walks.expanded(expression)
    free = walks.free_symbols(rest)
    held = sorted((letter for letter in letters if letter in free), key=str)
    slopes: dict[Symbol, Expr] = {}
    for letter in held:
        slopes[letter] = rest.coeff(letter, 1)
        rest = walks.expanded(rest - slopes[letter] * letter)
    return None if any(_reads(part, held) for part in (rest, *slopes.values())) else Affine(slopes, rest)


def in_letter(expression: Expr, letter: Symbol) -> tuple[Expr, Expr] | None:
    """The slope and the constant of an expression in one letter, which it may lack; None if it is not affine in it."""
    found = affine(expression, (letter,))
    return None if found is None else (found.slopes.get(letter, sympy.S.Zero), found.constant)


def slack(condition: object) -> Expr | None:
    """What is at least 0 where a comparison of integers holds, ``a - b - 1`` for ``a > b``; None for any other."""
    if not isinstance(condition, Relational) or condition.rel_op not in ("<", "<=", ">", ">="):
        return None
    difference = condition.gts - condition.lts
    return walks.expanded(difference - 1 if condition.rel_op in ("<", ">") else difference)


def _reads(expression: Expr, letters: Collection[Symbol]) -> bool:
    return not walks.free_symbols(expression).isdisjoint(letters)
