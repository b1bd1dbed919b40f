"""Quotients that multiply out: p·(y/p) is y, also where p is 0 in a computer's arithmetic."""

from __future__ import annotations

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, Sum

from derive.calculus.sweep import fresh_bound


def cancelled(expression: Expr) -> Expr:
    """The expression multiplied out where fewer values of the forward pass then stand below a line."""
    if not _divisors(expression):
        return expression
    inside = expression.replace(lambda part: isinstance(part, Sum), _cancelled_sum)
    expanded = Add(*map(_with_delta_used, Add.make_args(_multiplied_out(inside))))
    return min((inside, expanded), key=lambda candidate: (len(_divisors(candidate)), sympy.count_ops(candidate)))


def _cancelled_sum(total: Expr) -> Expr:
    return Sum(cancelled(total.function), *total.limits)


def _multiplied_out(expression: Expr) -> Expr:
    """Products of sums as sums of products; what stands inside a sum over an index stays as it is."""
    totals = {total: sympy.Dummy(real=True) for total in expression.atoms(Sum)}
    expanded = sympy.expand_mul(expression.xreplace(totals))
    return expanded.xreplace({name: total for total, name in totals.items()})


def _with_delta_used(term: Expr) -> Expr:
    """A term with an index that must be a class replaced by it: p[j]/p[y]·[j = y] is [j = y]."""
    factors = Mul.make_args(term)
    for delta in factors:
        if isinstance(delta, KroneckerDelta):
            letter, place = delta.args if isinstance(delta.args[0], sympy.Symbol) else delta.args[::-1]
            others = fresh_bound(Mul(*(factor for factor in factors if factor is not delta)), {letter: place})
            if len(_divisors(others)) < len(_divisors(term)):
                return others * delta
    return term


def _divisors(expression: Expr) -> list[Expr]:
    """The powers of elements with a negative exponent."""
    return [
        part
        for part in sympy.preorder_traversal(expression)
        if part.is_Pow and part.exp.is_negative and part.base.has(Indexed) and not part.base.has(Add)
    ]
