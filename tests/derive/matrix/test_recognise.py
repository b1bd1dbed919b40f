"""Textbook forms come out as written, whatever comes out has the value of its index form, the rest is None."""

from __future__ import annotations

import pytest
from sympy import Expr, Function, Integer, KroneckerDelta, Mod, S, Symbol, exp, log

from derive.expression.functions import Bracket
from derive.expression.symbols import index, scalar
from derive.matrix.nodes import (
    Basis,
    Diagonal,
    DiagonalOf,
    Hadamard,
    Identity,
    Named,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    Transpose,
)
from derive.matrix.recognise import recognise
from tests.derive.matrix.evaluate import agree, index_value, node_value
from tests.derive.matrix.examples import (
    SHAPES,
    B,
    K,
    b,
    d,
    each,
    i,
    j,
    k,
    m,
    n,
    named,
    numbers,
    p,
    q,
    reader,
    total,
    u,
)

SIZES = {"i": d, "j": n, "k": K, "p": K, "b": B, "m": d, "q": n}
sigma, slope = Function("sigma"), Function("f'")
x, X, W1, b1, z1, z2, Z1 = map(reader, ("x", "X", "W1", "b1", "z1", "z2", "Z1"))
W2, b2, y, y_hat, dy, A, C = map(reader, ("W2", "b2", "y", "y_hat", "dy", "A", "C"))
delta, Delta, Y_hat, Y = map(reader, ("delta", "Delta", "Y_hat", "Y"))
dl_dy_hat, dy_hat_dz3, dz2_dz1, dl_dz2 = map(reader, ("dl/dy_hat", "dy_hat/dz3", "dz2/dz1", "dl/dz2"))
label = scalar("label")
N = named
row = Named("dl/dy_hat", S.One, K)


def minus(node: Node) -> Node:
    return Scale(-S.One, node)


def T(node: Node) -> Node:
    return Transpose(node)


error = Plus((N("y_hat"), minus(N("y"))))
positive = each(Bracket(u > 0), N("z1"))
linear = Plus((Product((N("W1"), N("x"))), N("b1")))
back = Hadamard((Product((T(N("W2")), error)), positive))
flow = total(W2(k, i) * (y_hat(k) - y(k)), (k, K)) * Bracket(z1(i) > 0)
chain = total(dl_dy_hat(p) * dy_hat_dz3(p, k) * W2(k, m) * dz2_dz1(m, i) * x(j), (p, K), (k, K), (m, d))

TEXTBOOK: dict[str, tuple[Expr, tuple[Symbol, ...], Node]] = {
    "linear layer": (total(W1(i, j) * x(j), (j, n)) + b1(i), (i,), linear),
    "linear layer of a batch": (
        total(W1(i, j) * X(b, j), (j, n)) + b1(i),
        (b, i),
        Plus((Product((N("X"), T(N("W1")))), Product((Ones(B, S.One), T(N("b1")))))),
    ),
    "activation of a linear layer": (sigma(total(W1(i, j) * x(j), (j, n)) + b1(i)), (i,), each(sigma(u), linear)),
    "two layers": (
        total(W2(k, i) * sigma(total(W1(i, j) * x(j), (j, n)) + b1(i)), (i, d)) + b2(k),
        (k,),
        Plus((Product((N("W2"), each(sigma(u), linear))), N("b2"))),
    ),
    "squared error": (total((y_hat(k) - y(k)) ** 2, (k, K)), (), Product((T(error), error))),
    "slope of the squared error": (2 * (y_hat(k) - y(k)), (k,), Scale(Integer(2), error)),
    "cross-entropy": (
        -total(y(k) * log(y_hat(k)), (k, K)),
        (),
        minus(Product((T(N("y")), each(log(u), N("y_hat"))))),
    ),
    "slope of the binary cross-entropy": (
        (y_hat(k) - y(k)) / (K * y_hat(k) * (1 - y_hat(k))),
        (k,),
        Scale(1 / K, Hadamard((error, each(1 / (u * (1 - u)), N("y_hat"))))),
    ),
    "cross-entropy with a class": (
        -log(y_hat(label)),
        (),
        Scale(-log(y_hat(label)), Ones(S.One, S.One)),
    ),
    "its slope in scores": (y_hat(k) - KroneckerDelta(k, label), (k,), Plus((N("y_hat"), minus(Basis(K, label))))),
    "softmax": (
        exp(y(k)) / total(exp(y(p)), (p, K)),
        (k,),
        Product((each(exp(u), N("y")), each(1 / u, Product((Ones(S.One, K), each(exp(u), N("y"))))))),
    ),
    "softmax Jacobian": (
        y_hat(k) * KroneckerDelta(k, p) - y_hat(k) * y_hat(p),
        (k, p),
        Plus((Diagonal(N("y_hat")), minus(Product((N("y_hat"), T(N("y_hat"))))))),
    ),
    "softmax product with what flows back": (
        y(k) * (dy(k) - total(dy(p) * y(p), (p, K))),
        (k,),
        Hadamard((N("y"), Plus((N("dy"), minus(Product((Ones(K, S.One), Product((T(N("y")), N("dy")))))))))),
    ),
    "elementwise Jacobian": (KroneckerDelta(i, m) * slope(z1(i)), (i, m), Diagonal(each(slope(u), N("z1")))),
    "Jacobian of a linear layer": (W1(i, j), (i, j), N("W1")),
    "Jacobian of the identity": (KroneckerDelta(i, m), (i, m), Identity(d)),
    "gradient through ReLU": (flow, (i,), back),
    "gradient of a weight": (2 * flow * x(j), (i, j), Scale(Integer(2), Product((back, T(N("x")))))),
    "gradient through tanh": (
        total(W2(k, i) * dy(k), (k, K)) * (1 - z2(i) ** 2),
        (i,),
        Hadamard((Product((T(N("W2")), N("dy"))), Plus((Ones(d, S.One), minus(each(u**2, N("z2"))))))),
    ),
    "gradient through sigma": (
        (y_hat(k) - y(k)) * y_hat(k) * (1 - y_hat(k)),
        (k,),
        Hadamard((error, N("y_hat"), Plus((Ones(K, S.One), minus(N("y_hat")))))),
    ),
    "outer product absorbs a column": (
        dy(k) * y(k) * z2(i) * Bracket(z1(i) > 0),
        (k, i),
        Product((Hadamard((N("dy"), N("y"))), T(Hadamard((N("z2"), positive))))),
    ),
    "gradient of a weight over a batch": (
        total(delta(b, i) * X(b, j), (b, B)),
        (i, j),
        Product((T(N("delta")), N("X"))),
    ),
    "gradient of a bias over a batch": (total(delta(b, i), (b, B)), (i,), Product((T(N("delta")), Ones(B, S.One)))),
    "gradient of a bias over a batch, of a difference": (
        total(Y_hat(b, k) - Y(b, k), (b, B)) / B,
        (k,),
        Scale(1 / B, Product((T(Plus((N("Y_hat"), minus(N("Y"))))), Ones(B, S.One)))),
    ),
    "gradient of the first weight over a batch": (
        total(Delta(b, k) * W2(k, i) * Bracket(Z1(b, i) > 0) * X(b, j), (b, B), (k, K)) / B,
        (i, j),
        Scale(
            1 / B,
            Product(
                (T(Hadamard((Product((N("Delta"), N("W2"))), each(Bracket(u > 0), N("Z1"))))), N("X")),
            ),
        ),
    ),
    "chain of partials": (
        chain,
        (i, j),
        Product((T(N("dz2/dz1")), T(N("W2")), T(N("dy_hat/dz3")), N("dl/dy_hat"), T(N("x")))),
    ),
    "a vector between two matrices": (
        total(W2(k, i) * z1(i) * W1(i, j), (i, d)),
        (k, j),
        Product((N("W2"), Diagonal(N("z1")), N("W1"))),
    ),
    "two vectors after a matrix": (
        total(W2(k, i) * z1(i) * z2(i), (i, d)),
        (k,),
        Product((N("W2"), Hadamard((N("z1"), N("z2"))))),
    ),
    "scalar times the identity": (
        KroneckerDelta(j, q) * total(x(p), (p, n)),
        (j, q),
        Diagonal(Product((Ones(n, S.One), Product((Ones(S.One, n), N("x")))))),
    ),
    "sum of rows": (total(W1(i, j), (j, n)), (i,), Product((N("W1"), Ones(n, S.One)))),
    "sum of a vector": (total(y(k), (k, K)), (), Product((Ones(S.One, K), N("y")))),
    "inner product": (total(y(k) * dy(k), (k, K)), (), Product((T(N("y")), N("dy")))),
    "quadratic form": (
        total(A(j, q) * x(j) * x(q), (j, n), (q, n)),
        (),
        Product((T(N("x")), N("A"), N("x"))),
    ),
    "gradient of a quadratic form": (
        total((A(j, q) + A(q, j)) * x(q), (q, n)),
        (j,),
        Product((Plus((N("A"), T(N("A")))), N("x"))),
    ),
    "sum of the products of all elements": (
        total(A(j, q) * C(j, q), (j, n), (q, n)),
        (),
        Product((Ones(S.One, n), Hadamard((N("A"), N("C"))), Ones(n, S.One))),
    ),
    "trace": (total(A(j, j), (j, n)), (), Product((Ones(S.One, n), DiagonalOf(N("A"))))),
    "diagonal": (A(j, j), (j,), DiagonalOf(N("A"))),
    "column by its number": (W1(i, 0), (i,), Product((N("W1"), Basis(n, S.Zero)))),
    "row by a class": (W2(label, i), (i,), Product((T(N("W2")), Basis(K, label)))),
    "number along a column": (Integer(3) * scalar("l"), (i,), Scale(3 * scalar("l"), Ones(d, S.One))),
    "size as a sum of ones": (
        total(S.One * z1(i), (i, d)) * total(Integer(1), (k, K)),
        (),
        Scale(K, Product((Ones(S.One, d), N("z1")))),
    ),
}


def sizes_of(indices: tuple[Symbol, ...]) -> dict[Symbol, Expr]:
    return {k: SIZES[k.name] for k in indices}


def has_value_of(node: Node, expression: Expr, indices: tuple[Symbol, ...], seed: int = 0) -> bool:
    values = numbers(seed)
    return agree(node_value(node, values), index_value(expression, indices, sizes_of(indices), values))


def test_an_element_that_is_to_be_written_out_is_no_coefficient() -> None:
    expected = minus(each(log(u), Product((T(Basis(K, label)), N("y_hat")))))
    assert recognise(-log(y_hat(label)), (), SHAPES, {}, apart=frozenset(["y_hat"])) == expected


@pytest.mark.parametrize("case", TEXTBOOK)
def test_textbook_form(case: str) -> None:
    expression, indices, expected = TEXTBOOK[case]
    assert recognise(expression, indices, SHAPES, sizes_of(indices)) == expected


@pytest.mark.parametrize("case", TEXTBOOK)
def test_textbook_form_has_the_value_of_the_index_form(case: str) -> None:
    expression, indices, expected = TEXTBOOK[case]
    assert has_value_of(expected, expression, indices)


ROWS: dict[str, tuple[Expr, tuple[Symbol, ...], Node]] = {
    "row itself": (dl_dy_hat(k), (k,), T(row)),
    "chain of partials": (
        chain,
        (i, j),
        Product((T(Product((row, N("dy_hat/dz3"), N("W2"), N("dz2/dz1")))), T(N("x")))),
    ),
    "through an elementwise function": (
        total(dl_dy_hat(k) * W2(k, i), (k, K)) * Bracket(z1(i) > 0),
        (i,),
        T(Product((row, N("W2"), Diagonal(positive)))),
    ),
    "inner product": (total(dl_dy_hat(k) * y(k), (k, K)), (), Product((row, N("y")))),
    "sum of two rows": (
        total(dl_dy_hat(k) * W2(k, i), (k, K)) + total(dl_dy_hat(p) * y(p), (p, K)) * z1(i),
        (i,),
        Plus((Product((N("z1"), Product((row, N("y"))))), T(Product((row, N("W2")))))),
    ),
    "one transpose stays": (total(W2(k, i) * y(k), (k, K)), (i,), Product((T(N("W2")), N("y")))),
}


@pytest.mark.parametrize("case", ROWS)
def test_tensors_printed_as_rows(case: str) -> None:
    expression, indices, expected = ROWS[case]
    assert recognise(expression, indices, SHAPES, sizes_of(indices), frozenset({"dl/dy_hat"})) == expected
    assert has_value_of(expected, expression, indices)


WRONG: dict[str, tuple[str, Node]] = {
    "a transpose dropped": ("gradient of a quadratic form", Product((Plus((N("A"), N("A"))), N("x")))),
    "a factor lost": ("slope of the squared error", error),
    "a sign": ("softmax Jacobian", Plus((Diagonal(N("y_hat")), Product((N("y_hat"), T(N("y_hat"))))))),
    "the wrong order": ("a vector between two matrices", Product((N("W2"), N("W1"), Diagonal(N("x"))))),
    "the mean forgotten": ("gradient of a bias over a batch, of a difference", Product((T(N("Y")), Ones(B, S.One)))),
    "the layout": ("gradient of a weight over a batch", Product((T(N("X")), N("delta")))),
    "the slope forgotten": ("gradient through ReLU", Product((T(N("W2")), error))),
    "the wrong class": ("its slope in scores", Plus((N("y_hat"), minus(Basis(K, label + 1))))),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_comparison_of_values_sees_an_error(case: str) -> None:
    name, wrong = WRONG[case]
    expression, indices, _ = TEXTBOOK[name]
    assert not has_value_of(wrong, expression, indices)


T3, labels = reader("T"), reader("labels")
NO_MATRIX_FORM: dict[str, tuple[Expr, tuple[Symbol, ...]]] = {
    "three free indices": (x(j) * y(k) * z1(i), (j, k, i)),
    "a tensor of rank three": (total(T3(j, q, p) * x(p), (p, n)), (j, q)),
    "three matrices over one index": (total(A(j, p) * C(p, q) * A(b, p) * C(j, b) * A(b, q), (p, n), (b, n)), (j, q)),
    "an affine subscript": (total(W1(i, j - q) * x(q), (q, n)), (i, j)),
    "a subscript that another tensor holds": (total(W2(labels(b), i), (b, B)), (i,)),
    "one-hot rows of classes": (Y_hat(b, k) - KroneckerDelta(k, labels(b)), (b, k)),
    "an index as a number": (j * x(j), (j,)),
    "an index in a condition": (A(j, q) * Bracket(j >= q), (j, q)),
    "an index in an elementwise function": (exp(x(j) * j), (j,)),
    "divisibility of an index": (x(j) * Bracket(Mod(j, 2) > 0), (j,)),
    "a range that ends at an index": (total(x(q), (q, j + 1)), (j,)),
    "a range of another size": (total(x(q), (q, d)), ()),
    "an unknown tensor": (reader("unknown")(j), (j,)),
    "an index that nothing binds": (W1(i, index("s")), (i,)),
    "a scalar times a matrix": (A(j, q) * total(x(p), (p, n)), (j, q)),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_MATRIX_FORM)
def test_what_has_no_matrix_form_is_none(case: str) -> None:
    expression, indices = NO_MATRIX_FORM[case]
    assert recognise(expression, indices, SHAPES, sizes_of(indices)) is None


def test_bound_names_that_repeat_are_kept_apart() -> None:
    expression = total(x(j), (j, n)) * total(y(j), (j, K)) * total(x(j) ** 2, (j, n))
    node = recognise(expression, (), SHAPES, {})
    assert node is not None
    assert has_value_of(node, expression, ())


def test_a_bound_name_may_shadow_a_free_one() -> None:
    expression = x(j) * total(A(j, j), (j, n))
    assert recognise(expression, (j,), SHAPES, sizes_of((j,))) == Product(
        (N("x"), Product((Ones(S.One, n), DiagonalOf(N("A")))))
    )


def test_the_size_of_every_free_index_is_needed() -> None:
    with pytest.raises(KeyError):
        recognise(x(j), (j,), SHAPES, {})
