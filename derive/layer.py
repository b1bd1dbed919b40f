"""A layer by itself: its forward equations, and its backward pass in the upstream gradient ``dy``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import sympy
from sympy import Expr, Sum

from derive import symbols
from derive.build import Block, Builder, defined
from derive.derivation import Derivation, Layout
from derive.forward import Row, Tensor
from derive.language import Argument, Stage
from derive.layers import ACTIVATION, LayerDefinition
from derive.network import Network, TableRow


@dataclass(frozen=True)
class Layer:
    """A layer with input ``z``, output ``y`` and upstream gradient ``dy``.

    The loss stands for whatever comes after the layer: ``l = Σ dy·y`` has the gradient dy with respect to y.
    """

    name: str
    network: Network

    def forward(self) -> tuple[Derivation, ...]:
        """The forward equations, one for each named value, the output last."""
        rows = [row for row in self.network.forward.rows if row.name != "l"]
        return tuple(self.network.value(row.name) for row in rows)

    def forward_table(self, within: Iterable[str] | None = None) -> tuple[TableRow, ...]:
        """The layer's input and output as a table with one row."""
        return self.network.forward_table(within)[:-1]

    def vjp(self, name: str, within: Iterable[str] | None = None) -> Derivation:
        """The gradient with respect to the input or a parameter, in the upstream gradient dy.

        Raises:
            NetworkError: the layer has no tensor of that name.
        """
        return self.network.gradient(name, within)

    def jacobian(self, name: str, within: Iterable[str] | None = None) -> Derivation:
        """The derivative of every element of ``y`` by every element of ``name``.

        Raises:
            NetworkError: the layer has no tensor of that name.
        """
        return self.network.jacobian("y", name, within)

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The inputs and the parameters: what a backward pass returns gradients for."""
        given = self.network.forward.given
        return tuple(
            tensor.name
            for tensor in given
            if tensor.name != "dy" and tensor.role != "buffer" and tensor.domain not in ("class", "binary")
        )


def layer(
    name: str | LayerDefinition,
    *arguments: Argument | int | bool,
    batch: str | int | None = None,
    layout: Layout = "gradient",
    index_base: Literal[0, 1] = 0,
    **options: Argument | int | bool,
) -> Layer:
    """A layer of the library by its name and hyper-parameters, or one of your own by its definition.

    Hyper-parameters that are left out are what the layer's definition says, those that have no value are
    symbols: ``layer("Conv2d", kernel=(3, 2), stride=2, padding=1)`` has symbolic numbers of channels.

    Raises:
        NetworkError: there is no such layer, or it does not take these arguments.
    """
    stage = Stage(name if isinstance(name, str) else name.name, *_arguments(arguments, options))
    definition = None if isinstance(name, str) else name
    if definition is None and stage.name not in ACTIVATION:
        definition = defined(stage)
    size = None if batch is None else symbols.dimension(batch)
    axes = definition.axes if definition else ("n",)
    if definition is not None and definition.over_batch:
        first, *axes = axes
        size = symbols.size(first) if size is None else size
    shape = tuple(symbols.size(axis) for axis in axes)
    source = Tensor(definition.source if definition else "z", shape if size is None else (size, *shape), "input")
    builder = Builder(size, {} if definition is None else {stage.name: definition}, alone=True)
    builder.given.append(source)
    output = builder.add(stage, source, "y")
    upstream = Tensor("dy", output.shape, "input")
    builder.given.append(upstream)
    builder.rows.append(_contraction(output))
    builder.blocks.append(Block("Loss", "y", "l"))
    blueprint = builder.blueprint()
    return Layer(stage.name, Network(stage.name, "Upstream", blueprint.forward, blueprint.blocks, layout, index_base))


def _contraction(output: Tensor) -> Row:
    """The loss whose gradient with respect to the output is dy: ``l = Σ dy·y``."""
    letters = symbols.fresh_indices(len(output.shape), {s.name for s in symbols.sizes_in(output.shape)})
    product = symbols.element("dy", letters) * symbols.element(output.name, letters)
    limits = [(letter, 0, length - 1) for letter, length in zip(letters, output.shape, strict=True)]
    return Row(Tensor("l", (), "loss"), (), Sum(product, *limits) if limits else product)


def _arguments(
    positional: tuple[object, ...], named: dict[str, object]
) -> tuple[tuple[Argument, ...], tuple[tuple[str, Argument], ...]]:
    return tuple(map(_argument, positional)), tuple((key, _argument(value)) for key, value in named.items())


def _argument(value: object) -> Argument:
    """What a user gives from Python, as the little language reads it."""
    if isinstance(value, tuple | list):
        return tuple(map(_argument, value))
    if isinstance(value, bool | str):
        return str(value)
    number: Expr = sympy.nsimplify(value) if isinstance(value, float) else sympy.sympify(value)
    return number
