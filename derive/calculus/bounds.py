"""Bounds of integer expressions: what the ranges of indices and the formulas of sizes imply."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sympy
from sympy import Add, And, Expr, Mod, Symbol, floor
from sympy.logic.boolalg import Boolean

from derive.expression import symbols, walks
from derive.expression.affine import in_letter
from derive.remembering import EXPRESSIONS

Known = tuple[tuple[Symbol, Expr], ...]

Ranges = Mapping[Symbol, Expr]
"""What is known of the integers in scope: the size of every index, which runs from 0 to its size less one,
and the formula of every size that follows from others."""


def in_range(value: Expr, length: Expr, ranges: Ranges) -> tuple[Boolean, ...]:
    """The conditions of 0 <= value < length that the ranges do not imply."""
    read = walks.free_symbols(value) | walks.free_symbols(length)
    letters = sorted((letter for letter in read if letter in ranges and not letter.is_positive), key=symbols.text)
    # Which letters they are decides nothing: the same is asked for others again and again.
    plain = {letter: symbols.index(f"i{place:03}") for place, letter in enumerate(letters)}
    known = tuple((plain[letter], ranges[letter]) for letter in letters)
    sizes = tuple((symbol, size) for symbol, size in ranges.items() if symbol.is_positive)
    conditions = _in_range(walks.replaced(value, plain), walks.replaced(length, plain), (*known, *sizes))
    back = {other: letter for letter, other in plain.items()}
    return tuple(walks.replaced(condition, back) for condition in conditions)


@lru_cache(maxsize=EXPRESSIONS)
def _in_range(value: Expr, length: Expr, known: Known) -> tuple[Boolean, ...]:
    ranges = dict(known)
    conditions = []
    if not never_negative(value, ranges):
        conditions.append(value >= 0)
    if not never_negative(length - 1 - value, ranges):
        conditions.append(_at_most(value, length - 1))
    return (And(*conditions),) if conditions else ()


def _at_most(value: Expr, largest: Expr) -> Boolean:
    """``value <= largest``; of ``floor(a/S)`` multiplied out, ``a <= S*largest + S - 1``."""
    if isinstance(value, floor):
        above, below = sympy.fraction(sympy.together(value.args[0]))
        if above.is_integer and below.is_integer and below.is_positive:
            return above <= walks.expanded(below * (largest + 1)) - 1
    return value <= largest


def never_negative(value: Expr, ranges: Ranges) -> bool:
    """Whether the ranges imply that ``value`` is at least 0; False where it is not known.

    Sizes that follow from others are written out one after another, those that follow last first.
    """
    value = walks.expanded(value)
    read = walks.free_symbols(value)
    letters = tuple((letter, length) for letter, length in ranges.items() if letter in read and not letter.is_positive)
    formulas = tuple((symbol, formula) for symbol, formula in ranges.items() if symbol.is_positive)
    return _never_negative(value, letters, formulas)


@lru_cache(maxsize=EXPRESSIONS)
def _never_negative(value: Expr, letters: Known, formulas: Known) -> bool:
    """Whether an expanded value is at least 0, with the sizes of the letters in it and what sizes follow from."""
    lowest = _lowest(value, dict(letters))
    if lowest is not None and lowest.is_nonnegative:
        return True
    if not formulas:
        return False
    *others, (symbol, formula) = formulas
    shorter = tuple((letter, _written_out(length, symbol, formula)) for letter, length in letters)
    return _never_negative(_written_out(value, symbol, formula), shorter, tuple(others))


def _written_out(value: Expr, symbol: Symbol, formula: Expr) -> Expr:
    """The value without a size that follows from others; of c = C/G it is C that goes, which leaves a product."""
    read = walks.free_symbols(value)
    if symbol not in read and read.isdisjoint(walks.free_symbols(formula)):
        return value
    whole, divisor = sympy.fraction(formula)
    first, *others = sorted(walks.free_symbols(whole), key=symbols.text) or [sympy.S.One]
    if divisor != 1 and first.is_positive and whole == sympy.Mul(first, *others):
        return walks.expanded(walks.replaced(value, {first: symbol * divisor / sympy.Mul(*others)}))
    return walks.expanded(walks.replaced(value, {symbol: formula})) if symbol in read else value


def _lowest(value: Expr, ranges: Ranges) -> Expr | None:
    """A lower bound of an expanded value without indices, None where there is no simple one."""
    parts = walks.parts(value, floor, Mod)
    inner = {part for outer in parts for argument in outer.args for part in walks.parts(argument, floor, Mod)}
    for part in sorted(parts - inner, key=symbols.text):
        slope = value.coeff(part, 1)
        rest = walks.expanded(value - slope * part)
        if rest.has(part):
            return None
        end = _end_of(part, ranges, lowest=bool(slope.is_nonnegative))
        if end is None or not (slope.is_nonnegative or slope.is_nonpositive):
            return None
        value = walks.expanded(rest + slope * end)
    for letter in sorted(walks.free_symbols(value) & set(ranges), key=symbols.text):
        if letter.is_positive:
            continue
        found = in_letter(value, letter)
        if found is None:
            return None
        slope, rest = found
        if slope.is_nonpositive and not slope.is_nonnegative:
            rest = walks.expanded(rest + slope * (ranges[letter] - 1))
        elif not slope.is_nonnegative:
            return None
        value = rest
    # The size of an index may be a floor itself.
    return _lowest(value, ranges) if walks.holds(value, floor) else value


def _end_of(part: Expr, ranges: Ranges, *, lowest: bool) -> Expr | None:
    """The least or the largest value of a floor or of a remainder."""
    if isinstance(part, Mod):
        return sympy.S.Zero if lowest else part.args[1] - 1
    inside = walks.expanded(part.args[0])
    end = _lowest(inside, ranges) if lowest else _negated(_lowest(walks.expanded(-inside), ranges))
    if end is None:
        return None
    whole = Add(*(term for term in Add.make_args(end) if term.is_integer))
    left = end - whole
    if left.is_Rational:
        return whole + floor(left)
    if lowest:
        return whole if left.is_nonnegative else None
    return whole - 1 if left.is_negative else end


def _negated(value: Expr | None) -> Expr | None:
    return None if value is None else walks.expanded(-value)
