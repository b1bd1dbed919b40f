"""The parts of a product and of a sum as a textbook writes them, before they are printed."""

from __future__ import annotations

import sympy
from sympy import Add, Basic, Expr, Indexed, KroneckerDelta, Mul, Pow, Sum, Symbol
from sympy.logic.boolalg import And

from derive.calculus.conditions import together
from derive.expression import walks
from derive.expression.functions import Bracket
from derive.render.order import by_factor, is_scalar, natural


def numbers_first(expression: Basic) -> Basic:
    """The expression with the number of each product in front, where SymPy keeps it and printers look for it.

    Only products that were made without being evaluated have it elsewhere.
    """
    if isinstance(expression, Mul) and any(factor.is_Number for factor in expression.args[1:]):
        expression = Mul(*expression.args)
    return walks.mapped(expression, numbers_first) if walks.holds(expression, Mul) else expression


def divides(factor: Expr) -> bool:
    """Whether the factor of a product belongs below the line."""
    return isinstance(factor, Pow) and bool(factor.exp.as_coeff_Mul()[0].is_negative)


def with_number(number: sympy.Rational, above: list[Expr], below: list[Expr]) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the line, with the numerator and denominator of a number put before them."""
    top, bottom = sympy.Integer(number.p), sympy.Integer(number.q)
    return [top, *above] if top != 1 else above, [bottom, *below] if bottom != 1 else below


def outermost_first(total: Sum) -> list[tuple[Symbol, Expr, Expr]]:
    """The ranges of a sum in the order of their letters, unless one depends on another."""
    letters = {letter for letter, _, _ in total.limits}
    free = not any((low.free_symbols | high.free_symbols) & letters for _, low, high in total.limits)
    ranges = [(letter, low, high) for letter, low, high in reversed(total.limits)]
    return sorted(ranges, key=lambda each: natural(each[0].name)) if free else ranges


def common_number(expression: Expr) -> tuple[Expr, Expr]:
    """The number that all terms of a sum of tensor elements share, and the sum without it."""
    if not isinstance(expression, Add) or is_scalar(expression):
        return sympy.S.One, expression
    number, rest = expression.primitive()
    plain = number.is_Integer or all(abs(term.as_coeff_Mul()[0]) == 1 for term in rest.args)
    return (number, rest) if plain else (sympy.S.One, expression)


def is_decimal(number: Expr) -> bool:
    """Whether a rational number was a decimal fraction to its author: 1/100, but not 1/2 or 1/3."""
    if not isinstance(number, sympy.Rational) or number.q % 10:
        return False
    return set(sympy.factorint(number.q)) <= {2, 5}


def decimal(number: sympy.Rational) -> str:
    """The digits of a decimal fraction that ends."""
    places = max(sympy.factorint(number.q).values())
    digits = str(number.p * 10**places // number.q).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


LONG = 12
"""How many zeros of a number are written out before it gets a power of ten."""


def scientific(number: sympy.Rational) -> tuple[str, int] | None:
    """The digits of a very small or very large decimal fraction and its power of ten; None for one that is neither."""
    if number.is_Integer:
        digits, power = str(number.p), 0
    else:
        plain = decimal(number)
        digits, power = plain.replace(".", "").lstrip("0"), -len(plain.partition(".")[2])
    short = digits.rstrip("0")
    power += len(digits) - len(short)
    if power + len(short) - 1 >= -LONG and power <= LONG:
        return None
    return (f"{short[0]}.{short[1:]}" if len(short) > 1 else short), power + len(short) - 1


def arranged(expression: Mul) -> tuple[Expr, list[Expr]]:
    """The number of a product and its other factors in order, the numbers and signs of sums made plain."""
    number, rest = expression.as_coeff_Mul()
    factors = []
    for factor in by_factor(Mul.make_args(rest)):
        if isinstance(factor, Add) and not is_scalar(factor):
            if number.is_Rational and not number.is_Integer and _absorbs(factor, number):
                factor, number = Add(*(number * term for term in factor.args)), sympy.S.One
            common, factor = common_number(factor)
            number *= common
            if number.is_negative and factor.as_coeff_Add()[0].is_negative:
                factor, number = Add(*(-term for term in factor.args)), -number
        factors.append(factor)
    return number, together(_together(factors))


def _together(factors: list[Expr]) -> list[Expr]:
    """The factors, brackets on the ranges of indices drawn together into one."""
    ranges = [factor for factor in factors if isinstance(factor, Bracket) and is_scalar(factor.args[0])]
    if len(ranges) < 2:
        return factors
    place = factors.index(ranges[0])
    others = [factor for factor in factors if factor not in ranges]
    return [*others[:place], Bracket(And(*(factor.args[0] for factor in ranges))), *others[place:]]


def _absorbs(total: Add, number: sympy.Rational) -> bool:
    """Whether a term of the sum has the denominator of the number as its coefficient."""
    return any(abs(term.as_coeff_Mul()[0]) == number.q for term in total.args)


def says_where(factor: Expr) -> bool:
    """Whether a factor is a delta with an index that is reckoned from values, as the place of a maximum is."""
    return isinstance(factor, KroneckerDelta) and any(
        walks.holds(subscript, Indexed) and not isinstance(subscript, Indexed) for subscript in factor.args
    )


def by_letter(delta: Expr) -> tuple[Expr, Expr]:
    """The subscripts of such a delta: what is looked for, then where it is."""
    first, second = sorted(delta.args, key=lambda subscript: (walks.holds(subscript, Indexed), str(subscript)))
    return first, second
