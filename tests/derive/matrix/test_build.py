"""Constructors that simplify: values and shapes stay, leaves never grow, each rule does what it says."""

from __future__ import annotations

from itertools import pairwise

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, S

from derive.expression.functions import Bracket
from derive.expression.symbols import scalar, size
from derive.matrix.build import (
    column_of,
    diagonal,
    diagonal_of,
    elementwise,
    hadamard,
    ones,
    plus,
    product,
    scale,
    transpose,
    zero,
)
from derive.matrix.nodes import (
    Basis,
    Diagonal,
    DiagonalOf,
    Elementwise,
    Hadamard,
    Identity,
    Named,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    ShapeError,
    Transpose,
)
from derive.matrix.tidy import tidy
from derive.matrix.tree import leaves, transposes
from tests.derive.matrix.evaluate import Array, agree, node_value

n, d = size("n"), size("d")
u, v = scalar("u"), scalar("v")
LENGTHS = {"n": 2, "d": 3}
DIMENSIONS: list[Expr] = [S.One, n, d]
VALUES: dict[str, Array | float] = {
    **LENGTHS,
    "l": 0.7,
    **{
        f"{letter}{rows}{columns}": numpy.random.default_rng(position).normal(
            size=(LENGTHS.get(str(rows), 1), LENGTHS.get(str(columns), 1))
        )
        for position, (letter, rows, columns) in enumerate(
            (letter, rows, columns) for letter in "AB" for rows in DIMENSIONS for columns in DIMENSIONS
        )
    },
}
COEFFICIENTS = st.sampled_from([S.Zero, S.One, -S.One, Integer(2), -2 / n, scalar("l")])


def named(letter: str, rows: Expr, columns: Expr) -> Named:
    return Named(f"{letter}{rows}{columns}", rows, columns)


def leaf(rows: Expr, columns: Expr) -> st.SearchStrategy[Node]:
    options: list[Node] = [named("A", rows, columns), named("B", rows, columns), Ones(rows, columns)]
    if rows == columns:
        options.append(Identity(rows))
    if columns == 1:
        options.append(Basis(rows, S.Zero))
    return st.sampled_from(options)


@st.composite
def nodes(draw: st.DrawFn, rows: Expr, columns: Expr, depth: int = 3) -> Node:
    """A node of the shape, built without simplification."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(leaf(rows, columns))
    below = depth - 1
    kinds = ["product", "hadamard", "plus", "scale", "transpose", "elementwise"]
    kinds += ["diagonal"] if rows == columns else []
    kinds += ["diagonal_of"] if columns == 1 else []
    match draw(st.sampled_from(kinds)):
        case "product":
            inner = draw(st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=2))
            chain = [rows, *inner, columns]
            return Product(tuple(draw(nodes(a, b, below)) for a, b in pairwise(chain)))
        case "hadamard":
            return Hadamard(tuple(draw(nodes(rows, columns, below)) for _ in range(2)))
        case "plus":
            return Plus(tuple(draw(nodes(rows, columns, below)) for _ in range(2)))
        case "scale":
            return Scale(draw(COEFFICIENTS), draw(nodes(rows, columns, below)))
        case "transpose":
            return Transpose(draw(nodes(columns, rows, below)))
        case "elementwise":
            return Elementwise(u**2 + u * v, (u, v), tuple(draw(nodes(rows, columns, below)) for _ in range(2)))
        case "diagonal":
            return Diagonal(draw(nodes(rows, S.One, below)))
        case "diagonal_of":
            return DiagonalOf(draw(nodes(rows, rows, below)))
    raise AssertionError


ANY_NODE = st.tuples(st.sampled_from(DIMENSIONS), st.sampled_from(DIMENSIONS)).flatmap(lambda shape: nodes(*shape))


def rebuilt(node: Node) -> Node:
    """The node made again from its leaves with the constructors that simplify."""
    match node:
        case Product():
            return product(*map(rebuilt, node.factors))
        case Hadamard():
            return hadamard(*map(rebuilt, node.factors))
        case Plus():
            return plus(*map(rebuilt, node.terms))
        case Scale():
            return scale(node.coefficient, rebuilt(node.node))
        case Transpose():
            return transpose(rebuilt(node.node))
        case Elementwise():
            return elementwise(node.formula, node.variables, [rebuilt(argument) for argument in node.arguments])
        case Diagonal():
            return diagonal(rebuilt(node.node))
        case DiagonalOf():
            return diagonal_of(rebuilt(node.node))
    return node


@given(ANY_NODE)
def test_rebuilding_keeps_the_value_and_never_grows(node: Node) -> None:
    simple = rebuilt(node)
    assert simple.shape == node.shape
    assert agree(node_value(simple, VALUES), node_value(node, VALUES))
    assert leaves(simple) <= leaves(node)


@given(ANY_NODE)
def test_transposing_transposes_the_value_and_twice_restores_it(node: Node) -> None:
    turned = transpose(node)
    assert agree(node_value(turned, VALUES), node_value(node, VALUES).T)
    assert leaves(turned) <= leaves(node)
    assert agree(node_value(transpose(turned), VALUES), node_value(node, VALUES))


@given(ANY_NODE)
def test_tidying_keeps_the_value_and_adds_no_transpose(node: Node) -> None:
    simple = rebuilt(node)
    tidied = tidy(simple)
    assert agree(node_value(tidied, VALUES), node_value(node, VALUES))
    assert transposes(tidied) <= transposes(simple)
    assert leaves(tidied) <= leaves(simple)


@given(ANY_NODE)
def test_tidying_twice_is_tidying_once(node: Node) -> None:
    tidied = tidy(rebuilt(node))
    assert tidy(tidied) == tidied


A, B = Named("A", n, d), Named("B", d, n)
x, y = Named("x", n, S.One), Named("y", n, S.One)
r = Named("r", S.One, n)


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (product(A, Identity(d), B), Product((A, B))),
        (product(Identity(n), Identity(n)), Identity(n)),
        (product(Scale(Integer(2), A), Scale(S.Half, B)), Product((A, B))),
        (product(Product((A, B)), x), Product((A, B, x))),
        (product(Transpose(Product((A, B))), x), Product((Transpose(B), Transpose(A), x))),
        (product(ones(1, n), ones(n), ones(1, d)), Scale(n, Ones(S.One, d))),
        (product(Diagonal(x), Diagonal(y), A), Product((Diagonal(Hadamard((x, y))), A))),
        (product(ones(1, n), Diagonal(x), A), Product((Transpose(x), A))),
        (product(x, Transpose(x), y), Product((x, Product((Transpose(x), y))))),
        (transpose(Product((A, B))), Product((Transpose(B), Transpose(A)))),
        (transpose(Transpose(A)), A),
        (transpose(Product((Transpose(x), y))), Product((Transpose(x), y))),
        (transpose(Scale(n, Diagonal(x))), Scale(n, Diagonal(x))),
        (transpose(Plus((x, y))), Transpose(Plus((x, y)))),
        (transpose(Plus((Transpose(A), B))), Plus((A, Transpose(B)))),
        (transpose(Plus((Transpose(r), Transpose(r)))), Plus((r, r))),
        (hadamard(A, Ones(n, d)), A),
        (hadamard(x, Product((Ones(n, S.One), Product((r, x))))), Product((x, Product((r, x))))),
        (hadamard(Identity(n), Product((A, B))), Diagonal(DiagonalOf(Product((A, B))))),
        (plus(A, Scale(-S.One, A)), zero(n, d)),
        (plus(A, Scale(S.Zero, Ones(n, d))), A),
        (plus(Scale(Integer(2), x), Scale(Integer(-2), y)), Scale(Integer(2), Plus((x, Scale(-S.One, y))))),
        (plus(Scale(-S.One, x), Scale(-S.One, y)), Scale(-S.One, Plus((x, y)))),
        (plus(x, y, x), Plus((Scale(Integer(2), x), y))),
        (scale(S.Zero, A), zero(n, d)),
        (scale(S.Half, Scale(Integer(2), A)), A),
        (diagonal(ones(n)), Identity(n)),
        (diagonal(Scale(Integer(3), x)), Scale(Integer(3), Diagonal(x))),
        (diagonal_of(Diagonal(x)), x),
        (diagonal_of(Identity(n)), Ones(n, S.One)),
        (elementwise(u, (u,), (A,)), A),
        (column_of(1, n), Basis(n, S.One)),
    ],
)
def test_each_rule(built: Node, expected: Node) -> None:
    assert built == expected


@pytest.mark.parametrize(
    "build",
    [
        lambda: product(A, A),
        lambda: product(Identity(n), B),
        lambda: hadamard(A, B),
        lambda: hadamard(x, r),
        lambda: plus(x, r),
        lambda: diagonal(A),
        lambda: diagonal(r),
        lambda: diagonal_of(A),
        lambda: elementwise(Bracket(u > v), (u, v), (x, r)),
    ],
)
def test_shapes_that_do_not_fit(build: object) -> None:
    assert callable(build)
    with pytest.raises(ShapeError):
        build()


@pytest.mark.parametrize("build", [product, hadamard, plus, lambda: elementwise(u, (u,), ())])
def test_nothing_to_combine(build: object) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match=r"at least one"):
        build()
