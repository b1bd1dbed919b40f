"""Numerator layout and gradient layout of what is recognised."""

from __future__ import annotations

import pytest
from hypothesis import given
from sympy import S

from derive.functions import Bracket
from derive.matrix.layout import lay_out
from derive.matrix.nodes import Diagonal, Named, Node, Plus, Product, Scale, Transpose
from derive.matrix.recognise import recognise
from tests.derive.matrix.evaluate import agree, node_value
from tests.derive.matrix.examples import SHAPES, K, d, each, i, j, k, m, n, named, p, reader, total, u
from tests.derive.matrix.test_build import ANY_NODE, VALUES

W1, W2, x, z1, y, y_hat = map(reader, ("W1", "W2", "x", "z1", "y", "y_hat"))
dl_dy_hat, dy_hat_dz3, dz2_dz1 = map(reader, ("dl/dy_hat", "dy_hat/dz3", "dz2/dz1"))
row = Named("dl/dy_hat", S.One, K)
SIZES = {i: d, j: n, k: K, m: d}
back = total(dl_dy_hat(p) * dy_hat_dz3(p, k) * W2(k, m) * dz2_dz1(m, i), (p, K), (k, K), (m, d))
rows = frozenset({"dl/dy_hat"})


def recognised(*arguments: object) -> Node:
    expression, indices, printed_as_rows = arguments
    node = recognise(expression, indices, SHAPES, SIZES, printed_as_rows)  # type: ignore[arg-type]
    assert node is not None
    return node
