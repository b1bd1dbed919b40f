"""Answers in the symbols that a question allows: what is outside the vocabulary is expanded."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from sympy import Expr

from derive.calculus.sweep import Adjoint, Sweep, fresh_bound
from derive.calculus.terms import expanded_length
from derive.calculus.textbook import LONGEST_EXPANSION
from derive.errors import VocabularyError, nearest
from derive.expression import symbols, walks
from derive.expression.partials import ends_of, partial_name, partial_read
from derive.forward import Forward
from derive.step_rules import StepRule
from derive.steps import Step


@dataclass(frozen=True)
class Vocabulary:
    """The symbols that an answer may use; ``None`` allows everything that the forward pass names."""

    names: frozenset[str] | None = None

    @classmethod
    def of(cls, names: Iterable[str] | None, forward: Forward) -> Vocabulary:
        """The vocabulary of the given names.

        Raises:
            VocabularyError: a name is neither a tensor of the network nor a partial between two of them.
        """
        if names is None:
            return cls()
        given = tuple(names)
        for name in given:
            for part in ends_of(name):
                if part not in forward.tensors:
                    visible = [t.name for t in forward.tensors.values() if t.role != "hidden"]
                    raise VocabularyError(
                        f"{name} is no symbol of this network: {part} is not in it; {nearest(part, visible)}"
                    )
        return cls(frozenset(given))

    def allows(self, name: str, forward: Forward) -> bool:
        """Whether an answer may use the tensor; internal rows never appear in answers."""
        if forward.tensors[name].role == "hidden":
            return False
        return self.names is None or name in self.names

    def allows_partial(self, numerator: str, denominator: str) -> bool:
        """Whether an answer may use the partial as a symbol."""
        return self.names is not None and partial_name(numerator, denominator) in self.names


@dataclass(frozen=True)
class Said:
    """An adjoint in a vocabulary: the steps that are its own, and the adjoints that it was written out by."""

    expression: Expr
    steps: tuple[Step, ...]
    upstream: tuple[str, ...]


class Speaker:
    """Writes the adjoints of one sweep, and forward values, in one vocabulary; each is worked out once.

    One that is ``whole`` writes out what internal rows have upstream, however long it becomes.
    """

    def __init__(self, sweep: Sweep, vocabulary: Vocabulary, *, whole: bool = False) -> None:
        self.sweep = sweep
        self.forward = sweep.forward
        self.vocabulary = vocabulary
        self.whole = whole
        self._said: dict[str, Said] = {}
        self._named: Speaker | None = None

    def adjoint(self, name: str) -> Expr:
        """The adjoint of ``name`` at its quantity's indices, with upstream adjoints written out."""
        if name not in self._said:
            self._said[name] = self.kept_partial(name) or self._written_out(name)
        return self._said[name].expression

    def steps(self, name: str) -> tuple[Step, ...]:
        """The steps to the adjoint of ``name``, through every adjoint met on the way, nearest the top first."""
        met: dict[str, None] = {}

        def meet(other: str) -> None:
            for upstream in self._said[other].upstream:
                if upstream not in met:
                    meet(upstream)
            met[other] = None

        self.adjoint(name)
        meet(name)
        return tuple(step for other in met for step in self._said[other].steps)

    def kept_for(self, name: str) -> frozenset[str]:
        """The tensors whose adjoints stay symbols on the way to the adjoint of ``name``."""
        partials = (partial_read(access) for access in symbols.accesses(self.adjoint(name)))
        direct = {partial.bottom for partial in partials if partial is not None and partial.top == self.sweep.top}
        return frozenset(direct).union(*map(self.kept_for, direct))

    def _written_out(self, name: str) -> Said:
        local: Adjoint | Said = self.sweep.adjoint(name)
        quantity = self.sweep.quantity(name)
        result, upstream = self.with_upstream(local.expression)
        if not self.whole and expanded_length(result) > LONGEST_EXPANSION and any(map(self._is_internal, upstream)):
            # What cancels within the layer is not found again once a long expression stands upstream.
            local = self._through_internal(name)
            result, upstream = self.with_upstream(local.expression)
        steps = list(local.steps)
        if result != local.expression:
            ranges = self.sweep.ranges(quantity)
            steps.append(Step(quantity, result, StepRule.INSERT, "Insert what stands upstream."))
            for line in self.sweep.simplifier.lines(result, ranges):
                steps.append(Step(quantity, line.expression, line.rule, line.sentence))
                result = line.expression
        return Said(result, tuple(steps), upstream)

    def _through_internal(self, name: str) -> Said:
        """The adjoint in those of rows that have names: internal ones, as the sum of a softmax, are written out."""
        if self._named is None:
            named = [other for other in self.forward.tensors if not self._is_internal(other)]
            partials = (partial_name(self.sweep.top, other) for other in named)
            self._named = Speaker(self.sweep, Vocabulary(frozenset((*named, *partials))), whole=True)
        return Said(self._named.adjoint(name), self._named.steps(name), ())

    def _is_internal(self, name: str) -> bool:
        return self.forward.tensors[name].role == "hidden"

    def kept_partial(self, name: str) -> Said | None:
        """The adjoint through a Jacobian that the vocabulary keeps as a symbol, dz2/dz1, if there is one."""
        quantity = self.sweep.quantity(name)
        own = quantity.indices[len(self.sweep.letters) :]
        for row in self.forward.rows:
            if row.name == self.sweep.top or not self.vocabulary.allows_partial(row.name, name):
                continue
            # With another path beside it, the Jacobian alone would not be all that the name does.
            if not self._all_paths_through(row.name, name):
                continue
            outer = symbols.fresh_indices(len(row.indices), symbols.names_in(*quantity.indices))
            kept = partial_name(row.name, name)
            partial = symbols.element(kept, (*outer, *own))
            limits = [(letter, 0, length - 1) for letter, length in zip(outer, row.tensor.shape, strict=True)]
            symbol = self.sweep.symbol(row.name, outer)
            chain = walks.total(symbol * partial, limits)
            upstream = self.at(row.name, outer)
            result = walks.total(upstream * partial, limits)
            sentence = f"{{{name}}} acts through {{{row.name}}}; {{{kept}}} stays a symbol."
            steps = [Step(quantity, chain, StepRule.CHAIN, sentence)]
            ranges = self.sweep.ranges(quantity)
            result = self.sweep.simplifier.simplify(result, ranges)
            if result != chain:
                steps.append(Step(quantity, result, StepRule.INSERT, "Insert what stands upstream."))
            return Said(result, tuple(steps), self._spoken(row.name))
        return None

    def at(self, name: str, subscripts: tuple[Expr, ...]) -> Expr:
        """The adjoint of ``name[subscripts]`` in the vocabulary."""
        if name == self.sweep.top:
            return self.sweep.symbol(name, subscripts)
        quantity = self.sweep.quantity(name)
        expression = self.adjoint(name) if self._spoken(name) else symbols.element(quantity.name, quantity.indices)
        own = quantity.indices[len(self.sweep.letters) :]
        return fresh_bound(expression, dict(zip(own, subscripts, strict=True)), tuple(subscripts))

    def _spoken(self, name: str) -> tuple[str, ...]:
        """The name alone if its adjoint is written out where it is met, nothing if it stays a symbol."""
        kept = name == self.sweep.top or self.vocabulary.allows_partial(self.sweep.top, name)
        return () if kept else (name,)

    def values(self, expression: Expr) -> Expr:
        """The expression with forward values outside the vocabulary written out by their equations.

        Raises:
            VocabularyError: a given tensor is needed that the vocabulary does not hold.
        """
        while True:
            foreign = [
                a for a in self._accesses(expression) if not self.vocabulary.allows(symbols.name_of(a), self.forward)
            ]
            if not foreign:
                return expression
            for access in foreign:
                expression = inserted(expression, access, self.definition(access))

    def definition(self, access: Expr) -> Expr:
        """The forward equation of the element.

        Raises:
            VocabularyError: the element is given, and the vocabulary does not hold it.
        """
        name = symbols.name_of(access)
        row = self.forward.row.get(name)
        if row is None:
            allowed = ", ".join(sorted(self.vocabulary.names or ()))
            raise VocabularyError(f"the answer needs {name}, which is not among the allowed symbols ({allowed})")
        renaming = dict(zip(row.indices, symbols.subscripts_of(access), strict=True))
        return fresh_bound(row.expression, renaming)

    def _accesses(self, expression: Expr) -> list[Expr]:
        return [access for access in symbols.accesses(expression) if symbols.name_of(access) in self.forward.tensors]

    def with_upstream(self, expression: Expr, names: Container[str] | None = None) -> tuple[Expr, tuple[str, ...]]:
        """The expression with adjoint symbols replaced by what they are in the vocabulary, and what was written out.

        Of the tensors in ``names`` alone, where these are given.
        """
        met: list[str] = []
        for access in symbols.accesses(expression):
            partial = partial_read(access)
            if partial is None or partial.top != self.sweep.top or (names is not None and partial.bottom not in names):
                continue
            subscripts = symbols.subscripts_of(access)[len(self.sweep.letters) :]
            expression = inserted(expression, access, self.at(partial.bottom, subscripts))
            met += self._spoken(partial.bottom)
        return expression, tuple(met)

    def _all_paths_through(self, middle: str, name: str) -> bool:
        """Whether ``name`` acts on the top only through ``middle``."""
        dependence = self.sweep.dependence
        return self.sweep.top not in dependence.affected(name, without=middle) and middle in dependence.affected(name)


def inserted(expression: Expr, access: Expr, value: Expr) -> Expr:
    """``expression`` with one element replaced by a value whose bound indices do not meet any other."""
    apart = fresh_bound(value, {}, symbols.symbols_in(expression))
    result: Expr = walks.replaced(expression, {access: apart})
    return result
