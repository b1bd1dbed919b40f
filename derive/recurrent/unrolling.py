"""The recursion of a backward pass through time, solved: sums over time with products of Jacobians.

The loss reads the outputs at every time s, and these depend on a state at time t through every step between
the two: ``∂ℓ/∂h[t] = Σ_{s≥t} (∂h[s]/∂h[t])ᵀ dh[s]``. The Jacobian ``∂h[s]/∂h[t]`` has a recursion of its own,
with the Jacobian of one step: ``∂h[s]/∂h[t] = ∂h[s]/∂h[s-1] · ∂h[s-1]/∂h[t]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Add, Expr, KroneckerDelta, Mul, Sum, Symbol

from derive.calculus.bounds import Ranges
from derive.calculus.eliminate import eliminate
from derive.calculus.express import inserted
from derive.calculus.sweep import Sweep, fresh_bound
from derive.calculus.terms import split
from derive.conventions import FROM_ZERO, Conventions
from derive.derivation import Derivation
from derive.expression import symbols, walks
from derive.expression.functions import Bracket
from derive.expression.partials import partial_name
from derive.forward import Forward
from derive.layer import Layer
from derive.matrix.nodes import Node, Scale
from derive.matrix.sequences import At, Chain
from derive.recurrent.readout import Reading, Readout
from derive.recurrent.time_form import TimeFormer, Written
from derive.step_rules import StepRule
from derive.steps import Quantity, Step

Subscripts = Sequence[Expr]


@dataclass(frozen=True)
class Unrolling:
    """Solves the recursions of a recurrence: of its adjoints, and of the Jacobians between two times."""

    forward: Forward
    cell: Layer
    states: tuple[tuple[str, str], ...]
    steps: Expr
    sweep: Sweep
    conventions: Conventions = FROM_ZERO

    def gradient(self, name: str) -> Derivation:
        """The gradient with respect to a tensor, in the Jacobians between two times."""
        quantity = self.sweep.quantity(name)
        if name in self.readout.loop:
            return self._derivation(quantity, self._through_time_steps(name, quantity))
        local = self.sweep.adjoint(name)
        expression = self._in_states(local.expression)
        steps = list(local.steps)
        if expression != local.expression:
            steps.append(Step(quantity, expression, StepRule.INSERT, "Insert what stands upstream in the same step."))
        for state in self._adjoints_in(expression):
            expression = self._replaced(expression, state, self._through_time)
        sentence = "Insert the gradients of the states: all that outputs read of them from then on."
        return self._derivation(quantity, [*steps, Step(quantity, expression, StepRule.UNROLL, sentence)])

    def jacobian(self, top: str, other: str) -> Derivation:
        """The Jacobian of a state or an output at one time with respect to a state at another."""
        shape = self.forward.tensors[top].shape + self.forward.tensors[other].shape
        indices = symbols.fresh_indices(len(shape), self.sweep.reserved)
        quantity = Quantity(partial_name(top, other), indices, shape)
        if top not in self.readout.loop:
            return self._derivation(quantity, [self._readout_step(top, other, quantity)], self._product_from)
        sentence = f"{{{top}}} depends on an earlier {{{other}}} through the states one step before."
        step = self._named(Step(quantity, self._recursion(quantity, top, other), StepRule.CHAIN, sentence))
        product = None
        if step.matrix is not None:
            product = self._product_from(At(quantity.name, step.quantity.at, shape[1], shape[-1], 1))
        if product is None:
            return self._made(step, (step,))
        sentence = "Solve the recursion: the Jacobian between two times is the product of those of the steps."
        last = replace(step, rule=StepRule.UNROLL, sentence=sentence, matrix=product)
        return self._made(last, (step, last))

    @cached_property
    def former(self) -> TimeFormer:
        """Finds matrix forms at one time."""
        return TimeFormer(self.forward, self.steps)

    def one_step(self, state: str, before: str) -> Derivation:
        """The Jacobian of a state with respect to a state one step earlier, from the cell by itself."""
        return self.cell.jacobian(self._input(before), output=state)

    @cached_property
    def readout(self) -> Readout:
        """Which rows are in the loop, and how outputs read them."""
        return Readout(self.forward, self.cell, self.states)

    def _through_time_steps(self, name: str, quantity: Quantity) -> list[Step]:
        """The steps to the gradient of a row of the loop: what outputs read of it, inside of the loop and outside."""
        sentence = f"{{l}} reads outputs at every time, and from this time on they depend on {{{name}}}."
        outputs = self._outputs(name)
        chain = Add(*(self._share(output, name, quantity.indices) for output in outputs))
        steps = [Step(quantity, chain, StepRule.CHAIN, sentence)]
        outside = [output for output in outputs if output not in self.readout.loop]
        for output in outside:
            shape = self.forward.tensors[output].shape + self.forward.tensors[name].shape
            taken = self.sweep.reserved | symbols.names_in(*quantity.indices)
            indices = (*symbols.fresh_indices(len(shape) - len(quantity.indices), taken), *quantity.indices)
            partial = Quantity(partial_name(output, name), indices, shape)
            steps.append(self._readout_step(output, name, partial))
        if outside:
            whole = self._through_time(name, quantity.indices)
            steps.append(Step(quantity, whole, StepRule.INSERT, "Insert how these outputs depend on it."))
        return steps

    def _readout_step(self, output: str, other: str, quantity: Quantity) -> Step:
        """The Jacobian of an output outside of the loop, in those of what it reads of the loop."""
        rank = len(self.forward.tensors[output].shape)
        (now, *above), subscripts = quantity.indices[:rank], quantity.indices[rank:]
        readings = self._readings(output, other)
        if not readings:
            return Step(quantity, sympy.S.Zero, StepRule.NO_PATH, f"No path leads from {{{other}}} to {{{output}}}.")
        read = Add(*(self._read(reading, now, above, other, subscripts) for reading in readings))
        through = " and ".join(f"{{{name}}}" for name in dict.fromkeys(reading.row for reading in readings))
        sentence = f"No later state reads {{{output}}}; it depends on {{{other}}} through {through}."
        return Step(quantity, self._without_deltas(read, self.sweep.ranges(quantity)), StepRule.CHAIN, sentence)

    def _through_time(self, name: str, subscripts: Subscripts) -> Expr:
        """The gradient of ``name[subscripts]``: all that outputs read of each row of the loop, times how it depends."""
        return Add(*(self._share_of(row, name, subscripts) for row in self.readout.loop))

    def _outputs(self, name: str) -> list[str]:
        """The outputs that the top reads and that depend on a row of the loop."""
        reached, readers = self.readout.reached[name], self.sweep.readers
        return [
            row.name
            for row in self.forward.rows
            if row.name in reached and any(reader.name == self.sweep.top for reader in readers.get(row.name, ()))
        ]

    def _share(self, output: str, name: str, subscripts: Subscripts) -> Expr:
        """What the top reads of an output, times the output's Jacobian, over all times from that of ``name`` on."""
        letters = self._letters(output, *subscripts)
        jacobian = symbols.element(partial_name(output, name), (*letters, *subscripts))
        later = Bracket(sympy.Ge(letters[0], subscripts[0]))
        return Sum(self._upstream(output, letters) * jacobian * later, *self._limits(output, letters))

    def _share_of(self, row: str, name: str, subscripts: Subscripts) -> Expr:
        """The share that reaches ``name`` through a row of the loop, over all times from that of ``name`` on."""
        letters = self._letters(row, *subscripts)
        read = [self._upstream(row, letters)] if row in self._outputs(name) else []
        outside = (output for output in self._outputs(name) if output not in self.readout.loop)
        for reading in (reading for output in outside for reading in self._readings(output, name)):
            if reading.row == row:
                read.append(self._upstream_of(reading, letters, subscripts))
        later = Bracket(sympy.Ge(letters[0], subscripts[0]))
        jacobian = symbols.element(partial_name(row, name), (*letters, *subscripts))
        return Sum(Add(*read) * jacobian * later, *self._limits(row, letters)) if read else sympy.S.Zero

    def _upstream_of(self, reading: Reading, place: Sequence[Symbol], apart: Subscripts) -> Expr:
        """What the top reads of an element of the loop through an output outside of it."""
        output = reading.output
        time, *below = place
        _, *above = self._letters(output, *place, *apart)
        now = time + reading.lag
        upstream = self._upstream(output, (now, *above))
        within = Bracket(sympy.Lt(now, self.steps)) if reading.lag else sympy.S.One
        slope = self._slope(reading, now, above, below, apart)
        whole = walks.total(upstream * slope * within, self._limits(output, (now, *above))[1:])
        shape = self.forward.tensors[reading.row].shape
        return self._without_deltas(whole, self.sweep.ranges(Quantity(reading.row, tuple(place), shape)))

    def _slope(self, reading: Reading, now: Expr, above: Subscripts, below: Subscripts, apart: Subscripts) -> Expr:
        """An output's derivative at the time ``now`` by an element of the row of the loop that it reads."""
        renaming = dict(zip(reading.derivative.quantity.indices, (*above, *below), strict=True))
        taken = symbols.symbols_in(Add(now, *apart))
        return self._at_time(fresh_bound(reading.derivative.result, renaming, taken), now)

    def _read(self, reading: Reading, now: Expr, above: Subscripts, other: str, subscripts: Subscripts) -> Expr:
        """An output's derivative at the time ``now`` by a row of the loop, times that row's by ``other``."""
        _, *below = self._letters(reading.row, now, *above, *subscripts)
        before = (now - reading.lag, *below, *subscripts)
        jacobian = symbols.element(partial_name(reading.row, other), before)
        slope = self._slope(reading, now, above, below, subscripts)
        return walks.total(slope * jacobian, self._limits(reading.row, (now, *below))[1:])

    def _readings(self, output: str, other: str) -> list[Reading]:
        """What an output outside of the loop reads of the rows in it that depend on ``other``."""
        reached = self.readout.reached[other]
        return [reading for reading in self.readout.readings(output) if reading.row in reached]

    def _upstream(self, output: str, subscripts: Subscripts) -> Expr:
        """What the top reads of an element of an output."""
        rows = (row for row in self.sweep.readers.get(output, ()) if row.name == self.sweep.top)
        letters = self._letters(output, *subscripts)
        slopes = (self.sweep.local_jacobian(row, output, (), letters) for row in rows)
        return Add(*(fresh_bound(slope, dict(zip(letters, subscripts, strict=True))) for slope in slopes))

    def _letters(self, name: str, *apart: Expr) -> tuple[Symbol, ...]:
        """Indices of a tensor, apart from those of other expressions."""
        taken = self.sweep.reserved | symbols.names_in(*apart)
        return symbols.fresh_indices(len(self.forward.tensors[name].shape), taken)

    def _limits(self, name: str, letters: Sequence[Symbol]) -> list[tuple[Symbol, int, Expr]]:
        return [(letter, 0, size - 1) for letter, size in zip(letters, self.forward.tensors[name].shape, strict=True)]

    def _without_deltas(self, expression: Expr, ranges: Ranges) -> Expr:
        return Add(*(eliminate(term, ranges).expression() for term in split(expression)))

    def _recursion(self, quantity: Quantity, state: str, other: str) -> Expr:
        """The Jacobian between two times in that one step earlier."""
        rank = len(self.forward.tensors[state].shape)
        (now, *above), (then, *below) = quantity.indices[:rank], quantity.indices[rank:]
        terms = [KroneckerDelta(now, then) * self._in_cell(state, other, now, above, below)]
        for entry, through in self.states:
            sizes = self.forward.tensors[through].shape[1:]
            middle = symbols.fresh_indices(len(sizes), self.sweep.reserved | symbols.names_in(*quantity.indices))
            factor = self._in_cell(state, entry, now, above, middle)
            before = symbols.element(partial_name(through, other), (now - 1, *middle, then, *below))
            limits = [(letter, 0, size - 1) for letter, size in zip(middle, sizes, strict=True)]
            terms.append(walks.total(factor * before, limits))
        ranges = self.sweep.ranges(quantity)
        return Add(*(self._without_deltas(term, ranges) for term in terms))

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
        partials = {partial_name(self.sweep.top, name): name for name in rows}
        names = {symbols.name_of(access) for access in symbols.accesses(expression)}
        return [name for partial, name in partials.items() if partial in names]

    def _replaced(self, expression: Expr, name: str, value: Callable[[str, Subscripts], Expr]) -> Expr:
        """The expression with every element of an adjoint replaced by its value."""
        partial = partial_name(self.sweep.top, name)
        for access in symbols.accesses(expression):
            if symbols.name_of(access) == partial:
                expression = inserted(expression, access, value(name, symbols.subscripts_of(access)))
        return expression

    def _derivation(self, quantity: Quantity, steps: Sequence[Step], written: Written | None = None) -> Derivation:
        """The derivation; at its end Jacobians between two times stand as products of those of the steps."""
        named = [self._named(step) for step in steps]
        last = self._named(steps[-1], written or self._product)
        if last.matrix != named[-1].matrix:
            sentence = "The Jacobian between two times is the product of those of the steps."
            last = replace(last, rule=StepRule.UNROLL, sentence=sentence)
            named.append(last)
        return self._made(last, tuple(named))

    def _made(self, last: Step, steps: tuple[Step, ...]) -> Derivation:
        return Derivation(self.forward, last.quantity, last.expression, steps, last.matrix, self.conventions)

    def _named(self, step: Step, written: Written | None = None) -> Step:
        quantity, expression = self.former.lettered(step.quantity, step.expression)
        return self.former.formed(replace(step, quantity=quantity, expression=expression), written)

    def _product(self, part: At) -> Node | None:
        """``∂h[s]/∂h[t]`` as the product of the Jacobians of the steps between, where h acts on itself alone."""
        alone = (
            (entry, state)
            for entry, state in self.states
            if part.name == partial_name(state, state) and self._acts_alone(state)
        )
        entry, state = next(alone, ("", ""))
        if not state or len(self.forward.tensors[state].shape) != 2:
            return None
        _, *shape = self.forward.tensors[state].shape
        later, earlier = part.times
        taken = self.sweep.reserved | symbols.names_in(*part.times)
        letter = next(index for index in map(symbols.index, ("r", "q", "p", "u")) if index.name not in taken)
        indices = symbols.fresh_indices(2, taken | {letter.name})
        expression = self._in_cell(state, entry, letter, indices[:1], indices[1:])
        node = self.former.form(expression, Quantity("", indices, (*shape, *shape)))
        return None if node is None or expression == 0 else Chain(node, letter, earlier + 1, later)

    def _acts_alone(self, state: str) -> bool:
        """Whether what a state does to itself at a later time goes through no other state."""
        reached = self.readout.reached
        return not any(
            other in reached[state] and state in reached[other] for _, other in self.states if other != state
        )

    def _product_from(self, part: At) -> Node | None:
        """The product where the first time is the later one, 0 elsewhere: the product itself is the identity there."""
        product = self._product(part)
        return None if product is None else Scale(Bracket(sympy.Ge(*part.times)), product)

    def _input(self, state: str) -> str:
        return next(name for name, output in self.states if output == state)
