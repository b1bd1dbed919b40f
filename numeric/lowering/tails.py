"""Tails of the normal distribution: 1 + erf(u) far out, where nothing is left of it beside 1.

Below a line, in a root and in a logarithm, 1 ± erf(u) counts by its own digits. It is written by
erfcx(v) = exp(v²)·erfc(v), which neither underflows nor overflows for v >= 0: the logarithm of erfc(v) is
log(erfcx(v)) - v² there, and exp(-v²)/erfc(v), the slope of such a logarithm, is 1/erfcx(v).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import sympy
from sympy import Abs, Add, Expr, Function, Indexed, Mul, Pow, Sum, exp, log
from sympy.core.function import AppliedUndef

from derive.expression import symbols, walks
from derive.expression.functions import Bracket, Maximum
from derive.forward import Forward
from numeric.lowering.lines import Line, Purpose
from numeric.lowering.stable import LOG1P, formulas, inserted
from numeric.source.elements import WHERE

ERFCX = Function("erfcx")
"""exp(v²)·erfc(v), for v >= 0."""
ERFC = Function("erfc")
"""1 - erf(v), which SymPy's own would write in another way for -v."""


def with_tails(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with 1 ± erf(u) in logarithms, in roots and below lines written so that it keeps all of its digits.

    Where one of these reads a row that is such a tail, the row's formula stands in its place.
    """
    named = {function.name for function in purpose.model.functions if function.formula.has(sympy.erf)}
    if not any(_has_erf(line.expression, named) for line in lines):
        return lines
    known: dict[str, Line] = {}
    result = []
    for line in lines:
        tails = _Tails(purpose.model, named, dict(known))
        result.append(line.mapped(tails.written))
        if _has_erf(line.expression, named) and not walks.holds(line.expression, Sum, Maximum):
            known[line.name] = line
    return result


def _has_erf(expression: Expr, named: set[str]) -> bool:
    return walks.holds(expression, sympy.erf) or any(
        applied.func.__name__ in named for applied in walks.parts(expression, AppliedUndef)
    )


class _Tails:
    """Rewrites the expressions of one line; ``known`` are the rows before it that are made of erf."""

    def __init__(self, model: Forward, named: set[str], known: Mapping[str, Line]) -> None:
        self.model = model
        self.named = named
        self.known = known

    def written(self, expression: Expr) -> Expr:
        """The expression with its tails written so that they keep their digits."""
        if not self._is_met(expression):
            return expression
        return _without_tails(self._product(self._visited(expression)))

    def _is_met(self, expression: Expr) -> bool:
        powers = (power for power in walks.parts(expression, Pow) if _is_below_or_root(power))
        return any(self._reads_erf(part) for part in (*walks.parts(expression, log), *powers))

    def _reads_erf(self, expression: Expr) -> bool:
        read = (symbols.name_of(access) for access in symbols.accesses(expression))
        return _has_erf(expression, self.named) or any(name in self.known for name in read)

    def _visited(self, node: Expr) -> Expr:
        if isinstance(node, log) and self._reads_erf(node):
            return self._logarithm(self._in_tails(node.args[0]))
        if _is_below_or_root(node) and self._reads_erf(node.base):
            return Mul(*(factor**node.exp for factor in Mul.make_args(self._in_tails(node.base))))
        if isinstance(node, Indexed) or not node.args:
            return node
        return self._product(walks.mapped(node, self._visited, Expr))

    def _in_tails(self, inside: Expr) -> Expr:
        """What stands in a logarithm or below a line, in erfc, as a product if it can be."""
        kept = [function.name for function in self.model.functions if function.name not in self.named]
        inside = formulas(inserted(inside, self.known), self.model, kept)
        return sympy.factor_terms(inside.replace(lambda part: isinstance(part, Add), _in_erfc))

    @staticmethod
    def _logarithm(product: Expr) -> Expr:
        """The logarithm of a product: the sum of those of its tails, which are positive, and that of the rest."""
        rest, total = [], sympy.S.Zero
        for factor in Mul.make_args(product):
            base, power = factor.as_base_exp()
            if base.func == ERFC:
                total += power * log(base)
            else:
                rest.append(factor)
        return total + (log(Mul(*rest)) if rest else sympy.S.Zero)

    def _product(self, product: Expr) -> Expr:
        """A product in which an exponential and a tail to a negative power meet: exp(-v²)/erfc(v) is 1/erfcx(v)."""
        factors = list(Mul.make_args(product))
        for power in [factor for factor in factors if _is_below(factor)]:
            if power not in factors:
                continue
            above = next((factor for factor in factors if isinstance(factor, exp)), None)
            (argument,) = power.base.args
            left = None if above is None else sympy.expand(above.args[0] - power.exp * argument**2)
            if above is None or left is None or sympy.count_ops(left) >= sympy.count_ops(above.args[0]):
                continue
            other = ERFC(-argument) ** power.exp
            beyond, near = exp(left) * ERFCX(Abs(argument)) ** power.exp, _two_less(argument) ** power.exp
            # Where both tails stand below the line one of them is far out, whichever it is.
            met = beyond * near if other in factors else WHERE(Bracket(argument > 0), beyond, above * near)
            factors = [*(factor for factor in factors if factor not in (power, other, above)), met]
        return Mul(*factors)


def _is_below_or_root(node: Expr) -> bool:
    """Whether a node is a power with a number that is negative or a fraction."""
    return isinstance(node, Pow) and node.exp.is_number and not (node.exp.is_Integer and node.exp.is_positive)


def _is_below(factor: Expr) -> bool:
    return isinstance(factor, Pow) and factor.base.func == ERFC and bool(factor.exp.is_negative)


def _in_erfc(total: Expr) -> Expr:
    """A sum with b + b·erf(u) as b·erfc(-u), and with b - b·erf(u) as b·erfc(u)."""
    for term, other in itertools.permutations(total.args, 2):
        functions = [factor for factor in Mul.make_args(other) if isinstance(factor, sympy.erf)]
        if len(functions) != 1:
            continue
        share = sympy.cancel(other / functions[0] / term)
        if share in (1, -1):
            rest = [part for part in total.args if part not in (term, other)]
            return _in_erfc(Add(*rest)) + term * ERFC(-share * functions[0].args[0])
    return total


def _without_tails(expression: Expr) -> Expr:
    """The expression with logarithms of erfc, and erfc itself, in erfcx where its argument is positive."""

    def logarithm(part: Expr) -> Expr:
        (argument,) = part.args[0].args
        far = log(ERFCX(Abs(argument)) / 2) - argument**2
        return log(2) + WHERE(Bracket(argument > 0), far, LOG1P(-_beyond(argument) / 2))

    def tail(part: Expr) -> Expr:
        (argument,) = part.args
        return WHERE(Bracket(argument > 0), _beyond(argument), _two_less(argument))

    expression = expression.replace(lambda part: isinstance(part, log) and part.args[0].func == ERFC, logarithm)
    return expression.replace(lambda part: part.func == ERFC, tail)


def _beyond(argument: Expr) -> Expr:
    """erfc(v) for v >= 0."""
    return ERFCX(Abs(argument)) * exp(-(argument**2))


def _two_less(argument: Expr) -> Expr:
    """erfc(v) for v <= 0."""
    return 2 - _beyond(argument)
