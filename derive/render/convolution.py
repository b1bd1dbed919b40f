"""Convolution forms as pieces: pad, dilate, rot180, cross-correlation and full convolution."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, Integer

from derive.convolution import nodes
from derive.convolution.nodes import Extent, SpaceNode
from derive.expression.rules import Rules
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
        write = WRITERS.of(node)
        if write is None:
            raise TypeError(f"expected a convolution form, got {node!r}")
        return write(self, node)

    def element(self, node: nodes.Map) -> Piece:
        """A map by its name, at its channels."""
        return self.inner.element(node.name, [self.subscript(channel) for channel in node.channels])

    def correlation(self, node: nodes.Correlation) -> Piece:
        """A cross-correlation, of which a stride keeps some places."""
        product = self.joined(node.node, node.kernel, "correlate")
        if all(step == 1 for step in node.stride):
            return product
        return compose.call(self.inner.style, self.name("stride", node.stride), product)

    def times(self, node: nodes.Times) -> Piece:
        """A number before a map."""
        return compose.scale(self.inner.style, self.inner.piece(node.coefficient), self.piece(node.node))

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


WRITERS: Rules[Callable[[ConvolutionPrinter, Any], Piece]] = Rules(
    {
        nodes.Map: ConvolutionPrinter.element,
        nodes.Constant: ConvolutionPrinter.constant,
        nodes.Padded: ConvolutionPrinter.padded,
        nodes.Dilated: lambda printer, node: printer.applied("dilate", node.node, node.factor),
        nodes.Turned: lambda printer, node: printer.applied("rot180", node.node),
        nodes.Total: lambda printer, node: printer.applied("sum", node.node),
        nodes.Correlation: ConvolutionPrinter.correlation,
        nodes.Convolution: lambda printer, node: printer.joined(node.node, node.kernel, "convolve"),
        nodes.OverChannels: ConvolutionPrinter.over_channels,
        nodes.Times: ConvolutionPrinter.times,
        nodes.Plus: lambda printer, node: compose.add(
            printer.inner.style, [printer.piece(term) for term in node.terms]
        ),
    }
)
"""How each kind of node is written."""
