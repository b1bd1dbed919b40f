"""Expressions and conditions in indices and sizes as integer source: quotients are whole, nothing becomes real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mod, Mul, Symbol, floor
from sympy.core.relational import Relational

from derive.expression import symbols
from derive.expression.functions import Bracket
from numeric.errors import CompileError
from numeric.source.naming import variable
from numeric.source.text import Level, Text, broadcast

SIGNS = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True)
class Integers:
    """Writes integer expressions; ``leaf`` writes an index, or an element of an array of integers."""

    leaf: Callable[[Expr], Text]

    def text(self, expression: Expr) -> Text:
        """The source of an integer expression.

        Raises:
            CompileError: the expression is not made of integers.
        """
        if expression.is_Integer:
            return Text(str(abs(expression)), negative=bool(expression < 0))
        if isinstance(expression, Symbol) and expression.is_positive:
            return Text(variable(expression))
        if isinstance(expression, Symbol | Indexed):
            return self.leaf(expression)
        if isinstance(expression, floor):
            return self._quotient(expression.args[0])
        if isinstance(expression, Mod):
            number, divisor = map(self.text, expression.args)
            return _joined(" % ", number, divisor)
        if isinstance(expression, Add):
            return self._sum(expression)
        if isinstance(expression, sympy.Pow) and expression.exp.is_Integer and expression.exp.is_positive:
            base = self.text(expression.base)
            return Text(f"{base.inside(Level.ATOM)}**{expression.exp}", Level.POWER, base.shape)
        if isinstance(expression, Mul):
            return self._product(expression)
        raise CompileError(f"{expression} is no integer expression that can be written")

    def condition(self, condition: Any) -> Text:
        """The source of a condition between integers.

        Raises:
            CompileError: something in it is not made of integers.
        """
        if isinstance(condition, sympy.And | sympy.Or):
            parts = [self.condition(part) for part in sorted(condition.args, key=str)]
            sign = " & " if isinstance(condition, sympy.And) else " | "
            code = sign.join(f"({part.source})" for part in parts)
            return Text(code, Level.COMPARISON, broadcast(part.shape for part in parts), whole=True)
        if isinstance(condition, sympy.Not):
            inner = self.condition(condition.args[0])
            return Text(f"~({inner.source})", Level.SUM, inner.shape, whole=True)
        if isinstance(condition, KroneckerDelta):
            return self._compared("==", *condition.args[:2])
        if isinstance(condition, Relational) and condition.rel_op in SIGNS:
            return self._compared(condition.rel_op, condition.lhs, condition.rhs)
        raise CompileError(f"{condition} is no condition between integers that can be written")

    def _compared(self, sign: str, left: Expr, right: Expr) -> Text:
        """Both sides multiplied out of their quotients, and no minus sign in front of a term."""
        above, below = sympy.fraction(sympy.together(left - right))
        if below != 1:
            left, right = sympy.expand(above), sympy.S.Zero
        terms = [*Add.make_args(left), *(-term for term in Add.make_args(right))]
        if any(term.could_extract_minus_sign() for side in (left, right) for term in Add.make_args(side)):
            left = Add(*(term for term in terms if not term.could_extract_minus_sign()))
            right = Add(*(-term for term in terms if term.could_extract_minus_sign()))
        first, second = self.text(left), self.text(right)
        code = f"{first.inside(Level.SUM)} {sign} {second.inside(Level.SUM)}"
        return Text(code, Level.COMPARISON, broadcast([first.shape, second.shape]), whole=True)

    def _quotient(self, quotient: Expr) -> Text:
        above, below = sympy.fraction(sympy.together(quotient))
        number = self.text(sympy.expand(above))
        return number if below == 1 else _joined(" // ", number, self.text(below))

    def _product(self, product: Expr) -> Text:
        _, below = sympy.fraction(product)
        if below != 1:
            return self._quotient(product)
        if product.could_extract_minus_sign():
            inner = self.text(-product)
            return Text(inner.inside(Level.PRODUCT), max(inner.level, Level.PRODUCT), inner.shape, negative=True)
        factors = [self.text(factor) for factor in product.as_ordered_factors()]
        code = " * ".join(factor.inside(Level.ATOM) for factor in factors)
        return Text(code, Level.PRODUCT, broadcast(factor.shape for factor in factors), whole=True)

    def _sum(self, total: Expr) -> Text:
        _, below = sympy.fraction(sympy.together(total))
        if below != 1:
            return self._quotient(total)
        terms = sorted((self.text(term) for term in total.as_ordered_terms()), key=lambda term: term.negative)
        code = terms[0].inside(Level.SUM) if not terms[0].negative else terms[0].source
        for term in terms[1:]:
            plain = Text(term.code, term.level, term.shape)
            code += f" {'-' if term.negative else '+'} {plain.inside(Level.PRODUCT)}"
        return Text(code, Level.SUM, broadcast(term.shape for term in terms), whole=True)


def is_whole(expression: Expr, integers: frozenset[str]) -> bool:
    """Whether an expression holds nothing but indices, sizes and elements of arrays of integers."""
    if isinstance(expression, Indexed):
        return symbols.name_of(expression) in integers
    if isinstance(expression, Symbol):
        return bool(expression.is_integer) or expression.name in integers
    if isinstance(expression, Bracket) or not expression.args:
        return bool(expression.is_number)
    return all(is_whole(part, integers) for part in expression.args)


def _joined(sign: str, left: Text, right: Text) -> Text:
    code = f"{left.inside(Level.ATOM)}{sign}{right.inside(Level.ATOM)}"
    return Text(code, Level.PRODUCT, broadcast([left.shape, right.shape]), whole=True)
