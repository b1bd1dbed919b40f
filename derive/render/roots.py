"""Irrational coefficients as one root: 1/√(2π), not √2/(2√π); √(2/π), not √2/√π."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Expr, Mul, Pow


def is_root(factor: Expr) -> bool:
    """Whether it is the square root of a number."""
    return isinstance(factor, Pow) and factor.exp == sympy.S.Half and bool(factor.base.is_number)


def rationalised(above: Sequence[Expr], below: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the line, with the roots of numbers where the fewest of them remain.

    SymPy keeps no root of an integer below the line; a coefficient with two roots or more is written as
    the roots of the numerator and of the denominator of its square.
    """
    numbers = [factor for factor in above if _is_number(factor)]
    divisors = [factor for factor in below if _is_number(factor)]
    if sum(is_root(factor) for factor in (*numbers, *divisors)) < 2:
        return list(above), list(below)
    top, bottom = ((Mul(*numbers) / Mul(*divisors)) ** 2).as_numer_denom()
    others = (
        [factor for factor in above if factor not in numbers],
        [factor for factor in below if factor not in divisors],
    )
    rational, irrational = sympy.sqrt(top).as_coeff_Mul()
    if irrational != 1 and is_root(sympy.sqrt(bottom)):
        quotient = Pow(irrational**2 / bottom, sympy.S.Half, evaluate=False)
        return [*([rational] if rational != 1 else []), quotient, *others[0]], others[1]
    return (
        [*_roots(top), *others[0]],
        [*_roots(bottom), *others[1]],
    )


def _is_number(factor: Expr) -> bool:
    return bool(factor.is_Rational) or is_root(factor)


def _roots(square: Expr) -> list[Expr]:
    return [sympy.sqrt(factor) for factor in Mul.make_args(square) if factor != 1]
