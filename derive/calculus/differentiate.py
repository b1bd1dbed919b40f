"""Differentiation of an index expression with respect to the elements of one tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Abs, Add, Expr, Function, Indexed, KroneckerDelta, Mul, Pow, Sum, Symbol
from sympy.core.function import AppliedUndef, ArgumentIndexError
from sympy.logic.boolalg import Boolean

from derive.calculus.absolute import with_signs_used
from derive.errors import DeriveError
from derive.expression import symbols, walks
from derive.expression.functions import ArgMax, Bracket
from derive.expression.matrices import MatrixFunction, ProductOver, named, others, slopes
from derive.expression.multivariate import slope_of_several
from derive.expression.rules import Rules

CONSTANT = Bracket | KroneckerDelta | ArgMax | sympy.floor | sympy.ceiling | sympy.sign
"""What is constant but for jumps, and has the derivative 0 where it jumps too."""

Slope = Callable[[str, Expr], Expr]
"""The derivative of a named scalar function: its name and argument to an expression."""


@dataclass(frozen=True)
class Contribution:
    """One access T[subscripts] of a tensor T inside an expression, and the slope along it.

    The derivative of the expression with respect to T[a] is the sum over all contributions, and over
    ``bound``, of ``slope * Π [a = subscripts]``.
    """

    slope: Expr
    subscripts: tuple[Expr, ...]
    bound: tuple[tuple[Symbol, Expr], ...] = ()


def contributions(
    expression: Expr, tensor: str, slope_of: Slope, outside: tuple[Symbol, ...] = ()
) -> tuple[Contribution, ...]:
    """Every way in which ``expression`` depends on elements of ``tensor``.

    Rules: linearity, product, quotient and power, chain. Brackets and Kronecker deltas are constant, and
    so are floors. Bound indices get other names than the indices ``outside``, which deltas will meet.

    Raises:
        DeriveError: the expression holds a function that has no derivative here.
    """
    found = (replace(part, slope=named(part.slope)) for part in _walk(expression, tensor, slope_of))
    return tuple(_apart(part, {letter.name for letter in outside}) for part in found)


def unknown_slope(name: str, argument: Expr) -> Expr:
    """The derivative of a function that is left unknown: ``f`` gives ``f'``."""
    result: Expr = Function(f"{name}'")(argument)
    return result


def _walk(expression: Expr, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    if not _reads(expression, tensor):
        return
    yield from RULES.of(expression, _function)(expression, tensor, slope_of)


def _element(expression: Expr, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    yield Contribution(sympy.S.One, symbols.subscripts_of(expression))


def _added(expression: Add, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    for term in expression.args:
        yield from _walk(term, tensor, slope_of)


def _summed(expression: Sum, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    bound = tuple((letter, upper + 1) for letter, _, upper in expression.limits)
    for inner in _walk(expression.function, tensor, slope_of):
        yield replace(inner, bound=bound + inner.bound)


def _multiplied(expression: Mul, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    for position, factor in enumerate(expression.args):
        others = Mul(*expression.args[:position], *expression.args[position + 1 :])
        yield from _scaled(others, factor, tensor, slope_of)


def _constant(expression: Expr, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    yield from ()


def _piecewise(expression: sympy.Piecewise, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    before: list[Boolean] = []
    for value, condition in expression.args:
        holds = Bracket(sympy.And(condition, *map(sympy.Not, before)))
        yield from _scaled(holds, value, tensor, slope_of)
        before.append(condition)


def _remainder(expression: sympy.Mod, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    above, below = expression.args
    yield from _walk(above, tensor, slope_of)
    yield from _scaled(-sympy.floor(above / below), below, tensor, slope_of)


def _of_matrix(expression: MatrixFunction, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    """A determinant or an element of an inverse by every element of its matrix."""
    for slope, element, bound in slopes(expression, set()):
        yield Contribution(slope, symbols.subscripts_of(element), bound)


def _of_product(expression: ProductOver, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    """A product over an index by each of its factors, times the others."""
    letters = [letter for letter, _, _ in expression.limits]
    fresh = symbols.fresh_indices(len(letters), symbols.names_in(expression))
    factor = walks.replaced(expression.function, dict(zip(letters, fresh, strict=True)))
    bound = tuple((letter, upper + 1) for letter, (_, _, upper) in zip(fresh, expression.limits, strict=True))
    for inner in _scaled(others(expression, fresh), factor, tensor, slope_of):
        yield replace(inner, bound=bound + inner.bound)


def _power(expression: Pow, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    base, exponent = expression.as_base_exp()
    yield from _scaled(exponent * base ** (exponent - 1), base, tensor, slope_of)
    yield from _scaled(expression * sympy.log(base), exponent, tensor, slope_of)


def _function(expression: Expr, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    if not expression.args:
        raise DeriveError(f"no rule differentiates {expression.func.__name__}")
    for place, argument in enumerate(expression.args):
        yield from _scaled(_outer(expression, place, slope_of), argument, tensor, slope_of)


def _outer(expression: Expr, place: int, slope_of: Slope) -> Expr:
    """The slope of a function by the argument at a place."""
    if isinstance(expression, AppliedUndef):
        several = len(expression.args) > 1
        return slope_of_several(expression, place) if several else slope_of(expression.func.__name__, *expression.args)
    if isinstance(expression, Abs):
        return sympy.sign(expression.args[0])
    try:
        result: Expr = expression.fdiff(place + 1)
    except (ArgumentIndexError, AttributeError):
        name = expression.func.__name__
        raise DeriveError(f"{name.lower()} has no derivative that is known here, by its argument {place + 1}") from None
    return result


def _scaled(factor: Expr, expression: Expr, tensor: str, slope_of: Slope) -> Iterator[Contribution]:
    for inner in _walk(expression, tensor, slope_of):
        apart = _apart(inner, symbols.names_in(factor))
        yield replace(apart, slope=with_signs_used(factor * apart.slope))


def _apart(inner: Contribution, taken: set[str]) -> Contribution:
    """The contribution with its bound indices renamed out of ``taken``."""
    clash = [letter for letter, _ in inner.bound if letter.name in taken]
    if not clash:
        return inner
    used = taken | symbols.names_in(inner.slope, *inner.subscripts) | {letter.name for letter, _ in inner.bound}
    renaming = dict(zip(clash, symbols.fresh_indices(len(clash), used), strict=True))
    return Contribution(
        walks.replaced(inner.slope, renaming),
        tuple(walks.replaced(subscript, renaming) for subscript in inner.subscripts),
        tuple((renaming.get(letter, letter), length) for letter, length in inner.bound),
    )


def _reads(expression: Expr, tensor: str) -> bool:
    if isinstance(expression, Indexed):
        return symbols.name_of(expression) == tensor
    if isinstance(expression, Symbol):
        return expression == symbols.scalar(tensor)
    return any(_reads(argument, tensor) for argument in expression.args)


RULES: Rules[Callable[[Any, str, Slope], Iterator[Contribution]]] = Rules(
    {
        Indexed | Symbol: _element,
        Add: _added,
        Sum: _summed,
        Mul: _multiplied,
        Pow: _power,
        CONSTANT: _constant,
        sympy.Piecewise: _piecewise,
        MatrixFunction: _of_matrix,
        ProductOver: _of_product,
        sympy.Mod: _remainder,
    }
)
"""How each kind of expression depends on the elements that it reads; what is none of them is a function."""
