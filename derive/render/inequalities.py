"""What inequalities say of one another: which exclude each other, which follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import And, Expr, Ge, Gt, Le, Lt, Not, S, expand
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

LOWERED = {Ge: (1, 0), Gt: (1, 1), Le: (-1, 0), Lt: (-1, 1)}
"""For ``a ? b`` the sign of a - b, and what is taken off, for an expression that is at least 0."""


@dataclass(frozen=True)
class Bound:
    """What an inequality says: the expression is at least 0, or more than 0 where it is ``strict``."""

    expression: Expr
    strict: bool = False

    def excludes(self, other: Bound) -> bool:
        """Whether both cannot hold: their sum would be less than it is."""
        total = expand(self.expression + other.expression)
        return bool(total.is_negative or (total == 0 and (self.strict or other.strict)))

    def follows(self, other: Bound) -> bool:
        """Whether it certainly holds where the other one does."""
        more = expand(self.expression - other.expression)
        return bool(more.is_positive or (more.is_nonnegative and (other.strict or not self.strict)))


NOTHING = Bound(S.Zero)


def excluded(condition: Boolean, given: Sequence[Boolean]) -> bool:
    """Whether the condition certainly fails where the given ones hold."""
    known = [bound for one in given for bound in _bounds(one)]
    own = _bounds(condition)
    return any(bound.excludes(other) for bound in own for other in (*known, *own, NOTHING))


def implied(condition: Boolean, given: Sequence[Boolean]) -> bool:
    """Whether the condition certainly holds where the given ones do."""
    if isinstance(condition, Not):
        return excluded(condition.args[0], given)
    known = [bound for one in given for bound in _bounds(one)]
    own = _bounds(condition)
    return bool(own) and all(any(bound.follows(other) for other in (*known, NOTHING)) for bound in own)


def _bounds(condition: Boolean) -> tuple[Bound, ...]:
    """What holds where the condition does; nothing is known of what is no inequality."""
    if isinstance(condition, And):
        return tuple(bound for part in condition.args for bound in _bounds(part))
    if isinstance(condition, Not) and isinstance(condition.args[0], Relational):
        return _bounds(condition.args[0].negated)
    if type(condition) not in LOWERED:
        return ()
    sign, less = LOWERED[type(condition)]
    left, right = condition.args
    above = expand(sign * (left - right))
    if all(side.is_integer for side in condition.args):
        return (Bound(above - less),)
    # Real numbers have no next one: the bound stays strict, in units of its first variable.
    unit = next((abs(above.coeff(symbol)) for symbol in sorted(above.free_symbols, key=str)), S.One)
    return (Bound(expand(above / unit) if unit.is_positive else above, bool(less)),)
