"""Signs and absolute values of one thing in a product: u sign(u) is |u|, |u| sign(u) is u."""

from __future__ import annotations

from sympy import Abs, Expr, Mul, S, sign

from derive.calculus.factors import powers_of
from derive.expression import walks


def with_signs_used(expression: Expr) -> Expr:
    """The expression with the signs in its products multiplied into what they are signs of.

    Where |u| divides, u is not 0, as it must not be for the product to have a value.
    """
    if not walks.holds(expression, sign):
        return expression
    inside = walks.mapped(expression, with_signs_used, Expr)
    return _used(inside) if isinstance(inside, Mul) else inside


def _used(product: Expr) -> Expr:
    number, powers = powers_of(product)
    for base in [base for base in powers if isinstance(base, sign)]:
        (argument,) = base.args
        if powers[base] != 1:
            continue
        absolute, own = powers.get(Abs(argument), S.Zero), powers.get(argument, S.Zero)
        if absolute.is_integer and absolute != 0:
            del powers[base]
            powers[Abs(argument)] = absolute - 1
            powers[argument] = own + 1
        elif own.is_integer and own != 0:
            del powers[base]
            powers[argument] = own - 1
            powers[Abs(argument)] = absolute + 1
    return number * Mul(*(base**exponent for base, exponent in powers.items()))
