"""Results with exact ranges: nothing is read outside of a tensor, and the ranges are said in one of three ways.

Without them a result relies on reading 0 outside, as padding does. ``brackets`` multiply by [0 <= i - m < L];
``cases`` say it beside the values; ``limits`` make sums begin and end where tensors do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import sympy
from sympy import And, Expr, Max, Min, Mul, Piecewise, Sum, Symbol
from sympy.core.relational import Relational

from derive.calculus.ranges import exact_ranges
from derive.calculus.terms import Bound, Term, split
from derive.derivation import Derivation
from derive.expression import walks
from derive.expression.affine import in_letter
from derive.expression.functions import Bracket
from derive.specialise import specialised
from derive.step_rules import StepRule
from derive.steps import Step

Ranges = Literal["brackets", "cases", "limits"]


def with_ranges(derivation: Derivation, ranges: Ranges = "brackets") -> Derivation:
    """The derivation with the exact ranges of its result as a last step, in elements."""
    if derivation.general is not None:
        general = derivation.general.derivation
        ranged = specialised(with_ranges(general, ranges), dict(derivation.general.numbers), derivation.forward)
        return replace(ranged, steps=(*derivation.steps, *ranged.steps[len(general.steps) :]))
    exact = exact_ranges(derivation)
    if ranges == "brackets":
        return exact
    change, sentence = (
        (in_cases, "Say the ranges as cases.") if ranges == "cases" else (in_limits, "Sum from the first to the last.")
    )
    result = change(exact.result)
    if result == exact.result:
        return exact
    step = Step(exact.quantity, result, StepRule.RANGES, sentence)
    return replace(exact, result=result, steps=(*exact.steps, step), matrix=None, convolution=None)


def in_cases(expression: Expr) -> Expr:
    """The expression with the brackets inside its sums as cases; those outside of sums are cases when it is printed."""
    if isinstance(expression, Sum):
        brackets = [factor for factor in Mul.make_args(expression.function) if isinstance(factor, Bracket)]
        if brackets:
            rest = Mul(*(factor for factor in Mul.make_args(expression.function) if factor not in brackets))
            condition = And(*(bracket.args[0] for bracket in brackets))
            return Sum(Piecewise((rest, condition), (sympy.S.Zero, True), evaluate=False), *expression.limits)
    if isinstance(expression, sympy.Add | Mul | Sum):
        return walks.mapped(expression, in_cases)
    return expression


def in_limits(expression: Expr) -> Expr:
    """The expression with those brackets as limits of its sums that bound one index each.

    A sum whose upper limit is less than its lower one is 0, as is usual: it has no terms.
    """
    return sympy.Add(*(_limited(term) for term in split(expression)))


def _limited(term: Term) -> Expr:
    letters = [letter for letter, _ in term.bound]
    lows: dict[Symbol, list[Expr]] = {letter: [] for letter in letters}
    highs: dict[Symbol, list[Expr]] = {letter: [] for letter in letters}
    left: list[Expr] = []
    for factor in term.factors:
        if not isinstance(factor, Bracket):
            left.append(factor)
            continue
        for condition in And.make_args(factor.args[0]):
            bound = _bound(condition, letters)
            if bound is None:
                left.append(Bracket(condition))
            else:
                letter, from_below, value = bound
                (lows if from_below else highs)[letter].append(value)
    return _summed(Mul(*left), term.bound, lows, highs)


def _summed(body: Expr, bound: Bound, lows: dict[Symbol, list[Expr]], highs: dict[Symbol, list[Expr]]) -> Expr:
    limits = [
        (
            letter,
            Max(sympy.S.Zero, *lows[letter]) if lows[letter] else sympy.S.Zero,
            Min(length - 1, *highs[letter]) if highs[letter] else length - 1,
        )
        for letter, length in bound
    ]
    if not limits:
        return body
    letters = {letter for letter, _ in bound}
    outer = Mul(*(factor for factor in Mul.make_args(body) if not factor.free_symbols & letters))
    return Mul(outer, Sum(body / outer, *limits))


def _bound(condition: Expr, letters: list[Symbol]) -> tuple[Symbol, bool, Expr] | None:
    """The one bound index that a condition bounds, whether from below, and the first or last value that it may have."""
    if not isinstance(condition, Relational) or condition.rel_op not in (">=", "<=", "<", ">"):
        return None
    read = [letter for letter in letters if letter in condition.free_symbols]
    if len(read) != 1:
        return None
    (letter,) = read
    above, below = sympy.fraction(sympy.together(condition.gts - condition.lts))
    found = in_letter(above - (1 if condition.rel_op in ("<", ">") else 0), letter)
    if found is None or not below.is_positive or not (found[0].is_positive or found[0].is_negative):
        return None
    slope, rest = found
    if slope.is_positive:
        return letter, True, sympy.ceiling(sympy.expand(-rest) / slope)
    return letter, False, sympy.floor(rest / sympy.expand(-slope))
