"""From a derivation for all sizes to that at given ones: numbers in the place of letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from sympy import And, Expr, Sum
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from derive.building.letters import Numbers, with_numbers
from derive.calculus.bounds import Ranges, never_negative
from derive.derivation import Derivation, General
from derive.expression import walks
from derive.expression.functions import Bracket
from derive.forward import Forward
from derive.remembering import EXPRESSIONS, with_forward
from derive.steps import Quantity, Step


def specialised(general: Derivation, numbers: Numbers, forward: Forward | None = None) -> Derivation:
    """The derivation with numbers in the place of letters: of its result, its steps and all its forms.

    ``forward`` is the forward definition at the numbers, if it is there already. Each equation follows from the
    general one alone; the derivation keeps that one.
    """
    model = forward or with_numbers(general.forward, numbers)
    quantity = put(general.quantity, numbers)
    return replace(
        general,
        forward=model,
        quantity=quantity,
        result=_decided(put(general.result, numbers), quantity, model),
        steps=tuple(_step(model, step, tuple(numbers.items())) for step in general.steps),
        matrix=put(general.matrix, numbers),
        convolution=put(general.convolution, numbers),
        general=General(general, tuple(numbers.items())),
    )


@with_forward(EXPRESSIONS)
def _step(forward: Forward, general: Step, numbers: tuple[tuple[Expr, Expr], ...]) -> Step:
    """A step at the numbers; derivations of one network share most of theirs."""
    step: Step = put(general, dict(numbers))
    return replace(step, expression=_decided(step.expression, step.quantity, forward))


def _decided(expression: Expr, quantity: Quantity, forward: Forward) -> Expr:
    """The expression without conditions that hold at all indices, as those on a remainder do where there is none."""
    if not walks.holds(expression, Bracket):
        return expression
    return _without_true(
        expression, {**dict(forward.sizes), **dict(zip(quantity.indices, quantity.shape, strict=True))}
    )


def _without_true(expression: Expr, ranges: Ranges) -> Expr:
    if not walks.holds(expression, Bracket):
        return expression
    if isinstance(expression, Bracket):
        conditions = And.make_args(expression.args[0])
        left = [condition for condition in conditions if not _holds(condition, ranges)]
        return expression if len(left) == len(conditions) else Bracket(And(*left))
    if isinstance(expression, Sum):
        inner = {letter: upper + 1 for letter, lower, upper in expression.limits if lower == 0}
        outer = {
            letter: length
            for letter, length in ranges.items()
            if letter not in {limit[0] for limit in expression.limits}
        }
        return walks.total(_without_true(expression.function, {**outer, **inner}), expression.limits)
    return walks.mapped(expression, lambda part: _without_true(part, ranges), Expr)


def _holds(condition: Boolean, ranges: Ranges) -> bool:
    """Whether a comparison of integers holds whatever the indices are."""
    if not isinstance(condition, Relational) or not all(side.is_integer for side in (condition.lhs, condition.rhs)):
        return False
    if condition.rel_op not in (">=", ">", "<=", "<"):
        return False
    slack = condition.gts - condition.lts
    return never_negative(slack if condition.rel_op in (">=", "<=") else slack - 1, ranges)


def put(value: Any, numbers: Mapping[Expr, Expr]) -> Any:
    """An expression, or what is made of expressions, with numbers in the place of letters and nothing rearranged."""
    if isinstance(value, Expr):
        return walks.replaced(value, numbers)
    if isinstance(value, tuple):
        return tuple(put(part, numbers) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {entry.name: put(getattr(value, entry.name), numbers) for entry in fields(value)}
        return replace(value, **changed)
    return value
