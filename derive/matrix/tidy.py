"""Chooses, among forms that differ in where the transposes stand, the one a textbook prints."""

from __future__ import annotations

from collections.abc import Sequence

from derive.matrix.build import diagonal, hadamard, plus, product, rebuilt, scale, transpose
from derive.matrix.nodes import (
    Elementwise,
    Hadamard,
    Node,
    Plus,
    Product,
    Scale,
    Transpose,
)
from derive.matrix.tree import is_column, is_scalar, runs_of


def tidy(node: Node) -> Node:
    """The same value with transposes where they are fewest.

    A column such as A^T B^T r^T, whose transpose r B A needs none, becomes (r B A)^T; W^T d with a column d
    stays. A row r and a column v that meet elementwise become r diag(v). A sum or an elementwise
    product of transposes is the transpose of the whole.
    """
    match node:
        case Transpose():
            inner = tidy(node.node)
            turned = transpose(inner)
            return _taken_out(turned) if _open_transposes(turned) < 1 + _open_transposes(inner) else Transpose(inner)
        case Product():
            return _tidy_product([tidy(factor) for factor in node.factors])
        case Hadamard():
            return _tidy_hadamard([tidy(factor) for factor in node.factors])
        case Plus() | Elementwise():
            return _taken_out(rebuilt(node, map(tidy, node.children)))
    return rebuilt(node, map(tidy, node.children)) if node.children else node


def _tidy_product(factors: Sequence[Node]) -> Node:
    whole = product(*factors)
    if isinstance(whole, Scale):
        return scale(whole.coefficient, _tidy_product((whole.node,)))
    if not isinstance(whole, Product):
        return whole
    runs = [_tidy_run(run) for run in runs_of(whole.factors)]
    flat = [factor for run in runs for factor in run]
    return Product(tuple(flat)) if len(flat) > 1 else flat[0]


def _tidy_run(run: Sequence[Node]) -> Sequence[Node]:
    """A run of factors between inner dimensions of 1, turned as a whole where that saves transposes."""
    if len(run) == 1:
        return [_tidy_product(run[0].factors)] if isinstance(run[0], Product) else run
    rows, columns = run[0].shape[0], run[-1].shape[1]
    if rows != 1 and columns != 1:
        return run
    turned = [_row_form(transpose(factor)) for factor in reversed(run)]
    before, after = sum(map(_open_transposes, run)), sum(map(_open_transposes, turned))
    if rows == 1 and columns == 1:
        return turned if after < before else run
    return [Transpose(product(*turned))] if after == 0 and before > 1 else run


def _tidy_hadamard(factors: Sequence[Node]) -> Node:
    whole = hadamard(*factors)
    if not isinstance(whole, Hadamard):
        return whole
    row_form = _row_form(transpose(whole) if is_column(whole) else whole)
    if isinstance(row_form, Product) and _open_transposes(row_form) == 0:
        return Transpose(row_form) if is_column(whole) else row_form
    return _taken_out(whole)


def _row_form(row: Node) -> Node:
    """r ⊙ v^T as the product r diag(v), for a row r that needs no transpose; any other node as it is."""
    inner = row.node if isinstance(row, Transpose) else row
    if not isinstance(inner, Hadamard) or row.shape[0] != 1 or is_scalar(row):
        return row
    factors = inner.factors if inner is row else tuple(map(transpose, inner.factors))
    rows = [factor for factor in factors if _open_transposes(factor) == 0]
    columns = [transpose(factor) for factor in factors if _open_transposes(factor) > 0]
    if not rows or not columns or any(map(_open_transposes, columns)):
        return row
    return product(hadamard(*rows), diagonal(hadamard(*columns)))


def _taken_out(node: Node) -> Node:
    """The transpose of the whole for a sum, elementwise product or function whose parts are all transposes."""
    if not isinstance(node, Plus | Hadamard | Elementwise):
        return node
    parts = node.children
    bare = [part.node if isinstance(part, Scale) else part for part in parts]
    if not all(isinstance(part, Transpose) for part in bare):
        return node
    turned = tuple(map(transpose, parts))
    if isinstance(node, Elementwise):
        return Transpose(Elementwise(node.formula, node.variables, turned))
    whole = plus(*turned) if isinstance(node, Plus) else hadamard(*turned)
    return Transpose(whole) if isinstance(whole, Plus | Hadamard) else transpose(whole)


def _open_transposes(node: Node) -> int:
    """The transposes that show in a chain: not those inside an elementwise function or a diagonal."""
    match node:
        case Transpose():
            return 1 + _open_transposes(node.node)
        case Scale():
            return _open_transposes(node.node)
        case Product() | Hadamard() | Plus():
            return sum(map(_open_transposes, node.children))
    return 0
