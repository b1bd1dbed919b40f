"""Sums whose value is known: of a softmax 1, of centred values 0, of values their number times the mean."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, Indexed, Mul, Sum, Symbol

from derive import symbols
from derive.algebra import factored
from derive.forward import Forward
from derive.terms import Term, canonical, split


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
        inner = tuple(factor for factor in term.factors if factor.free_symbols & bound)
        outer = Mul(*(factor for factor in term.factors if not factor.free_symbols & bound))
        return cls(Term(inner, term.bound), value / outer, letters) if inner else None

    def value_of(self, term: Term) -> Expr | None:
        """The value of ``term``, if the fact is about it."""
        if len(term.bound) != len(self.term.bound):
            return None
        key = canonical(term)[0]
        for letters in self._matches(term):
            if canonical(self.term.replaced(letters))[0] == key:
                return self.value.xreplace(letters)
        return None

    def _matches(self, term: Term) -> list[dict[Symbol, Expr]]:
        """Values of the letters at which the fact could be about the term."""
        if not self.letters:
            return [{}]
        mine = next((a for a in _elements(self.term) if set(self.letters) <= set(a.indices)), None)
        if mine is None:
            return []
        found = []
        for access in _elements(term):
            if access.base == mine.base:
                values = dict(zip(mine.indices, access.indices, strict=True))
                found.append({letter: values[letter] for letter in self.letters})
        return found


def _elements(term: Term) -> list[Indexed]:
    return [access for factor in term.factors for access in symbols.accesses(factor) if isinstance(access, Indexed)]


@dataclass(frozen=True)
class Facts:
    """The known sums of a forward definition."""

    known: tuple[Fact, ...] = ()

    def value(self, term: Term) -> Expr | None:
        """The value of the sum, if it is known."""
        return next((value for fact in self.known if (value := fact.value_of(term)) is not None), None)

    def valued(self, term: Term) -> Expr:
        """The term with a part whose sum is known replaced by its value."""
        for letter, length in term.bound:
            reached = tuple(factor for factor in term.factors if letter in factor.free_symbols)
            value = self.value(Term(reached, ((letter, length),)))
            if value is not None:
                rest = tuple(factor for factor in term.factors if letter not in factor.free_symbols)
                others = tuple(pair for pair in term.bound if pair[0] != letter)
                return self.valued(Term((value, *rest), others))
        return term.expression()


def derived_facts(facts: Facts, forward: Forward) -> Facts:
    """The facts with those that follow for the sum of a row along its last axis, and of its square.

    The row's equation is summed term by term with the facts that are known: Σ (z - mu)/σ is
    (Σ z - n mu)/σ, which is 0.
    """
    known = list(facts.known)
    for row in forward.rows:
        if row.tensor.role == "hidden" or not row.indices or not isinstance(row.expression, Mul):
            continue
        letter, length = row.indices[-1], row.tensor.shape[-1]
        mine = symbols.element(row.name, row.indices)
        for power in (1, 2):
            total = _summed(row.expression**power, letter, length, Facts(tuple(known)))
            if not total.has(Sum):
                known.append(Fact(Term((mine**power,), ((letter, length),)), total, row.indices[:-1]))
    return Facts(tuple(known))


def _summed(body: Expr, letter: Symbol, length: Expr, facts: Facts) -> Expr:
    """The sum of ``body`` over the letter with known facts; first as it stands, then multiplied out."""
    for expand in (False, True):
        terms = [Term(term.factors, ((letter, length), *term.bound)) for term in split(body, expand=expand)]
        value = factored(Add(*(facts.valued(_merged(term)) for term in terms)))
        if not value.has(Sum):
            return value
    return value


def _merged(term: Term) -> Term:
    return Term(tuple(Mul.make_args(Mul(*term.factors))), term.bound)
