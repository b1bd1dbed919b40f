"""The reverse sweep: one adjoint for each tensor, from the rows that read it.

The adjoint of T is the derivative of the top (the loss) with respect to T. It is the sum, over the rows
that read T, of the row's own adjoint times the row's derivative: the chain rule, one row at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import Add, Expr, KroneckerDelta, Mul, Sum, Symbol, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from derive.calculus.bounds import Ranges
from derive.calculus.dependence import Dependence
from derive.calculus.differentiate import Contribution, contributions
from derive.calculus.eliminate import eliminate
from derive.calculus.fold import folding_of
from derive.calculus.slopes import SlopeTable
from derive.calculus.terms import split
from derive.calculus.textbook import Simplifier
from derive.expression import symbols, walks
from derive.expression.partials import Partial, partial_name
from derive.forward import Forward, Row
from derive.step_rules import StepRule
from derive.steps import Quantity, Step


@dataclass(frozen=True)
class Adjoint:
    """The derivative of the top with respect to one tensor, in the adjoints of the rows that read it."""

    quantity: Quantity
    expression: Expr
    steps: tuple[Step, ...]


class Sweep:
    """The adjoints of all tensors of a forward definition, each derived when it is first asked for.

    ``top`` names the tensor that is differentiated. Where it has axes, adjoints carry its indices first:
    the adjoint of T is then the Jacobian of ``top`` with respect to T.
    """

    def __init__(self, forward: Forward, top: str) -> None:
        self.forward = forward
        self.top = top
        shape = forward.tensors[top].shape
        self.shape = shape
        self.letters = symbols.fresh_indices(len(shape), self.reserved)
        self._adjoints: dict[str, Adjoint] = {}

    @cached_property
    def reserved(self) -> frozenset[str]:
        """The names of sizes and tensors, which indices keep away from."""
        sizes = {symbol.name for tensor in self.forward.tensors.values() for symbol in symbols.sizes_in(tensor.shape)}
        rows = {symbol.name for row in self.forward.rows for symbol in symbols.sizes_in([row.expression])}
        return frozenset(sizes | rows | set(self.forward.tensors))

    @cached_property
    def dependence(self) -> Dependence:
        """Which tensors act on which."""
        return Dependence(self.forward)

    @cached_property
    def simplifier(self) -> Simplifier:
        """The textbook rules of this forward definition."""
        targets = tuple(tensor.name for tensor in self.forward.given if tensor.role == "target")
        return Simplifier(folding_of(self.forward), targets, self.forward.functions)

    @cached_property
    def slopes(self) -> SlopeTable:
        """Slopes of the scalar functions that the rows apply."""
        return SlopeTable(self.forward.functions)

    @cached_property
    def readers(self) -> Mapping[str, tuple[Row, ...]]:
        """For each tensor the rows that read it and on which the top depends."""
        reached = {self.top}
        readers: dict[str, list[Row]] = {}
        for row in reversed(self.forward.rows):
            if row.name in self.forward.cycle and reached & set(self.forward.cycle):
                reached |= set(self.forward.cycle)
            if row.name not in reached or row.tensor.domain == "index":
                continue
            for name in sorted(self.dependence.reads[row.name]):
                reached.add(name)
                readers.setdefault(name, []).insert(0, row)
        return {name: tuple(rows) for name, rows in readers.items()}

    def order(self) -> tuple[str, ...]:
        """The tensors on which the top depends, nearest to the top first."""
        rows = [row.name for row in reversed(self.forward.rows) if row.name in self.readers]
        given = [tensor.name for tensor in self.forward.given if tensor.name in self.readers]
        return (*rows, *given)

    def quantity(self, name: str) -> Quantity:
        """The derivative of the top with respect to ``name``, with its indices and shape."""
        shape = self.forward.tensors[name].shape
        own = symbols.fresh_indices(len(shape), self.reserved | {letter.name for letter in self.letters})
        return Quantity(partial_name(self.top, name), self.letters + own, self.shape + shape)

    def symbol(self, name: str, subscripts: tuple[Expr, ...]) -> Expr:
        """The adjoint of ``name[subscripts]`` as a symbol; for the top itself, 1 or the deltas."""
        if name == self.top:
            return Mul(*(KroneckerDelta(a, b) for a, b in zip(self.letters, subscripts, strict=True)))
        return symbols.element(partial_name(self.top, name), (*self.letters, *subscripts))

    def adjoint(self, name: str) -> Adjoint:
        """The adjoint of ``name`` in the adjoints of the rows that read it, with its steps."""
        if name not in self._adjoints:
            self._adjoints[name] = self._derive(name)
        return self._adjoints[name]

    def local_jacobian(self, row: Row, name: str, outer: tuple[Symbol, ...], inner: tuple[Symbol, ...]) -> Expr:
        """The derivative of ``row.tensor[outer]`` with respect to ``name[inner]``, deltas eliminated.

        Deltas that only a division could eliminate stay: the sum over the outer indices may yet do without.
        """
        raw = self._raw_jacobian(row, name, outer, inner, self.slopes)
        ranges = self._ranges(row, name, outer, inner)
        if walks.holds(raw, KroneckerDelta) and walks.holds(raw, Sum):
            folded = self.simplifier.folding.fold(raw, ranges)
            return raw if walks.holds(folded, Sum) else folded
        return self.simplifier.simplify(raw, ranges)

    def jacobian_steps(self, row: Row, name: str, outer: tuple[Symbol, ...], inner: tuple[Symbol, ...]) -> list[Step]:
        """The steps from the derivative of the row's formula to its textbook form."""
        shape = row.tensor.shape + self.forward.tensors[name].shape
        quantity = Quantity(self.direct(row, name), (*outer, *inner), shape)
        ranges = self._ranges(row, name, outer, inner)
        functions = {applied.func.__name__ for applied in walks.parts(row.expression, AppliedUndef)}
        steps: list[Step] = []

        def note(expression: Expr, rule: StepRule, sentence: str) -> None:
            if not steps or steps[-1].expression != expression:
                steps.append(Step(quantity, expression, rule, sentence))

        for line in range(self.slopes.lines(functions)):
            raw = self._raw_jacobian(row, name, outer, inner, SlopeTable(self.forward.functions, line))
            if line == 0:
                note(raw, StepRule.DIFFERENTIATE, f"{{{row.name}}} reads {{{name}}} in its forward equation.")
            else:
                note(raw, StepRule.SIMPLIFY, "Simplify the slope of the function.")
        for simplified in self.simplifier.lines(steps[-1].expression, ranges):
            note(simplified.expression, simplified.rule, simplified.sentence)
        return steps

    def _raw_jacobian(
        self, row: Row, name: str, outer: tuple[Symbol, ...], inner: tuple[Symbol, ...], slopes: SlopeTable
    ) -> Expr:
        body = fresh_bound(row.expression, dict(zip(row.indices, outer, strict=True)), inner)
        state = next((state for state, initial in self.forward.initial if initial == name), None)
        read, place = (name, inner) if state is None else (state, (sympy.S.NegativeOne, *inner))
        parts = [_with_deltas(part, place) for part in contributions(body, read, slopes, inner)]
        ranges = self._ranges(row, name, outer, inner)
        return Add(*(_eliminated(part, ranges) for part in parts))

    def direct(self, row: Row, name: str) -> str:
        """The name of the row's own derivative with respect to ``name``.

        Where ``name`` also acts on the row through other tensors that the row reads, those are held. In a
        recurrence all rows act on what comes later: all that the row reads of them is held, but for the one element.
        """
        if row.name in self.forward.cycle or name in self.forward.cycle:
            held = self.dependence.reads[row.name] & set(self.forward.cycle)
            return Partial(row.name, name, tuple(sorted(held))).name
        acting = self.dependence.acting
        others = [read for read in self.dependence.reads[row.name] if read != name and name in acting.get(read, ())]
        return Partial(row.name, name, tuple(sorted(others))).name

    def ranges(self, quantity: Quantity) -> Ranges:
        """The sizes of the quantity's indices, and the formulas of sizes that follow from others."""
        return {**dict(self.forward.sizes), **dict(zip(quantity.indices, quantity.shape, strict=True))}

    def _ranges(self, row: Row, name: str, outer: tuple[Symbol, ...], inner: tuple[Symbol, ...]) -> Ranges:
        shape = (*row.tensor.shape, *self.forward.tensors[name].shape)
        return {**dict(self.forward.sizes), **dict(zip((*outer, *inner), shape, strict=True))}

    def _derive(self, name: str) -> Adjoint:
        quantity = self.quantity(name)
        rows = self.readers.get(name, ())
        if name == self.top:
            identity = self.symbol(name, quantity.indices[len(self.letters) :])
            sentence = f"{{{name}}} with respect to itself."
            return Adjoint(quantity, identity, (Step(quantity, identity, StepRule.DIFFERENTIATE, sentence),))
        if not rows:
            return Adjoint(
                quantity, sympy.S.Zero, (Step(quantity, sympy.S.Zero, StepRule.NO_PATH, _no_path(quantity)),)
            )
        if [row.name for row in rows] == [self.top]:
            own = quantity.indices[len(self.letters) :]
            steps = self.jacobian_steps(rows[0], name, self.letters, own)
            return Adjoint(quantity, steps[-1].expression, tuple(steps))
        links = [self._link(row, name, quantity) for row in rows]
        chain = Add(*(link.chain for link in links))
        inserted = Add(*(link.inserted for link in links))
        ranges = self.ranges(quantity)
        lines = self.simplifier.lines(inserted, ranges)
        steps = [
            Step(quantity, chain, StepRule.CHAIN, _chain_sentence(quantity, [link.step for link in links])),
            *(link.step for link in links),
            Step(quantity, inserted, StepRule.INSERT, "Insert the derivatives of the forward equations."),
            *(Step(quantity, line.expression, line.rule, line.sentence) for line in lines),
        ]
        return Adjoint(quantity, steps[-1].expression, tuple(steps))

    def _link(self, row: Row, name: str, quantity: Quantity) -> _Link:
        """What one row that reads ``name`` contributes to its adjoint."""
        own = quantity.indices[len(self.letters) :]
        outer = self.outer(row, quantity)
        local = self.local_jacobian(row, name, outer, own)
        shape = row.tensor.shape + self.forward.tensors[name].shape
        partial = Quantity(self.direct(row, name), (*outer, *own), shape)
        sentence = f"{{{row.name}}} reads {{{name}}} in its forward equation."
        step = Step(partial, local, StepRule.DIFFERENTIATE, sentence)
        symbol = symbols.element(partial.name, partial.indices)
        return _Link(self.sent(row, outer, symbol), self.sent(row, outer, local), step)

    def sent(self, row: Row, outer: tuple[Symbol, ...], local: Expr) -> Expr:
        """What a row sends back: adjoint at ``outer`` times ``local`` derivative, summed; the top the latter alone."""
        if row.name == self.top:
            return local
        limits = [(letter, 0, length - 1) for letter, length in zip(outer, row.tensor.shape, strict=True)]
        return walks.total(self.symbol(row.name, outer) * local, limits)

    def outer(self, row: Row, quantity: Quantity) -> tuple[Symbol, ...]:
        """Indices for a row that a quantity does not have; of the top its own."""
        if row.name == self.top:
            return self.letters
        return symbols.fresh_indices(len(row.indices), self.reserved | symbols.names_in(*quantity.indices))


@dataclass(frozen=True)
class _Link:
    """One way on which a tensor acts on the top: by the chain rule, with the derivative inserted, and its step."""

    chain: Expr
    inserted: Expr
    step: Step


def fresh_bound(expression: Expr, renaming: Mapping[Symbol, Expr], avoid: tuple[Symbol, ...] = ()) -> Expr:
    """The expression with free indices replaced; its bound indices are renamed out of the way."""
    return _with_free(expression, renaming, symbols.names_in(*renaming.values(), *avoid))


def _with_free(expression: Expr, renaming: Mapping[Symbol, Expr], taken: set[str]) -> Expr:
    """The expression with free indices replaced, and bound ones renamed out of ``taken``, in their own scope."""
    if not walks.holds(expression, ExprWithLimits):
        return walks.replaced(expression, dict(renaming))
    if not isinstance(expression, ExprWithLimits):
        return walks.mapped(expression, lambda part: _with_free(part, renaming, taken))
    letters = [letter for letter, _, _ in expression.limits]
    clash = [letter for letter in letters if letter.name in taken]
    fresh = dict(zip(clash, symbols.fresh_indices(len(clash), taken | symbols.names_in(expression)), strict=True))
    inside = {letter: value for letter, value in renaming.items() if letter not in letters} | fresh
    body = _with_free(expression.function, inside, taken | {letter.name for letter in fresh.values()})
    limits = [
        (fresh.get(letter, letter), walks.replaced(lower, dict(renaming)), walks.replaced(upper, dict(renaming)))
        for letter, lower, upper in expression.limits
    ]
    return walks.rebuilt(expression, [body, *(Tuple(*limit) for limit in limits)])


def _eliminated(part: Expr, ranges: Ranges) -> Expr:
    """A contribution without the sums that its deltas decide: those are no step that anybody would write."""
    return Add(*(eliminate(term, ranges, plain=True).expression() for term in split(part)))


def _with_deltas(part: Contribution, inner: tuple[Expr, ...]) -> Expr:
    deltas = [KroneckerDelta(a, b) for a, b in zip(inner, part.subscripts, strict=True)]
    return walks.total(Mul(part.slope, *deltas), [(letter, 0, length - 1) for letter, length in part.bound])


def _chain_sentence(quantity: Quantity, local: list[Step]) -> str:
    through = " and ".join(f"{{{_partial(step.quantity).top}}}" for step in local)
    return f"{{{_partial(quantity).bottom}}} acts on the result through {through}."


def _no_path(quantity: Quantity) -> str:
    partial = _partial(quantity)
    return f"No path of the forward pass leads from {{{partial.bottom}}} to {{{partial.top}}}."


def _partial(quantity: Quantity) -> Partial:
    assert quantity.partial is not None, quantity
    return quantity.partial
