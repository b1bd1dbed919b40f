"""Constructors that simplify: products drop identities, transposes move inwards, coefficients move out.

Each returns a node of the same value and shape as the plain node of its arguments, never with more leaves,
and raises ``ShapeError`` where the shapes do not fit. A coefficient is outermost in what they return, and a
transpose of a product is the product of the transposes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sympy
from sympy import Expr, S, Symbol

from derive.matrix.nodes import (
    Basis,
    Diagonal,
    DiagonalOf,
    Elementwise,
    Hadamard,
    Identity,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    ShapeError,
    Transpose,
)
from derive.matrix.tree import is_column, is_scalar, length, runs_of, split_scale, turning_cost


def ones(rows: Expr, columns: Expr = S.One) -> Ones:
    """The matrix of ones of ``rows`` by ``columns``; a column by default."""
    return Ones(sympy.sympify(rows), sympy.sympify(columns))


def zero(rows: Expr, columns: Expr = S.One) -> Scale:
    """The matrix of zeros of ``rows`` by ``columns``, as 0 times the ones."""
    return Scale(S.Zero, ones(rows, columns))


def scale(coefficient: Expr, node: Node) -> Node:
    """``coefficient * node``, with one coefficient for nested ones and none for 1."""
    inner, bare = split_scale(node)
    total = sympy.sympify(coefficient) * inner
    if total == 0:
        return zero(*node.shape)
    return bare if total == 1 else Scale(total, bare)


def transpose(node: Node) -> Node:
    """The transpose, moved inwards: (AB)^T = B^T A^T, (A^T)^T = A, and a 1 by 1 node is its own.

    For sums, elementwise products and elementwise functions it moves inwards only where that needs fewer
    transposes: (a - b)^T stays, (X W^T)^T + (1 b^T)^T becomes W X^T + b 1^T.
    """
    if is_scalar(node):
        return node
    match node:
        case Transpose():
            return node.node
        case Scale():
            return scale(node.coefficient, transpose(node.node))
        case Product():
            return product(*map(transpose, reversed(node.factors)))
        case Identity() | Diagonal():
            return node
        case Ones():
            return Ones(node.columns, node.rows)
        case Hadamard() | Plus() | Elementwise():
            return _transpose_inside(node) if turning_cost(node) < 1 else Transpose(node)
    return Transpose(node)


def _transpose_inside(node: Hadamard | Plus | Elementwise) -> Node:
    return node.with_children(map(transpose, node.children))


def product(*factors: Node) -> Node:
    """The matrix product, flat, without identities; ones and diagonals that meet are merged.

    A run of factors that is 1 by 1 inside a longer product is kept together as one factor: y (y^T dy).

    Raises:
        ShapeError: the shapes of two neighbours do not fit.
        ValueError: there are no factors.
    """
    if not factors:
        raise ValueError("a product needs at least one factor")
    Product(factors)
    coefficient: Expr = S.One
    merged: list[Node] = []
    for factor in _chain(factors):
        outer, right = split_scale(factor)
        coefficient *= outer
        while merged and (meeting := _meet(merged[-1], right)) is not None:
            merged.pop()
            outer, right = split_scale(meeting)
            coefficient *= outer
        if not _is_neutral(right):
            merged.append(right)
    rows, columns = factors[0].shape[0], factors[-1].shape[1]
    if coefficient == 0:
        return zero(rows, columns)
    if not merged:
        return scale(coefficient, ones(rows) if rows == 1 else Identity(rows))
    return scale(coefficient, _grouped(merged))


def _chain(factors: Iterable[Node]) -> Iterable[Node]:
    """The factors one after another, products among them taken apart."""
    for factor in factors:
        match factor:
            case Product():
                yield from _chain(factor.factors)
            case Transpose(Product() as turned):
                yield from _chain(map(transpose, reversed(turned.factors)))
            case Scale():
                coefficient, bare = split_scale(factor)
                first, *rest = _chain((bare,))
                yield Scale(coefficient, first)
                yield from rest
            case _:
                yield factor


def _is_neutral(node: Node) -> bool:
    return isinstance(node, Identity) or (isinstance(node, Ones) and is_scalar(node))


def _meet(left: Node, right: Node) -> Node | None:
    """The product of two neighbours where it is simpler than the two."""
    match left, right:
        case Ones(), Ones() if left.columns != 1:
            return scale(left.columns, Ones(left.rows, right.columns))
        case Diagonal(), Diagonal():
            return diagonal(hadamard(left.node, right.node))
        case Diagonal(), Ones() if is_column(right):
            return left.node
        case Ones(), Diagonal() if left.rows == 1:
            return transpose(right.node)
    return None


def _grouped(factors: Sequence[Node]) -> Node:
    """The product of flat factors, with each inner run that is 1 by 1 as one factor."""
    runs = runs_of(factors)
    if len(runs) == 1:
        return _plain_product(factors)
    grouped: list[Node] = []
    for run in runs:
        whole = run[0].shape[0] == 1 and run[-1].shape[1] == 1
        grouped.extend((_plain_product(run),) if whole else run)
    return _plain_product(grouped)


def _plain_product(factors: Sequence[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def hadamard(*factors: Node) -> Node:
    """The elementwise product, flat, without ones; with an identity it is the diagonal of the rest.

    Raises:
        ShapeError: the factors are not of one shape.
        ValueError: there are no factors.
    """
    if not factors:
        raise ValueError("an elementwise product needs at least one factor")
    Hadamard(factors)
    shape = factors[0].shape
    if shape == (1, 1):
        return product(*factors)
    coefficient: Expr = S.One
    flat: list[Node] = []
    scalars: list[Node] = []
    for factor in factors:
        outer, bare = split_scale(factor)
        coefficient *= outer
        if _is_spread_scalar(bare):
            scalars.extend(bare.children[1:])
        elif not isinstance(bare, Ones):
            flat.extend(bare.factors if isinstance(bare, Hadamard) else (bare,))
    if coefficient == 0:
        return zero(*shape)
    rest = [factor for factor in flat if not isinstance(factor, Identity)]
    if len(rest) < len(flat):
        return scale(coefficient, diagonal(diagonal_of(hadamard(*rest))) if rest else flat[0])
    whole = Hadamard(tuple(rest)) if len(rest) > 1 else rest[0] if rest else Ones(*shape)
    return scale(coefficient, product(whole, *scalars))


def _is_spread_scalar(node: Node) -> bool:
    """Whether the node is a column of ones times 1 by 1 nodes."""
    return isinstance(node, Product) and isinstance(node.factors[0], Ones) and all(map(is_column, node.factors))


def plus(*terms: Node) -> Node:
    """The sum, with like terms collected and a coefficient that all terms share up to sign taken out.

    It is flat, unless sums among the terms are shorter with their coefficients: ``d - (a + b)/n``.

    Raises:
        ShapeError: the terms are not of one shape.
        ValueError: there are no terms.
    """
    if not terms:
        raise ValueError("a sum needs at least one term")
    if len(terms) == 1:
        return terms[0]
    Plus(terms)
    return min((_collected(_addends(S.One, terms)), _collected(map(split_scale, terms))), key=length)


def _collected(addends: Iterable[tuple[Expr, Node]]) -> Node:
    """The sum of the addends, each a coefficient and a node, with like ones collected."""
    collected: dict[Node, Expr] = {}
    for coefficient, bare in addends:
        collected[bare] = collected.get(bare, S.Zero) + coefficient
    left = [(coefficient, bare) for bare, coefficient in collected.items() if coefficient != 0]
    if not left:
        return zero(*next(iter(collected)).shape)
    if len(left) == 1:
        return scale(*left[0])
    shared = _shared([coefficient for coefficient, _ in left])
    rest = [(coefficient / shared, bare) for coefficient, bare in left]
    return scale(shared, _factored(rest) or Plus(tuple(scale(*term) for term in rest)))


def _factored(terms: Sequence[tuple[Expr, Node]]) -> Node | None:
    """A sum with a factor taken out that its products begin with, or end with: A B + A C is A (B + C)."""
    for end in (0, -1):
        shared: dict[Node, list[tuple[Expr, Node]]] = {}
        for coefficient, bare in terms:
            if isinstance(bare, Product):
                shared.setdefault(bare.factors[end], []).append((coefficient, bare))
        factor, members = max(shared.items(), key=lambda item: len(item[1]), default=(None, []))
        if factor is not None and len(members) > 1:
            whole = _taken_out(factor, members, end)
            others = [scale(*term) for term in terms if term not in members]
            return plus(whole, *others) if others else whole
    return None


def _taken_out(factor: Node, products: Sequence[tuple[Expr, Node]], end: int) -> Node:
    """The sum of products that all begin with the factor, or end with it."""
    inner = []
    for coefficient, bare in products:
        rest = bare.children[1:] if end == 0 else bare.children[:-1]
        inner.append(scale(coefficient, product(*rest)))
    return product(factor, plus(*inner)) if end == 0 else product(plus(*inner), factor)


def _addends(coefficient: Expr, terms: Iterable[Node]) -> Iterable[tuple[Expr, Node]]:
    for term in terms:
        inner, bare = split_scale(term)
        if isinstance(bare, Plus):
            yield from _addends(coefficient * inner, bare.terms)
        else:
            yield coefficient * inner, bare


def _shared(coefficients: Sequence[Expr]) -> Expr:
    """The coefficient that all have up to sign, or 1; negative only where every one is."""
    first = coefficients[0]
    ratios = [coefficient / first for coefficient in coefficients]
    if any(ratio not in (1, -1) for ratio in ratios):
        return S.One
    mixed = any(ratio == -1 for ratio in ratios)
    return -first if mixed and first.could_extract_minus_sign() else first


def diagonal(column: Node) -> Node:
    """The square matrix with a column on its diagonal; the identity for ones.

    Raises:
        ShapeError: the node has more than one column.
    """
    if not is_column(column):
        raise ShapeError(f"a diagonal matrix of a node of {column.shape}, which is not a column")
    coefficient, bare = split_scale(column)
    return scale(coefficient, Identity(bare.rows) if isinstance(bare, Ones) else Diagonal(bare))


def diagonal_of(square: Node) -> Node:
    """The diagonal of a square matrix as a column.

    Raises:
        ShapeError: the node is not square.
    """
    if square.shape[0] != square.shape[1]:
        raise ShapeError(f"the diagonal of a node of {square.shape}, which is not square")
    match square:
        case Scale():
            return scale(square.coefficient, diagonal_of(square.node))
        case Transpose():
            return diagonal_of(square.node)
        case Diagonal():
            return square.node
        case Identity() | Ones():
            return ones(square.rows)
        case Hadamard():
            return hadamard(*map(diagonal_of, square.factors))
        case Plus():
            return plus(*map(diagonal_of, square.terms))
    return DiagonalOf(square)


def elementwise(formula: Expr, variables: Sequence[Symbol], arguments: Sequence[Node]) -> Node:
    """The formula applied elementwise; the argument itself where the formula is its variable.

    Raises:
        ShapeError: the arguments are not of one shape.
        ValueError: there is not one variable for each of at least one argument.
    """
    if not arguments or len(variables) != len(arguments):
        raise ValueError(
            f"expected at least one argument and a variable for each, got {len(arguments)} and {len(variables)}"
        )
    if formula in variables:
        return arguments[list(variables).index(formula)]
    return Elementwise(formula, tuple(variables), tuple(arguments))


def column_of(position: Expr, rows: Expr) -> Basis:
    """The basis column that is 1 at ``position``, counted from 0."""
    return Basis(sympy.sympify(rows), sympy.sympify(position))


def rebuilt(node: Node, children: Iterable[Node]) -> Node:
    """The node over other children, put together by the constructor of its kind."""
    made = tuple(children)
    match node:
        case Scale():
            return scale(node.coefficient, *made)
        case Transpose():
            return transpose(*made)
        case Product():
            return product(*made)
        case Hadamard():
            return hadamard(*made)
        case Plus():
            return plus(*made)
        case Diagonal():
            return diagonal(*made)
        case DiagonalOf():
            return diagonal_of(*made)
        case Elementwise():
            return elementwise(node.formula, node.variables, made)
    return node.with_children(made)
