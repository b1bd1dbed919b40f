"""Sums whose terms hold for neighbouring ranges of one index: the gates of a cell, one below the other."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Add, And, Expr, Mul, S, Symbol
from sympy.core.relational import Relational

from derive.expression.affine import in_letter
from derive.expression.functions import Bracket


@dataclass(frozen=True)
class Window:
    """A range of an index, from ``low`` to less than ``high``, and the terms that hold there without saying so."""

    low: Expr
    high: Expr
    body: Expr

    @property
    def length(self) -> Expr:
        """How many values the index has there."""
        return sympy.expand(self.high - self.low)


def windows_of(total: Expr, letter: Symbol, length: Expr) -> tuple[Window, ...]:
    """The windows of a sum, which cover the range of the index one after another; none for any other sum."""
    found: dict[tuple[Expr, Expr], list[Expr]] = {}
    for term in Add.make_args(total):
        parted = _parted(term, letter, length)
        if parted is None:
            return ()
        low, high, rest = parted
        found.setdefault((low, high), []).append(rest)
    windows = []
    at: Expr = S.Zero
    while found:
        window = next((window for window in found if window[0] == at), None)
        if window is None:
            return ()
        windows.append(Window(*window, Add(*found.pop(window))))
        at = window[1]
    return tuple(windows) if at == length and len(windows) > 1 else ()


def _parted(term: Expr, letter: Symbol, length: Expr) -> tuple[Expr, Expr, Expr] | None:
    """The range that the brackets of a term say, and the term without them; None where they say something else."""
    low, high = S.Zero, length
    rest = []
    for factor in Mul.make_args(term):
        if not isinstance(factor, Bracket) or letter not in factor.free_symbols:
            rest.append(factor)
            continue
        for condition in And.make_args(factor.args[0]):
            bound = _bound(condition, letter)
            if bound is None:
                rest.append(Bracket(condition))
            elif bound[0]:
                low = bound[1]
            else:
                high = bound[1]
    return low, high, Mul(*rest)


def _bound(condition: Expr, letter: Symbol) -> tuple[bool, Expr] | None:
    """Whether a condition between sizes and the index bounds it from below, and the bound: the first value beyond."""
    if not isinstance(condition, Relational) or condition.rel_op not in (">=", "<=", "<", ">"):
        return None
    slope, rest = in_letter(condition.lhs - condition.rhs, letter) or (S.Zero, S.Zero)
    value = sympy.expand(-rest / slope) if slope in (1, -1) else None
    if value is None or not all(symbol.is_positive for symbol in value.free_symbols):
        return None
    below = (condition.rel_op[0] == ">") == (slope == 1)
    strict = condition.rel_op in ("<", ">")
    return below, value + 1 if strict == below else value
