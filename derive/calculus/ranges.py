"""Reads outside a tensor's range, which are 0: where a result relies on that, and the result with exact ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from sympy import Basic, Expr, Indexed, Integer, Piecewise, Sum
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import And, Boolean

from derive.calculus.bounds import Ranges, in_range
from derive.calculus.naming import bound_ranges
from derive.calculus.terms import Term, expanded_length, join, split
from derive.expression import symbols, walks
from derive.expression.comparisons import solved, tightest
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.forward import Forward
from derive.step_rules import StepRule
from derive.steps import Derived, Quantity, Step

AnyDerived = TypeVar("AnyDerived", bound=Derived)

Missing = Mapping[Indexed, list[Boolean]]
"""The elements that may be read outside of their tensors, with the conditions for being inside."""

MOST_TERMS = 200
"""Into so many terms an expression is multiplied out to say what each of them reads."""

TIES = "Of several largest values the first in reading order counts."


def read_outside(expression: Expr, quantity: Quantity, forward: Forward) -> frozenset[str]:
    """The tensors that an expression may read outside their ranges, where they are 0."""
    ranges = _known(quantity, forward)
    if _reads_inside(expression, ranges, forward):
        return frozenset()
    terms = _terms(expression, ranges, forward)
    return frozenset(symbols.name_of(access) for _, missing in terms for access in missing)


def _reads_inside(expression: Basic, ranges: Ranges, forward: Forward) -> bool:
    """Whether the ranges of the indices alone say that every element is inside of its tensor, no bracket asked.

    Then nothing has to be taken apart into terms.
    """
    if not walks.holds(expression, Indexed):
        return True
    if isinstance(expression, Sum):
        if any(lower != 0 for _, lower, _ in expression.limits):
            return False
        inner = {**ranges, **{letter: upper + 1 for letter, _, upper in expression.limits}}
        return _reads_inside(expression.function, inner, forward)
    if isinstance(expression, ExprWithLimits):
        return False
    if isinstance(expression, Indexed):
        tensor = forward.tensors.get(symbols.name_of(expression))
        for subscript, length in zip(expression.indices, tensor.shape if tensor else (), strict=False):
            plain = subscript.is_Symbol and ranges.get(subscript, length) == length
            if not plain and (walks.holds(subscript, Indexed) or in_range(subscript, length, ranges)):
                return False
        return True
    return all(_reads_inside(part, ranges, forward) for part in expression.args)


def moves_subscripts(forward: Forward) -> bool:
    """Whether a row reads a tensor at something else than the places of an index that runs along its axis."""
    for row in forward.rows:
        lengths = dict(zip(row.indices, row.tensor.shape, strict=True))
        bound = {limit[0]: limit[2] + 1 for part in walks.parts(row.expression, Sum) for limit in part.limits}
        scope = {**bound, **lengths}
        for access in walks.parts(row.expression, Indexed):
            tensor = forward.tensors.get(symbols.name_of(access))
            for subscript, length in zip(access.indices, tensor.shape if tensor else (), strict=False):
                if subscript.is_Number or (subscript.is_Symbol and scope.get(subscript, length) == length):
                    continue
                return True
    return False


def read_at_places(expression: Expr) -> frozenset[str]:
    """The tensors of which an element is read whose place other elements say, as of a maximum: ranges say nothing."""
    return frozenset(
        symbols.name_of(access)
        for access in walks.parts(expression, Indexed)
        if any(walks.holds(subscript, Indexed) for subscript in access.indices)
    )


def notes_on(expression: Expr, outside: frozenset[str], forward: Forward) -> tuple[str, ...]:
    """What a reader must know of the ranges in a result; names in braces are set as symbols, as in steps."""
    extremes = walks.parts(expression, ArgMax, Maximum)
    apart = walks.replaced(expression, dict.fromkeys(extremes, Integer(0)))
    read = {symbols.name_of(access) for access in walks.parts(apart, Indexed)}
    lowest = {
        symbols.name_of(access)
        for part in extremes
        if isinstance(part.function, Piecewise)
        for access in walks.parts(part.function, Indexed)
    }
    notes = [zero_note(name) for name in sorted(outside & read)]
    notes += [f"{{{name}}} is never the largest outside its range." for name in sorted(outside & lowest)]
    places = {row.name for row in forward.rows if walks.holds(row.expression, ArgMax)}
    names = {symbols.name_of(access) for access in walks.parts(expression, Indexed)}
    if walks.holds(expression, ArgMax) or any(
        row.name in names and _is_place(row.expression, places) for row in forward.rows
    ):
        notes.append(TIES)
    return tuple(notes)


def zero_note(name: str) -> str:
    """That a tensor reads as 0 outside."""
    return f"{{{name}}} reads as 0 outside its range."


def exact_ranges(derivation: AnyDerived) -> AnyDerived:
    """The derivation with a bracket for every range that its result left to reading 0 outside of tensors."""
    ranges = _known(derivation.quantity, derivation.forward)
    result = join(_with_brackets(*term) for term in _terms(derivation.result, ranges, derivation.forward))
    if result == derivation.result:
        return derivation
    step = Step(derivation.quantity, result, StepRule.RANGES, "Write out where tensors are read inside their ranges.")
    notes = notes_on(result, frozenset(), derivation.forward)
    steps = (*derivation.steps, step)
    return replace(derivation, result=result, steps=steps, notes=notes, outside=frozenset())


def _is_place(expression: Expr, places: set[str]) -> bool:
    return walks.holds(expression, ArgMax) or any(
        symbols.name_of(access) in places for access in walks.parts(expression, Indexed)
    )


def _known(quantity: Quantity, forward: Forward) -> Ranges:
    return {**dict(forward.sizes), **dict(zip(quantity.indices, quantity.shape, strict=True))}


def _terms(expression: Expr, ranges: Ranges, forward: Forward) -> list[tuple[Term, Missing]]:
    """The terms of an expression with what each may read outside of tensors; where that is inside of sums in brackets,
    these are multiplied out."""
    terms: list[tuple[Term, Missing]] = [(term, dict(_missing(term, ranges, forward))) for term in split(expression)]
    inside = any(access not in term.factors for term, missing in terms for access in missing)
    if not inside or expanded_length(expression) > MOST_TERMS:
        return terms
    return [(term, dict(_missing(term, ranges, forward))) for term in split(expression, expand=True)]


def _with_brackets(term: Term, missing: Missing) -> Term:
    """The term with a bracket for what its factors leave to reading 0, at the element where it is inside of another."""
    inside = {access: access * _all(found) for access, found in missing.items() if access not in term.factors}
    conditions = [condition for access, found in missing.items() if access in term.factors for condition in found]
    ranges = [factor for factor in term.factors if isinstance(factor, Bracket) and not walks.holds(factor, Indexed)]
    factors = tuple(walks.replaced(factor, inside) for factor in term.factors)
    if conditions or ranges:
        factors = tuple(factor for factor in factors if factor not in ranges)
        factors = (
            *factors,
            _all([*(one for bracket in ranges for one in And.make_args(bracket.args[0])), *conditions]),
        )
    return Term(factors, term.bound)


def _all(conditions: Iterable[Boolean]) -> Expr:
    """A bracket of the conditions, each about one index solved for it."""
    return Bracket(And(*tightest(map(solved, conditions))))


def _missing(term: Term, ranges: Ranges, forward: Forward) -> Iterator[tuple[Indexed, list[Boolean]]]:
    """The elements that a term reads where nothing says that the subscript is in range, with the conditions."""
    scope = {**ranges, **dict(term.bound)}
    states = {state for state, _ in forward.initial}
    stated = {part for factor in term.factors if isinstance(factor, Bracket) for part in And.make_args(factor.args[0])}
    for factor in term.factors:
        inner = scope if isinstance(factor, Indexed) else {**bound_ranges(factor), **scope}
        for access in sorted(walks.parts(factor, Indexed), key=symbols.text):
            tensor = forward.tensors.get(symbols.name_of(access))
            missing: list[Boolean] = []
            for axis, (subscript, length) in enumerate(
                zip(access.indices, tensor.shape if tensor else (), strict=False)
            ):
                if walks.holds(subscript, Indexed) or (subscript.is_Symbol and inner.get(subscript, length) == length):
                    continue
                if axis == 0 and tensor is not None and tensor.name in states:
                    continue  # before the first step a state is its initial value, not 0
                conditions = [part for group in in_range(subscript, length, inner) for part in And.make_args(group)]
                missing += [condition for condition in conditions if condition not in stated]
            if missing:
                yield access, missing
