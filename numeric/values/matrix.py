"""Matrix expressions by number: every node is an array of its rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import product
from typing import Any

import numpy
from sympy import Expr, Integer, Symbol, sympify

from derive.conventions import Layout
from derive.expression.partials import ends_of
from derive.forward import Forward
from derive.matrix import nodes
from derive.matrix.sequences import At, Chain, OverTime
from derive.steps import Quantity
from numeric.arrays.axes import Array
from numeric.arrays.layout import as_matrix, numerator_is_scalar
from numeric.errors import ArrayError, ExpressionError
from numeric.measuring.point import Point


def evaluate_matrix(
    node: nodes.Node,
    model: Forward,
    arrays: Mapping[str, Any],
    sizes: Mapping[Symbol, int] | None = None,
    layout: Layout = "gradient",
) -> Array:
    """The rows and columns of a matrix expression at the given arrays.

    Sizes are read off the arrays; ``sizes`` adds those that no array gives. In numerator layout the
    partial of a scalar by a matrix, read by its name, is the transpose of its index form.

    Raises:
        ArrayError: a tensor is missing or has other rows and columns than the node says.
        ExpressionError: the node is of a kind that has no number here.
    """
    return matrix_at(node, Point(model, arrays, sizes), layout)


def matrix_at(node: nodes.Node, point: Point, layout: Layout, times: Mapping[Symbol, Expr] | None = None) -> Array:
    """The rows and columns of a matrix expression at a point, and at given ``times`` if it depends on them."""
    return _Evaluation(point, layout, times).value(node)


def over_times(node: nodes.Node, quantity: Quantity, point: Point) -> Array:
    """The index form of a quantity whose matrix form holds at certain times: its value at all of them."""
    shape = point.shape(quantity.shape)
    places = [quantity.indices.index(letter) for letter in quantity.at]
    result = numpy.empty(shape, dtype=point.real)
    for numbers in product(*(range(shape[place]) for place in places)):
        times = {letter: Integer(number) for letter, number in zip(quantity.at, numbers, strict=True)}
        here: list[int | slice] = [slice(None)] * len(shape)
        for place, number in zip(places, numbers, strict=True):
            here[place] = number
        result[tuple(here)] = matrix_at(node, point, "gradient", times).reshape(result[tuple(here)].shape)
    return result


class _Evaluation:
    """The evaluation of nodes at one point, in one layout."""

    def __init__(self, point: Point, layout: Layout, times: Mapping[Symbol, Expr] | None = None) -> None:
        self.point = point
        self.layout = layout
        self.times = dict(times or {})

    def value(self, node: nodes.Node) -> Array:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(f"the matrix node {type(node).__name__} has no number here")
        result: Array = method(node)
        expected = self.point.shape(node.shape)
        if result.shape != expected:
            raise ArrayError(f"{_described(node)} is {_by(result.shape)}, expected {_by(expected)}")
        return result

    def _named(self, node: nodes.Named) -> Array:
        array = self.point.value(node.name)
        shape = self.point.shape(node.shape)
        if array.ndim == 2 or numerator_is_scalar(node.name, self.point.model):
            return as_matrix(array, node.name, self.point.model, self.layout)
        if array.ndim > 2 or array.size != shape[0] * shape[1] or (array.ndim == 1 and 1 not in shape):
            raise ArrayError(f"{node.name} has shape {array.shape}, expected {_by(shape)}")
        return array.reshape(shape)

    def _ones(self, node: nodes.Ones) -> Array:
        return numpy.ones(self.point.shape(node.shape), dtype=self.point.real)

    def _identity(self, node: nodes.Identity) -> Array:
        return numpy.eye(*self.point.shape((node.rows,)), dtype=self.point.real)

    def _basis(self, node: nodes.Basis) -> Array:
        (rows,) = self.point.shape((node.rows,))
        position = self._scalar(node.position)
        if position != round(position) or not 0 <= position < rows:
            raise ArrayError(f"a basis vector of {rows} rows has no position {position:g} ({node.position})")
        return numpy.eye(rows, dtype=self.point.real)[:, [round(position)]]

    def _scale(self, node: nodes.Scale) -> Array:
        return self._scalar(node.coefficient) * self.value(node.node)

    def _transpose(self, node: nodes.Transpose) -> Array:
        return self.value(node.node).T

    def _product(self, node: nodes.Product) -> Array:
        with numpy.errstate(all="ignore"):
            return reduce(numpy.matmul, (self.value(factor) for factor in node.factors))

    def _hadamard(self, node: nodes.Hadamard) -> Array:
        return reduce(numpy.multiply, (self.value(factor) for factor in node.factors))

    def _plus(self, node: nodes.Plus) -> Array:
        return reduce(numpy.add, (self.value(term) for term in node.terms))

    def _stacked(self, node: nodes.Stacked) -> Array:
        return numpy.vstack([self.value(part) for part in node.parts])

    def _slice(self, node: nodes.Slice) -> Array:
        start, rows = self.point.shape((node.start + 1, node.rows))
        return self.value(node.node)[start - 1 : start - 1 + rows]

    def _diagonal(self, node: nodes.Diagonal) -> Array:
        column = self.value(node.node)
        if column.shape[1] != 1:
            raise ArrayError(f"a diagonal is made of a column, not of {_by(column.shape)}")
        return numpy.diag(column[:, 0])

    def _diagonalof(self, node: nodes.DiagonalOf) -> Array:
        square = self.value(node.node)
        if square.shape[0] != square.shape[1]:
            raise ArrayError(f"a matrix of {_by(square.shape)} is not square and has no diagonal")
        return numpy.diagonal(square)[:, numpy.newaxis]

    def _elementwise(self, node: nodes.Elementwise) -> Array:
        arguments = [self.value(argument) for argument in node.arguments]
        # The formula takes arrays with a trial axis behind the rows and columns.
        variables = {
            variable: argument[..., numpy.newaxis] for variable, argument in zip(node.variables, arguments, strict=True)
        }
        formula = node.formula.xreplace(self.times)
        value = numpy.asarray(self.point.formula(formula, variables), dtype=self.point.real)
        return numpy.array(numpy.broadcast_to(value, (*arguments[0].shape, 1))[..., 0])

    def _apply(self, node: nodes.Apply) -> Array:
        argument = self.value(node.argument)
        shape = self.point.shape(self.point.model.tensors[node.reads].shape)
        if argument.size != numpy.prod(shape, dtype=int) or (len(shape) == 2 and argument.shape != shape):
            raise ArrayError(f"{node.function} of {_by(argument.shape)} stands for {node.reads} of shape {shape}")
        value = self.point.apply(argument.reshape(shape), node.reads, node.value)
        if value.size != argument.size:
            raise ArrayError(f"{node.function} gives {node.value} of shape {value.shape}, not {_by(argument.shape)}")
        return value.reshape(argument.shape)

    def _at(self, node: At) -> Array:
        array = self.point.value(node.name)
        times = [self._time(time) for time in node.times]
        places = [0] if len(times) == 1 else [0, self._rank_above(node.name)]
        shape = self.point.shape(node.shape)
        if not all(0 <= time < array.shape[place] for time, place in zip(times, places, strict=True)):
            return self._outside(node, times)
        for time, place in sorted(zip(times, places, strict=True), key=lambda pair: -pair[1]):
            array = array.take(time, axis=place)
        return array.reshape(shape)

    def _rank_above(self, name: str) -> int:
        """How many axes the numerator of a partial has."""
        above = ends_of(name)[0]
        return len(self.point.model.tensors[above].shape)

    def _outside(self, node: At, times: list[int]) -> Array:
        """What a tensor is before the first time: the initial value of a state, 0 for all else, as after the last."""
        initial = dict(self.point.model.initial).get(node.name)
        shape = self.point.shape(node.shape)
        if initial is None or times != [-1]:
            return numpy.zeros(shape, dtype=self.point.real)
        return self.point.value(initial).reshape(shape)

    def _overtime(self, node: OverTime) -> Array:
        total = numpy.zeros(self.point.shape(node.shape), dtype=self.point.real)
        for inner in self._times(node):
            total = total + inner.value(node.node)
        return total

    def _chain(self, node: Chain) -> Array:
        result = numpy.eye(*self.point.shape(node.shape), dtype=self.point.real)
        for inner in self._times(node):
            result = inner.value(node.node) @ result
        return result

    def _times(self, node: OverTime | Chain) -> Iterator[_Evaluation]:
        """The evaluation at each time of a sum or a product, in order."""
        for time in range(self._time(node.low), self._time(node.high) + 1):
            yield _Evaluation(self.point, self.layout, {**self.times, node.letter: Integer(time)})

    def _time(self, time: Expr) -> int:
        return round(self._scalar(time))

    def _scalar(self, expression: Expr) -> float:
        return float(numpy.asarray(self.point.formula(sympify(expression).xreplace(self.times))).reshape(()))


def _described(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Named) else type(node).__name__


def _by(shape: tuple[int, ...]) -> str:
    return " by ".join(map(str, shape))
