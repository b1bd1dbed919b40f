"""Recurrences over time: a cell applied at every time to the input and to its own state one step earlier.

The number of steps is a symbol. The adjoint of the state at time t reads the adjoint at time t + 1: the
recursion of back-propagation through time is what elimination leaves of the sum over all times at which
an element is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from sympy import Expr, Indexed, Symbol

from derive.building.applied import applied_functions
from derive.building.assemble import BATCH, Names, place
from derive.building.blueprint import Blueprint
from derive.building.defined import defined, lengthened
from derive.building.language import Argument
from derive.building.letters import Lettering, lettered
from derive.calculus.boundary import without_end
from derive.calculus.sweep import Sweep, fresh_bound
from derive.conventions import FROM_ZERO, Conventions, IndexBase, conventions_of
from derive.derivation import Derivation
from derive.deriving import deriver_of
from derive.errors import NetworkError, nearest
from derive.expression import symbols
from derive.forward import Forward, Row, Tensor
from derive.layer import Layer, contraction, layer, stage_of, upstream_name
from derive.layers import CALLED, LayerDefinition, named_functions
from derive.recurrent.time_form import TimeFormer
from derive.recurrent.unrolling import Unrolling
from derive.specialise import specialised
from derive.step_rules import StepRule
from derive.steps import Quantity, Step

TIME = symbols.index("t")


@dataclass(frozen=True)
class GeneralRecurrence:
    """A recurrence for all sizes of which another one is a case, and the numbers that make it that case."""

    recurrence: Recurrence
    numbers: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True)
class Recurrence:
    """A cell over time, with an upstream gradient for each of its outputs at every time.

    ``forward`` holds the cell's rows with time as the first index; ``cell`` is one step by itself, whose
    further inputs ``states`` are outputs of the step before: ``h_prev`` is ``h`` one step earlier. Where sizes are
    large numbers, everything is derived of the ``general`` recurrence with letters in their place.
    """

    name: str
    forward: Forward
    cell: Layer
    states: tuple[tuple[str, str], ...]
    steps: Expr
    conventions: Conventions = FROM_ZERO
    general: GeneralRecurrence | None = field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the learnt tensors."""
        return tuple(tensor.name for tensor in self.forward.given if tensor.role == "parameter")

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The input, the initial states and the parameters."""
        upstream = set(map(upstream_name, self.cell.outputs))
        return tuple(tensor.name for tensor in self.forward.given if tensor.name not in upstream)

    def equations(self) -> tuple[Derivation, ...]:
        """The forward equations at time t."""
        if self.general is not None:
            return tuple(map(self._case, self.general.recurrence.equations()))
        rows = [row for row in self.forward.rows if row.tensor.role == "value"]
        return tuple(self._equation(row) for row in rows)

    def gradient(self, name: str) -> Derivation:
        """The gradient with respect to a tensor in the gradients that come before it in the backward pass.

        For a state that is its gradient one step later; for a parameter it is a sum over time.

        Raises:
            NetworkError: there is no such tensor.
        """
        self._require(name)
        if self.general is not None:
            return self._case(self.general.recurrence.gradient(name))
        adjoint = self._sweep.adjoint(name)
        result, steps = without_end(adjoint.expression, self.steps, self._sweep.ranges(adjoint.quantity)), adjoint.steps
        if result != adjoint.expression:
            sentence = "After the last step no state is read: the gradients there are 0."
            steps = (*steps, Step(adjoint.quantity, result, StepRule.BOUNDARY, sentence))
        return self._derivation(adjoint.quantity, result, steps)

    def backward(self) -> tuple[Derivation, ...]:
        """The backward pass at time t, and the gradients of what all times share, each from those before it."""
        upstream = set(map(upstream_name, self.cell.outputs))
        return tuple(self.gradient(name) for name in self._sweep.order() if name not in upstream)

    def step_jacobian(self, top: str, before: str) -> Derivation:
        """The Jacobian of a state or an output with respect to a state one step earlier, ``∂h[t]/∂h[t-1]``.

        Raises:
            NetworkError: the first is neither a state nor an output, or the second is no state.
        """
        if self.general is not None:
            return self._case(self.general.recurrence.step_jacobian(top, before))
        return self.unrolling.one_step(self._top(top), self._state(before))

    def jacobian(self, top: str, other: str) -> Derivation:
        """The Jacobian of a state or an output at time s with respect to a state at time t.

        Between states it is a product of Jacobians of steps; an output outside of the loop reads it there.

        Raises:
            NetworkError: the first is neither a state nor an output, or the second is no state.
        """
        if self.general is not None:
            return self._case(self.general.recurrence.jacobian(top, other))
        return self.unrolling.jacobian(self._top(top), self._state(other))

    def unrolled_gradient(self, name: str) -> Derivation:
        """The gradient as a sum over time with the Jacobians of states at later times, without recursion.

        Raises:
            NetworkError: there is no such tensor.
        """
        self._require(name)
        if self.general is not None:
            return self._case(self.general.recurrence.unrolled_gradient(name))
        return self.unrolling.gradient(name)

    @cached_property
    def former(self) -> TimeFormer:
        """Finds the matrix form of expressions at one time."""
        return self.unrolling.former

    @cached_property
    def unrolling(self) -> Unrolling:
        """Solves the recursions."""
        return Unrolling(self.forward, self.cell, self.states, self.steps, self._sweep, self.conventions)

    @property
    def _sweep(self) -> Sweep:
        return deriver_of(self.forward, (), self.conventions).sweep("l")

    def _case(self, found: Derivation) -> Derivation:
        """What was derived of the general recurrence, at the numbers of this one."""
        if self.general is None:
            raise TypeError(f"{self.name} is no case of a general recurrence")
        own = found.forward == self.general.recurrence.forward
        return specialised(found, dict(self.general.numbers), self.forward if own else None)

    def _equation(self, row: Row) -> Derivation:
        quantity = Quantity(row.name, row.indices, row.tensor.shape)
        step = Step(quantity, row.expression, StepRule.FORWARD, f"The forward equation of {{{row.name}}}.")
        return self._derivation(quantity, row.expression, (step,))

    def _derivation(self, quantity: Quantity, result: Expr, steps: tuple[Step, ...]) -> Derivation:
        """The derivation with its indices of time named t, s, ..., and with matrix forms at one time."""
        named = tuple(self._named(step) for step in steps)
        last = self._named(Step(quantity, result, StepRule.COLLECT, ""))
        return Derivation(self.forward, last.quantity, last.expression, named, last.matrix, self.conventions)

    def _named(self, step: Step) -> Step:
        quantity, expression = self.former.lettered(step.quantity, step.expression)
        return self.former.formed(Step(quantity, expression, step.rule, step.sentence))

    def _require(self, name: str) -> None:
        if name not in self.forward.tensors:
            raise NetworkError(f"there is no {name} in this recurrence; {nearest(name, self.forward.tensors)}")

    def _state(self, name: str) -> str:
        states = [state for _, state in self.states]
        if name not in states:
            raise NetworkError(f"{name} is no state of {self.name}; {nearest(name, states)}")
        return name

    def _top(self, name: str) -> str:
        known = dict.fromkeys((*self.cell.outputs, *(state for _, state in self.states)))
        if name not in known:
            raise NetworkError(f"{name} is neither a state nor an output of {self.name}; {nearest(name, known)}")
        return name


def recurrence(
    cell: str | LayerDefinition,
    *arguments: Argument | int | bool,
    steps: str | int = "T",
    index_base: IndexBase | None = None,
    conventions: Conventions | Mapping[str, Any] = FROM_ZERO,
    **options: Argument | int | bool,
) -> Recurrence:
    """A cell over time: ``recurrence("LSTMCell", "H")``, for ``steps`` steps, by default a symbol.

    The initial value of a state h is the given tensor h0; the upstream gradient of h is dh. Times are rows, and
    gradients have the shape of their parameters, whatever the ``conventions`` say of these.

    Raises:
        NetworkError: there is no such cell, it does not take these arguments, or it has no states.
    """
    usual = conventions_of(conventions, FROM_ZERO).with_(index_base=index_base, layout="gradient", samples="rows")
    stage = stage_of(cell, arguments, options)
    definition = defined(stage) if isinstance(cell, str) else cell
    if not definition.states:
        raise NetworkError(f"{definition.name} has no state that it hands on to the next step")
    number_of_steps = symbols.dimension(steps)
    _require_other_sizes(definition, number_of_steps)

    def made(definition: LayerDefinition, length: Expr) -> Recurrence:
        alone, forward = layer(definition, conventions=usual), _over_time(definition, length, usual)
        return Recurrence(definition.name, forward, alone, tuple(definition.states.items()), length, usual)

    def over(lettering: Lettering) -> tuple[LayerDefinition, Expr]:
        """The cell and the number of steps with what stands in the place of numbers."""
        met: list[Expr] = []

        def length(number: Expr) -> Expr:
            met.append(number)
            return lettering(int(number), met.count(number) - 1, 0) if number.is_Integer else number

        return lengthened(definition, length), length(number_of_steps)

    def build(lettering: Lettering) -> Blueprint:
        return Blueprint(_over_time(*over(lettering), usual), ())

    plain = made(definition, number_of_steps)
    lengths = [definition.sizes[name] for name in definition.lengths] + [number_of_steps]
    found = lettered(build, plain.forward, [int(length) for length in lengths if length.is_Integer])
    if found is None:
        return plain
    return replace(plain, general=GeneralRecurrence(made(*over(found.lettering)), found.numbers))


def _require_other_sizes(definition: LayerDefinition, steps: Expr) -> None:
    """Complain where the number of steps is a size of the cell too: times are told from other indices by it."""
    own = {name: str(size) for name, size in definition.sizes.items()} | {axis: axis for axis in definition.axes}
    same = next((name for name, size in own.items() if size == str(steps)), None)
    if same is not None:
        raise NetworkError(f"{steps} is both the size {same} of {definition.name} and its number of steps: name two")


def _over_time(definition: LayerDefinition, steps: Expr, conventions: Conventions) -> Forward:
    """The cell's rows for every time, reading states one step earlier; the loss is ``Σ dh·h`` over all times."""
    shape = (steps, *(symbols.size(axis) for axis in definition.axes))
    source = Tensor(definition.source, shape, "input")
    called = {name: conventions.called(name) for name in definition.parameters}
    names = Names(definition.source, definition.outputs[0], called=called)
    instance = place(definition, source, names, steps, conventions=conventions)
    before = dict(definition.states)
    initial = {state: f"{state}0" for state in before.values()}
    rows = tuple(_at_time(row, before) for row in instance.rows)
    tensors = {row.name: row.tensor for row in rows}
    outputs = [tensors[name] for name in definition.outputs]
    others = [tensor for tensor in instance.given if tensor.name not in before]
    given = (
        source,
        *(Tensor(initial[state], tensors[state].shape[1:], "input") for state in before.values()),
        *(Tensor(upstream_name(output.name), output.shape, "input") for output in outputs),
        *others,
    )
    named = {function.name: function for function in named_functions()}
    functions = tuple(applied_functions((row.expression for row in rows), named, CALLED).values())
    return Forward(given, (*rows, contraction(outputs)), functions, instance.sizes, tuple(initial.items()), "sum")


def _at_time(row: Row, before: Mapping[str, str]) -> Row:
    """The row with t for the index of the batch, and with a state one step earlier for each input of that kind."""
    letters: dict[Symbol, Expr] = {BATCH: TIME}
    if TIME in row.indices:
        (letters[TIME],) = symbols.fresh_indices(1, symbols.names_in(row.expression) | {TIME.name})
    expression = fresh_bound(row.expression, letters)
    earlier = {
        access: symbols.element(before[symbols.name_of(access)], [access.indices[0] - 1, *access.indices[1:]])
        for access in expression.atoms(Indexed)
        if symbols.name_of(access) in before
    }
    indices = tuple(letters.get(letter, letter) for letter in row.indices)
    return Row(row.tensor, indices, expression.xreplace(earlier))
