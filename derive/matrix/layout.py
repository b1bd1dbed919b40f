"""The two layouts of a derivative: in which order the axes of numerator and denominator become rows and columns."""

from __future__ import annotations

from derive.conventions import Layout
from derive.matrix.build import transpose
from derive.matrix.nodes import Node
from derive.matrix.tidy import tidy


def lay_out(node: Node, layout: Layout, numerator_rank: int, denominator_rank: int) -> Node:
    """The derivative in the layout, from the node over the numerator's indices followed by the denominator's.

    The gradient layout gives the derivative of a scalar the shape of the denominator: dl/dW is as W, dl/dy
    is a column. The numerator layout transposes it: dl/dy is a row. A Jacobian, the derivative of a column
    by a column, has the rows of its numerator in both, as textbooks that store gradients as columns write it.

    Raises:
        ValueError: a rank is negative, or the ranks add up to more than 2.
    """
    if min(numerator_rank, denominator_rank) < 0 or numerator_rank + denominator_rank > 2:
        raise ValueError(
            f"expected a derivative of rank at most 2, got a numerator of rank {numerator_rank} "
            f"and a denominator of rank {denominator_rank}"
        )
    return tidy(transpose(node) if layout == "numerator" and numerator_rank == 0 else node)
