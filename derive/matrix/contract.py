"""Sums of products of vectors and matrices over shared indices, as chains of matrix products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sympy import Expr, Symbol

from derive.matrix.build import diagonal, hadamard, ones, product, scale, transpose
from derive.matrix.nodes import Elementwise, Hadamard, Identity, Named, Node, Ones, Plus, Product, Transpose
from derive.matrix.tree import is_column, split_scale, transposes


@dataclass(frozen=True)
class Factor:
    """A node with the indices that it reads: none for 1 by 1, one for a column, rows then columns for a matrix."""

    axes: tuple[Symbol, ...]
    node: Node


@dataclass(frozen=True)
class Contraction:
    """Sums factors over ``bound`` indices one by one, and sets what is left out over the free ones.

    ``sizes`` holds the size of each index; ``gradients`` names the tensors that come last in an inner
    product and first in an elementwise one.
    """

    sizes: Mapping[Symbol, Expr]
    gradients: frozenset[str] = frozenset()

    def contract(self, factors: Sequence[Factor], bound: Sequence[Symbol], free: tuple[Symbol, ...]) -> Node | None:
        """The node of Sum_bound of the product of the factors, or None.

        An index on two matrices joins them, A diag(v) B; on one matrix it makes a vector, A (v ⊙ w). What joins
        without a transpose is joined first, so that (C ⊙ (A B))^T 1 is not ((A^T C) ⊙ B)^T 1, and a slope last, once
        what it multiplies has come back to it: ((A B) ⊙ f'(Z)) 1. There is no form where every bound index left is
        read by three or more matrices that cannot be merged.
        """
        left = list(bound)
        factors = self._merged(factors)
        while left:
            matrices = [factor.axes for factor in factors if len(factor.axes) == 2]
            readers = Counter(chain.from_iterable(matrices))
            slopes = [factor.axes for factor in factors if len(factor.axes) == 2 and self._is_slope(factor.node)]
            late = frozenset(chain.from_iterable(slopes))
            k = min(left, key=lambda index: (readers[index], index in late, _turns(index, matrices)))
            if readers[k] > 2:
                return None
            left.remove(k)
            factors = self._merged(self._summed(factors, k))
        return self._laid_over(factors, free)

    def _merged(self, factors: Sequence[Factor]) -> Sequence[Factor]:
        """Matrices that read the same two indices become one elementwise product."""
        matrices: dict[frozenset[Symbol], list[Factor]] = {}
        for factor in factors:
            if len(factor.axes) == 2:
                matrices.setdefault(frozenset(factor.axes), []).append(factor)
        if all(len(group) == 1 for group in matrices.values()):
            return factors
        merged = [factor for factor in factors if len(factor.axes) < 2]
        for group in matrices.values():
            axes = next((factor.axes for factor in group if isinstance(factor.node, Named)), group[0].axes)
            merged.append(Factor(axes, self.elementwise_product([_towards(factor, axes) for factor in group])))
        return merged

    def _summed(self, factors: Sequence[Factor], k: Symbol) -> Sequence[Factor]:
        """The factors after the sum over ``k``, which at most two matrices read."""
        others = [factor for factor in factors if k not in factor.axes]
        vectors = [factor.node for factor in factors if factor.axes == (k,)]
        matrices = [factor for factor in factors if k in factor.axes and len(factor.axes) == 2]
        if not matrices:
            return [*others, Factor((), self._inner_product(vectors, self.sizes[k]))]
        i = _other(matrices[0], k)
        left = _towards(matrices[0], (i, k))
        if len(matrices) == 1:
            column = self.elementwise_product(vectors) if vectors else ones(self.sizes[k])
            return [*others, Factor((i,), product(left, column))]
        j = _other(matrices[1], k)
        between = [diagonal(self.elementwise_product(vectors))] if vectors else []
        return [*others, Factor((i, j), product(left, *between, _towards(matrices[1], (k, j))))]

    def _inner_product(self, vectors: Sequence[Node], length: Expr) -> Node:
        """u^T (v ⊙ w ...), turned so that it needs the fewest transposes; 1^T v for one vector."""
        if not vectors:
            return product(ones(1, length), ones(length))
        if len(vectors) == 1:
            return product(ones(1, length), vectors[0])
        ordered = sorted(vectors, key=self._is_gradient)
        candidates = [
            product(transpose(vector), self.elementwise_product(ordered[:at] + ordered[at + 1 :]))
            for at, vector in enumerate(ordered)
        ]
        return min(candidates, key=transposes)

    def elementwise_product(self, nodes: Sequence[Node]) -> Node:
        """The nodes multiplied elementwise, in the order of a textbook: what flows back first, slopes last."""
        return hadamard(*sorted(nodes, key=self._place)) if len(nodes) > 1 else nodes[0]

    def _place(self, node: Node) -> int:
        """0 for what flows back (chains, gradients, a difference of names), 1 for a name, 3 for a slope."""
        bare = _leaf(node)
        if isinstance(bare, Elementwise):
            return 3
        if isinstance(bare, Plus):
            names = sum(isinstance(_leaf(term), Named) for term in bare.terms)
            return 0 if names == len(bare.terms) else 3 if Ones(*bare.shape) in map(_leaf, bare.terms) else 2
        return 1 if isinstance(bare, Named) and bare.name not in self.gradients else 0

    def _is_slope(self, node: Node) -> bool:
        """Whether a matrix is what a signal is multiplied with element by element on its way back."""
        bare = _leaf(node)
        return any(map(self._is_slope, bare.factors)) if isinstance(bare, Hadamard) else self._place(bare) == 3

    def _is_gradient(self, node: Node) -> bool:
        bare = _leaf(node)
        return isinstance(bare, Named) and bare.name in self.gradients

    def _laid_over(self, factors: Sequence[Factor], free: tuple[Symbol, ...]) -> Node | None:
        scalars = [factor.node for factor in factors if not factor.axes]
        columns = [[factor.node for factor in factors if factor.axes == (index,)] for index in free]
        matrices = [_towards(factor, free) for factor in factors if len(factor.axes) == 2]
        if not free:
            return product(*scalars) if scalars else ones(1)
        if not matrices:
            ends = [
                self.elementwise_product(nodes) if nodes else ones(self.sizes[index])
                for index, nodes in zip(free, columns, strict=True)
            ]
            return product(ends[0], *scalars, *map(transpose, ends[1:]))
        if len(free) < 2:
            return None
        return self._framed(matrices[0], columns[0], columns[1], scalars)

    def _framed(self, matrix: Node, left: Sequence[Node], right: Sequence[Node], scalars: list[Node]) -> Node | None:
        """diag(left) matrix diag(right) times the scalars; (u ⊙ p)(v ⊙ q)^T where the matrix is p q^T."""
        coefficient, matrix = split_scale(matrix)
        outer = _outer_product(matrix)
        if outer is not None:
            p, middle, q = outer
            row = transpose(self.elementwise_product([q, *right]))
            return scale(coefficient, product(self.elementwise_product([*left, p]), *middle, *scalars, row))
        if scalars and not left and not right:
            if not isinstance(matrix, Identity):
                return None
            left = [ones(matrix.rows)]
        if scalars and left:
            left = [product(self.elementwise_product(left), *scalars)]
        elif scalars:
            right = [product(self.elementwise_product(right), *scalars)]
        frame = [[diagonal(self.elementwise_product(side))] if side else [] for side in (left, right)]
        return scale(coefficient, product(*chain(frame[0], [matrix], frame[1])))


def _turns(index: Symbol, matrices: Sequence[tuple[Symbol, ...]]) -> bool:
    """Whether two matrices that the index joins are multiplied with a transpose: it is the rows of both, or of none."""
    places = [axes.index(index) for axes in matrices if index in axes]
    return len(places) == 2 and places[0] == places[1]


def _leaf(node: Node) -> Node:
    """The node without its coefficient and its transpose."""
    bare = split_scale(node)[1]
    return bare.node if isinstance(bare, Transpose) else bare


def _other(matrix: Factor, k: Symbol) -> Symbol:
    return matrix.axes[1] if matrix.axes[0] == k else matrix.axes[0]


def _towards(factor: Factor, axes: tuple[Symbol, ...]) -> Node:
    """The node of a matrix with its rows and columns in the order of ``axes``."""
    return factor.node if factor.axes == axes else transpose(factor.node)


def _outer_product(matrix: Node) -> tuple[Node, list[Node], Node] | None:
    """p, the 1 by 1 factors between, and the column q of a matrix p ... q^T; None for any other node."""
    if isinstance(matrix, Ones):
        return ones(matrix.rows), [], ones(matrix.columns)
    if not isinstance(matrix, Product):
        return None
    cuts = [at for at, node in enumerate(matrix.factors[:-1], start=1) if is_column(node)]
    if not cuts:
        return None
    first, last = cuts[0], cuts[-1]
    middle = list(matrix.factors[first:last])
    return product(*matrix.factors[:first]), middle, transpose(product(*matrix.factors[last:]))
