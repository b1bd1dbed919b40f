"""What a user's function is compared with: derivations of a layer, a network or equations in a text, or one alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy

from derive.building.blueprint import Block
from derive.conventions import USUAL
from derive.derivation import Derivation
from derive.errors import nearest
from derive.expression.partials import partial_name, partial_named
from derive.layer import Layer, as_layer, is_layer, layer, upstream_name
from derive.network import STATED, Network, network
from derive.stated import equations, is_stated
from numeric.arrays.axes import Array
from numeric.arrays.threads import one_thread
from numeric.checks.callables.learnt import learnt_in
from numeric.errors import ArrayError
from numeric.expression.forward import program
from numeric.measuring.point import Point
from numeric.sampling import Sizing
from numeric.sampling.kinks import deciding
from numeric.values.evaluation import evaluate

Subject: TypeAlias = Network | Layer | Derivation | str
"""A network, a layer or one derivation; or a text: ``x:n -> Linear(K)``, ``GELU``, ``y[i] = exp(x[i])``."""


@dataclass(frozen=True)
class Oracle:
    """What is derived, by the names of what a user's function returns.

    ``network`` is what is sampled, ``outputs`` are those that have upstream gradients, ``order`` are the names in which
    a function returns its values where it says none. ``derived`` gives the derivation of a name, ``titled`` says what
    it is in a sentence, ``command`` what prints it.
    """

    network: Network
    outputs: tuple[str, ...]
    order: tuple[str, ...]
    derived: Callable[[str], Derivation]
    titled: Callable[[str], str]
    command: str = field(default="", kw_only=True)

    def commands(self, names: Sequence[str]) -> tuple[str, ...]:
        """What prints the derivations of these names on the command line; none where it cannot say the subject."""
        return (f"{self.command} --wrt {','.join(names)}",) if self.command else ()

    @property
    def constants(self) -> tuple[str, ...]:
        """The real hyper-parameters that the rows of the subject read, such as eps."""
        tensors, reads = self.network.forward.tensors, program(self.network.forward).rows.values()
        return tuple(sorted(set().union(*(row.reads for row in reads)) - set(tensors)))

    def expected(self, names: Sequence[str], arrays: Mapping[str, Any], *, smooth: bool = True) -> dict[str, Array]:
        """The values of the derivations of these names, at a point that is ``smooth``, or exactly at a kink."""
        return {name: evaluate(self.derived(name), arrays) for name in names}

    def noise(self, name: str, arrays: Mapping[str, Array], sizes: Sizing) -> Array:
        """About how much rounding may change a value, by what is added up in it: of each element, or the largest.

        A gradient that is 0 because all of it cancels, as that of LayerNorm along an axis of one element, is rounded.
        """
        derivation = self.derived(name)
        quantity = derivation.quantity
        with one_thread():
            point = Point(derivation.forward, arrays, sizes)
            rounded = point.rounding(derivation.result, quantity.indices, quantity.shape)
        return numpy.asarray(rounded.max(initial=0.0))

    def returned(self, found: Any) -> Any:
        """What of that which a function returned is to be compared."""
        return found

    def unfolded(self, name: str, found: Array, shape: tuple[int, ...]) -> Array:
        """What a function returned in the shape of what was derived, where another one says the same."""
        return found

    def formula(self, name: str) -> str:
        """What was derived, as an equation."""
        return self.derived(name).unicode()


@dataclass(frozen=True)
class GradientOracle(Oracle):
    """The gradients of a network with its loss, or of a layer in its upstream gradients."""

    def expected(self, names: Sequence[str], arrays: Mapping[str, Any], *, smooth: bool = True) -> dict[str, Array]:
        """The derived gradients. Where sizes are large, each is computed from those before it, as a program does:
        written out in the values of the forward pass alone, it is a sum over the indices of all layers at once."""
        if self.network.general is None:
            return super().expected(names, arrays)
        known, found = dict(arrays), {}
        for derivation in self.network.backward():
            name = derivation.quantity.name
            plain = replace(derivation, conventions=derivation.conventions.with_(layout="gradient"))
            known[name] = evaluate(plain, known)
            found[name] = known[name] if derivation.layout == "gradient" else evaluate(derivation, known)
        return {name: found[partial_name("l", name)] for name in names}

    def noise(self, name: str, arrays: Mapping[str, Array], sizes: Sizing) -> Array:
        """What rounding of the forward rows was seen to do to a gradient."""
        model, gradient = self.network.forward, partial_name("l", name)
        with one_thread():
            point = Point(model, arrays, sizes, exact=deciding(model))
            point.response(gradient)
            return point.noise(gradient)


def gradient_oracle(subject: Subject, of: Sequence[str], given: object, names: Mapping[str, str]) -> Oracle:
    """The gradients of a subject, in the order of ``of`` if it names some.

    ``given`` is what they are compared with: of what equations read, it tells what is learnt.

    Raises:
        ArrayError: there is no tensor of a name.
        DeriveError: a text cannot be read.
    """
    if isinstance(subject, Derivation):
        return _of_derivation(subject, of)
    whole = subject_of(subject, of, given, names)
    net = whole.network if isinstance(whole, Layer) else whole
    order = tuple(of) or whole.differentiable
    for name in order:
        if name not in net.forward.tensors:
            raise ArrayError(f"there is no tensor {name}; {nearest(name, net.forward.tensors)}")
    outputs = whole.outputs if isinstance(whole, Layer) else ()

    def titled(name: str) -> str:
        return f"the gradient of {name}{place(name, net)}"

    return GradientOracle(net, outputs, order, net.gradient, titled, command=command_of(subject, whole))


def command_of(subject: Layer | Network | str, whole: Layer | Network) -> str:
    """The command that derives a subject, where it was given as a text or is a network in the usual conventions."""
    start = "python -m gradsheet derive"
    if isinstance(subject, str):
        counted = "" if isinstance(whole, Network) and whole.loss != STATED else " --index-base 0"
        return f'{start} "{subject}"{counted}'
    if not isinstance(subject, Network) or subject.conventions != USUAL or subject.extra:
        return ""
    if subject.loss in (None, STATED):
        return ""
    batch = f" --batch {subject.forward.given[0].shape[0]}" if subject.batched else ""
    reduction = f" --reduction {subject.forward.reduction}" if batch and subject.forward.reduction != "mean" else ""
    return f'{start} "{subject.description}" --loss "{subject.loss}"{batch}{reduction}'


def subject_of(
    subject: Network | Layer | str, of: Sequence[str], given: object, names: Mapping[str, str]
) -> Layer | Network:
    """A layer, or a network with a loss, from what a user says.

    Raises:
        DeriveError: a text cannot be read.
    """
    if isinstance(subject, str) and is_stated(subject):
        stated = equations(subject)
        net = stated.network if isinstance(stated, Layer) else stated
        scalars = Oracle(net, (), (), net.gradient, str).constants
        learnt = learnt_in(given, net, scalars, names) + tuple(name for name in of if name in scalars)
        return equations(subject, learnt=dict.fromkeys(learnt)) if learnt else stated
    if isinstance(subject, str):
        subject = layer(subject) if is_layer(subject) else network(subject)
    if isinstance(subject, Network) and subject.loss is None:
        return as_layer(subject)
    return subject


def _of_derivation(derivation: Derivation, of: Sequence[str]) -> Oracle:
    """One derivation: a gradient of the loss is named by its tensor, anything else as it is."""
    model, name = derivation.forward, derivation.quantity.name
    partial = partial_named(name)
    given = {tensor.name for tensor in model.given}
    outputs = tuple(row.name for row in model.rows if upstream_name(row.name) in given)
    of_loss = partial is not None and partial.top == "l" and not partial.held
    order = partial.bottom if partial is not None and of_loss else name
    if of and tuple(of) != (order,):
        raise ArrayError(f"the derivation is one of {order}, not of {', '.join(of)}")
    first = model.given[0].name if model.given else name
    loss = "Upstream" if outputs and of_loss else "Derived"
    net = Network(name, loss, model, (Block("", first, name),), derivation.conventions)

    def derived(asked: str) -> Derivation:
        if asked != order:
            raise ArrayError(f"the derivation is one of {order}, and the function returns {asked}")
        return derivation

    kind = GradientOracle if of_loss else Oracle
    return kind(net, outputs, (order,), derived, lambda own: f"the gradient of {own}" if of_loss else own)


def place(name: str, network: Network) -> str:
    """The layer of a network that reads a tensor: `` (of Linear2)``."""
    blocks = [block for block in network.blocks if block.value in network.forward.row]
    if len(blocks) < 3:
        return ""
    for block in blocks:
        if name in {str(symbol) for symbol in network.forward.row[block.value].expression.free_symbols}:
            return f" (of {block.label})"
    return ""
