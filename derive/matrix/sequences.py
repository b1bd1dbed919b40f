"""Matrix expressions over time: a tensor at one time, sums over time, products of matrices over time."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from derive.matrix.nodes import Elementwise, Node, Scale, Shape, ShapeError


@dataclass(frozen=True)
class At(Node):
    """A tensor at one time: ``h[t]``, with the rows and columns of what is left of it.

    Of a partial, the first ``above`` of the times are the numerator's: ``∂h[s]/∂h[t]``.
    """

    name: str
    times: tuple[Expr, ...]
    rows: Expr
    columns: Expr
    above: int = 0

    @property
    def shape(self) -> Shape:
        return self.rows, self.columns


@dataclass(frozen=True)
class OverTime(Node):
    """The sum of a node over the times from ``low`` to ``high``."""

    node: Node
    letter: Symbol
    low: Expr
    high: Expr

    @property
    def shape(self) -> Shape:
        return self.node.shape


@dataclass(frozen=True)
class Chain(Node):
    """The product of a square matrix over the times from ``low`` to ``high``, later times on the left.

    It is the identity where there is no such time.
    """

    node: Node
    letter: Symbol
    low: Expr
    high: Expr

    def __post_init__(self) -> None:
        if self.node.shape[0] != self.node.shape[1]:
            raise ShapeError(f"a product over time of {self.node.shape}")

    @property
    def shape(self) -> Shape:
        return self.node.shape


def moves(node: Node, letter: Symbol) -> bool:
    """Whether a matrix is another one at another time."""
    own: tuple[Expr, ...] = node.times if isinstance(node, At) else ()
    if isinstance(node, Scale):
        own = (node.coefficient,)
    elif isinstance(node, Elementwise):
        own = (node.formula,)
    return any(letter in part.free_symbols for part in own) or any(moves(child, letter) for child in node.children)
