"""Networks: what a user asks of them, answered as derivations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

from sympy import Expr, Indexed

from derive.building.blueprint import Block, Blueprint
from derive.building.build import Builder
from derive.building.known import UNKNOWN
from derive.building.language import parse_network, parse_objective
from derive.building.letters import Lettering, lettered
from derive.building.objective import losses_in, losses_of
from derive.calculus.express import Vocabulary
from derive.calculus.second_order import gradient_name, with_gradient, with_product
from derive.conventions import USUAL, Conventions, IndexBase, Layout, conventions_of
from derive.derivation import Derivation
from derive.deriving import Deriver, deriver_of
from derive.errors import NetworkError, nearest
from derive.expression import symbols
from derive.expression.collector import collector_paused
from derive.expression.partials import partial_name, partial_named
from derive.forward import Forward
from derive.layers import Activation, LayerDefinition, LossDefinition
from derive.specialise import specialised
from derive.steps import Grain

STATED = "Equations"
"""What the loss of a network is called whose loss is the last of a user's equations."""


@dataclass(frozen=True)
class TableRow:
    """One line of a forward table: the layer, its input and its output, each as a derivation of a value."""

    label: str
    input: Derivation
    output: Derivation


@dataclass(frozen=True)
class GeneralNetwork:
    """A network for all sizes of which another one is a case, and the numbers that make it that case."""

    network: Network
    numbers: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True)
class Network:
    """A feed-forward network with its loss, as a forward definition that can be differentiated.

    Networks are values: equal descriptions make equal networks. One that is ``batched`` is of several samples. Where
    sizes are large numbers, everything is derived of the ``general`` network with letters in their place, and the
    numbers are put in at the end.
    """

    description: str
    loss: str | None
    forward: Forward
    blocks: tuple[Block, ...]
    conventions: Conventions = USUAL
    extra: tuple[Activation | LayerDefinition | LossDefinition, ...] = field(default=(), compare=False, repr=False)
    general: GeneralNetwork | None = field(default=None, compare=False, repr=False)
    batched: bool = False

    def __repr__(self) -> str:
        return f"Network({self.description}, loss={self.loss})"

    def __getstate__(self) -> dict[str, object]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @cached_property
    def deriver(self) -> Deriver:
        """What derives of this network, and remembers what it derived."""
        numbers = () if self.general is None else self.general.numbers
        return deriver_of(self.forward, self.blocks, self.conventions, numbers)

    @property
    def layout(self) -> Layout:
        """How derivatives are laid out."""
        return self.conventions.layout

    @property
    def index_base(self) -> IndexBase:
        """What printed indices count from."""
        return self.conventions.index_base

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the learnt tensors, in the order of the layers."""
        return tuple(tensor.name for tensor in self.forward.given if tensor.role == "parameter")

    @property
    def differentiable(self) -> tuple[str, ...]:
        """What gradients are asked for where nothing is named: the parameters; of equations all that is given."""
        if self.parameters or self.loss != STATED:
            return self.parameters
        return tuple(t.name for t in self.forward.given if t.domain not in ("class", "binary"))

    @property
    def values(self) -> tuple[str, ...]:
        """The names of what the layers compute, the loss last."""
        return tuple(block.value for block in self.blocks)

    @property
    def prediction(self) -> str:
        """The name of what the network computes, before the loss."""
        last = self.blocks[-1]
        if not last.of_loss:
            return last.value
        # Between the two may be a layer that the loss brings with it, such as a softmax.
        brought = (block.reads for block in self.blocks if block.of_loss and block.value == last.reads)
        return next(brought, last.reads)

    def forward_table(self, within: Iterable[str] | None = None) -> tuple[TableRow, ...]:
        """A row for each layer and the loss: its input and output in the symbols allowed.

        Raises:
            VocabularyError: a name in ``within`` is not of this network, or one that is needed is missing.
        """
        vocabulary = Vocabulary.of(within, self.forward)
        rows = []
        for block in self.blocks:
            definition = self.value(block.value, vocabulary, written_out=True)
            rows.append(TableRow(block.label, self.value(block.reads, vocabulary, written_out=False), definition))
        return tuple(rows)

    def value(self, name: str, vocabulary: Vocabulary | None = None, *, written_out: bool = True) -> Derivation:
        """The value of a tensor by its forward equations, in the vocabulary.

        Raises:
            NetworkError: there is no such tensor.
        """
        self._known(name)
        allowed = vocabulary or Vocabulary()
        if self.general is not None:
            return self._case(lambda net: net.value(name, allowed, written_out=written_out))
        return self.deriver.value(name, allowed, written_out=written_out)

    def gradient(self, name: str, within: Iterable[str] | None = None, grain: Grain = "full") -> Derivation:
        """The gradient of the loss with respect to a tensor, written in the symbols of ``within``.

        ``grain`` says how finely its steps are told: as in a lecture, or every rule that was applied.

        Raises:
            NetworkError: the network has no loss, or no such tensor.
            VocabularyError: the vocabulary cannot express the answer.
        """
        if self.loss is None:
            raise NetworkError("this network has no loss to differentiate; give one, such as loss='MSE'")
        return self._derivative("l", name, within, grain)

    def gradient_through(self, name: str, inner: Iterable[str], grain: Grain = "full") -> Derivation:
        """The gradient of the loss in the adjoints of ``inner`` tensors, which its steps derive first.

        Adjoints that are a given tensor, as dl/dy is dy in a layer, are written as that tensor.

        Raises:
            NetworkError: there is no such tensor.
        """
        self._known(name)
        sweep = self.deriver.sweep("l")
        kept = [other for other in inner if other != name and not isinstance(sweep.adjoint(other).expression, Indexed)]
        if not kept:
            return self.gradient(name, grain=grain)
        if self.general is not None:
            return self._case(lambda net: net.gradient_through(name, kept, grain))
        return self.deriver.gradient_through(name, kept, grain)

    def jacobian(
        self, numerator: str, denominator: str, within: Iterable[str] | None = None, grain: Grain = "full"
    ) -> Derivation:
        """The Jacobian of one tensor with respect to another, element by element and as a matrix.

        Raises:
            NetworkError: one of the two is not in the network.
            VocabularyError: the vocabulary cannot express the answer.
        """
        return self._derivative(numerator, denominator, within, grain)

    def hessian(
        self, name: str, other: str | None = None, within: Iterable[str] | None = None, grain: Grain = "full"
    ) -> Derivation:
        """The second derivatives of the loss: the Jacobian of its gradient, ``grad_name``, by ``other`` or ``name``.

        Raises:
            NetworkError: the network has no loss, or no such tensor.
            VocabularyError: the vocabulary cannot express the answer.
        """
        self._require(name)
        if self.general is not None:
            return self._case(lambda net: net.hessian(name, other, within, grain))
        extended = replace(self, forward=with_gradient(self.forward, name))
        return extended._derivative(gradient_name(name), other or name, within, grain)

    def hessian_vector_product(
        self, name: str, along: Iterable[str] | None = None, within: Iterable[str] | None = None
    ) -> Derivation:
        """The part for ``name`` of the Hessian times a direction, without the Hessian itself.

        It is the gradient of ``gv``, the sum of the loss's gradients times the directions ``v_...`` in which
        the tensors ``along`` (by default ``name`` alone) are moved.

        Raises:
            NetworkError: the network has no loss, or no such tensor.
            VocabularyError: the vocabulary cannot express the answer.
        """
        names = tuple(along or (name,))
        for given in (name, *names):
            self._require(given)
        if self.general is not None:
            return self._case(lambda net: net.hessian_vector_product(name, names, within))
        extended = replace(self, forward=with_product(self.forward, names, inside=self._inside_loss()))
        return extended._derivative("gv", name, within)

    def _inside_loss(self) -> frozenset[str]:
        """The values that the loss computes on its way, such as probabilities."""
        return frozenset(name for loss in losses_in(self.loss, self.extra) for name in loss.values)

    def _require(self, name: str) -> None:
        """Complain where there is no loss, or no tensor of that name."""
        if self.loss is None:
            raise NetworkError("this network has no loss to differentiate; give one, such as loss='MSE'")
        partial = partial_named(name)
        if partial is not None:
            raise NetworkError(
                f"{name} is a derivative already; second derivatives are those of the loss, by a tensor: "
                f"{partial.bottom}"
            )
        if name not in self.forward.tensors:
            visible = [tensor.name for tensor in self.forward.tensors.values() if tensor.role != "hidden"]
            raise NetworkError(f"there is no {name} in this network; {nearest(name, visible)}")

    def gradients(self, within: Iterable[str] | None = None) -> dict[str, Derivation]:
        """The gradients of all parameters, from one reverse sweep."""
        return {name: self.gradient(name, within) for name in self.parameters}

    def backward(self, grain: Grain = "full") -> tuple[Derivation, ...]:
        """The backward pass as it is computed: each gradient in terms of the one before it, internal rows left out.

        The time that it takes grows linearly with the number of layers.

        Raises:
            NetworkError: the network has no loss.
        """
        self._known("l")
        visible = [tensor.name for tensor in self.forward.tensors.values() if tensor.role != "hidden"]
        vocabulary = Vocabulary(frozenset((*visible, *(partial_name("l", name) for name in visible))))
        order = [name for name in self.deriver.sweep("l").order() if name in visible]
        return tuple(self._derive("l", name, vocabulary, grain) for name in order)

    def partial(self, name: str, within: Iterable[str] | None = None, grain: Grain = "full") -> Derivation:
        """The partial derivative by its name: ``dl/dW1``, ``dz2/dz1``.

        Raises:
            NetworkError: the name is not that of a partial between two tensors of this network.
        """
        partial = partial_named(name)
        if partial is None:
            raise NetworkError(f"{name} is no partial derivative; expected a name such as dl/dW1 or dz2/dz1")
        return self._derivative(*partial.ends, within, grain)

    def _derivative(self, top: str, name: str, within: Iterable[str] | None, grain: Grain = "full") -> Derivation:
        self._known(top)
        self._known(name)
        vocabulary = Vocabulary.of(within, self.forward)
        return self._derive(top, name, vocabulary, grain)

    def _derive(self, top: str, name: str, vocabulary: Vocabulary, grain: Grain = "full") -> Derivation:
        if self.general is None:
            return self.deriver.derivative(top, name, vocabulary, grain)
        return self.deriver.kept(
            (top, name, vocabulary, grain), lambda: self._case(lambda net: net._derive(top, name, vocabulary, grain))
        )

    def _case(self, derived: Callable[[Network], Derivation]) -> Derivation:
        """What is derived of the general network, at the numbers of this one."""
        if self.general is None:
            raise TypeError(f"{self.description} is no case of a general network")
        found = derived(self.general.network)
        own = found.forward == self.general.network.forward
        return specialised(found, dict(self.general.numbers), self.forward if own else None)

    def _known(self, name: str) -> None:
        if name not in self.forward.tensors and UNKNOWN.fullmatch(name) and any(b.label == name for b in self.blocks):
            raise NetworkError(
                f"{name} is applied in this network as a function that is left unknown, as f, g and h are; "
                "give the value another name, such as h_out"
            )
        if name not in self.forward.tensors:
            visible = [tensor.name for tensor in self.forward.tensors.values() if tensor.role != "hidden"]
            raise NetworkError(f"there is no {name} in this network; {nearest(name, visible)}")


def network(
    description: str,
    loss: str | None = None,
    *,
    batch: str | int | None = None,
    reduction: Literal["mean", "sum"] = "mean",
    layout: Layout | None = None,
    index_base: IndexBase | None = None,
    conventions: Conventions | Mapping[str, Any] = USUAL,
    extra: Iterable[Activation | LayerDefinition | LossDefinition] = (),
) -> Network:
    """A network in the little language: ``x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> y_hat``.

    Args:
        description: the input with its shape, then the layers; outputs are named z1, z2, ..., y_hat.
        loss: a loss with its factors and options, ``1/2*MSE``, ``CrossEntropy(class)``, or a sum of losses of the
            outputs and of penalties, ``MSE(o, t) + lambda/2*L2(W1)``.
        batch: the size of a batch, such as ``"B"``; None derives for one sample.
        reduction: over a batch, the mean or the sum of the samples' losses; ``numeric.evaluate`` of a network for
            one sample takes batches so too.
        layout, index_base: those of the ``conventions``, where they are given.
        conventions: how all of it is written, as a value or by names: ``{"weights": "(in, out)"}``.
        extra: further layers, activations and losses by their forward definitions.

    Raises:
        NetworkError: the description cannot be read, a layer does not exist, or shapes do not compose.
    """
    if reduction not in ("mean", "sum"):
        raise NetworkError(f"the reduction of a batch is mean or sum, not {reduction}")
    size = None if batch is None else symbols.dimension(batch)
    own = tuple(extra)
    chosen = conventions_of(conventions, USUAL).with_(layout=layout, index_base=index_base)
    stages, end = parse_network(description), () if loss is None else parse_objective(loss)
    lengths: list[int] = []

    def build(lettering: Lettering) -> Blueprint:
        layers = {kind.name: kind for kind in own if not isinstance(kind, LossDefinition)}
        builder = Builder(None, layers, lettering, losses_of(own), reduction=reduction, conventions=chosen)
        builder.batch = None if size is None else builder.length(size)
        blueprint = builder.build(stages, end)
        lengths.extend(builder.lengths)
        return blueprint

    def made(blueprint: Blueprint) -> Network:
        batched = size is not None
        return Network(description, loss, blueprint.forward, blueprint.blocks, chosen, own, batched=batched)

    return network_of(build, lengths, made)


def network_of(
    build: Callable[[Lettering], Blueprint], lengths: list[int], made: Callable[[Blueprint], Network]
) -> Network:
    """The network of what is built of numbers, with the general one beside it where sizes are large.

    ``build`` notes the ``lengths`` of axes that it meets.
    """
    with collector_paused():
        plain = build(Lettering())
        found = lettered(build, plain.forward, lengths)
    if found is None:
        return made(plain)
    return replace(made(plain), general=GeneralNetwork(made(found.blueprint), found.numbers))
