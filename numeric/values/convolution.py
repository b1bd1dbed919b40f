"""Convolution forms by number: maps as arrays over space, for each value of the channel indices."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy
from sympy import Expr, Integer, Symbol

from derive.convolution import nodes
from derive.convolution.nodes import ConvolutionForm, SpaceNode
from numeric.arrays.axes import Array
from numeric.errors import ArrayError, ExpressionError
from numeric.measuring.point import Point

Letters = Mapping[Symbol, int]


def convolution_at(form: ConvolutionForm, counts: tuple[int, ...], point: Point) -> list[Array]:
    """The arrays of a convolution form at a point, by its correlations and by its full convolutions.

    ``counts`` is the length of each of its channel indices.

    Raises:
        ArrayError: a map has another size than the form says.
        ExpressionError: the form holds something that has no number here.
    """
    evaluation = _Evaluation(point)
    return [evaluation.whole(form, node, counts) for node in (form.node, form.full) if node is not None]


class _Evaluation:
    """The evaluation of nodes at one point."""

    def __init__(self, point: Point) -> None:
        self.point = point

    def whole(self, form: ConvolutionForm, node: SpaceNode, counts: tuple[int, ...]) -> Array:
        maps = [
            self.value(node, dict(zip(form.indices, places, strict=True))) for places in product(*map(range, counts))
        ]
        shape = maps[0].shape
        return numpy.array(maps).reshape((*counts, *shape))

    def value(self, node: SpaceNode, letters: Letters) -> Array:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(f"the node {type(node).__name__} of a convolution has no number here")
        result: Array = method(node, letters)
        expected = self.numbers(node.size, letters)
        if result.shape != expected:
            raise ArrayError(f"a {type(node).__name__} has the size {result.shape}, expected {expected}")
        return result

    def numbers(self, expressions: tuple[Expr, ...], letters: Letters) -> tuple[int, ...]:
        known = {symbol: Integer(value) for symbol, value in (*self.point.sizes.items(), *letters.items())}
        found = tuple(expression.xreplace(known).doit() for expression in expressions)
        unknown = [number for number in found if not number.is_Integer]
        if unknown:
            raise ExpressionError(f"{unknown[0]} is no number of places")
        return tuple(map(int, found))

    def _map(self, node: nodes.Map, letters: Letters) -> Array:
        return self.point.value(node.name)[self.numbers(node.channels, letters)]

    def _constant(self, node: nodes.Constant, letters: Letters) -> Array:
        indices = tuple(letters)
        counts = tuple(letters[letter] + 1 for letter in indices)
        value = self.point.expression(node.value, indices, tuple(map(Integer, counts)))[tuple(letters.values())]
        return numpy.full(self.numbers(node.extent, letters), value)

    def _padded(self, node: nodes.Padded, letters: Letters) -> Array:
        inner = self.value(node.node, letters)
        size, before = self.numbers(node.extent, letters), self.numbers(node.before, letters)
        result = numpy.zeros(size, dtype=inner.dtype)
        for place in numpy.ndindex(*inner.shape):
            target = tuple(p + b for p, b in zip(place, before, strict=True))
            if all(0 <= t < n for t, n in zip(target, size, strict=True)):
                result[target] = inner[place]
        return result

    def _dilated(self, node: nodes.Dilated, letters: Letters) -> Array:
        inner = self.value(node.node, letters)
        result = numpy.zeros(self.numbers(node.size, letters), dtype=inner.dtype)
        result[tuple(slice(None, None, step) for step in self.numbers(node.factor, letters))] = inner
        return result

    def _turned(self, node: nodes.Turned, letters: Letters) -> Array:
        return numpy.flip(self.value(node.node, letters))

    def _correlation(self, node: nodes.Correlation, letters: Letters) -> Array:
        source, kernel = self.value(node.node, letters), self.value(node.kernel, letters)
        stride = self.numbers(node.stride, letters)
        windows = numpy.lib.stride_tricks.sliding_window_view(source, kernel.shape)
        places = self.numbers(node.extent, letters)
        kept = windows[tuple(slice(None, n * step, step) for n, step in zip(places, stride, strict=True))]
        axes = tuple(range(kernel.ndim))
        return numpy.tensordot(kept, kernel, axes=(tuple(a + kernel.ndim for a in axes), axes))

    def _convolution(self, node: nodes.Convolution, letters: Letters) -> Array:
        source, kernel = self.value(node.node, letters), self.value(node.kernel, letters)
        result = numpy.zeros(tuple(n + k - 1 for n, k in zip(source.shape, kernel.shape, strict=True)))
        for place in numpy.ndindex(*kernel.shape):
            region = tuple(slice(p, p + n) for p, n in zip(place, source.shape, strict=True))
            result[region] += kernel[place] * source
        return result

    def _total(self, node: nodes.Total, letters: Letters) -> Array:
        return numpy.asarray(self.value(node.node, letters).sum())

    def _overchannels(self, node: nodes.OverChannels, letters: Letters) -> Array:
        counts = self.numbers(tuple(size for _, size in node.channels), letters)
        names = [letter for letter, _ in node.channels]
        maps = [
            self.value(node.node, {**letters, **dict(zip(names, places, strict=True))})
            for places in product(*map(range, counts))
        ]
        return numpy.sum(maps, axis=0)

    def _times(self, node: nodes.Times, letters: Letters) -> Array:
        coefficient = self.point.expression(node.coefficient, (), ())
        return numpy.asarray(coefficient * self.value(node.node, letters))

    def _plus(self, node: nodes.Plus, letters: Letters) -> Array:
        return numpy.sum([self.value(term, letters) for term in node.terms], axis=0)
