"""Sums whose value is known: of a softmax 1, of centred values 0, of values their number times the mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from sympy import Add, Eq, Expr, Indexed, Integer, Mul, Pow, Sum, Symbol

from derive.calculus.algebra import factored
from derive.calculus.terms import Bound, Term, canonical, expanded_length, split
from derive.expression import symbols, walks
from derive.expression.functions import Bracket
from derive.forward import Forward, Row

MOST_TERMS = 100
"""Rows whose square has more terms than this are not summed: those of second derivatives, of which no sum is known."""


@dataclass(frozen=True)
class Fact:
    """``Σ_bound Π factors = value``, for all values of the ``letters``."""

    term: Term
    value: Expr
    letters: tuple[Symbol, ...] = ()

    @classmethod
    def of(cls, total: Expr, value: Expr, letters: tuple[Symbol, ...]) -> Fact | None:
        """The fact that a sum has a value, with factors that its bound indices do not reach divided off.

        None if the sum is one of several terms.
        """
        terms = split(total)
        if len(terms) != 1:
            return None
        (term,) = terms
        bound = {letter for letter, _ in term.bound}
        inner = tuple(factor for factor in term.factors if walks.free_symbols(factor) & bound)
        outer = Mul(*(factor for factor in term.factors if not walks.free_symbols(factor) & bound))
        return cls(Term(inner, term.bound), value / outer, letters) if inner else None

    def value_of(self, term: Term) -> Expr | None:
        """The value of ``term``, if the fact is about it."""
        if len(term.bound) != len(self.term.bound):
            return None
        key = canonical(term)[0]
        for letters in self._matches(term):
            if canonical(self._at(letters))[0] == key:
                return walks.replaced(self.value, letters)
        return None

    def _at(self, values: dict[Symbol, Expr]) -> Term:
        """The sum at given values of the letters, its bound indices renamed where a value uses their names."""
        taken = symbols.names_in(*values.values())
        clash = [letter for letter, _ in self.term.bound if letter.name in taken]
        fresh = symbols.fresh_indices(len(clash), taken | symbols.names_in(*self.term.factors))
        renaming = dict(zip(clash, fresh, strict=True))
        bound = tuple((renaming.get(letter, letter), length) for letter, length in self.term.bound)
        return Term(tuple(walks.replaced(factor, {**values, **renaming}) for factor in self.term.factors), bound)

    @cached_property
    def reads(self) -> list[str]:
        """The names of the tensors in the sum, each as often as it occurs: a quick test."""
        return _bases(self.term)

    def _matches(self, term: Term) -> list[dict[Symbol, Expr]]:
        """Values of the letters at which the fact could be about the term: element by element as they fit."""
        found: list[dict[Symbol, Expr]] = [{}]
        for mine in _elements(self.term):
            letters = [(place, letter) for place, letter in enumerate(mine.indices) if letter in self.letters]
            if all(letter in values for values in found for _, letter in letters):
                continue
            others = [access for access in _elements(term) if access.base == mine.base]
            found = [
                {**values, **here}
                for values in found
                for access in others
                if _agree(values, here := {letter: access.indices[place] for place, letter in letters})
            ]
        return [values for values in found if len(values) == len(self.letters)]


def _agree(values: dict[Symbol, Expr], others: dict[Symbol, Expr]) -> bool:
    return all(values.get(letter, value) == value for letter, value in others.items())


def _bases(term: Term) -> list[str]:
    return sorted(symbols.name_of(access) for access in _elements(term))


def _elements(term: Term) -> list[Indexed]:
    return [access for factor in term.factors for access in symbols.accesses(factor) if isinstance(access, Indexed)]


@dataclass(frozen=True)
class Facts:
    """The known sums of a forward definition; tensors in ``roots`` are roots of sums, which are not negative."""

    known: tuple[Fact, ...] = ()
    roots: frozenset[str] = frozenset()

    def value(self, term: Term) -> Expr | None:
        """The value of the sum, if it is known."""
        reads = _bases(term)
        about = (fact for fact in self.known if fact.reads == reads)
        return next((value for fact in about if (value := fact.value_of(term)) is not None), None)

    def valued(self, term: Term) -> Expr:
        """The term with a part whose sum is known replaced by its value."""
        for count in sorted({len(fact.term.bound) for fact in self.known}, reverse=True):
            for bound in combinations(term.bound, count):
                letters = {letter for letter, _ in bound}
                reached = tuple(factor for factor in term.factors if letters & walks.free_symbols(factor))
                value = self.value(Term(reached, bound))
                if value is not None:
                    rest = tuple(factor for factor in term.factors if not letters & walks.free_symbols(factor))
                    return self.valued(Term((value, *rest), tuple(pair for pair in term.bound if pair not in bound)))
        return term.expression()

    def inside(self, expression: Expr) -> Expr:
        """The expression with known sums in the arguments of powers and functions replaced by their values."""
        if not self.known or not walks.holds(expression, Sum) or isinstance(expression, Indexed):
            return expression
        if isinstance(expression, Add | Mul | Sum):
            return walks.mapped(expression, self.inside, Expr)
        arguments = [self._value_inside(part) if isinstance(part, Expr) else part for part in expression.args]
        if isinstance(expression, Pow) and isinstance(arguments[0], Pow) and self._is_root(arguments[0].base):
            return arguments[0].base ** (arguments[0].exp * arguments[1])
        changed: Expr = expression.func(*arguments)
        return changed

    def _value_inside(self, argument: Expr) -> Expr:
        return Add(*(self.valued(term) for term in split(argument))) if walks.holds(argument, Sum) else argument

    def _is_root(self, base: Expr) -> bool:
        return isinstance(base, Indexed | Symbol) and symbols.name_of(base) in self.roots


def derived_facts(facts: Facts, forward: Forward) -> Facts:
    """The facts with those that follow for sums of a row, and of its square.

    They are sought along the axes along which a sum of something that the row reads is known. The row's
    equation is summed term by term with the facts that are known: Σ (z - mu)/σ is (Σ z - n mu)/σ, which is 0.
    """
    known = list(facts.known)
    for row in forward.rows:
        if row.tensor.role == "hidden" or not isinstance(row.expression, Add | Mul):
            continue
        mine = symbols.element(row.name, row.indices)
        for axes in _known_axes(row, known):
            bound = tuple((row.indices[axis], row.tensor.shape[axis]) for axis in axes)
            others = tuple(letter for axis, letter in enumerate(row.indices) if axis not in axes)
            for power in (1, 2):
                if expanded_length(row.expression) ** power > MOST_TERMS:
                    break
                total = _summed(row.expression**power, bound, Facts(tuple(known), facts.roots))
                if not walks.holds(total, Sum):
                    known.append(Fact(Term((mine**power,), bound), total, others))
    return Facts(tuple(known), facts.roots)


def label_facts(forward: Forward) -> list[Fact]:
    """Of a class number that a row compares with an index, ``Σ_i [i = y] = 1``: it is one of the classes."""
    labels = {tensor.name for tensor in forward.given if tensor.domain == "class"}
    facts = []
    for row in forward.rows:
        for axis, letter, bracket in _label_brackets(row):
            (label,) = symbols.accesses(bracket)
            bound = Sum(bracket, (letter, 0, row.tensor.shape[axis] - 1))
            fact = Fact.of(bound, Integer(1), tuple(other for other in row.indices if other != letter))
            facts += [fact] if fact is not None and symbols.name_of(label) in labels else []
    return facts


def _label_brackets(row: Row) -> Iterator[tuple[int, Symbol, Bracket]]:
    """The brackets of a row that say that one of its indices is equal to a label, with the axis of that index."""
    for bracket in sorted(walks.parts(row.expression, Bracket), key=str):
        condition = bracket.args[0]
        if isinstance(condition, Eq) and len(symbols.accesses(bracket)) == 1:
            for axis, letter in enumerate(row.indices):
                if letter in condition.args:
                    yield axis, letter, bracket


def _known_axes(row: Row, known: list[Fact]) -> list[tuple[int, ...]]:
    """The axes of a row along which sums of elements that it reads, or of its brackets, are known."""
    factors = {factor for fact in known for factor in fact.term.factors}
    found: list[tuple[int, ...]] = [(axis,) for axis, _, bracket in _label_brackets(row) if bracket in factors]
    for fact in known:
        bound = {letter for letter, _ in fact.term.bound}
        for summed in _elements(fact.term):
            places = [place for place, subscript in enumerate(summed.indices) if subscript in bound]
            for access in walks.parts(row.expression, Indexed):
                if access.base != summed.base or not places or len(places) < len(bound):
                    continue
                letters = {access.indices[place] for place in places}
                axes = tuple(axis for axis, letter in enumerate(row.indices) if letter in letters)
                if len(axes) == len(places) and axes not in found:
                    found.append(axes)
    return found


def _summed(body: Expr, bound: Bound, facts: Facts) -> Expr:
    """The sum of ``body`` over the indices with known facts; first as it stands, then multiplied out."""
    for expand in (False, True):
        terms = [Term(term.factors, bound + term.bound) for term in split(body, expand=expand)]
        value = factored(Add(*(facts.valued(_merged(term)) for term in terms)))
        if not walks.holds(value, Sum):
            return value
    return value


def _merged(term: Term) -> Term:
    return Term(tuple(Mul.make_args(Mul(*term.factors))), term.bound)
