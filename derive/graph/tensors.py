"""Computational graphs of networks: tensors, the layers that read and make them, and the shapes that flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sympy import Expr

from derive.building.blueprint import Block, Meeting
from derive.expression import symbols
from derive.network import Network

Kind = Literal["input", "value", "output", "operator"]
Shape = tuple[Expr, ...]


@dataclass(frozen=True)
class TensorNode:
    """A tensor by its name, or an operator: a layer by its label, or how values meet.

    What is given, parameters too, is an ``input``; what no operator reads is an ``output``.
    """

    kind: Kind
    name: str
    meeting: Meeting | None = None


@dataclass(frozen=True)
class TensorEdge:
    """An arrow between two nodes by their places: the tensor on it, its shape, that of the gradient that flows back.

    Nothing flows back to what is no place for a derivative, such as a target, and none where there is no loss.
    """

    source: int
    target: int
    tensor: str
    forward: Shape
    backward: Shape | None


@dataclass(frozen=True)
class Operator:
    """A layer: the rows that it computes, what it reads of the tensors before it, and what of its rows others read.

    Where values meet, it reads each as often as it stands there.
    """

    block: Block
    rows: tuple[str, ...]
    reads: tuple[str, ...]
    makes: tuple[str, ...]


@dataclass(frozen=True)
class TensorGraph:
    """The graph of a network, an operator for each of its layers."""

    network: Network

    @cached_property
    def operators(self) -> tuple[Operator, ...]:
        """The layers in their order."""
        groups = list(self._groups())
        read = [block.parts or self._read_by(rows) for block, rows in groups]
        return tuple(
            Operator(block, rows, read[place], self._made(block, rows, [one for one in read if one is not read[place]]))
            for place, (block, rows) in enumerate(groups)
        )

    def _groups(self) -> Iterator[tuple[Block, tuple[str, ...]]]:
        """Each layer with its rows: those that it says, or all until its value."""
        pending = [row.name for row in self.network.forward.rows]
        for block in self.network.blocks:
            own = block.rows or tuple(pending[: pending.index(block.value) + 1])
            pending = [name for name in pending if name not in own]
            yield block, own

    def _read_by(self, rows: tuple[str, ...]) -> tuple[str, ...]:
        model = self.network.forward
        accessed = (symbols.name_of(one) for name in rows for one in symbols.accesses(model.row[name].expression))
        found = set(accessed) - set(rows)
        return tuple(name for name in model.tensors if name in found)

    @staticmethod
    def _made(block: Block, rows: tuple[str, ...], read: list[tuple[str, ...]]) -> tuple[str, ...]:
        elsewhere = {name for one in read for name in one}
        return tuple(name for name in rows if name == block.value or name in elsewhere)

    @cached_property
    def nodes(self) -> tuple[TensorNode, ...]:
        """The nodes in the order of the forward pass."""
        read = {name for operator in self.operators for name in operator.reads}
        given = {tensor.name for tensor in self.network.forward.given}
        found: dict[str, TensorNode] = {}
        for place, operator in enumerate(self.operators):
            found |= {name: TensorNode("input", name) for name in operator.reads if name in given}
            found[f"{place} "] = TensorNode("operator", operator.block.label, operator.block.meeting)
            found |= {name: TensorNode("value" if name in read else "output", name) for name in operator.makes}
        return tuple(found.values())

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The places of tensors among the nodes."""
        return {node.name: place for place, node in enumerate(self.nodes) if node.kind != "operator"}

    @cached_property
    def edges(self) -> tuple[TensorEdge, ...]:
        """The arrows: into each operator from what it reads, and from it to what it makes."""
        boxes = [place for place, node in enumerate(self.nodes) if node.kind == "operator"]
        found = []
        for place, operator in zip(boxes, self.operators, strict=True):
            found += [self._edge(self.places[name], place, name) for name in operator.reads]
            found += [self._edge(place, self.places[name], name) for name in operator.makes]
        return tuple(found)

    @property
    def is_branched(self) -> bool:
        """Whether gradients add up somewhere: several arrows leave one tensor."""
        leaving = [
            edge.source for edge in self.edges if edge.backward is not None and edge.source in self.places.values()
        ]
        return len(leaving) > len(set(leaving))

    def _edge(self, source: int, target: int, name: str) -> TensorEdge:
        shape = self.network.forward.tensors[name].shape
        return TensorEdge(source, target, name, shape, self._gradient(name))

    def _gradient(self, name: str) -> Shape | None:
        """The shape of the derivative of the loss by a tensor, as the layout has it."""
        tensor = self.network.forward.tensors[name]
        fixed = tensor.role in ("target", "buffer") or tensor.domain not in ("real", "positive", "unit", "simplex")
        if self.network.loss is None or fixed or name not in self._before_loss:
            return None
        return in_layout(tensor.shape, self.network)

    @cached_property
    def _before_loss(self) -> frozenset[str]:
        """What the loss depends on, itself included."""
        found = {"l"}
        for row in reversed(self.network.forward.rows):
            if row.name in found:
                found |= {symbols.name_of(one) for one in symbols.accesses(row.expression)}
        return frozenset(found)


def in_layout(shape: Shape, network: Network) -> Shape:
    """The shape of the derivative of a number by a tensor: turned in numerator layout, where a vector gives a row."""
    if network.layout == "gradient" or not 0 < len(shape) <= 2:
        return shape
    return (symbols.dimension(1), *shape) if len(shape) == 1 else tuple(reversed(shape))
