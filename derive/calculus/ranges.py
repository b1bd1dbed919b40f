"""Reads outside a tensor's range, which are 0: where a result relies on that, and the result with exact ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from sympy import Expr, Indexed
from sympy.logic.boolalg import And, Boolean

from derive.calculus.bounds import Ranges, in_range
from derive.calculus.terms import Term, join, split
from derive.expression import symbols, walks
from derive.expression.functions import ArgMax, Bracket
from derive.forward import Forward
from derive.steps import Derived, Quantity, Step

AnyDerived = TypeVar("AnyDerived", bound=Derived)

TIES = "Of several largest values the first in reading order counts."


def read_outside(expression: Expr, quantity: Quantity, forward: Forward) -> frozenset[str]:
    """The tensors that an expression may read outside their ranges, where they are 0."""
    known = _known(quantity, forward)
    return frozenset(name for term in split(expression) for name, _ in _missing(term, known, forward))


def read_at_places(expression: Expr) -> frozenset[str]:
    """The tensors of which an element is read whose place other elements say, as of a maximum: ranges say nothing."""
    return frozenset(
        symbols.name_of(access)
        for access in walks.parts(expression, Indexed)
        if any(walks.holds(subscript, Indexed) for subscript in access.indices)
    )


def notes_on(expression: Expr, outside: frozenset[str], forward: Forward) -> tuple[str, ...]:
    """What a reader must know of the ranges in a result; names in braces are set as symbols, as in steps."""
    notes = [f"{{{name}}} reads as 0 outside its range." for name in sorted(outside)]
    places = {row.name for row in forward.rows if walks.holds(row.expression, ArgMax)}
    names = {symbols.name_of(access) for access in walks.parts(expression, Indexed)}
    if walks.holds(expression, ArgMax) or any(
        row.name in names and _is_place(row.expression, places) for row in forward.rows
    ):
        notes.append(TIES)
    return tuple(notes)


def exact_ranges(derivation: AnyDerived) -> AnyDerived:
    """The derivation with a bracket for every range that its result left to reading 0 outside of tensors."""
    ranges = _known(derivation.quantity, derivation.forward)
    terms = []
    for term in split(derivation.result):
        conditions = [condition for _, found in _missing(term, ranges, derivation.forward) for condition in found]
        terms.append(Term((*term.factors, Bracket(And(*conditions))), term.bound) if conditions else term)
    result = join(terms)
    if result == derivation.result:
        return derivation
    step = Step(derivation.quantity, result, "ranges", "Write out where tensors are read inside their ranges.")
    notes = notes_on(result, frozenset(), derivation.forward)
    steps = (*derivation.steps, step)
    return replace(derivation, result=result, steps=steps, notes=notes, outside=frozenset())


def _is_place(expression: Expr, places: set[str]) -> bool:
    return walks.holds(expression, ArgMax) or any(
        symbols.name_of(access) in places for access in walks.parts(expression, Indexed)
    )


def _known(quantity: Quantity, forward: Forward) -> Ranges:
    return {**dict(forward.sizes), **dict(zip(quantity.indices, quantity.shape, strict=True))}


def _missing(term: Term, ranges: Ranges, forward: Forward) -> Iterator[tuple[str, list[Boolean]]]:
    """The tensors that a term reads where nothing says that the subscript is in range, with the conditions."""
    scope = {**ranges, **dict(term.bound)}
    states = {state for state, _ in forward.initial}
    stated = {part for factor in term.factors if isinstance(factor, Bracket) for part in And.make_args(factor.args[0])}
    for factor in term.factors:
        tensor = forward.tensors.get(symbols.name_of(factor)) if isinstance(factor, Indexed) else None
        if tensor is None:
            continue
        for axis, (subscript, length) in enumerate(zip(factor.indices, tensor.shape, strict=True)):
            if walks.holds(subscript, Indexed) or subscript.is_Symbol:
                continue
            if axis == 0 and tensor.name in states:
                continue  # before the first step a state is its initial value, not 0
            conditions = [part for group in in_range(subscript, length, scope) for part in And.make_args(group)]
            left = [condition for condition in conditions if condition not in stated]
            if left:
                yield tensor.name, left
