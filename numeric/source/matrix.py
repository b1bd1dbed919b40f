"""Matrix expressions as source: ``dz3.T @ z2``, ``x @ W1.T + b1``, ``dz1.sum(dim=0)``.

The arrays are laid out as PyTorch's: a batch is (B, features), a linear weight (out, in), and a vector has
one axis, whether the matrix expression calls it a row or a column. Products with ones become sums and
broadcasting, diagonal factors become elementwise products.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr

from derive.matrix import nodes
from derive.matrix.nodes import Node
from numeric.errors import SourceError
from numeric.source import tree
from numeric.source.code import (
    Code,
    Shape,
    added,
    at,
    called,
    constant,
    matrix_product,
    method,
    multiplied,
    real,
    transposed,
)
from numeric.source.names import Names
from numeric.source.namespace import Namespace, namespace_of
from numeric.source.scalar import Fraction, ScalarSource


def matrix_code(node: Node, namespace: Namespace | str, names: Names | None = None) -> Code:
    """The whole array of a matrix expression for ``torch`` or ``numpy``.

    Sizes that the source needs stand in it by their own names, ``B``. Rows and columns are those of
    gradient layout.

    Raises:
        SourceError: a function or a kind of node has no source there.
    """
    library = namespace if isinstance(namespace, Namespace) else namespace_of(namespace)
    return MatrixSource(library, names or Names()).array(node)


@dataclass(frozen=True)
class MatrixSource:
    """Writes matrix nodes for one library with one set of names."""

    namespace: Namespace
    names: Names

    def array(self, node: Node) -> Code:
        """The source of the whole array of a node: a vector has one axis unless its tensor has two."""
        text = real(self.broadcastable(node))
        rows, columns = node.shape
        fitting: list[Shape] = [(rows, columns)]
        fitting += [(rows,)] if columns == 1 else []
        fitting += [(columns,)] if rows == 1 else []
        fitting += [()] if rows == columns == 1 else []
        if text.shape in fitting:
            return text
        return self._spread(text, fitting[1 if len(fitting) > 1 and len(text.shape) < 2 else 0])

    def broadcastable(self, node: Node) -> Code:
        """The source of an array that broadcasts to the node's: a bias for the product of ones and a bias."""
        match node:
            case nodes.Named():
                return replace(self.names.tensor(node.name), shape=self.names.array_shape(node.name, *node.shape))
            case nodes.Ones():
                return constant(1)
            case nodes.Transpose():
                inner = self.array(node.node)
                return transposed(inner) if len(inner.shape) == 2 else inner
            case nodes.Scale() | nodes.Hadamard() | nodes.Elementwise():
                fraction = self._fraction(node)
                return multiplied(fraction.above, fraction.below, self.names.divisor)
            case nodes.Plus():
                return added(_aligned([self.broadcastable(term) for term in node.terms], node.shape))
            case nodes.Product():
                return self._product(node)
            case nodes.Apply():
                return self._applied(node)
        return self._special(node)

    def _special(self, node: Node) -> Code:
        alias = self.namespace.alias
        match node:
            case nodes.Identity():
                return Code(tree.call(f"{alias}.eye", self._size(node.rows)), node.shape)
            case nodes.Basis():
                position = ScalarSource(self.namespace, self.names).text(node.position)
                return at(Code(tree.call(f"{alias}.eye", self._size(node.rows))), [position.node], (node.rows,))
            case nodes.Diagonal() | nodes.DiagonalOf() if node.node.shape == (1, 1):
                return self.array(node.node)
            case nodes.Diagonal():
                return replace(called(f"{alias}.diag(a)", self._vector(node.node)), shape=node.shape)
            case nodes.DiagonalOf():
                return replace(called(f"{alias}.diagonal(a)", self.array(node.node)), shape=(node.shape[0],))
        raise SourceError(f"the matrix node {type(node).__name__} has no source")

    def _fraction(self, node: Node) -> Fraction:
        """The factors of elementwise products, the coefficients of scales and the quotients of formulas."""
        match node:
            case nodes.Scale():
                scalar = ScalarSource(self.namespace, self.names)
                mean = _as_mean(node)
                if mean is not None:
                    coefficient, product = mean
                    return scalar.fraction(coefficient).times(Fraction((self._product(product, total="mean"),)))
                return scalar.fraction(node.coefficient).times(self._fraction(node.node))
            case nodes.Hadamard():
                whole = Fraction()
                for factor in node.factors:
                    whole = whole.times(self._fraction(factor))
                texts = _aligned([*whole.above, *whole.below], node.shape)
                return Fraction(tuple(texts[: len(whole.above)]), tuple(texts[len(whole.above) :]))
            case nodes.Elementwise():
                arguments = _aligned([self.broadcastable(argument) for argument in node.arguments], node.shape)
                variables = dict(zip(node.variables, arguments, strict=True))
                return ScalarSource(self.namespace, self.names, variables).fraction(node.formula)
        return Fraction((self.broadcastable(node),))

    def _applied(self, node: nodes.Apply) -> Code:
        patterns = {**self.namespace.vectors, **self.names.calls}
        if node.function not in patterns:
            raise SourceError(f"the function {node.function} has no source for {self.namespace.package}")
        return called(patterns[node.function], self.array(node.argument))

    def _product(self, node: nodes.Product, total: str = "sum") -> Code:
        """A product, cut where a column meets a row; ``total`` says whether ones sum or average."""
        groups: list[list[Node]] = [[]]
        for factor in _factors(node):
            if groups[-1] and factor.shape[0] == 1:
                groups.append([])
            groups[-1].append(factor)
        result = self._chain(groups[0], total)
        rows = groups[0][0].shape[0]
        only_ones = _is_ones(groups[0])
        for group in groups[1:]:
            columns = group[-1].shape[1]
            right = self._chain(group, total)
            if only_ones:
                result = right
            elif _is_ones(group):
                result = _column(result, rows) if columns != 1 else result
            else:
                result = self._outer(result, right, rows, columns)
            only_ones = only_ones and _is_ones(group)
        return result

    def _chain(self, factors: Sequence[Node], total: str) -> Code:
        """A product whose inner dimensions are not 1; ones at its ends sum over rows and columns."""
        if len(factors) == 1 and isinstance(factors[0], nodes.Ones):
            return constant(1)
        over_rows = isinstance(factors[0], nodes.Ones)
        over_columns = isinstance(factors[-1], nodes.Ones)
        inner = factors[int(over_rows) : len(factors) - int(over_columns)]
        if not inner:
            return ScalarSource(self.namespace, self.names).text(factors[0].shape[1])
        if len(inner) == 1 and isinstance(inner[0], nodes.Transpose) and over_rows != over_columns:
            inner, over_rows, over_columns = [inner[0].node], over_columns, over_rows
        text = self._multiplied(inner)
        if not over_rows and not over_columns:
            return text
        if len(text.shape) < 2 or (over_rows and over_columns):
            return method(text, total, ())
        axis, left = (0, text.shape[1:]) if over_rows else (1, text.shape[:1])
        return method(text, total, left, **{self.namespace.axis: tree.number(axis)})

    def _multiplied(self, factors: Sequence[Node]) -> Code:
        result: Code | None = None
        scales: list[Code] = []
        for factor in factors:
            if isinstance(factor, nodes.Diagonal):
                scale = self._vector(factor.node)
                if result is None:
                    scales.append(scale)
                else:
                    result = multiplied([result, scale])
                continue
            text = self.array(factor)
            if scales:
                columns = [_column(scale, scale.shape[0]) if len(text.shape) == 2 else scale for scale in scales]
                text, scales = multiplied([*columns, text]), []
            result = text if result is None else matrix_product(result, text)
        if result is not None:
            return result
        square = (*scales[0].shape, *scales[0].shape)
        return replace(called(f"{self.namespace.alias}.diag(a)", multiplied(scales)), shape=square)

    def _outer(self, left: Code, right: Code, rows: Expr, columns: Expr) -> Code:
        if left.shape == (rows,) and right.shape == (columns,) and rows != 1 and columns != 1:
            return Code(tree.call(f"{self.namespace.alias}.outer", left.node, right.node), (rows, columns))
        if len(right.shape) == 2 or columns != 1:
            left = _column(left, rows)
        return multiplied([left, right])

    def _vector(self, node: Node) -> Code:
        text = self.array(node)
        return at(text, [tree.cut(), tree.number(0)], text.shape[:1]) if len(text.shape) == 2 else text

    def _size(self, size: Expr) -> ast.expr:
        return ScalarSource(self.namespace, self.names).text(sympy.sympify(size)).node

    def _spread(self, text: Code, shape: Shape) -> Code:
        lengths = tree.tuple_of(map(self._size, shape))
        alias = self.namespace.alias
        if text.shape:
            return Code(tree.call(f"{alias}.broadcast_to", text.node, lengths), shape)
        ones = Code(tree.call(f"{alias}.ones", lengths), shape)
        return ones if tree.same(text.node, ast.Constant(1)) else multiplied([text, ones])


def _factors(product: nodes.Product) -> list[Node]:
    """The factors, nested products opened, identities dropped, matrices of ones as a column times a row."""
    flat: list[Node] = []
    for factor in product.factors:
        if isinstance(factor, nodes.Product):
            flat += _factors(factor)
        elif isinstance(factor, nodes.Diagonal | nodes.DiagonalOf) and factor.node.shape == (1, 1):
            flat += _factors(nodes.Product((factor.node,)))
        elif isinstance(factor, nodes.Transpose) and isinstance(factor.node, nodes.Ones):
            flat += _factors(nodes.Product((nodes.Ones(*factor.shape),)))
        elif isinstance(factor, nodes.Ones) and 1 not in factor.shape:
            flat += [nodes.Ones(factor.rows, sympy.S.One), nodes.Ones(sympy.S.One, factor.columns)]
        else:
            flat.append(factor)
    kept = [factor for factor in flat if not isinstance(factor, nodes.Identity)]
    return kept or flat[:1]


def _is_ones(group: Sequence[Node]) -> bool:
    return len(group) == 1 and isinstance(group[0], nodes.Ones)


def _column(text: Code, rows: Expr) -> Code:
    """A vector of ``rows`` elements as an array of one column."""
    return (
        at(text, [tree.cut(), ast.Constant(None)], (rows, sympy.S.One)) if text.shape == (rows,) and rows != 1 else text
    )


def _aligned(texts: Sequence[Code], shape: tuple[Expr, Expr]) -> list[Code]:
    """The arrays of one elementwise operation: if one of them is an array of one column, vectors become so too."""
    rows, columns = shape
    if columns != 1 or not any(len(text.shape) == 2 for text in texts):
        return list(texts)
    return [_column(text, rows) for text in texts]


def _as_mean(node: nodes.Scale) -> tuple[Expr, nodes.Product] | None:
    """The coefficient and the product of a scaled sum over rows or columns that is an average."""
    if not isinstance(node.node, nodes.Product):
        return None
    factors = _factors(node.node)
    ends = [factor for factor in (factors[0], factors[-1]) if isinstance(factor, nodes.Ones)]
    count = sympy.Mul(*(length for factor in ends for length in factor.shape))
    left = node.coefficient * count
    inner_ones = any(factor.shape[0] == 1 for factor in factors[1:])
    if not ends or inner_ones or len(factors) <= len(ends) or not count.free_symbols:
        return None
    return None if left.free_symbols & count.free_symbols else (left, node.node)
