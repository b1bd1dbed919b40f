"""Factors multiplied into a sum, where they cancel against divisors or deltas in its terms: p (y/p - 1) is y - p."""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Pow, Sum, Symbol

from derive.calculus.algebra import factored
from derive.calculus.factors import cost
from derive.expression import walks
from derive.remembering import EXPRESSIONS


@lru_cache(maxsize=EXPRESSIONS)
def distributed(expression: Expr, targets: tuple[str, ...] = ()) -> Expr:
    """The expression with the plain factors of its products multiplied into the one sum that may shorten them.

    Every term is factored by itself, and deltas are used on it. The result may be longer than the expression.
    """
    if isinstance(expression, Add):
        return Add(*(distributed(term, targets) for term in expression.args))
    if isinstance(expression, Sum):
        number, body = factored(distributed(expression.function, targets), targets).as_coeff_Mul()
        return number * walks.total(body, expression.limits)
    if not isinstance(expression, Mul):
        return expression
    sums = [factor for factor in expression.args if isinstance(factor, Add) and _may_cancel(factor)]
    if len(sums) != 1:
        return Mul(*(distributed(factor, targets) if isinstance(factor, Sum) else factor for factor in expression.args))
    plain = [factor for factor in expression.args if _is_plain(factor)]
    rest = [factor for factor in expression.args if factor not in plain and factor != sums[0]]
    terms = [distributed(factored(with_deltas_used(Mul(*plain, term)), targets), targets) for term in sums[0].args]
    return Mul(*rest, Add(*terms))


def with_deltas_used(product: Expr) -> Expr:
    """A product with its deltas used on its other factors where that shortens them: p[i]/p[y] [i = y] is [i = y]."""
    for delta in Mul.make_args(product):
        if not isinstance(delta, KroneckerDelta):
            continue
        others = Mul(*(factor for factor in Mul.make_args(product) if factor != delta))
        for side, value in (delta.args, delta.args[::-1]):
            if isinstance(side, Symbol) and not value.has(side):
                shorter = walks.replaced(others, {side: value})
                if cost(shorter) < cost(others):
                    return with_deltas_used(Mul(delta, shorter))
    return product


def _may_cancel(total: Add) -> bool:
    """Whether a term of the sum has a delta, or divides by something, or a sum within it does."""
    return walks.holds(total, KroneckerDelta) or any(power.exp.is_negative for power in walks.parts(total, Pow))


def _is_plain(factor: Expr) -> bool:
    """Whether a factor is a power of an element or of a real symbol."""
    base = factor.base if isinstance(factor, Pow) else factor
    return isinstance(base, Indexed) or (isinstance(base, Symbol) and not base.is_integer)
