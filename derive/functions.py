"""The few functions that SymPy lacks: the Iverson bracket, and where a maximum over indices stands."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Function
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import Boolean


class Bracket(Function):
    """Iverson's bracket: 1 where the condition holds, 0 where it does not.

    A bracket has no derivative of its own: it is constant on both sides of its boundary, and at the
    boundary it takes the side that its condition names. ``z*[z > 0]`` therefore has the slope 0 at 0,
    as PyTorch's ReLU has.

    Source: K. E. Iverson's convention in R. Graham, D. Knuth, O. Patashnik, Concrete Mathematics, 2.1.
    """

    nargs = 1

    @classmethod
    def eval(cls, condition: Any) -> Expr | None:
        """1 or 0 for a condition that is decided, nothing for one that is open."""
        if condition == sympy.true:
            return sympy.S.One
        if condition == sympy.false:
            return sympy.S.Zero
        if not isinstance(condition, Boolean):
            raise TypeError(f"a bracket holds a condition, not {condition!r}")
        return None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _eval_power(self, exponent: Expr) -> Expr | None:
        return self if exponent.is_positive else None


class ArgMax(ExprWithLimits):
    """Where an expression is largest over its bound indices: ``ArgMax(body, (m, 0, M - 1), (n, 0, N - 1))``.

    The value is the place in reading order, ``m*N + n``; of several places with the same value it is the
    first, as in PyTorch's pooling. It is constant but for jumps, so it has no derivative.
    """

    def _eval_is_integer(self) -> bool:
        return True

    def _eval_is_nonnegative(self) -> bool:
        return True


class Maximum(ExprWithLimits):
    """The largest value of an expression over its bound indices, as a forward equation writes it.

    Forward definitions hold it as two rows: where it stands (``ArgMax``), and the value that is read there.
    """
