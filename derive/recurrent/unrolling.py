"""The recursion of a backward pass through time, solved: sums over time with products of Jacobians.

The loss reads the outputs at every time s, and these depend on a state at time t through every step between
the two: ``∂ℓ/∂h[t] = Σ_{s≥t} (∂h[s]/∂h[t])ᵀ dh[s]``. The Jacobian ``∂h[s]/∂h[t]`` has a recursion of its own,
with the Jacobian of one step: ``∂h[s]/∂h[t] = ∂h[s]/∂h[s-1] · ∂h[s-1]/∂h[t]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import sympy
from sympy import Add, Expr, KroneckerDelta, Mul, Sum

from derive import symbols
from derive.calculus.eliminate import eliminate
from derive.calculus.express import inserted
from derive.calculus.sweep import Sweep, fresh_bound
from derive.calculus.terms import split
from derive.derivation import Derivation, Quantity, Step
from derive.forward import Forward
from derive.functions import Bracket
from derive.layer import Layer
from derive.matrix.nodes import Node, Scale
from derive.matrix.sequences import At, Chain
from derive.recurrent.time_form import TimeFormer, Written, with_time_letters

Subscripts = Sequence[Expr]


@dataclass(frozen=True)
class Unrolling:
    """Solves the recursions of a recurrence: of its adjoints, and of the Jacobians between two times."""

    forward: Forward
    cell: Layer
    states: tuple[tuple[str, str], ...]
    steps: Expr
    sweep: Sweep
    index_base: Literal[0, 1] = 0

    def gradient(self, name: str) -> Derivation:
        """The gradient with respect to a tensor, in the Jacobians between two times."""
        quantity = self.sweep.quantity(name)
        if name in self.forward.cycle:
            expression = self._through_time(name, quantity.indices)
            sentence = f"{{l}} reads outputs at every time, and from this time on they depend on {{{name}}}."
            return self._derivation(quantity, [Step(quantity, expression, "chain rule", sentence)])
        local = self.sweep.adjoint(name)
        expression = self._in_states(local.expression)
        steps = list(local.steps)
        if expression != local.expression:
            steps.append(Step(quantity, expression, "insert", "Insert what stands upstream in the same step."))
        for state in self._adjoints_in(expression):
            expression = self._replaced(expression, state, self._through_time)
        sentence = "Insert the gradients of the states: all that outputs read of them from then on."
        return self._derivation(quantity, [*steps, Step(quantity, expression, "unroll", sentence)])

    def jacobian(self, state: str, other: str) -> Derivation:
        """The Jacobian of a state at one time with respect to a state at another."""
        shape = self.forward.tensors[state].shape + self.forward.tensors[other].shape
        indices = symbols.fresh_indices(len(shape), self.sweep.reserved)
        quantity = Quantity(symbols.partial_name(state, other), indices, shape)
        sentence = f"{{{state}}} depends on an earlier {{{other}}} through the states one step before."
        step = self._named(Step(quantity, self._recursion(quantity, state, other), "chain rule", sentence))
        product = None
        if step.matrix is not None:
            product = self._product(At(quantity.name, step.quantity.at, shape[1], shape[-1], 1))
        if product is None:
            return self._made(step, (step,))
        later = Bracket(sympy.Ge(*step.quantity.at))
        sentence = "Solve the recursion: the Jacobian between two times is the product of those of the steps."
        last = replace(step, rule="unroll", sentence=sentence, matrix=Scale(later, product))
        return self._made(last, (step, last))

    @cached_property
    def former(self) -> TimeFormer:
        """Finds matrix forms at one time."""
        return TimeFormer(self.forward, self.steps)

    def one_step(self, state: str, before: str) -> Derivation:
        """The Jacobian of a state with respect to a state one step earlier, from the cell by itself."""
        return self.cell.jacobian(self._input(before), output=state)

    def _through_time(self, name: str, subscripts: Subscripts) -> Expr:
        """The gradient of ``name[subscripts]``: what the top reads, times how that depends on it."""
        terms = []
        for output in self.forward.cycle:
            for row in self.sweep.readers.get(output, ()):
                if row.name != self.sweep.top:
                    continue
                taken = self.sweep.reserved | symbols.names_in(*subscripts)
                letters = symbols.fresh_indices(len(self.forward.tensors[output].shape), taken)
                slope = self.sweep.local_jacobian(row, output, (), letters)
                jacobian = symbols.element(symbols.partial_name(output, name), (*letters, *subscripts))
                sizes = self.forward.tensors[output].shape
                limits = [(letter, 0, size - 1) for letter, size in zip(letters, sizes, strict=True)]
                terms.append(Sum(slope * jacobian * Bracket(sympy.Ge(letters[0], subscripts[0])), *limits))
        return Add(*terms)

    def _recursion(self, quantity: Quantity, state: str, other: str) -> Expr:
        """The Jacobian between two times in that one step earlier."""
        rank = len(self.forward.tensors[state].shape)
        (now, *above), (then, *below) = quantity.indices[:rank], quantity.indices[rank:]
        terms = [KroneckerDelta(now, then) * self._in_cell(state, other, now, above, below)]
        for entry, through in self.states:
            sizes = self.forward.tensors[through].shape[1:]
            middle = symbols.fresh_indices(len(sizes), self.sweep.reserved | symbols.names_in(*quantity.indices))
            factor = self._in_cell(state, entry, now, above, middle)
            before = symbols.element(symbols.partial_name(through, other), (now - 1, *middle, then, *below))
            limits = [(letter, 0, size - 1) for letter, size in zip(middle, sizes, strict=True)]
            terms.append(Sum(factor * before, *limits))
        ranges = self.sweep.ranges(quantity)
        return Add(*(eliminate(term, ranges).expression() for part in terms for term in split(part)))

    def _in_cell(self, top: str, bottom: str, now: Expr, above: Subscripts, below: Subscripts) -> Expr:
        """The derivative of ``top`` with respect to ``bottom`` within the step at the time ``now``."""
        if top == bottom:
            return Mul(*(KroneckerDelta(a, b) for a, b in zip(above, below, strict=True)))
        derivation = self.cell.jacobian(bottom, output=top)
        renaming = dict(zip(derivation.quantity.indices, (*above, *below), strict=True))
        taken = tuple(symbol for symbol in now.free_symbols)
        return self._at_time(fresh_bound(derivation.result, renaming, taken), now)

    def _at_time(self, expression: Expr, now: Expr) -> Expr:
        """An expression of the cell in the tensors of the recurrence: the state before the step is one time earlier."""
        before = dict(self.states)
        replaced = {}
        for access in symbols.accesses(expression):
            name, subscripts = symbols.name_of(access), symbols.subscripts_of(access)
            if name in before:
                replaced[access] = symbols.element(before[name], (now - 1, *subscripts))
            elif self.steps in self.forward.tensors[name].shape:
                replaced[access] = symbols.element(name, (now, *subscripts))
        return expression.xreplace(replaced)

    def _in_states(self, expression: Expr) -> Expr:
        """The expression with the adjoints of the rows between the states of a step written out."""
        states = {state for _, state in self.states}
        while inner := [name for name in self._adjoints_in(expression) if name not in states]:
            for name in inner:
                expression = self._replaced(expression, name, self._local)
        return expression

    def _local(self, name: str, subscripts: Subscripts) -> Expr:
        adjoint = self.sweep.adjoint(name)
        renaming = dict(zip(adjoint.quantity.indices, subscripts, strict=True))
        return fresh_bound(adjoint.expression, renaming, tuple(subscripts))

    def _adjoints_in(self, expression: Expr) -> list[str]:
        """The rows of the recurrence whose adjoints the expression reads."""
        rows = [row.name for row in self.forward.rows if row.name != self.sweep.top]
        partials = {symbols.partial_name(self.sweep.top, name): name for name in rows}
        names = {symbols.name_of(access) for access in symbols.accesses(expression)}
        return [name for partial, name in partials.items() if partial in names]

    def _replaced(self, expression: Expr, name: str, value: Callable[[str, Subscripts], Expr]) -> Expr:
        """The expression with every element of an adjoint replaced by its value."""
        partial = symbols.partial_name(self.sweep.top, name)
        for access in symbols.accesses(expression):
            if symbols.name_of(access) == partial:
                expression = inserted(expression, access, value(name, symbols.subscripts_of(access)))
        return expression

    def _derivation(self, quantity: Quantity, steps: Sequence[Step]) -> Derivation:
        """The derivation; at its end Jacobians between two times stand as products of those of the steps."""
        named = [self._named(step) for step in steps]
        last = self._named(steps[-1], self._product)
        if last.matrix != named[-1].matrix:
            sentence = "The Jacobian between two times is the product of those of the steps."
            last = replace(last, rule="unroll", sentence=sentence)
            named.append(last)
        return self._made(last, tuple(named))

    def _made(self, last: Step, steps: tuple[Step, ...]) -> Derivation:
        return Derivation(self.forward, last.quantity, last.expression, steps, last.matrix, "gradient", self.index_base)

    def _named(self, step: Step, written: Written | None = None) -> Step:
        quantity, expression = with_time_letters(step.quantity, step.expression, self.steps)
        return self.former.formed(replace(step, quantity=quantity, expression=expression), written)

    def _product(self, part: At) -> Node | None:
        """``∂h[s]/∂h[t]`` as the product of the Jacobians of the steps between, where h is the only state."""
        entry, state = self.states[0]
        shape = self.forward.tensors[state].shape[1:]
        if len(self.states) > 1 or part.name != symbols.partial_name(state, state) or len(shape) != 1:
            return None
        later, earlier = part.times
        taken = self.sweep.reserved | symbols.names_in(*part.times)
        letter = next(index for index in map(symbols.index, ("r", "q", "p", "u")) if index.name not in taken)
        indices = symbols.fresh_indices(2, taken | {letter.name})
        expression = self._in_cell(state, entry, letter, indices[:1], indices[1:])
        node = self.former.form(expression, Quantity("", indices, (*shape, *shape)))
        return None if node is None else Chain(node, letter, earlier + 1, later)

    def _input(self, state: str) -> str:
        return next(name for name, output in self.states if output == state)
