"""Small algebra on index expressions: one denominator, irreducible factors, signs."""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import Abs, Add, Expr, Mul, Pow, Symbol
from sympy.core.relational import Relational

from derive.calculus.factors import plainly_irreducible, taken_out
from derive.expression import symbols, walks
from derive.expression.functions import Bracket
from derive.remembering import EXPRESSIONS

MOST_INDETERMINATES = 12
"""Polynomials in more indeterminates than these are not factored beyond what can be seen term by term."""


@lru_cache(maxsize=EXPRESSIONS)
def factored(expression: Expr, targets: tuple[str, ...] = ()) -> Expr:
    """The expression as one product of irreducible factors over one denominator, with textbook signs.

    Elements, sums, functions and brackets are its indeterminates, and so are roots. ``targets`` are the
    tensors that a textbook subtracts: it writes y_hat - y, not y - y_hat.
    """
    if isinstance(expression, Mul):
        return signed(_factors_factored(expression, targets), targets)
    factor, left = sympy.S.One, expression
    if isinstance(expression, Add):
        factor, left = taken_out(expression, one_denominator=True)
        if plainly_irreducible(left):
            return signed(Mul(factor, left), targets)
    opaque = _indeterminates(left)
    if len(opaque) > MOST_INDETERMINATES:
        return signed(Mul(factor, left), targets)
    back = {symbol: atom for atom, symbol in opaque.items() if isinstance(symbol, Symbol)}
    result = sympy.factor(sympy.together(walks.replaced(left, opaque))).xreplace(back)
    return signed(Mul(factor, result), targets)


def _factors_factored(product: Mul, targets: tuple[str, ...]) -> Expr:
    """A product with its sums factored; sums above and below the line that could cancel are brought together."""
    above = [factor for factor in product.args if isinstance(factor, Add)]
    below = [factor.base for factor in product.args if isinstance(factor, Pow) and isinstance(factor.base, Add)]
    read = {access for total in below for access in symbols.accesses(total)}
    if any(read & set(symbols.accesses(total)) for total in above):
        opaque = _indeterminates(product)
        back = {symbol: atom for atom, symbol in opaque.items() if isinstance(symbol, Symbol)}
        return sympy.factor(sympy.together(walks.replaced(product, opaque))).xreplace(back)
    return Mul(*(factored(factor, targets) if factor in above else factor for factor in product.args))


def _indeterminates(expression: Expr) -> dict[Expr, Expr]:
    """A symbol for every part that is no sum, product or integer power; powers of a root's radicand too."""
    roots = {
        power.base: power.exp.q
        for power in walks.parts(expression, Pow)
        if power.exp.is_Rational and not power.exp.is_Integer
    }
    found: dict[Expr, Expr] = {}

    def symbol_of(atom: Expr) -> Expr:
        return found.setdefault(atom, sympy.Symbol(f"_{len(found)}", positive=True))

    def visit(node: Expr) -> None:
        if node in roots:
            found[node] = symbol_of(node ** sympy.Rational(1, roots[node])) ** roots[node]
        elif isinstance(node, Pow) and node.base in roots and node.exp.is_Rational:
            root = symbol_of(node.base ** sympy.Rational(1, roots[node.base]))
            if node not in found:
                found[node] = root ** (node.exp * roots[node.base])
        elif isinstance(node, Add | Mul) or (isinstance(node, Pow) and node.exp.is_Integer):
            for argument in node.args:
                visit(argument)
        elif not node.is_Number:
            symbol_of(node)

    visit(expression)
    return found


@lru_cache(maxsize=EXPRESSIONS)
def signed(expression: Expr, targets: tuple[str, ...] = ()) -> Expr:
    """The product with every factor that is a sum turned to the sign that a textbook gives it.

    So is a sum of which there is a sign or an absolute value, and one that a bracket compares with 0:
    ``[y_hat - y > 0]``, not ``[y - y_hat < 0]``.
    """
    for kinds in ((Abs, sympy.sign), (Bracket,)):
        turned = {part: _turned(part, targets) for part in walks.parts(expression, *kinds)}
        if any(part != other for part, other in turned.items()):
            expression = walks.replaced(expression, turned)
    if isinstance(expression, Add):
        return Add(*(signed(term, targets) for term in expression.args)) if len(expression.args) > 1 else expression
    if not isinstance(expression, Mul):
        return expression
    sign = sympy.S.One
    factors = []
    for factor in expression.args:
        power = factor.exp if isinstance(factor, Pow) else sympy.S.One
        inside = factor.base if isinstance(factor, Pow) else factor
        if isinstance(inside, Add) and any(isinstance(part, Add) for term in inside.args for part in term.args):
            inside = signed(inside, targets)
        if isinstance(inside, Add) and power.is_Integer and _backwards(inside, targets):
            inside = Add(*(-term for term in inside.args))
            sign *= sympy.S.NegativeOne**power
        factors.append(inside**power)
    product = Mul(*factors)
    additive = [factor for factor in factors if isinstance(factor, Add)]
    if (
        sign == -1
        and product.could_extract_minus_sign() is False
        and len(additive) == 1
        and _indifferent(additive[0], targets)
    ):
        flipped = Add(*(-term for term in additive[0].args))
        rest = list(factors)
        rest.remove(additive[0])
        return Mul(flipped, *rest)
    result: Expr = Mul(sign, product)
    return result


def _turned(part: Expr, targets: tuple[str, ...]) -> Expr:
    """A bracket, a sign or an absolute value with the sum in it turned to the sign that a textbook gives it."""
    if isinstance(part, Abs | sympy.sign):
        (inside,) = part.args
        backwards = isinstance(inside, Add) and _backwards(inside, targets)
        factor = sympy.S.NegativeOne if isinstance(part, sympy.sign) else sympy.S.One
        return factor * part.func(-inside) if backwards else part
    condition = part.args[0]
    if isinstance(condition, Relational) and condition.rhs == 0 and isinstance(condition.lhs, Add):
        return Bracket(condition.reversedsign) if _backwards(condition.lhs, targets) else part
    return part


def _backwards(total: Add, targets: tuple[str, ...]) -> bool:
    """Whether a textbook would write the negative of this sum."""
    numbers = [term for term in total.args if term.is_Number]
    if numbers:
        return bool(numbers[0].is_negative)
    wanted = [term for term in total.args if _mentions(term, targets)]
    if wanted and len(wanted) < len(total.args):
        return all(not term.could_extract_minus_sign() for term in wanted)
    return all(term.could_extract_minus_sign() for term in total.args)


def _indifferent(total: Add, targets: tuple[str, ...]) -> bool:
    return not any(_mentions(term, targets) for term in total.args) and not any(term.is_Number for term in total.args)


def _mentions(term: Expr, targets: tuple[str, ...]) -> bool:
    return any(symbols.name_of(access) in targets for access in symbols.accesses(term))
