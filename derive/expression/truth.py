"""Whether conditions hold, wherever numbers are compared: exactly, in intervals, in digits."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import And, Not, Or

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""What each sign compares."""


def holds(condition: Any, compared: Callable[[Any], bool]) -> bool:
    """Whether a condition holds, where ``compared`` says it of what is neither composed nor decided: a comparison."""
    if isinstance(condition, And):
        return all(holds(part, compared) for part in condition.args)
    if isinstance(condition, Or):
        return any(holds(part, compared) for part in condition.args)
    if isinstance(condition, Not):
        return not holds(condition.args[0], compared)
    return bool(condition) if condition in (sympy.true, sympy.false) else compared(condition)
