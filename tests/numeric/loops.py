"""Index expressions by plain Python loops over their indices: what the compiled ones are compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sympy
from sympy import Expr, Indexed, Symbol

from derive.expression.functions import Bracket

Assignment = Mapping[Symbol, Any]


def looped(expression: Expr, known: Assignment, arrays: Mapping[str, Any]) -> float:
    """The number of an expression at one value of each of its free indices and sizes."""

    def value(part: Expr) -> float:
        return looped(part, known, arrays)

    if expression.is_number:
        return float(expression)
    if isinstance(expression, Symbol):
        return float(known[expression]) if expression in known else float(arrays[expression.name])
    if isinstance(expression, Indexed):
        return _element(arrays[str(expression.base.label)], [round(value(s)) for s in expression.indices])
    if isinstance(expression, sympy.Sum):
        letter, lower, upper = expression.limits[0]
        body = (
            expression.function
            if len(expression.limits) == 1
            else sympy.Sum(expression.function, *expression.limits[1:])
        )
        return sum(
            looped(body, {**known, letter: k}, arrays) for k in range(round(value(lower)), round(value(upper)) + 1)
        )
    if isinstance(expression, Bracket):
        left, right = map(value, expression.args[0].args)
        return float(bool(expression.args[0].func(left, right)))
    if isinstance(expression, sympy.KroneckerDelta):
        return float(value(expression.args[0]) == value(expression.args[1]))
    parts = [value(argument) for argument in expression.args]
    if isinstance(expression, sympy.Add):
        return sum(parts)
    if isinstance(expression, sympy.Mul):
        return math.prod(parts)
    if isinstance(expression, sympy.Pow):
        return float(parts[0] ** parts[1])
    return float(expression.func(*parts))


def _element(array: Any, subscripts: list[int]) -> float:
    for subscript in subscripts:
        if not 0 <= subscript < len(array):
            return 0.0
        array = array[subscript]
    return float(array)
