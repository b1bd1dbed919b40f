"""Expressions and conditions in indices and sizes as integer source: quotients are whole, nothing becomes real."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mod, Mul, Symbol, floor
from sympy.core.relational import Relational

from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.expression.rules import Rules
from numeric.errors import CompileError
from numeric.source.code import Code, combined, compared, constant, inverted, multiplied, named, negated, summed
from numeric.source.naming import variable
from numeric.source.scalar import SIGNS


@dataclass(frozen=True)
class Integers:
    """Writes integer expressions; ``leaf`` writes an index, or an element of an array of integers."""

    leaf: Callable[[Expr], Code]

    def text(self, expression: Expr) -> Code:
        """The source of an integer expression.

        Raises:
            CompileError: the expression is not made of integers.
        """
        write = WRITERS.of(expression)
        if write is None:
            raise CompileError(f"{expression} is no integer expression that can be written")
        return write(self, expression)

    def _symbol(self, symbol: Symbol) -> Code:
        return named(variable(symbol)) if symbol.is_positive else self.leaf(symbol)

    def _power(self, power: sympy.Pow) -> Code:
        if power.exp.is_Integer and power.exp.is_positive:
            return combined(ast.Pow(), [self.text(power.base), constant(int(power.exp))])
        raise CompileError(f"{power} is no integer expression that can be written")

    def _remainder(self, remainder: Mod) -> Code:
        return combined(ast.Mod(), [self.text(part) for part in remainder.args], whole=True)

    def condition(self, condition: Any) -> Code:
        """The source of a condition between integers.

        Raises:
            CompileError: something in it is not made of integers.
        """
        if isinstance(condition, sympy.And | sympy.Or):
            parts = [self.condition(part) for part in sorted(condition.args, key=str)]
            return combined(ast.BitAnd() if isinstance(condition, sympy.And) else ast.BitOr(), parts, whole=True)
        if isinstance(condition, sympy.Not):
            return replace(inverted(self.condition(condition.args[0])), whole=True)
        if isinstance(condition, KroneckerDelta):
            return self._compared("==", *condition.args[:2])
        if isinstance(condition, Relational) and condition.rel_op in SIGNS:
            return self._compared(condition.rel_op, condition.lhs, condition.rhs)
        raise CompileError(f"{condition} is no condition between integers that can be written")

    def _compared(self, sign: str, left: Expr, right: Expr) -> Code:
        """Both sides multiplied out of their quotients, and no minus sign in front of a term."""
        above, below = sympy.fraction(sympy.together(left - right))
        if below != 1:
            left, right = sympy.expand(above), sympy.S.Zero
        terms = [*Add.make_args(left), *(-term for term in Add.make_args(right))]
        if any(term.could_extract_minus_sign() for side in (left, right) for term in Add.make_args(side)):
            left = Add(*(term for term in terms if not term.could_extract_minus_sign()))
            right = Add(*(-term for term in terms if term.could_extract_minus_sign()))
        return compared(self.text(left), SIGNS[sign](), self.text(right), whole=True)

    def _quotient(self, quotient: Expr) -> Code:
        above, below = sympy.fraction(sympy.together(quotient))
        number = self.text(sympy.expand(above))
        return number if below == 1 else combined(ast.FloorDiv(), [number, self.text(below)], whole=True)

    def _product(self, product: Expr) -> Code:
        _, below = sympy.fraction(product)
        if below != 1:
            return self._quotient(product)
        if product.could_extract_minus_sign():
            inner = self.text(-product)
            return negated(replace(inner, whole=False))
        factors = [self.text(factor) for factor in product.as_ordered_factors()]
        return replace(multiplied(factors), whole=True)

    def _sum(self, total: Expr) -> Code:
        _, below = sympy.fraction(sympy.together(total))
        if below != 1:
            return self._quotient(total)
        return summed([self.text(term) for term in total.as_ordered_terms()], whole=True)


def is_whole(expression: Expr, integers: frozenset[str]) -> bool:
    """Whether an expression holds nothing but indices, sizes and elements of arrays of integers."""
    if isinstance(expression, Indexed):
        return symbols.name_of(expression) in integers
    if isinstance(expression, Symbol):
        return bool(expression.is_integer) or expression.name in integers
    if isinstance(expression, Bracket) or not expression.args:
        return bool(expression.is_number)
    return all(is_whole(part, integers) for part in expression.args)


WRITERS: Rules[Callable[[Integers, Any], Code]] = Rules(
    {
        sympy.Integer: lambda integers, number: constant(int(number)),
        Symbol: Integers._symbol,
        Indexed: lambda integers, access: integers.leaf(access),
        floor: lambda integers, quotient: integers._quotient(quotient.args[0]),
        Mod: Integers._remainder,
        Add: Integers._sum,
        sympy.Pow: Integers._power,
        Mul: Integers._product,
    }
)
"""How each kind of integer expression is written."""
