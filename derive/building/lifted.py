"""Rows of one sample put where there are several: at every sample of a batch, at every position of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Indexed, Sum, Symbol

from derive.building.equations import Equation
from derive.expression import symbols, walks

Axis = tuple[Symbol, Expr]
"""An index and the length of its axis."""


@dataclass(frozen=True)
class Lift:
    """The axes that come before those of a tensor, and behind them."""

    before: tuple[Axis, ...] = ()
    behind: tuple[Axis, ...] = ()

    @property
    def axes(self) -> tuple[Axis, ...]:
        """All of them."""
        return (*self.before, *self.behind)

    def shape(self, shape: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The shape of a tensor with these axes."""
        return (*(length for _, length in self.before), *shape, *(length for _, length in self.behind))

    def subscripts(self, own: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The subscripts of an element with those of these axes."""
        return (*(letter for letter, _ in self.before), *own, *(letter for letter, _ in self.behind))


def lifted(expression: Expr, lifts: Mapping[str, Lift]) -> Expr:
    """The expression with the tensors that have a lift read at its indices too."""
    if isinstance(expression, Indexed):
        name = symbols.name_of(expression)
        own = tuple(lifted(subscript, lifts) for subscript in expression.indices)
        return symbols.element(name, lifts[name].subscripts(own) if name in lifts else own)
    if isinstance(expression, Symbol):
        known = expression.name in lifts and not expression.is_integer
        return symbols.element(expression.name, lifts[expression.name].subscripts(())) if known else expression
    result: Expr = walks.mapped(expression, lambda part: lifted(part, lifts))
    return result


def with_letters(expression: Expr, letters: Mapping[str, Expr]) -> Expr:
    """The expression with real letters replaced by their names; tensors that are called so stay."""
    if isinstance(expression, Indexed):
        own = tuple(with_letters(subscript, letters) for subscript in expression.indices)
        return symbols.element(symbols.name_of(expression), own)
    if isinstance(expression, Symbol):
        return expression if expression.is_integer else letters.get(expression.name, expression)
    result: Expr = walks.mapped(expression, lambda part: with_letters(part, letters))
    return result


def summed(expression: Expr, axes: tuple[Axis, ...]) -> Expr:
    """The sum of an expression over all values of indices."""
    return walks.total(expression, [(letter, 0, length - 1) for letter, length in axes])


def of_one_number(equation: Equation) -> Equation:
    """The equation for a vector of one element that is no vector but a number: without indices, without sums."""
    one = [letter for letter, length in zip(equation.indices, equation.shape, strict=True) if length == 1]
    expression = _of_one(equation.expression, frozenset(one))
    if len(one) < len(equation.indices):
        return replace(equation, expression=expression)
    return replace(equation, indices=(), shape=(), expression=expression)


def _of_one(expression: Expr, letters: frozenset[Symbol]) -> Expr:
    """The expression with tensors that are read at these letters alone as numbers, and sums over one term as that."""
    if isinstance(expression, Indexed):
        alone = set(expression.indices) <= letters
        return symbols.element(symbols.name_of(expression), () if alone else tuple(expression.indices))
    if isinstance(expression, Sum):
        single = {letter for letter, low, high in expression.limits if low == high == 0}
        inner = _of_one(expression.function, letters | single)
        limits = [limit for limit in expression.limits if limit[0] not in single]
        return Sum(inner, *limits) if limits else inner
    result: Expr = walks.mapped(expression, lambda part: _of_one(part, letters))
    return result
