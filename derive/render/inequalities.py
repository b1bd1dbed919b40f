"""What inequalities between integers say of one another: which exclude each other, which follow."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import And, Expr, Ge, Gt, Le, Lt, Not, expand
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

LOWERED = {Ge: (1, 0), Gt: (1, 1), Le: (-1, 0), Lt: (-1, 1)}
"""For ``a ? b`` the sign of a - b, and what is taken off, for an expression that is at least 0."""


def excluded(condition: Boolean, given: Sequence[Boolean]) -> bool:
    """Whether the condition certainly fails where the given ones hold."""
    known = [bound for one in given for bound in _at_least_zero(one)]
    own = _at_least_zero(condition)
    return any(expand(bound + other).is_negative for bound in own for other in (*known, *own, 0))


def implied(condition: Boolean, given: Sequence[Boolean]) -> bool:
    """Whether the condition certainly holds where the given ones do."""
    if isinstance(condition, Not):
        return excluded(condition.args[0], given)
    known = [bound for one in given for bound in _at_least_zero(one)]
    own = _at_least_zero(condition)
    return bool(own) and all(any(expand(bound - other).is_nonnegative for other in (*known, 0)) for bound in own)


def _at_least_zero(condition: Boolean) -> tuple[Expr, ...]:
    """Expressions that are at least 0 where the condition holds; none if it is no inequality of integers."""
    if isinstance(condition, And):
        return tuple(bound for part in condition.args for bound in _at_least_zero(part))
    if isinstance(condition, Not) and isinstance(condition.args[0], Relational):
        return _at_least_zero(condition.args[0].negated)
    if type(condition) not in LOWERED or not all(side.is_integer for side in condition.args):
        return ()
    sign, less = LOWERED[type(condition)]
    left, right = condition.args
    return (expand(sign * (left - right) - less),)
