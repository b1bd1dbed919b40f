"""Matrix expressions: products, transposes, Hadamard products, diagonals, ones.

Every node knows how many rows and columns it has. A tensor of rank one is a column unless it is
``Named`` with one row (a gradient in numerator layout); a scalar is 1 by 1. Nodes are values: building
one checks its shapes and raises ``ShapeError`` if they do not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import Expr, Symbol

from derive.expression.tree import Tree

Shape = tuple[Expr, Expr]


class ShapeError(ValueError):
    """Matrix nodes were combined whose shapes do not fit."""


@dataclass(frozen=True)
class Node(Tree["Node"]):
    """A matrix expression."""

    @property
    def shape(self) -> Shape:
        """Rows and columns."""
        raise TypeError(f"{type(self).__name__} has no shape")


@dataclass(frozen=True)
class Named(Node):
    """A tensor of rank at most two by its name, ``W1`` or ``dl/dy_hat``, of the given rows and columns."""

    name: str
    rows: Expr
    columns: Expr

    @property
    def shape(self) -> Shape:
        return self.rows, self.columns


@dataclass(frozen=True)
class Ones(Node):
    """The matrix of ones; a column or a row of them where one dimension is 1."""

    rows: Expr
    columns: Expr

    @property
    def shape(self) -> Shape:
        return self.rows, self.columns


@dataclass(frozen=True)
class Identity(Node):
    """The identity matrix."""

    rows: Expr

    @property
    def shape(self) -> Shape:
        return self.rows, self.rows


@dataclass(frozen=True)
class Basis(Node):
    """The column that is 1 at ``position`` (an integer expression counted from 0) and 0 elsewhere."""

    rows: Expr
    position: Expr

    @property
    def shape(self) -> Shape:
        return self.rows, sympy.S.One


@dataclass(frozen=True)
class Scale(Node):
    """``coefficient * node`` with a scalar: numbers, sizes, tensors of rank zero."""

    coefficient: Expr
    node: Node

    @property
    def shape(self) -> Shape:
        return self.node.shape


@dataclass(frozen=True)
class Transpose(Node):
    """The transpose of a node."""

    node: Node

    @property
    def shape(self) -> Shape:
        rows, columns = self.node.shape
        return columns, rows


@dataclass(frozen=True)
class Product(Node):
    """The matrix product of two or more nodes."""

    factors: tuple[Node, ...]

    def __post_init__(self) -> None:
        for left, right in zip(self.factors, self.factors[1:], strict=False):
            if left.shape[1] != right.shape[0]:
                raise ShapeError(f"a product of {left.shape} and {right.shape}")

    @cached_property
    def shape(self) -> Shape:
        return self.factors[0].shape[0], self.factors[-1].shape[1]


@dataclass(frozen=True)
class Hadamard(Node):
    """The elementwise product of two or more nodes of one shape."""

    factors: tuple[Node, ...]

    def __post_init__(self) -> None:
        _same_shape(self.factors, "an elementwise product")

    @property
    def shape(self) -> Shape:
        return self.factors[0].shape


@dataclass(frozen=True)
class Plus(Node):
    """The sum of two or more nodes of one shape."""

    terms: tuple[Node, ...]

    def __post_init__(self) -> None:
        _same_shape(self.terms, "a sum")

    @property
    def shape(self) -> Shape:
        return self.terms[0].shape


@dataclass(frozen=True)
class Diagonal(Node):
    """The square matrix with the column ``node`` on its diagonal."""

    node: Node

    @property
    def shape(self) -> Shape:
        return self.node.shape[0], self.node.shape[0]


@dataclass(frozen=True)
class DiagonalOf(Node):
    """The diagonal of a square matrix as a column."""

    node: Node

    @property
    def shape(self) -> Shape:
        return self.node.shape[0], sympy.S.One


@dataclass(frozen=True)
class Stacked(Node):
    """Nodes of as many columns, one below the other: the gates of an LSTM cell."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        for part in self.parts[1:]:
            if part.shape[1] != self.parts[0].shape[1]:
                raise ShapeError(f"{part.shape} below {self.parts[0].shape}")

    @property
    def shape(self) -> Shape:
        return sympy.Add(*(part.shape[0] for part in self.parts)), self.parts[0].shape[1]


@dataclass(frozen=True)
class Slice(Node):
    """``rows`` rows of a node from the row ``start`` on, counted from 0: one gate of several."""

    node: Node
    start: Expr
    rows: Expr

    @property
    def shape(self) -> Shape:
        return self.rows, self.node.shape[1]


@dataclass(frozen=True)
class Elementwise(Node):
    """A scalar expression applied elementwise: ``formula`` in ``variables``, one for each argument.

    ``Bracket(u > 0)`` of ``z1`` is the indicator of the positive elements of z1; ``sigma(u)`` of a
    product applies sigma to each element of it.
    """

    formula: Expr
    variables: tuple[Symbol, ...]
    arguments: tuple[Node, ...]

    def __post_init__(self) -> None:
        _same_shape(self.arguments, "an elementwise function")

    @property
    def shape(self) -> Shape:
        return self.arguments[0].shape


@dataclass(frozen=True)
class Apply(Node):
    """A named function of a whole vector, ``softmax(W2 z2 + b2)``, that keeps its argument's shape.

    ``reads`` and ``value`` name the tensors of the forward definition between which the function stands:
    its number is found by giving the argument to ``reads`` and computing the rows up to ``value``.
    """

    function: str
    argument: Node
    reads: str
    value: str

    @property
    def shape(self) -> Shape:
        return self.argument.shape


def _same_shape(nodes: tuple[Node, ...], what: str) -> None:
    for node in nodes[1:]:
        if node.shape != nodes[0].shape:
            raise ShapeError(f"{what} of {nodes[0].shape} and {node.shape}")
