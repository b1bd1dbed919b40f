"""The order in which a product is summed over several indices.

Σ_p Σ_q W3[i,p] W2[p,q] W1[q,j] over arrays of all four indices costs as much as they have elements; summed
as Σ_p W3[i,p] (Σ_q W2[p,q] W1[q,j]), a matrix product at a time, it costs no more than the largest of those.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy
from sympy import Expr, Indexed, KroneckerDelta, Mul, Pow, Sum, Symbol

from derive.expression import walks
from derive.expression.functions import Bracket


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
        added = Sum(Mul(*inside, evaluate=canonical), *together) if inside else limit[2] - limit[1] + 1
        factors = (*outside, added)
    return Mul(*factors, evaluate=canonical)


def _holding(factors: Iterable[Expr], letter: Symbol) -> tuple[Expr, ...]:
    return tuple(factor for factor in factors if letter in walks.free_symbols(factor))


def _symbols(factors: Iterable[Expr]) -> set[Symbol]:
    return set().union(*(walks.free_symbols(factor) for factor in factors))


def _may_part(factors: Iterable[Expr]) -> bool:
    guarded = any(factor.has(Bracket, KroneckerDelta) for factor in factors)
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
