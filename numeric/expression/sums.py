"""How sums are computed: over ranges that no index changes, one index after the other, without arrays of all products.

Σ_p Σ_q W3[i,p] W2[p,q] W1[q,j] over arrays of all four indices costs as much as they have elements; summed
as Σ_p W3[i,p] (Σ_q W2[p,q] W1[q,j]), a matrix product at a time, it costs no more than the largest of those.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import lru_cache
from math import prod

import numpy
import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Max, Min, Mul, Piecewise, Pow, Sum, Symbol

from derive.expression import walks
from derive.expression.functions import Bracket
from derive.remembering import EXPRESSIONS
from numeric.arrays.axes import Array, Value


@lru_cache(maxsize=EXPRESSIONS)
def in_nested_order(total: Sum, letters: frozenset[Symbol]) -> Expr:
    """The sum over ranges that none of the ``letters``, the indices around it, changes, one index after the other."""
    return nested(with_constant_limits(total, letters), letters)


def with_constant_limits(total: Sum, axes: Container[Expr]) -> Sum:
    """The sum from the index-free part of each lower limit to that of each upper one.

    A limit such as Max(0, j - L + 1) with j an axis becomes 0 and the bracket [Max(0, j - L + 1) <= s], and one such
    as Max(0, j - L + 1) - 1 becomes -1. A limit without an index-free part stays as it is.
    """
    brackets: list[Expr] = []
    limits = []
    for letter, lower, upper in total.limits:
        low, high = _outer(lower, Max, axes), _outer(upper, Min, axes)
        brackets += [Bracket(lower <= letter)] if low != lower else []
        brackets += [Bracket(letter <= upper)] if high != upper else []
        limits.append((letter, low, high))
    return _summed(Mul(total.function, *brackets), limits) if brackets else total


def _outer(limit: Expr, extreme: type[Max | Min], axes: Container[Expr]) -> Expr:
    """What the limit cannot pass, whatever the indices are."""
    if not any(symbol in axes for symbol in limit.free_symbols):
        return limit
    if isinstance(limit, Add):
        return Add(*(_outer(part, extreme, axes) for part in limit.args))
    if not isinstance(limit, extreme):
        return limit
    free = [part for part in limit.args if not any(symbol in axes for symbol in part.free_symbols)]
    return extreme(*free) if free else limit


def nested(summed: Sum, letters: Iterable[Symbol]) -> Expr:
    """The sum with each factor outside the sums over indices that it does not hold; the same value.

    The next index is always the one whose factors hold the fewest indices together, with those that stand in the same
    factors; ``letters`` are the indices of the surroundings. A sum is left as it is where a factor that may have no
    finite value could leave the product with the bracket that protects it. In a product that is kept as it was written
    nothing cancels.
    """
    factors = Mul.make_args(summed.function)
    if len(summed.limits) < 2 or len(factors) < 2 or not _may_part(factors):
        return summed
    canonical = Mul(*factors) == summed.function
    indices = {*letters, *(limit[0] for limit in summed.limits)}
    remaining = list(summed.limits)
    while remaining:
        limit = min(remaining, key=lambda one: len(indices & _symbols(_holding(factors, one[0]))))
        inside = _holding(factors, limit[0])
        together = [one for one in remaining if _holding(factors, one[0]) == inside] if inside else [limit]
        remaining = [one for one in remaining if one not in together]
        outside = tuple(factor for factor in factors if factor not in inside)
        added = _summed(Mul(*inside, evaluate=canonical), together) if inside else limit[2] - limit[1] + 1
        factors = (*outside, added)
    return Mul(*factors, evaluate=canonical)


def _summed(body: Expr, limits: Iterable[Iterable[Expr]]) -> Expr:
    """The sum; SymPy looks into each for piecewise functions, which few have."""
    return Sum(body, *limits) if walks.holds(body, Piecewise) else walks.total(body, limits)


def _holding(factors: Iterable[Expr], letter: Symbol) -> tuple[Expr, ...]:
    return tuple(factor for factor in factors if letter in walks.free_symbols(factor))


def _symbols(factors: Iterable[Expr]) -> set[Symbol]:
    return set().union(*(walks.free_symbols(factor) for factor in factors))


def _may_part(factors: Iterable[Expr]) -> bool:
    guarded = any(walks.holds(factor, Bracket, KroneckerDelta) for factor in factors)
    return not guarded or all(_is_finite(factor) for factor in factors)


def _is_finite(expression: Expr) -> bool:
    """Whether the value is finite wherever the tensors are: sums and products of elements and integers."""
    if isinstance(expression, Indexed):
        numbers = {number for subscript in expression.indices for number in subscript.atoms(sympy.Number)}
        plain = all(subscript.is_Symbol for subscript in expression.indices)
        return plain or all(number.is_Integer for number in numbers)
    if isinstance(expression, Bracket | KroneckerDelta | Symbol) or expression.is_number:
        return True
    if isinstance(expression, Pow):
        return bool(expression.exp.is_Integer and expression.exp.is_positive) and _is_finite(expression.base)
    if isinstance(expression, Sum):
        return _is_finite(expression.function)
    return isinstance(expression, sympy.Add | Mul) and all(_is_finite(part) for part in expression.args)


LARGE = 1 << 18
"""From how many products on they are summed without an array of them; rounding may differ in the last digit."""


def summed_product(values: Sequence[Value], guards: Sequence[Value], first: int, counts: Sequence[int]) -> Value | None:
    """The sum of a product over axes that stand next to each other, where the guards hold; None if it is a small one.

    Axes are counted from the last, which is 1; those that are summed begin with ``first`` and have the lengths
    ``counts``. An array without one of them, or of length 1 there, is the same all along it. None too where a factor
    is not finite, which a guard may keep out of the product.
    """
    arrays = [value for value in values if isinstance(value, numpy.ndarray)]
    conditions = [numpy.asarray(guard) for guard in guards]
    if len(arrays) + len(conditions) < 2 or not arrays:
        return None
    whole = numpy.broadcast_shapes(*(array.shape for array in (*arrays, *conditions)))
    if prod(whole) < LARGE or (conditions and not all(bool(numpy.isfinite(array).all()) for array in arrays)):
        return None
    summed = dict(enumerate(counts, start=first))
    operands: list[Array | list[int]] = []
    met: set[int] = set()
    for array in (*arrays, *(condition.astype(numpy.float64) for condition in conditions)):
        labels = [array.ndim - place for place, length in enumerate(array.shape) if length != 1]
        operands += [array.reshape([length for length in array.shape if length != 1]), labels]
        met |= set(labels)
    left = sorted((label for label in met if label not in summed), reverse=True)
    total: Array = numpy.einsum(*operands, left, optimize=True)
    kept = [length for place, length in enumerate(whole) if len(whole) - place not in summed]
    factor: Value = prod(count for label, count in summed.items() if label not in met)
    for value in values:
        if not isinstance(value, numpy.ndarray):
            factor = factor * value
    return total.reshape(kept) * factor
