"""Scalar expressions as source: coefficients, and formulas applied elementwise to arrays."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Expr, Pow, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.errors import nearest
from derive.expression.functions import Bracket
from derive.expression.special import FAMILY, Gamma
from derive.expression.special import named as named_here
from numeric.errors import SourceError
from numeric.source.code import (
    Code,
    added,
    called,
    combined,
    compared,
    constant,
    inverted,
    multiplied,
    named,
    negated,
    real,
)
from numeric.source.names import Names
from numeric.source.namespace import Namespace
from numeric.source.plain import identifier

SIGNS: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq, "!=": ast.NotEq, "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
"""The relations between numbers."""

SPELLINGS = {
    "Abs": "abs", "ceiling": "ceil", "Gamma": "gamma_function",
    **{kind.__name__: named_here(kind) for kind in FAMILY if kind is not Gamma},
}  # fmt: skip
"""Functions that SymPy spells in its own way."""


@dataclass(frozen=True)
class Fraction:
    """The factors above and below the line of a product, signs included."""

    above: tuple[Code, ...] = ()
    below: tuple[Code, ...] = ()

    def times(self, other: Fraction) -> Fraction:
        """The product of two fractions."""
        return Fraction(self.above + other.above, self.below + other.below)


@dataclass(frozen=True)
class ScalarSource:
    """Writes scalar expressions; ``variables`` are the arrays that stand for symbols in them."""

    namespace: Namespace
    names: Names
    variables: Mapping[Symbol, Code] = field(default_factory=dict)

    def text(self, expression: Expr) -> Code:
        """The source of an expression.

        Raises:
            SourceError: the expression holds something that has no source.
        """
        if expression in self.variables:
            return self.variables[expression]
        if expression.is_number:
            return _constant(expression)
        if isinstance(expression, Symbol):
            return named(identifier(expression.name)) if expression.is_integer else self.names.tensor(expression.name)
        if isinstance(expression, sympy.Add):
            return added(_constant_first([(term, self.text(term)) for term in expression.as_ordered_terms()]))
        if isinstance(expression, sympy.Mul) or _divides(expression):
            fraction = self.fraction(expression)
            return multiplied(fraction.above, fraction.below, self.names.divisor)
        if isinstance(expression, Pow):
            return self._power(expression)
        if isinstance(expression, Bracket):
            return replace(self._condition(expression.args[0]), whole=True)
        return self._function(expression)

    def fraction(self, expression: Expr) -> Fraction:
        """The factors above and below the line."""
        above: list[Code] = []
        below: list[Code] = []
        numbers = [factor for factor in sympy.Mul.make_args(expression) if factor.is_number]
        number = sympy.Mul(*numbers)
        if number.is_Rational:
            above += [_constant(sympy.Integer(number.p))] if number.p != 1 else []
            below += [_constant(sympy.Integer(number.q))] if number.q != 1 else []
        else:
            above.append(_constant(number))
        rest = [factor for factor in sympy.Mul.make_args(expression) if not factor.is_number]
        for factor in sympy.Mul(*rest, evaluate=False).as_ordered_factors() if len(rest) > 1 else rest:
            (below if _divides(factor) else above).append(self.text(1 / factor if _divides(factor) else factor))
        return Fraction(tuple(above), tuple(below))

    def _power(self, expression: Pow) -> Code:
        base = real(self.text(expression.base))
        if expression.exp == sympy.Rational(1, 2) and base.shape:
            return called(self._pattern("sqrt"), base)
        return combined(ast.Pow(), [base, self.text(expression.exp)])

    def _condition(self, condition: Any) -> Code:
        if isinstance(condition, Relational) and condition.rel_op in SIGNS:
            return compared(self.text(condition.lhs), SIGNS[condition.rel_op](), self.text(condition.rhs))
        if isinstance(condition, sympy.Not):
            return inverted(self._condition(condition.args[0]))
        if isinstance(condition, sympy.And | sympy.Or):
            parts = [self._condition(part) for part in sorted(condition.args, key=sympy.default_sort_key)]
            return combined(ast.BitAnd() if isinstance(condition, sympy.And) else ast.BitOr(), parts)
        raise SourceError(f"{condition} is no condition that can be written as source")

    def _function(self, expression: Expr) -> Code:
        name = str(expression.func)
        arguments = [self.text(argument) for argument in expression.args]
        if isinstance(expression, AppliedUndef) and name not in {**self.names.calls, **self.namespace.functions}:
            for function in self.names.functions:
                if function.name == name:
                    inner = replace(self, variables={function.variable: arguments[0]})
                    return inner.text(function.formula)
        pattern = self._pattern(SPELLINGS.get(name, name))
        if pattern == self.namespace.functions.get(SPELLINGS.get(name, name)):
            lifted = self.namespace.lifted
            arguments = [argument if argument.shape else called(lifted, argument) for argument in arguments]
        if name in ("Max", "Min"):
            result = arguments[0]
            for argument in arguments[1:]:
                result = called(pattern, result, argument)
            return result
        return called(pattern, *arguments)

    def _pattern(self, name: str) -> str:
        pattern = self.names.calls.get(name) or self.namespace.functions.get(name)
        if pattern is None:
            known = {*self.namespace.functions, *self.names.calls, *(f.name for f in self.names.functions)}
            raise SourceError(f"the function {name} has no source for {self.namespace.package}; {nearest(name, known)}")
        return pattern


def _constant(number: Expr) -> Code:
    if number.is_negative:
        return negated(_constant(-number))
    if number.is_Integer:
        return constant(int(number))
    if number.is_Rational and not _is_short_decimal(number):
        return combined(ast.Div(), [constant(int(number.p)), constant(int(number.q))])
    return constant(float(number))


def _is_short_decimal(number: Expr) -> bool:
    """Whether a rational number is a decimal fraction of at most four places."""
    return bool((number * 10**4).is_Integer)


def _divides(factor: Expr) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.as_coeff_Mul()[0].is_negative)


def _constant_first(terms: list[tuple[Expr, Code]]) -> list[Code]:
    """The terms with a number at the front: ``1 + e``, ``1 - y``."""
    return [text for _, text in sorted(terms, key=lambda pair: not pair[0].is_number)]
