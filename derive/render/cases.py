"""Expressions with brackets and deltas as values under conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Add, Eq, Expr, KroneckerDelta, Mul, Ne, Pow, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, Not

from derive.calculus.algebra import factored
from derive.expression.functions import Bracket
from derive.render.counting import is_index
from derive.render.inequalities import excluded, implied
from derive.render.order import natural


@dataclass(frozen=True)
class Branch:
    """A value, and the conditions under which the expression has it; none for all that is left."""

    value: Expr
    conditions: tuple[Boolean, ...] = ()


def branches(expression: Expr) -> tuple[Branch, ...]:
    """The values of an expression by the brackets and deltas outside its sums; 0 comes last, as the rest.

    Under ``i = j`` the value is written in the index that comes first in the alphabet.
    """
    leaves = list(_leaves(expression, ()))
    zeros = [leaf for leaf in leaves if leaf.value == 0]
    others = [leaf for leaf in leaves if leaf.value != 0]
    if not zeros:
        return (*others[:-1], Branch(others[-1].value))
    return (*others, Branch(sympy.S.Zero))


def _leaves(expression: Expr, conditions: tuple[Boolean, ...]) -> Iterator[Branch]:
    switch = next(iter(sorted(_switches(expression), key=_order)), None)
    if switch is None:
        value = factored(expression) if conditions and isinstance(expression, Add) else expression
        yield Branch(value, _needed(conditions))
        return
    condition = _condition(switch)
    on, off = _decide(expression, condition, True), _decide(expression, condition, False)
    same = _renaming(condition)
    if not excluded(condition, conditions):
        yield from _leaves(on.xreplace(same), (*conditions, condition))
    if not implied(condition, conditions):
        yield from _leaves(off, (*conditions, Not(condition)))


def _needed(conditions: tuple[Boolean, ...]) -> tuple[Boolean, ...]:
    """The conditions without those that follow from the others; of two that say the same the first stays."""
    needed = list(conditions)
    for condition in reversed(conditions):
        others = [other for other in needed if other is not condition]
        if implied(condition, others):
            needed = others
    return tuple(needed)


def _switches(expression: Expr) -> set[Expr]:
    if isinstance(expression, Bracket | KroneckerDelta):
        return {expression}
    if isinstance(expression, Add | Mul | Pow):
        return set().union(*(_switches(argument) for argument in expression.args))
    return set()


def _order(switch: Expr) -> tuple[object, ...]:
    """Deltas first, then brackets; of two that exclude each other the one that says greater."""
    condition = _condition(switch)
    greater = isinstance(condition, Relational) and condition.rel_op in (">", ">=")
    return isinstance(switch, Bracket), not greater, natural(str(switch))


def _condition(switch: Expr) -> Boolean:
    if isinstance(switch, KroneckerDelta):
        left, right = sorted(switch.args, key=lambda argument: natural(str(argument)))
        return Eq(left, right)
    condition: Boolean = switch.args[0]
    if isinstance(condition, Eq | Ne) and all(is_index(side) for side in condition.args):
        return condition.func(*sorted(condition.args, key=lambda argument: natural(str(argument))))
    return condition


def _decide(expression: Expr, condition: Boolean, holds: bool) -> Expr:
    """The expression where the condition holds, or does not."""
    values = {}
    for switch in _switches(expression):
        if _condition(switch) == condition:
            values[switch] = sympy.Integer(holds)
        elif _condition(switch) == Not(condition):
            values[switch] = sympy.Integer(not holds)
    return expression.xreplace(values)


def _renaming(condition: Boolean) -> dict[Symbol, Symbol]:
    if isinstance(condition, Eq) and all(is_index(side) for side in condition.args):
        first, second = sorted(condition.args, key=str)
        return {second: first}
    return {}
