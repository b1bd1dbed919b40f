"""Maps over space and what convolutions do with them: padding, dilation, turning, correlation.

A map is an array over the spatial axes alone. Tensors give maps at fixed channels: ``dy[m]`` is the map of
channel m. Every node knows its size along each axis.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from derive.expression.tree import Tree

Extent = tuple[Expr, ...]
"""One integer expression for each spatial axis."""


@dataclass(frozen=True)
class SpaceNode(Tree["SpaceNode"]):
    """A map, or a sum of maps over channels."""

    @property
    def size(self) -> Extent:
        """The number of elements along each spatial axis."""
        raise TypeError(f"{type(self).__name__} has no size")


@dataclass(frozen=True)
class Map(SpaceNode):
    """The map of a tensor at the subscripts of its other axes, which come first."""

    name: str
    channels: tuple[Expr, ...]
    extent: Extent

    @property
    def size(self) -> Extent:
        return self.extent


@dataclass(frozen=True)
class Constant(SpaceNode):
    """One value at all places, such as the bias of a channel."""

    value: Expr
    extent: Extent

    @property
    def size(self) -> Extent:
        return self.extent


@dataclass(frozen=True)
class Padded(SpaceNode):
    """A map with ``before`` zeros in front of it and as many behind it as ``extent`` needs.

    A negative number of zeros means that so many elements are cut off.
    """

    node: SpaceNode
    before: Extent
    extent: Extent

    @property
    def size(self) -> Extent:
        return self.extent


@dataclass(frozen=True)
class Dilated(SpaceNode):
    """A map with ``factor - 1`` zeros between neighbours."""

    node: SpaceNode
    factor: Extent

    @property
    def size(self) -> Extent:
        return tuple(f * (n - 1) + 1 for f, n in zip(self.factor, self.node.size, strict=True))


@dataclass(frozen=True)
class Turned(SpaceNode):
    """A map turned by 180 degrees: read from the end along every axis."""

    node: SpaceNode

    @property
    def size(self) -> Extent:
        return self.node.size


@dataclass(frozen=True)
class Correlation(SpaceNode):
    """The cross-correlation of a map with a kernel: ``Σ_t map[stride*x + t] kernel[t]`` for ``extent`` places x.

    The map may be larger than these places need.
    """

    node: SpaceNode
    kernel: SpaceNode
    stride: Extent
    extent: Extent

    @property
    def size(self) -> Extent:
        return self.extent


@dataclass(frozen=True)
class Convolution(SpaceNode):
    """The full convolution of two maps: ``Σ_t map[x - t] kernel[t]`` for all x where it is not empty."""

    node: SpaceNode
    kernel: SpaceNode

    @property
    def size(self) -> Extent:
        return tuple(n + k - 1 for n, k in zip(self.node.size, self.kernel.size, strict=True))


@dataclass(frozen=True)
class Total(SpaceNode):
    """The sum of all elements of a map: a map without axes."""

    node: SpaceNode

    @property
    def size(self) -> Extent:
        return ()


@dataclass(frozen=True)
class OverChannels(SpaceNode):
    """The sum of a node over channel indices, each with its size."""

    node: SpaceNode
    channels: tuple[tuple[Symbol, Expr], ...]

    @property
    def size(self) -> Extent:
        return self.node.size


@dataclass(frozen=True)
class Times(SpaceNode):
    """A multiple of a map."""

    coefficient: Expr
    node: SpaceNode

    @property
    def size(self) -> Extent:
        return self.node.size


@dataclass(frozen=True)
class Plus(SpaceNode):
    """The sum of maps of one size."""

    terms: tuple[SpaceNode, ...]

    @property
    def size(self) -> Extent:
        return self.terms[0].size


@dataclass(frozen=True)
class ConvolutionForm:
    """A quantity as a map for all values of its channel ``indices``; ``space`` are its other indices.

    ``node`` uses correlations; ``full`` says the same with full convolutions, where a kernel is turned.
    """

    indices: tuple[Symbol, ...]
    space: tuple[Symbol, ...]
    node: SpaceNode
    full: SpaceNode | None = None


def dilated(node: SpaceNode, factor: Extent) -> SpaceNode:
    """The map dilated; as it is for a factor of 1."""
    return node if all(f == 1 for f in factor) else Dilated(node, factor)
