"""What is derived of one forward definition: each sweep, each vocabulary and each derivative once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

from sympy import Expr, KroneckerDelta

from derive.building.blueprint import Block
from derive.calculus.express import Speaker, Vocabulary
from derive.calculus.ranges import moves_subscripts, notes_on, read_at_places, read_outside
from derive.calculus.sweep import Sweep
from derive.conventions import Conventions
from derive.convolution import ConvolutionForm, reads_windows, recognise_convolution
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.collector import collector_paused
from derive.expression.partials import ends_of, partial_name
from derive.forward import Forward
from derive.lecture.forms import in_one_form
from derive.lecture.passages import Lecturer
from derive.lettering import Lettering, lettering_of
from derive.matrix.form import Former
from derive.matrix.nodes import Node
from derive.remembering import FEW, with_forward
from derive.step_rules import StepRule
from derive.steps import Grain, Quantity, Step

Key = tuple[str, str, Vocabulary, Grain]


class Deriver:
    """Derives values and partials of a forward definition, and remembers them.

    It is the one place where derivations are kept. Networks are values; equal ones share a deriver.
    """

    def __init__(self, forward: Forward, blocks: tuple[Block, ...], conventions: Conventions) -> None:
        self.forward, self.blocks, self.conventions = forward, blocks, conventions
        self._sweeps: dict[str, Sweep] = {}
        self._speakers: dict[tuple[str, Vocabulary], Speaker] = {}
        self._derived: dict[Key, Derivation] = {}

    @cached_property
    def former(self) -> Former:
        """Finds the matrix forms of this network's expressions."""
        return Former(self.forward, self.blocks, self.conventions.layout)

    @cached_property
    def lettering(self) -> Lettering:
        """The letters of the axes of this network's tensors."""
        return lettering_of(self.forward)

    def value(self, name: str, vocabulary: Vocabulary, *, written_out: bool) -> Derivation:
        """The value of a tensor by its forward equations, in the vocabulary."""
        sweep = self.sweep(name)
        speaker = self.speaker(name, vocabulary)
        tensor = self.forward.tensors[name]
        quantity = Quantity(name, sweep.letters, tensor.shape)
        symbol = symbols.element(name, quantity.indices)
        start = speaker.definition(symbol) if written_out and name in self.forward.row else symbol
        quantity, result = self.lettering.equation(quantity, speaker.values(start))
        node = self.former.value(name, self._hidden(vocabulary), written_out=written_out)
        step = Step(quantity, result, StepRule.FORWARD, f"The forward equation of {{{name}}}.", node)
        reduced = sweep.simplifier.simplify(result, sweep.ranges(quantity)) if result.has(KroneckerDelta) else result
        form = self._convolution(reduced, quantity)
        return self._made(quantity, result, (step,), node, form)

    def derivative(self, top: str, name: str, vocabulary: Vocabulary, grain: Grain = "full") -> Derivation:
        """The partial of ``top`` by ``name`` in the vocabulary, with its steps in that grain."""
        return self.kept((top, name, vocabulary, grain), lambda: self._derivative(top, name, vocabulary, grain))

    def kept(self, key: Key, derive: Callable[[], Derivation]) -> Derivation:
        """The derivation of that key, derived the first time that it is asked for."""
        if key not in self._derived:
            with collector_paused():
                self._derived[key] = derive()
        return self._derived[key]

    def _derivative(self, top: str, name: str, vocabulary: Vocabulary, grain: Grain) -> Derivation:
        sweep = self.sweep(top)
        speaker = self.speaker(top, vocabulary)
        in_values = speaker.adjoint(name)
        result = speaker.values(in_values)
        quantity = sweep.quantity(name)
        steps = list(Lecturer(speaker).steps(name) if grain == "lecture" else speaker.steps(name))
        if result != in_values:
            steps.append(Step(quantity, result, StepRule.FORWARD, "Write the forward values out by their equations."))
        found = self._derivation(quantity, result, tuple(steps), vocabulary, grain, in_values)
        return replace(found, allowed=vocabulary.names)

    def gradient_through(self, name: str, inner: Iterable[str], grain: Grain = "full") -> Derivation:
        """The gradient of the loss in the adjoints of ``inner`` tensors, which its steps derive first."""
        sweep = self.sweep("l")
        named = [tensor.name for tensor in self.forward.tensors.values() if tensor.role != "hidden"]
        vocabulary = Vocabulary.of([*named, *(partial_name("l", other) for other in inner)], self.forward)
        speaker = self.speaker("l", vocabulary)
        met = speaker.kept_for(name)
        order = [*(other for other in sweep.order() if other in met), name]
        steps = Lecturer(speaker).steps if grain == "lecture" else speaker.steps
        told = tuple(dict.fromkeys(step for other in order for step in steps(other)))
        return self._derivation(sweep.quantity(name), speaker.adjoint(name), told, vocabulary, grain)

    def _derivation(
        self,
        quantity: Quantity,
        result: Expr,
        steps: tuple[Step, ...],
        vocabulary: Vocabulary,
        grain: Grain,
        in_values: Expr | None = None,
    ) -> Derivation:
        former = self.former
        hidden = self._hidden(vocabulary)
        top = ends_of(quantity.name)[0]
        steps = tuple(self.lettering.step(step, top) for step in steps)
        if in_values is not None:
            _, in_values = self.lettering.equation(quantity, in_values)
        quantity, result = self.lettering.equation(quantity, result)
        node = former.form(result if in_values is None else in_values, quantity, hidden)
        formed = tuple(
            step if step.matrix is not None else replace(step, matrix=former.form(step.expression, step.quantity))
            for step in steps
        )
        if grain == "lecture":
            formed = in_one_form(formed, quantity.name)
        form = self._convolution(result if in_values is None else in_values, quantity)
        return replace(self._made(quantity, result, formed, node, form), grain=grain)

    def _made(
        self,
        quantity: Quantity,
        result: Expr,
        steps: tuple[Step, ...],
        matrix: Node | None,
        convolution: ConvolutionForm | None,
    ) -> Derivation:
        """The derivation with what a reader must know of its ranges, in this network's conventions."""
        outside = self._outside(result, quantity)
        return Derivation(
            self.forward,
            quantity,
            result,
            steps,
            matrix,
            self.conventions,
            self._notes(result, outside),
            convolution,
            outside | read_at_places(result),
        )

    def _outside(self, expression: Expr, quantity: Quantity) -> frozenset[str]:
        """The tensors that an expression reads outside their ranges, in a network that moves subscripts."""
        return read_outside(expression, quantity, self.forward) if moves_subscripts(self.forward) else frozenset()

    def _notes(self, expression: Expr, outside: frozenset[str]) -> tuple[str, ...]:
        """What a reader must know of ranges, and of ties in a network that reads windows of its tensors."""
        notes = bool(outside) or reads_windows(self.forward)
        return notes_on(expression, outside, self.forward) if notes else ()

    def _convolution(self, expression: Expr, quantity: Quantity) -> ConvolutionForm | None:
        """The convolution form, in a network that reads windows of its tensors."""
        return recognise_convolution(expression, quantity, self.forward) if reads_windows(self.forward) else None

    def _hidden(self, vocabulary: Vocabulary) -> frozenset[str]:
        """The values that the vocabulary does not allow."""
        return frozenset(row.name for row in self.forward.rows if not vocabulary.allows(row.name, self.forward))

    def sweep(self, top: str) -> Sweep:
        """The reverse sweep from a tensor."""
        if top not in self._sweeps:
            self._sweeps[top] = Sweep(self.forward, top)
        return self._sweeps[top]

    def speaker(self, top: str, vocabulary: Vocabulary) -> Speaker:
        """What the sweep from a tensor finds, in the symbols of a vocabulary."""
        key = (top, vocabulary)
        if key not in self._speakers:
            self._speakers[key] = Speaker(self.sweep(top), vocabulary)
        return self._speakers[key]


@with_forward(FEW)
def deriver_of(
    forward: Forward,
    blocks: tuple[Block, ...],
    conventions: Conventions,
    numbers: tuple[tuple[Expr, Expr], ...] = (),
) -> Deriver:
    """The deriver of a definition; another one where it is derived of a general one at ``numbers``."""
    return Deriver(forward, blocks, conventions)
