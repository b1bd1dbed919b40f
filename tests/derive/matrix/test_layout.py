"""Numerator layout and gradient layout of what is recognised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, S, Symbol

from derive.conventions import Layout
from derive.expression.functions import Bracket
from derive.matrix.build import transpose
from derive.matrix.form import lay_out
from derive.matrix.nodes import Diagonal, Named, Node, Plus, Product, Scale, Transpose
from derive.matrix.recognise import recognise
from tests.derive.matrix.evaluate import agree, node_value
from tests.derive.matrix.examples import SHAPES, K, d, each, i, j, k, m, n, named, p, reader, total, u
from tests.derive.matrix.test_build import ANY_NODE, VALUES

W1, W2, x, z1, y, y_hat = map(reader, ("W1", "W2", "x", "z1", "y", "y_hat"))
dl_dy_hat, dy_hat_dz3, dz2_dz1 = map(reader, ("dl/dy_hat", "dy_hat/dz3", "dz2/dz1"))
row = Named("dl/dy_hat", S.One, K)
positive = each(Bracket(u > 0), named("z1"))
error = Plus((named("y_hat"), Scale(-S.One, named("y"))))
chain = total(dl_dy_hat(p) * dy_hat_dz3(p, k) * W2(k, m) * dz2_dz1(m, i), (p, K), (k, K), (m, d))
through_relu = total((y_hat(k) - y(k)) * W2(k, i), (k, K)) * Bracket(z1(i) > 0)
jacobian = total(W2(k, m) * KroneckerDelta(m, i) * Bracket(z1(m) > 0), (m, d))
partials = (row, named("dy_hat/dz3"), named("W2"), named("dz2/dz1"))

CASES: dict[str, tuple[Expr, tuple[Symbol, ...], Layout, int, Node]] = {
    "weight, numerator": (chain * x(j), (i, j), "numerator", 0, Product((named("x"), *partials))),
    "weight, gradient": (
        chain * x(j),
        (i, j),
        "gradient",
        0,
        Product((Transpose(Product(partials)), Transpose(named("x")))),
    ),
    "bias, numerator": (chain, (i,), "numerator", 0, Product(partials)),
    "bias, gradient": (chain, (i,), "gradient", 0, Transpose(Product(partials))),
    "row itself, numerator": (dl_dy_hat(k), (k,), "numerator", 0, row),
    "difference, numerator": (2 * (y_hat(k) - y(k)), (k,), "numerator", 0, Scale(S(2), Transpose(error))),
    "diagonal in the chain, numerator": (
        total(dl_dy_hat(k) * W2(k, i), (k, K)) * Bracket(z1(i) > 0) * x(j),
        (i, j),
        "numerator",
        0,
        Product((named("x"), row, named("W2"), Diagonal(positive))),
    ),
    "Jacobian, numerator": (jacobian, (k, i), "numerator", 1, Product((named("W2"), Diagonal(positive)))),
    "Jacobian, gradient": (jacobian, (k, i), "gradient", 1, Product((named("W2"), Diagonal(positive)))),
}


@pytest.mark.parametrize("case", CASES)
def test_layouts(case: str) -> None:
    expression, indices, layout, numerator_rank, expected = CASES[case]
    sizes = {i: d, j: n, k: K}
    node = recognise(expression, indices, SHAPES, {index: sizes[index] for index in indices}, frozenset({row.name}))
    assert node is not None
    assert lay_out(node, layout, numerator_rank, len(indices) - numerator_rank) == expected


@given(ANY_NODE, st.sampled_from([(0, 0), (0, 1), (0, 2)]))
def test_the_layouts_of_a_gradient_are_transposes(node: Node, ranks: tuple[int, int]) -> None:
    assert agree(node_value(lay_out(node, "gradient", *ranks), VALUES), node_value(node, VALUES))
    assert agree(node_value(lay_out(node, "numerator", *ranks), VALUES), node_value(node, VALUES).T)


@given(ANY_NODE, st.sampled_from([(1, 0), (1, 1), (2, 0)]))
def test_a_jacobian_has_one_orientation(node: Node, ranks: tuple[int, int]) -> None:
    assert lay_out(node, "gradient", *ranks) == lay_out(node, "numerator", *ranks)
    assert agree(node_value(lay_out(node, "gradient", *ranks), VALUES), node_value(node, VALUES))


@given(ANY_NODE)
def test_there_and_back(node: Node) -> None:
    there = lay_out(node, "numerator", 0, 2)
    assert agree(node_value(lay_out(transpose(there), "gradient", 0, 2), VALUES), node_value(node, VALUES))


@pytest.mark.parametrize("ranks", [(1, 2), (2, 1), (3, 0), (-1, 1)])
def test_ranks_without_a_layout(ranks: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"rank at most 2"):
        lay_out(named("W1"), "gradient", *ranks)
