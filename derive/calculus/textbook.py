"""Textbook form: fold, cancel, collect and factor, and keep what is shortest to read."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import sympy
from sympy import Add, Expr, KroneckerDelta, Mul, Sum

from derive.calculus.absolute import with_signs_used
from derive.calculus.algebra import factored, signed
from derive.calculus.bounds import Ranges
from derive.calculus.conditions import with_plain_conditions
from derive.calculus.digits import digits_decided
from derive.calculus.distributive import distributed, with_deltas_used
from derive.calculus.eliminate import eliminate, merge_brackets
from derive.calculus.factors import cost, grouped, taken_out
from derive.calculus.fold import Folding, names_in
from derive.calculus.maxima import without_places
from derive.calculus.reflection import reflected
from derive.calculus.terms import Term, alike, canonical, expanded_length, split
from derive.expression import walks
from derive.expression.scalar import ScalarFunction
from derive.step_rules import StepRule

LONGEST_EXPANSION = 24
"""How many terms an expression may have when it is multiplied out to look for a shorter form."""


@dataclass(frozen=True)
class Rewriting:
    """One rewriting: the expression after it, the rule's name, and a sentence."""

    expression: Expr
    rule: StepRule
    sentence: str


@dataclass(frozen=True)
class Simplifier:
    """Rewrites index expressions of one forward definition; ``targets`` are subtracted, y_hat - y.

    ``functions`` are the named scalar functions that expressions may apply.
    """

    folding: Folding
    targets: tuple[str, ...] = ()
    functions: tuple[ScalarFunction, ...] = ()

    def lines(self, expression: Expr, ranges: Ranges) -> tuple[Rewriting, ...]:
        """The rewritings from ``expression`` to its textbook form, those that changed something.

        The value never changes and the last line is never longer to read than the first.
        """
        lines: list[Rewriting] = []

        def note(result: Expr, rule: StepRule, sentence: str) -> None:
            if result != (lines[-1].expression if lines else expression):
                lines.append(Rewriting(result, rule, sentence))

        # Equations are used up before anything is multiplied out: afterwards each term would need it again.
        reduced = self._rebuilt(split(expression), ranges)
        note(reduced, StepRule.ELIMINATE, "A sum over an index that must equal another one leaves one term.")
        # Folding pays only sometimes: y(1 - y) is shorter than its formula, but one e = y s in a sum of many e is not.
        # So each way is brought to its shortest form before the two are compared.
        folded, best = self.folding.fold(reduced, ranges), self.shortest(reduced, ranges)
        if folded != reduced and cost(shortest := self.shortest(folded, ranges)) <= cost(best):
            reduced, best = folded, shortest
        present = names_in(reduced)
        for rule in self.folding.solved:
            folded = rule.apply(reduced) if rule.reads <= present else reduced
            if folded != reduced and cost(shortest := self.shortest(folded, ranges)) <= cost(best):
                reduced, best, present = folded, shortest, names_in(folded)
        # What elimination has taken apart may have had a name as a whole.
        whole = self.folding.fold(expression, ranges)
        if cost(whole) < cost(best) and not walks.holds(whole, KroneckerDelta):
            reduced = best = whole
        note(reduced, StepRule.FOLD, "Write it in the values that the forward pass has named.")
        note(best, StepRule.COLLECT, "Cancel, collect and factor.")
        return tuple(lines)

    def simplify(self, expression: Expr, ranges: Ranges) -> Expr:
        """The textbook form alone."""
        lines = self.lines(expression, ranges)
        return lines[-1].expression if lines else expression

    def shortest(self, expression: Expr, ranges: Ranges) -> Expr:
        """The shortest of the expression, its expansion, and their factored forms.

        What would be very long multiplied out stays: through many layers, (1 - z²) alone doubles it each time.
        """
        if expanded_length(expression) > LONGEST_EXPANSION:
            return signed(expression, self.targets)
        expression = alike(with_plain_conditions(expression), (letter.name for letter in ranges))
        reflection = reflected(expression, self.functions)
        candidates = dict.fromkeys((expression, self.expanded(reflection, ranges)))
        candidates |= dict.fromkeys(factored(one, self.targets) for one in candidates if _may_factor(one))
        candidates |= dict.fromkeys(
            Mul(*taken_out(one, one_denominator=False)) for one in candidates if isinstance(one, Add)
        )
        candidates |= dict.fromkeys(distributed(one, self.targets) for one in candidates)
        plain = dict.fromkeys(signed(one, self.targets) for one in candidates)
        return min((*plain, *(signed(grouped(one), self.targets) for one in plain)), key=cost)

    def expanded(self, expression: Expr, ranges: Ranges) -> Expr:
        """All products multiplied out, known sums replaced, like terms collected."""
        collected: dict[Hashable, tuple[Expr, Term]] = {}
        free = {symbol.name for symbol in (*walks.free_symbols(expression), *ranges)}
        for term in split(expression, expand=True):
            reduced = _with_deltas_used(_normal(self._reduced(term, ranges)))
            valued = alike(self.folding.facts.valued(reduced), free)
            for part in split(valued, expand=True):
                key, named = canonical(_merged(part), free)
                coefficient = Mul(*(factor for factor in part.factors if factor.is_Number))
                total, _ = collected.get(key, (sympy.S.Zero, named))
                collected[key] = total + coefficient, named
        parts = []
        for total, named in collected.values():
            rest = tuple(factor for factor in named.factors if not factor.is_Number)
            parts.append(Term((total, *rest), named.bound).expression())
        result: Expr = Add(*parts)
        return result

    def _rebuilt(self, terms: list[Term], ranges: Ranges) -> Expr:
        reduced = [self._reduced(term, ranges) for term in terms]
        result: Expr = Add(*(Term(merge_brackets(term.factors), term.bound).expression() for term in reduced))
        return result

    def _reduced(self, term: Term, ranges: Ranges) -> Term:
        """The term without the sums that equations decide, and without the floors that the ranges decide."""
        while True:
            shorter = digits_decided(eliminate(term, ranges), ranges)
            if shorter == term:
                return without_places(term, self.folding.places)
            term = shorter


def _with_deltas_used(term: Term) -> Term:
    """The term with its deltas used on its other factors where that shortens them."""
    if not any(isinstance(factor, KroneckerDelta) for factor in term.factors):
        return term
    return Term(Mul.make_args(with_deltas_used(Mul(*term.factors))), term.bound)


def _normal(term: Term) -> Term:
    """The term with powers of one base merged: ``s`` and ``1/s`` cancel, u sign(u) is |u|."""
    return Term(tuple(Mul.make_args(with_signs_used(Mul(*merge_brackets(term.factors))))), term.bound)


def _merged(term: Term) -> Term:
    """The term with the powers of one base merged."""
    return Term(Mul.make_args(Mul(*term.factors)), term.bound)


def _may_factor(expression: Expr) -> bool:
    """Whether factoring could help: a sum, or a product that holds sums or denominators."""
    if isinstance(expression, Sum):
        return False
    return isinstance(expression, Add) or any(
        isinstance(factor, Add) or (factor.is_Pow and factor.exp.is_negative) for factor in Mul.make_args(expression)
    )
