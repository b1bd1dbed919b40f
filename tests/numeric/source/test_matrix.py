"""The source of a matrix expression evaluates to the matrix that the expression stands for."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Function

from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.matrix import nodes
from derive.matrix.nodes import Node
from derive.network import network
from numeric.source import Names, SourceError, matrix_code, namespace_of
from numeric.source.matrix import MatrixSource
from tests.derive.matrix.evaluate import Array, node_value
from tests.examples import examples

B, D, K = (symbols.size(name) for name in ("B", "d", "K"))
ONE = sympy.S.One
DIMENSIONS = (B, D, K, ONE)
U, V = symbols.scalar("u"), symbols.scalar("v")
SIGMA = ScalarFunction("sigma", U, 1 / (1 + sympy.exp(-U)))

FORMULAS_OF_ONE = (
    U**2, Bracket(U > 0), 1 - U, sympy.exp(-(U**2)), 1 / (1 + U**2), sympy.tanh(U) / 3, Function("sigma")(U),
    -U, 5 * U * Bracket(U > 0), Bracket(U <= 0) / 10 + Bracket(U > 0), sympy.Abs(U), -sympy.sqrt(2) * U / K,
    Bracket((U > 0) & (U < 1)), 2 * Bracket(U > 0), (1 - U) * (1 + U) / (2 * (2 + U**2)),
)  # fmt: skip
FORMULAS_OF_TWO = (U * V, U - V, U / (1 + V**2), Bracket(U > V) * V, Bracket(U > 0) - Bracket(V > 0))
COEFFICIENTS = (-ONE, sympy.Integer(2), sympy.Rational(-1, 3), 1 / K, 2 / (B * K), -1 / D, 1 / (D * B), sympy.sqrt(2))


@st.composite
def matrices(draw: st.DrawFn, rows: Expr, columns: Expr, depth: int = 3) -> Node:
    """A random node of the given rows and columns."""
    kinds = ["named", "ones"] + (["identity"] if rows == columns else []) + (["basis"] if columns == 1 else [])
    if depth:
        kinds += ["scale", "transpose", "product", "product", "hadamard", "plus", "elementwise", "two", "summed"]
        kinds += ["diagonal"] if rows == columns else []
        kinds += ["diagonal of"] if columns == 1 else []
    kind = draw(st.sampled_from(kinds))

    def inner(r: Expr, c: Expr) -> Node:
        return draw(matrices(r, c, depth - 1))

    match kind:
        case "named":
            # A vector is an array of one axis or of two; so is a number, or it has none.
            ranks = [2] + [1] * (1 in (rows, columns)) + [0] * (rows == columns == 1)
            rank = draw(st.sampled_from(ranks))
            return nodes.Named(f"T{rank}_{rows}_{columns}_{draw(st.integers(0, 1))}", rows, columns)
        case "ones":
            return nodes.Ones(rows, columns)
        case "identity":
            return nodes.Identity(rows)
        case "basis":
            return nodes.Basis(rows, sympy.S.Zero)
        case "scale":
            return nodes.Scale(draw(st.sampled_from(COEFFICIENTS)), inner(rows, columns))
        case "transpose":
            return nodes.Transpose(inner(columns, rows))
        case "product":
            middle = [draw(st.sampled_from(DIMENSIONS)) for _ in range(draw(st.integers(1, 2)))]
            lengths = [rows, *middle, columns]
            return nodes.Product(tuple(inner(a, b) for a, b in pairwise(lengths)))
        case "summed":
            length = draw(st.sampled_from(DIMENSIONS))
            mean = nodes.Product((inner(rows, length), nodes.Ones(length, columns)))
            return nodes.Scale(1 / length, mean)
        case "hadamard":
            return nodes.Hadamard((inner(rows, columns), inner(rows, columns)))
        case "plus":
            return nodes.Plus(tuple(inner(rows, columns) for _ in range(draw(st.integers(2, 3)))))
        case "diagonal":
            return nodes.Diagonal(inner(rows, ONE))
        case "diagonal of":
            return nodes.DiagonalOf(inner(rows, rows))
        case "two":
            formula = draw(st.sampled_from(FORMULAS_OF_TWO))
            return nodes.Elementwise(formula, (U, V), (inner(rows, columns), inner(rows, columns)))
    return nodes.Elementwise(draw(st.sampled_from(FORMULAS_OF_ONE)), (U,), (inner(rows, columns),))


@st.composite
def expressions(draw: st.DrawFn) -> Node:
    """A random node of random rows and columns."""
    return draw(matrices(draw(st.sampled_from(DIMENSIONS)), draw(st.sampled_from(DIMENSIONS))))


SIZES = st.fixed_dictionaries({"B": st.integers(1, 3), "d": st.integers(1, 3), "K": st.integers(1, 3)})


def named_in(node: Node) -> dict[str, nodes.Named]:
    """The named leaves of a node."""
    if isinstance(node, nodes.Named):
        return {node.name: node}
    found: dict[str, nodes.Named] = {}
    for value in vars(node).values():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Node):
                found.update(named_in(part))
    return found


def values_of(node: Node, sizes: Mapping[str, int]) -> tuple[dict[str, Array], Names]:
    """Random arrays for the leaves, and the names that say their ranks."""
    arrays, ranks = {}, {}
    for position, (name, leaf) in enumerate(sorted(named_in(node).items())):
        lengths = [int(length.subs({symbols.size(k): v for k, v in sizes.items()})) for length in leaf.shape]
        ranks[name] = int(name[1])
        wanted = {2: lengths, 1: [lengths[0] if leaf.columns == 1 else lengths[1]], 0: []}[ranks[name]]
        arrays[name] = numpy.random.default_rng(position).normal(size=wanted)
    return arrays, Names(ranks=ranks, functions=(SIGMA,))


def as_matrix(value: Any, node: Node, sizes: Mapping[str, int]) -> Array:
    numbers = {symbols.size(name): number for name, number in sizes.items()}
    return numpy.asarray(value, dtype=float).reshape(
        [int(sympy.sympify(length).subs(numbers)) for length in node.shape]
    )


@examples(200)
@given(expressions(), SIZES)
def test_numpy_source_has_the_value_of_the_node(node: Node, sizes: dict[str, int]) -> None:
    arrays, names = values_of(node, sizes)
    expected = node_value(node, {**arrays, **sizes})
    source = matrix_code(node, "numpy", names).source
    found = eval(source, {"np": numpy, **arrays, **sizes})
    assert numpy.allclose(as_matrix(found, node, sizes), expected, rtol=1e-8, atol=1e-9), source


@examples(100)
@given(expressions(), SIZES)
def test_source_has_the_shape_that_the_printer_says(node: Node, sizes: dict[str, int]) -> None:
    arrays, names = values_of(node, sizes)
    text = MatrixSource(namespace_of("numpy"), names).array(node)
    found = eval(text.source, {"np": numpy, **arrays, **sizes})
    numbers = {symbols.size(name): number for name, number in sizes.items()}
    assert numpy.shape(found) == tuple(int(sympy.sympify(length).subs(numbers)) for length in text.shape)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed: its source is not run")
@examples(100)
@given(expressions(), SIZES)
def test_torch_source_has_the_value_of_the_node(node: Node, sizes: dict[str, int]) -> None:
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    arrays, names = values_of(node, sizes)
    expected = node_value(node, {**arrays, **sizes})
    source = matrix_code(node, "torch", names).source
    found = eval(source, {"torch": torch, **{name: torch.tensor(array) for name, array in arrays.items()}, **sizes})
    assert numpy.allclose(as_matrix(found, node, sizes), expected, rtol=1e-8, atol=1e-9), source


def test_a_network_reads_as_a_programmer_writes_it() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K) -> Sigmoid -> y_hat", "MSE(mean)", batch="B")
    names = Names.of(net.forward, {f"dl/d{name}": f"d{name}" for name in net.forward.tensors})
    backward = {found.quantity.name: found.matrix for found in net.backward() if found.matrix is not None}
    expected = {
        "dl/dz3": "dy_hat * y_hat * (1 - y_hat)",
        "dl/dW2": "dz3.T @ z2",
        "dl/db2": "dz3.sum(axis=0)",
        "dl/dz2": "dz3 @ W2",
        "dl/dz1": "dz2 * (z1 > 0)",
        "dl/dW1": "dz1.T @ x",
    }
    assert {name: matrix_code(backward[name], "numpy", names).source for name in expected} == expected
    assert matrix_code(backward["dl/db2"], "torch", names).source == "dz3.sum(dim=0)"
    z1, loss = net.value("z1").matrix, net.value("l").matrix
    assert z1 is not None
    assert loss is not None
    assert matrix_code(z1, "torch", names).source == "x @ W1.T + b1"
    assert matrix_code(loss, "torch", names).source == "((y_hat - y) ** 2).mean()"


@pytest.mark.parametrize(
    ("loss", "value", "slope"),
    [
        ("1/2*MSE", "((y_hat - y) ** 2).sum() / (2 * B)", "(y_hat - y) / B"),
        ("MSE(mean)", "((y_hat - y) ** 2).mean()", "2 * (y_hat - y) / (B * K)"),
        (
            "BCE(mean)",
            "-((1 - y) * np.log(1 - y_hat) + y * np.log(y_hat)).mean()",
            "(y_hat - y) / (y_hat * (1 - y_hat)) / (B * K)",
        ),
    ],
)
def test_losses_read_as_a_programmer_writes_them(loss: str, value: str, slope: str) -> None:
    net = network("x:n -> Linear(K) -> y_hat", loss, batch="B")
    names = Names.of(net.forward)
    found = [derivation.matrix for derivation in (net.value("l"), net.partial("dl/dy_hat"))]
    assert [matrix_code(node, "numpy", names).source for node in found if node is not None] == [value, slope]


def test_an_unknown_function_is_named_with_those_that_are_known() -> None:
    node = nodes.Elementwise(Function("sigmoid")(U), (U,), (nodes.Named("z", B, D),))
    with pytest.raises(SourceError, match=r"sigmoid has no source for numpy; did you mean sigma\?"):
        matrix_code(node, "numpy", Names(functions=(SIGMA,)))


def test_a_call_stands_in_for_a_function_and_a_guard_for_a_divisor() -> None:
    node = nodes.Elementwise(sympy.log(U) / (U * (1 - U)), (U,), (nodes.Named("p", B, D),))
    names = Names(calls={"log": "safe_log(a)"}, divisor="guard(a)")
    assert matrix_code(node, "torch", names).source == "safe_log(p) / guard(p * (1 - p))"


def test_an_unknown_library_is_named_with_those_that_are_known() -> None:
    with pytest.raises(SourceError, match=r"did you mean torch\? \(known: numpy, torch\)"):
        matrix_code(nodes.Named("z", B, D), "pytorch")
