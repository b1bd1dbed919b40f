"""Operations that stay as they are written, where SymPy would cancel z/z to 1 and exp(log(z)) to z.

Each is built with ``evaluate=False``. SymPy's switch for whole blocks, ``sympy.evaluate``, would empty its caches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Add, Basic, Dummy, Expr, Function, Mul, Pow
from sympy.core.relational import Relational


def built(kind: Any, *arguments: Basic) -> Any:
    """An expression of a kind with these arguments, of which nothing is computed."""
    if isinstance(kind, type) and issubclass(kind, Add | Mul | Pow | Function | Relational | sympy.And | sympy.Or):
        return kind(*arguments, evaluate=False)
    return kind(*arguments)


def replaced(expression: Basic, values: Mapping[Any, Any]) -> Any:
    """The expression with some of its parts replaced, of which nothing is computed."""
    if expression in values:
        return values[expression]
    arguments = tuple(replaced(argument, values) for argument in expression.args)
    return expression if arguments == expression.args else built(expression.func, *arguments)


def applied(function: Callable[..., Expr], *arguments: Expr) -> Expr:
    """A function, or what a name stands for, of these arguments: log10(z) is log(z)/log(10)."""
    places = [Dummy(real=True) for _ in arguments]
    result: Expr = replaced(function(*places), dict(zip(places, arguments, strict=True)))
    return result


def computed(operator: str, left: Expr, right: Expr) -> Any:
    """Two expressions joined by an operator of the language, of which nothing is computed.

    The factors of one product are of one, so that a bracket among them guards all of the others.
    """
    factors = Mul.make_args(left)
    if operator == "add":
        return built(Add, left, right)
    if operator == "subtract":
        return built(Add, left, built(Mul, sympy.S.NegativeOne, *Mul.make_args(right)))
    if operator == "multiply":
        return built(Mul, *factors, *Mul.make_args(right))
    if operator == "divide":
        return built(Mul, *factors, built(Pow, right, sympy.S.NegativeOne))
    if operator == "raise":
        return built(Pow, left, right)
    return built({"both": sympy.And, "either": sympy.Or}[operator], left, right)
