"""Scalar expressions of arrays as source: choices, truth values, and numbers that keep the type of the arrays."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import sympy
from sympy import Basic, Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive.expression import walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import ProductOver
from numeric.source import tree
from numeric.source.code import Code, broadcast, combined, method
from numeric.source.scalar import ScalarSource

WHERE = sympy.Function("(where)")
"""A choice between two values by a bracket. No function of one's own can have a name like this or the next ones."""

BOTH = sympy.Function("(both)")
"""Truth values that all hold."""

MASK, REAL = sympy.Function("(mask)"), sympy.Function("(real)")
"""Truth values as a term beside an array of real numbers, and truth values as real numbers."""

WHOLE = (Indexed, Sum, Maximum, ArgMax, ProductOver)
"""Parts of expressions that are arrays of real numbers."""


@dataclass(frozen=True)
class ElementSource(ScalarSource):
    """Scalar expressions with choices, and truth values that leave the type of real numbers as it is."""

    real: ast.expr = field(default_factory=lambda: tree.name("float"))

    def text(self, expression: Expr) -> Code:
        if expression in self.variables:
            return self.variables[expression]
        kind = expression.func
        if kind == MASK:
            return replace(self.text(expression.args[0]), whole=False)
        if kind == REAL:
            inner = self.text(expression.args[0])
            return replace(method(inner, "astype", inner.shape, self.real), whole=False)
        if kind == BOTH:
            return combined(ast.BitAnd(), [self.text(part) for part in expression.args], whole=True)
        if kind == WHERE:
            sides = [self.text(part) for part in expression.args]
            return _called("where", sides)
        if kind in (sympy.Max, sympy.Min):
            sides = [self.text(part) for part in sorted(expression.args, key=lambda part: part.is_number)]
            name = "minimum" if kind == sympy.Min else "maximum"
            return reduce(lambda done, side: _called(name, [side, done]), reversed(sides))
        if expression == -sympy.oo:
            return Code(tree.quoted("-np.inf"))
        return super().text(expression)


def _called(name: str, arguments: Sequence[Code]) -> Code:
    """A function of NumPy, elementwise in its arguments, conditions among them."""
    node = tree.call(f"np.{name}", *(argument.node for argument in arguments))
    return Code(node, broadcast(argument.shape for argument in arguments))


def typed(expression: Expr) -> Expr:
    """The expression with truth values marked where NumPy would make 64-bit numbers or no numbers of them.

    In the sides of its conditions, which may hold others, they are marked as well.
    """
    return _typed(_with_conditions(expression))


def _with_conditions(part: Basic) -> Basic:
    if isinstance(part, WHOLE) or not walks.holds(part, Bracket):
        return part
    return walks.mapped(part, _sides if isinstance(part, Bracket) else _with_conditions)


def _sides(condition: Basic) -> Basic:
    """A condition with what it compares as numbers, where that holds conditions itself."""
    if not walks.holds(condition, Bracket):
        return condition
    return typed(condition) if isinstance(condition, Expr) else walks.mapped(condition, _sides)


def _typed(expression: Expr) -> Expr:
    if isinstance(expression, Symbol) and expression.is_integer and not expression.is_positive:
        return REAL(expression)
    if isinstance(expression, WHOLE):
        return expression
    if expression.func in (MASK, REAL) or not expression.args:
        return expression
    if _is_truth(expression):
        return _as_real(expression)
    if isinstance(expression, sympy.Add):
        real = any(not _is_truth(term) and term.has(Indexed) for term in expression.args)
        terms = []
        for term in expression.args:
            if real and (_is_bare(term) or _is_bare(-term)):
                terms.append(MASK(term) if _is_bare(term) else -MASK(-term))
            else:
                terms.append(_typed(term))
        return sympy.Add(*terms)
    if isinstance(expression, sympy.Mul):
        bare = [factor for factor in expression.args if _is_bare(factor)]
        if len(bare) > 1:
            rest = sympy.Mul(*(factor for factor in expression.args if factor not in bare))
            return _typed(rest * BOTH(*bare))
        # A number times truth values would be of 64 bits.
        product = _as_real(expression) if expression.args[0].is_number and _has_bare(expression) else expression
        return sympy.Mul(*(factor if _is_bare(factor) else _typed(factor) for factor in product.args))
    if expression.func == WHERE:
        condition, *sides = expression.args
        return expression.func(condition, *map(_typed, sides))
    if _is_bare(expression):
        return expression
    return walks.mapped(expression, _typed, Expr)


def _is_bare(expression: Expr) -> bool:
    return isinstance(expression, Bracket | KroneckerDelta) or expression.func == BOTH


def _has_bare(product: Expr) -> bool:
    return any(map(_is_bare, product.args))


def _is_truth(expression: Expr) -> bool:
    """Whether an expression is a product of brackets and numbers alone."""
    factors = sympy.Mul.make_args(expression)
    bare = [factor for factor in factors if _is_bare(factor)]
    return bool(bare) and all(factor in bare or not (factor.has(Indexed) or _reals(factor)) for factor in factors)


def _reals(expression: Expr) -> bool:
    return any(not symbol.is_integer for symbol in expression.free_symbols)


def _as_real(product: Expr) -> Expr:
    factors = list(sympy.Mul.make_args(product))
    place = next(number for number, factor in enumerate(factors) if _is_bare(factor))
    return sympy.Mul(*factors[:place], REAL(factors[place]), *factors[place + 1 :])


def chosen(expression: Expr) -> Expr:
    """The expression with values in cases as choices within choices."""
    return expression.replace(lambda part: isinstance(part, sympy.Piecewise), _choices)


def _choices(cases: sympy.Piecewise) -> Expr:
    *others, (result, _) = cases.args
    for value, condition in reversed(others):
        result = WHERE(Bracket(condition), value, result)
    return result
