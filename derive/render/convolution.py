"""Convolution forms as pieces: pad, dilate, rot180, cross-correlation and full convolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Integer

from derive.convolution import nodes
from derive.convolution.nodes import Extent, SpaceNode
from derive.render import compose
from derive.render.counting import counted, shifted_subscript
from derive.render.expression import ExpressionPrinter
from derive.render.names import places_in
from derive.render.piece import Binding, Piece


@dataclass(frozen=True)
class ConvolutionPrinter:
    """Prints convolution forms with the signs and letters of an expression printer."""

    inner: ExpressionPrinter
    index_base: int

    def piece(self, node: SpaceNode) -> Piece:
        """The node as a piece; TypeError for what is none."""
        style = self.inner.style
        if isinstance(node, nodes.Map):
            return self.inner.element(node.name, [self.subscript(channel) for channel in node.channels])
        if isinstance(node, nodes.Constant):
            return self.constant(node)
        if isinstance(node, nodes.Padded):
            return self.padded(node)
        if isinstance(node, nodes.Dilated):
            return self.applied("dilate", node.node, node.factor)
        if isinstance(node, nodes.Turned):
            return self.applied("rot180", node.node)
        if isinstance(node, nodes.Total):
            return self.applied("sum", node.node)
        if isinstance(node, nodes.Correlation):
            product = self.joined(node.node, node.kernel, "correlate")
            if all(step == 1 for step in node.stride):
                return product
            return compose.call(style, self.name("stride", node.stride), product)
        if isinstance(node, nodes.Convolution):
            return self.joined(node.node, node.kernel, "convolve")
        if isinstance(node, nodes.OverChannels):
            return self.over_channels(node)
        if isinstance(node, nodes.Times):
            return compose.scale(style, self.inner.piece(node.coefficient), self.piece(node.node))
        if isinstance(node, nodes.Plus):
            return compose.add(style, [self.piece(term) for term in node.terms])
        raise TypeError(f"expected a convolution form, got {node!r}")

    def subscript(self, value: Expr) -> Expr:
        """A channel's number as it is counted."""
        return shifted_subscript(value) if self.index_base == 1 else value

    def constant(self, node: nodes.Constant) -> Piece:
        """A value at all places; ones with their size."""
        small = replace(self.inner, inline=True)
        if node.value == 1:
            return self.inner.style.ones([small.piece(length) for length in node.extent])
        value = counted(node.value, self.index_base, places_in(self.inner.ranks))
        return self.inner.piece(value)

    def padded(self, node: nodes.Padded) -> Piece:
        """A map with zeros in front, or with what is in front cut off; what happens behind is not written."""
        if all(number == 0 for number in node.before):
            return self.piece(node.node)
        if all((-number).is_nonnegative for number in node.before):
            return self.applied("crop", node.node, tuple(-number for number in node.before))
        return self.applied("pad", node.node, node.before)

    def joined(self, left: SpaceNode, right: SpaceNode, sign: str) -> Piece:
        """Two maps with the sign between them."""
        style = self.inner.style
        shown = [compose.bracket_below(style, self.piece(side), Binding.PRODUCT) for side in (left, right)]
        return replace(compose.multiply(style, shown, sign=style.signs[sign]), binding=Binding.HADAMARD)

    def applied(self, name: str, node: SpaceNode, below: Extent = ()) -> Piece:
        """An operation applied to a map."""
        return compose.call(self.inner.style, self.name(name, below), self.piece(node))

    def name(self, name: str, below: Sequence[Expr]) -> Piece:
        """The name of an operation with its numbers below it, once if they are the same along all axes."""
        small = replace(self.inner, inline=True)
        numbers = [small.piece(number) for number in (below[:1] if len(set(below)) == 1 else below)]
        return self.inner.style.operation(name, numbers)

    def over_channels(self, node: nodes.OverChannels) -> Piece:
        """A sum over channels."""
        small = replace(self.inner, inline=True)
        signs = []
        for letter, size in node.channels:
            low, high = (small.piece(self.subscript(end)) for end in (Integer(0), size - 1))
            signs.append(self.inner.style.big_sum(small.piece(letter), low, high))
        return compose.total(self.inner.style, signs, self.piece(node.node))
