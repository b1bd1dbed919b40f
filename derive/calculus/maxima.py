"""Places of maxima: what a row reads at the place of its maximum is inside the tensor, wherever the place is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import And, Expr, Indexed, Symbol
from sympy.core.relational import Relational

from derive.calculus.terms import Term
from derive.expression import symbols, walks
from derive.expression.functions import Bracket
from derive.forward import Forward


@dataclass(frozen=True)
class Place:
    """A subscript that reads a place, ``s*h + m_star[c,h]``, for all values of the indices of ``key`` in it.

    It is at least 0 and less than ``length``: a maximum stands where there is an element.
    """

    key: Indexed
    subscript: Expr
    length: Expr

    def slacks(self, access: Indexed) -> tuple[Expr, Expr]:
        """What is at least 0 where the place is read as ``access``."""
        values = dict(zip(self.key.indices, access.indices, strict=True))
        here = walks.replaced(self.subscript, values)
        return sympy.expand(here), sympy.expand(self.length - 1 - here)


def places_of(forward: Forward) -> tuple[Place, ...]:
    """The subscripts of a forward definition that read the place of a maximum."""
    found = []
    for row in forward.rows:
        for access in sorted(walks.parts(row.expression, Indexed), key=str):
            lengths = forward.tensors[symbols.name_of(access)].shape
            for subscript, length in zip(access.indices, lengths, strict=True):
                for key in walks.parts(subscript, Indexed):
                    letters = key.indices
                    plain = len(set(letters)) == len(letters) and all(isinstance(letter, Symbol) for letter in letters)
                    if forward.tensors[symbols.name_of(key)].domain == "index" and plain:
                        found.append(Place(key, subscript, length))
    return tuple(found)


def without_places(term: Term, places: tuple[Place, ...]) -> Term:
    """The term without those conditions of its brackets that say that the place of a maximum is inside."""
    if not places or not any(isinstance(factor, Bracket) for factor in term.factors):
        return term
    return Term(tuple(_shortened(factor, places) for factor in term.factors), term.bound)


def _shortened(factor: Expr, places: tuple[Place, ...]) -> Expr:
    if not isinstance(factor, Bracket):
        return factor
    slacks = {slack for place in places for access in _reads(factor, place) for slack in place.slacks(access)}
    return Bracket(And(*(part for part in And.make_args(factor.args[0]) if _slack(part) not in slacks)))


def _reads(factor: Expr, place: Place) -> Iterator[Indexed]:
    for access in walks.parts(factor, Indexed):
        if access.base == place.key.base:
            yield access


def _slack(condition: Expr) -> Expr | None:
    """What a condition between integers says is at least 0."""
    if not isinstance(condition, Relational):
        return None
    greater, less = (condition.lhs, condition.rhs) if condition.rel_op[0] == ">" else (condition.rhs, condition.lhs)
    slack = {">=": greater - less, "<=": greater - less, ">": greater - less - 1, "<": greater - less - 1}
    return sympy.expand(slack[condition.rel_op]) if condition.rel_op in slack else None
