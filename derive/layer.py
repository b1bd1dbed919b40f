"""A layer by itself: its forward equations, and its backward pass in the upstream gradient ``dy``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Expr, Sum

from derive.building.arranged import channels_last, in_order
from derive.building.blueprint import Block, Blueprint
from derive.building.build import Builder
from derive.building.defined import defined, sized
from derive.building.language import Argument, Stage, number_or_text, parse_stage
from derive.building.letters import Lettering
from derive.building.order import check_order
from derive.conventions import FROM_ZERO, Conventions, IndexBase, Layout, conventions_of
from derive.derivation import Derivation
from derive.errors import NetworkError
from derive.expression import symbols
from derive.expression.matrices import MatrixFunction
from derive.forward import Row, Tensor
from derive.layers import ACTIVATION, Activation, LayerDefinition
from derive.network import Network, TableRow, network_of
from derive.steps import Grain


@dataclass(frozen=True)
class Layer:
    """A layer with input ``z``, output ``y`` and upstream gradient ``dy``.

    The loss stands for whatever comes after the layer: ``l = Σ dy·y`` has the gradient dy with respect to y.
    A layer with several ``outputs``, as an LSTM cell has h and c, has an upstream gradient for each, dh and dc.
    ``gates`` are the values inside a recurrent cell, whose adjoints its gradients are written in.
    """

    name: str
    network: Network
    outputs: tuple[str, ...] = ("y",)
    gates: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Layer({self.network.description})"

    def forward(self) -> tuple[Derivation, ...]:
        """The forward equations, one for each named value, the output last; an inverse is named by what it is of."""
        rows = [row for row in self.network.forward.rows if row.tensor.role == "value"]
        rows = [row for row in rows if not isinstance(row.expression, MatrixFunction)]
        return tuple(self.network.value(row.name) for row in rows)

    def forward_table(self, within: Iterable[str] | None = None) -> tuple[TableRow, ...]:
        """The layer's input and output as a table with one row."""
        return self.network.forward_table(within)[:-1]

    def vjp(self, name: str, within: Iterable[str] | None = None, grain: Grain = "full") -> Derivation:
        """The gradient with respect to the input or a parameter, in the upstream gradient dy.

        That of a recurrent cell is written gate by gate, in adjoints such as dl/da that its steps derive first;
        in the names of ``within`` it is written out.

        Raises:
            NetworkError: the layer has no tensor of that name.
        """
        if within is None:
            return self.network.gradient_through(name, self.gates, grain)
        return self.network.gradient(name, within, grain)

    def jacobian(self, name: str, within: Iterable[str] | None = None, *, output: str | None = None) -> Derivation:
        """The derivative of every element of the output by every element of ``name``.

        Of several outputs it is the first, or the one that is named.

        Raises:
            NetworkError: the layer has no tensor of that name.
        """
        return self.network.jacobian(output or self.outputs[0], name, within)

    def backward(self, grain: Grain = "full") -> tuple[Derivation, ...]:
        """The backward pass as it is computed: each gradient in terms of those before it, gate by gate."""
        return self.network.backward(grain)

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The inputs and the parameters: what a backward pass returns gradients for."""
        given = self.network.forward.given
        upstream = set(map(upstream_name, self.outputs))
        return tuple(
            tensor.name
            for tensor in given
            if tensor.name not in upstream and tensor.role != "buffer" and tensor.domain not in ("class", "binary")
        )


def layer(
    name: str | LayerDefinition | Activation,
    *arguments: Argument | int | bool,
    batch: str | int | None = None,
    layout: Layout | None = None,
    index_base: IndexBase | None = None,
    conventions: Conventions | Mapping[str, Any] = FROM_ZERO,
    sizes: Sequence[str | int] = (),
    **options: Argument | int | bool,
) -> Layer:
    """A layer of the library by its name and hyper-parameters, or one of your own by its definition.

    Hyper-parameters that are left out are what the layer's definition says; names stand for symbols:
    ``layer("Conv2d", "C_out", (3, 2), stride="s")``, or in one text ``layer("Conv2d(C_out, (3, 2), stride=s)")``.
    ``sizes`` are the input's sizes, such as ``("C_in", "H_in", "W_in")`` or numbers, if not those of the layer.

    Indices count from 0 unless the ``conventions`` or the ``index_base`` say something else.

    Raises:
        NetworkError: there is no such layer, it does not take these arguments, or its input has another rank.
    """
    chosen = conventions_of(conventions, FROM_ZERO).with_(layout=layout, index_base=index_base)
    stage = stage_of(name, arguments, options)
    definition = sized(name, stage) if isinstance(name, LayerDefinition) else None
    if isinstance(name, str) and stage.name not in ACTIVATION:
        definition = defined(stage)
    own = definition or name
    extra = {} if isinstance(own, str) else {stage.name: own}
    size = None if batch is None else symbols.dimension(batch)
    axes = definition.axes if definition else ("n",)
    if definition is not None and definition.over_batch:
        first, *rest = axes
        axes = tuple(rest)
        size = symbols.size(first) if size is None else size
    if definition is not None and definition.channels:
        axes = in_order(axes, channels_last(len(axes), chosen))
    if sizes and len(sizes) != len(axes):
        raise NetworkError(
            f"the input of {stage.name} has the sizes {', '.join(axes)}, got {', '.join(map(str, sizes))}"
        )
    shape = tuple(map(symbols.dimension, sizes or axes))
    name_of_input = definition.source if definition else "z"
    names = definition.outputs if definition else ("y",)
    added = stage if definition is None else Stage(stage.name, scale=stage.scale, names=stage.names)
    lengths: list[int] = []

    def build(lettering: Lettering) -> Blueprint:
        builder = Builder(None, extra, lettering, alone=True, reduction="sum", conventions=chosen)
        builder.batch = None if size is None else builder.length(size)
        leading = () if builder.batch is None else (builder.batch,)
        source = Tensor(name_of_input, (*leading, *shape), "input")
        builder.given.append(source)
        builder.add(added, source, names[0])
        rows = {row.name: row.tensor for row in builder.rows}
        outputs = tuple(rows[output] for output in names)
        builder.given += [Tensor(upstream_name(output.name), output.shape, "input") for output in outputs]
        builder.rows.append(contraction(outputs))
        builder.blocks.append(Block("Loss", names[0], "l"))
        lengths.extend(builder.lengths)
        return builder.blueprint()

    made = network_of(
        build, lengths, lambda found: Network(stage.name, "Upstream", found.forward, found.blocks, chosen)
    )
    gates = (*definition.values, *names) if definition is not None and definition.states else ()
    return Layer(stage.name, made, names, gates)


def as_layer(network: Network) -> Layer:
    """A network without a loss as a layer, with an upstream gradient of its output: ``dy_hat``.

    Raises:
        NetworkError: the network has a loss.
    """
    if network.loss is not None:
        raise NetworkError(f"{network.description} ends with the loss {network.loss}, so nothing comes after it")
    output = network.forward.tensors[network.blocks[-1].value]
    model = replace(
        network.forward,
        given=(*network.forward.given, Tensor(upstream_name(output.name), output.shape, "input")),
        rows=(*network.forward.rows, contraction([output])),
        reduction="sum",
    )
    blocks = (*network.blocks, Block("Loss", output.name, "l"))
    made = Network(network.description, "Upstream", model, blocks, network.conventions)
    if network.general is not None:
        general = as_layer(network.general.network).network
        made = replace(made, general=replace(network.general, network=general))
    return Layer(network.description, made, (output.name,))


def is_layer(text: str) -> bool:
    """Whether a text is a layer with its arguments rather than a network."""
    return "->" not in text and ":" not in text


def stage_of(
    name: str | LayerDefinition | Activation, arguments: tuple[object, ...], options: dict[str, object]
) -> Stage:
    """A layer with its arguments as the little language has them, from its name, its text or its definition."""
    positional, named = _arguments(arguments, options)
    if not isinstance(name, str):
        return Stage(name.name, positional, named)
    written = parse_stage(name)
    check_order(written)
    return replace(written, positional=written.positional + positional, named=written.named + named)


def upstream_name(output: str) -> str:
    """The name of the gradient that comes from above for an output."""
    return f"d{output}"


def contraction(outputs: Iterable[Tensor]) -> Row:
    """The loss whose gradients with respect to the outputs are given: ``l = Σ dy·y``, or ``Σ dh·h + Σ dc·c``."""
    terms = []
    for output in outputs:
        letters = symbols.fresh_indices(len(output.shape), {s.name for s in symbols.sizes_in(output.shape)})
        product = symbols.element(upstream_name(output.name), letters) * symbols.element(output.name, letters)
        limits = [(letter, 0, length - 1) for letter, length in zip(letters, output.shape, strict=True)]
        terms.append(Sum(product, *limits) if limits else product)
    return Row(Tensor("l", (), "loss"), (), sympy.Add(*terms))


def _arguments(
    positional: tuple[object, ...], named: dict[str, object]
) -> tuple[tuple[Argument, ...], tuple[tuple[str, Argument], ...]]:
    return tuple(map(_argument, positional)), tuple((key, _argument(value)) for key, value in named.items())


def _argument(value: object) -> Argument:
    """What a user gives from Python, as the little language reads it."""
    if isinstance(value, tuple | list):
        return tuple(map(_argument, value))
    if isinstance(value, bool | str):
        return number_or_text(str(value))
    number: Expr = sympy.nsimplify(value) if isinstance(value, float) else sympy.sympify(value)
    return number
