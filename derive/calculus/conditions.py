"""Conditions in brackets as plain as they can be said: z < 0 for exp(z) - 1 < 0, z > -3 for z/6 + 1/2 > 0."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Abs, Add, Expr, Indexed, Mul, Symbol, exp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, Not

from derive.expression import walks
from derive.expression.functions import Bracket


def with_plain_conditions(expression: Expr) -> Expr:
    """The expression with its conditions solved for what they compare, and those that others in a product decide."""
    if not walks.holds(expression, Bracket):
        return expression
    if isinstance(expression, Bracket):
        condition = expression.args[0]
        inside = walks.mapped(condition, with_plain_conditions)
        return Bracket(_solved(inside) if isinstance(inside, Relational) else inside)
    if isinstance(expression, Mul):
        expression = _decided(expression)
    result: Expr = walks.mapped(expression, with_plain_conditions)
    return result


def _decided(product: Mul) -> Expr:
    """The product with the conditions inside its conditions that others of its factors say to hold or to fail."""
    factors = list(product.args)
    for bracket in [factor for factor in factors if isinstance(factor, Bracket)]:
        condition = bracket.args[0]
        if walks.holds(condition, Bracket):
            continue
        known = {bracket: sympy.S.One, Bracket(Not(condition)): sympy.S.Zero}
        factors = [factor if factor == bracket else walks.replaced(factor, known) for factor in factors]
    return Mul(*factors)


def _solved(condition: Relational) -> Boolean:
    """A comparison of one thing with a number, solved for that thing; any other as it is."""
    total = sympy.expand(condition.lhs - condition.rhs)
    if condition.rel_op not in ("<", "<=", ">", ">=") or not total.is_real or total.is_integer:
        return condition
    number, rest = total.as_coeff_Add()
    slope, thing = rest.as_coeff_Mul()
    if isinstance(thing, Add) or not slope.is_rational or not number.is_rational or slope == 0:
        return condition
    bound = -number / slope
    if isinstance(thing, exp):
        if bound != 1:
            return condition
        thing, bound = thing.args[0], sympy.S.Zero
        return _solved(_compared(thing, bound, condition.rel_op, slope))
    if not isinstance(thing, Indexed | Symbol | Abs):
        return condition
    return _compared(thing, bound, condition.rel_op, slope)


def _compared(thing: Expr, bound: Expr, sign: str, slope: Expr) -> Relational:
    """``thing ? bound``, the comparison turned where the slope was negative."""
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    return Relational(thing, bound, sign if slope.is_positive else turned[sign])


def together(factors: list[Expr]) -> list[Expr]:
    """The factors of a product, with conditions on the same one thing drawn together into one bracket."""
    kept: list[Expr] = []
    for factor in factors:
        thing = _thing(factor)
        other = next((old for old in kept if thing is not None and _thing(old) == thing), None)
        if other is None:
            kept.append(factor)
        else:
            kept[kept.index(other)] = Bracket(sympy.And(other.args[0], factor.args[0]))
    return kept


def _thing(factor: Expr) -> Expr | None:
    """What a bracket compares with numbers, if it is one thing."""
    if not isinstance(factor, Bracket):
        return None
    things = set(_things(factor.args[0]))
    return things.pop() if len(things) == 1 else None


def _things(condition: Boolean) -> Iterator[Expr | None]:
    for part in sympy.And.make_args(condition):
        plain = isinstance(part, Relational) and part.rhs.is_number and isinstance(part.lhs, Indexed | Symbol)
        yield part.lhs if plain else None
