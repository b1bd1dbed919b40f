"""Formulas as people and templates write them have the values that NumPy gives what they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from answers.reading import Ambiguous, Misshapen, Shape, Tensor, Unreadable, macros_in, read
from tests.answers.reading.samples import SIZES, VALUES, point, table

V = VALUES
EYE = numpy.eye
TABLE = table()


def value(text: str, own: Any = TABLE, **options: Any) -> Any:
    """The value of the last side of a formula."""
    return read(text, own, **options).last.value(point(own))


def sigmoid(u: Any) -> Any:
    return 1 / (1 + numpy.exp(-u))


WHOLE: list[tuple[str, Callable[[], Any]]] = [
    (r"\bm{W}^{(1)}\bm{x} + \bm{b}^{(1)}", lambda: V["W1"] @ V["x"] + V["b1"]),
    (r"W_1 x + b_1", lambda: V["W1"] @ V["x"] + V["b1"]),
    (r"W^{[1]}\cdot\vec{x}+b^{(1)}", lambda: V["W1"] @ V["x"] + V["b1"]),
    ("W₁ x + b₁", lambda: V["W1"] @ V["x"] + V["b1"]),
    (r"{W^{(2)}}^T (\hat{\mathbf y} - \mathbf y)", lambda: V["W2"].T @ (V["y_hat"] - V["y"])),
    (r"W^{(2)T}(\hat y-y)", lambda: V["W2"].T @ (V["y_hat"] - V["y"])),
    (r"W^{(2)^T}(\hat y-y)", lambda: V["W2"].T @ (V["y_hat"] - V["y"])),
    (r"W_2^\intercal(\hat{y}-y)", lambda: V["W2"].T @ (V["y_hat"] - V["y"])),
    (r"W_2'\left(\widehat{y}-y\right)", lambda: V["W2"].T @ (V["y_hat"] - V["y"])),
    ("W₂ᵀ (ŷ − y)", lambda: V["W2"].T @ (V["y_hat"] - V["y"])),
    (r"\big[ \hat y - y \big] z_2^{\top}", lambda: numpy.outer(V["y_hat"] - V["y"], V["z2"])),
    (r"(\hat y - y) \otimes z_2", lambda: numpy.outer(V["y_hat"] - V["y"], V["z2"])),
    (r"\bm{{(\hat{y}-y)}^T} W_2", lambda: (V["y_hat"] - V["y"]) @ V["W2"]),
    (r"\bf{\hat{y} - y}", lambda: V["y_hat"] - V["y"]),
    (r"\frac{\partial \ell}{\partial \hat{y}} \frac{\partial \hat y}{\partial z_3} W_2",
     lambda: V["dl/dy_hat"] @ V["dy_hat/dz3"] @ V["W2"]),
    (r"\dfrac{\partial{L}}{\partial{\bm{z_3}}}W_2", lambda: V["dl/dz3"] @ V["W2"]),
    (r"(\frac{d\ell}{dz_3} W_2)^T x^T", lambda: numpy.outer(V["dl/dz3"] @ V["W2"], V["x"])),
    ("(∂ℓ/∂z₃ W₂)ᵀ xᵀ", lambda: numpy.outer(V["dl/dz3"] @ V["W2"], V["x"])),
    (r"\partial \ell/\partial z_3 \, W_2", lambda: V["dl/dz3"] @ V["W2"]),
    (r"\nabla_{z_3} \ell", lambda: V["dl/dz3"]),
    (r"(W_2^T(\hat y-y)) \odot \mathbf{1}[z_1 > 0]",
     lambda: (V["W2"].T @ (V["y_hat"] - V["y"])) * (V["z1"] > 0)),
    (r"W_2^T(\hat y-y) \circ \mathbbm{1}_{[0,\infty)}(z_1)",
     lambda: (V["W2"].T @ (V["y_hat"] - V["y"])) * (V["z1"] >= 0)),
    (r"W_2^T(\hat y-y) \odot \sigma'(z_1)",
     lambda: (V["W2"].T @ (V["y_hat"] - V["y"])) * sigmoid(V["z1"]) * (1 - sigmoid(V["z1"]))),
    (r"\operatorname{diag}(z_2 \odot (\mathbf{1} - z_2))", lambda: numpy.diag(V["z2"] * (1 - V["z2"]))),
    (r"diag{(z_2 \circ (1 - z_2))}", lambda: numpy.diag(V["z2"] * (1 - V["z2"]))),
    (r"I - \mathrm{diag}(z_2^{\odot 2})", lambda: EYE(3) - numpy.diag(V["z2"] ** 2)),
    (r"y \oslash \hat y", lambda: V["y"] / V["y_hat"]),
    (r"\frac{1-y}{1-\hat y} - \frac{y}{\hat y}", lambda: (1 - V["y"]) / (1 - V["y_hat"]) - V["y"] / V["y_hat"]),
    (r"\lVert \hat y - y \rVert^2", lambda: ((V["y_hat"] - V["y"]) ** 2).sum()),
    (r"\frac12 \|\hat y - y\|_2^2", lambda: ((V["y_hat"] - V["y"]) ** 2).sum() / 2),
    (r"\left\lVert y \right\rVert", lambda: numpy.linalg.norm(V["y"])),
    ("‖ŷ − y‖²", lambda: ((V["y_hat"] - V["y"]) ** 2).sum()),
    (r"\langle y, \hat y \rangle", lambda: V["y"] @ V["y_hat"]),
    (r"y \cdot \hat y", lambda: V["y"] @ V["y_hat"]),
    (r"\mathbf{1}^T y \, \mathbf 1_n", lambda: V["y"].sum() * numpy.ones(4)),
    (r"(W_1 x + b_1)^+", lambda: numpy.maximum(V["W1"] @ V["x"] + V["b1"], 0)),
    (r"\max(0, W_1 x + b_1)", lambda: numpy.maximum(V["W1"] @ V["x"] + V["b1"], 0)),
    (r"\text{ReLU}(z_1) + relu(z_2)", lambda: numpy.maximum(V["z1"], 0) + numpy.maximum(V["z2"], 0)),
    (r"\tanh^2 z_1", lambda: numpy.tanh(V["z1"]) ** 2),
    (r"\operatorname{sech}^2(z_1)", lambda: 1 / numpy.cosh(V["z1"]) ** 2),
    (r"\sech^2(z_1)", lambda: 1 / numpy.cosh(V["z1"]) ** 2),
    (r"exp(-z_1)", lambda: numpy.exp(-V["z1"])),
    (r"e^{-z_1}", lambda: numpy.exp(-V["z1"])),
    (r"\frac{\exp\{z_3\}}{\sum_{k=1}^K \exp(z_{3k})}", lambda: numpy.exp(V["z3"]) / numpy.exp(V["z3"]).sum()),
    (r"\operatorname{softmax}(z_3)", lambda: numpy.exp(V["z3"]) / numpy.exp(V["z3"]).sum()),
    (r"-y^T \log \hat y", lambda: -V["y"] @ numpy.log(V["y_hat"])),
    (r"-\sum_i y_i \ln \hat{y}_i", lambda: -V["y"] @ numpy.log(V["y_hat"])),
    (r"-\sum\limits_{i} y_i \log(\hat{y_i})", lambda: -V["y"] @ numpy.log(V["y_hat"])),
    (r"f'(z_1) \odot f(z_1)", lambda: 3 * V["z1"] ** 5),
    (r"\frac{\partial f}{\partial z_1}", lambda: 3 * V["z1"] ** 2),
    (r"\mathbf{1} - Y", lambda: 1 - V["Y"]),
    (r"Y^T \mathbf{1}", lambda: V["Y"].sum(0)),
    (r"\frac{1}{B} \, Y^\top \, \mathbf 1", lambda: V["Y"].mean(0)),
    (r"\sqrt[3]{v} + \sqrt v", lambda: V["v"] ** (1 / 3) + V["v"] ** 0.5),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & c \end{bmatrix}", lambda: numpy.array([[1, 2], [3, V["c"]]])),
    (r"\left(\begin{array}{cc} y_1 & 0 \\ 0 & y_2 \end{array}\right)", lambda: numpy.diag(V["y"])),
    (r"\begin{bmatrix} f'(z_{1,1}) & & \\ & \ddots & \\ & & f'(z_{1,d}) \end{bmatrix}",
     lambda: numpy.diag(3 * V["z1"] ** 2)),
    (r"\begin{pmatrix} z_{11} & 0 & \cdots & 0 \\ 0 & z_{12} & \cdots & 0 \\ \vdots & & \ddots & \vdots \\"
     r"0 & 0 & \cdots & z_{1d} \end{pmatrix}", lambda: numpy.diag(V["z1"])),
    (r"\begin{bmatrix} 2(\hat y_1 - y_1) & \dots & 2(\hat y_K - y_K) \end{bmatrix} W_2",
     lambda: 2 * (V["y_hat"] - V["y"]) @ V["W2"]),
    (r"\begin{pmatrix} x_1 \\ x_2 \\ \vdots \\ x_n \end{pmatrix}", lambda: V["x"]),
    (r"\begin{bmatrix} z_{1,1} x_1 & \cdots & z_{1,1} x_n \\ \vdots & \ddots & \vdots \\"
     r"z_{1,d} x_1 & \cdots & z_{1,d} x_n \end{bmatrix}",
     lambda: numpy.outer(V["z1"], V["x"])),
    (r"[y; z_1]", lambda: numpy.concatenate([V["y"], V["z1"]])),
    (r"\operatorname{tr}(A A^T)", lambda: (V["A"] ** 2).sum()),
    (r"\begin{aligned} A z_1 \\ \quad {} + z_2 \end{aligned}", lambda: V["A"] @ V["z1"] + V["z2"]),
    (r"x^T x \overset{\text{def}}{=} \underbrace{x^T x}_{\text{a number}} \in \mathbb{R}", lambda: V["x"] @ V["x"]),
    (r"dL/dz_3 \, W_2", lambda: V["dl/dz3"] @ V["W2"]),
    (r"1/2 (z_1 - z_2)", lambda: (V["z1"] - V["z2"]) / 2),
    (r"(1/K)(ŷ − y)", lambda: (V["y_hat"] - V["y"]) / 2),
    (r"2\,c\,z_1", lambda: 2 * V["c"] * V["z1"]),
    (r"\lambda z_1", lambda: V["c"] * V["z1"]),
    (r"\sum_{i=1}^{K} | y_i - \hat y_i |", lambda: numpy.abs(V["y"] - V["y_hat"]).sum()),
    (r"\prod_{j=1}^{d} z_{1,j}", lambda: V["z1"].prod()),
    (r"\sum_{t=0}^{2} A^T c^t z_1", lambda: sum(V["c"] ** t for t in range(3)) * V["A"].T @ V["z1"]),
    (r"\max_{j} z_{1,j}", lambda: V["z1"].max()),
    (r"\operatorname*{arg\,max}_{j} z_{1,j}", lambda: V["z1"].argmax() + 1),
    (r"z_1 z_2^T \frac{1}{n}", lambda: numpy.outer(V["z1"], V["z2"]) / 4),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), WHOLE, ids=[text for text, _ in WHOLE])
def test_a_formula_has_the_value_of_what_it_means(text: str, meant: Callable[[], Any]) -> None:
    found = value(text)
    expected = numpy.asarray(meant())
    assert found.shape == expected.shape
    numpy.testing.assert_allclose(found, expected, rtol=1e-12)


ELEMENTS: list[tuple[str, str, Callable[[], Any]]] = [
    (r"2(\hat y_i - y_i)", "i", lambda: 2 * (V["y_hat"] - V["y"])),
    (r"2(\hat y - y)_i", "i", lambda: 2 * (V["y_hat"] - V["y"])),
    (r"\big[\hat y - y\big]_i", "i", lambda: V["y_hat"] - V["y"]),
    (r"\sigma((z_3)_i)(1-\sigma(z_3)_i)", "i", lambda: sigmoid(V["z3"]) * (1 - sigmoid(V["z3"]))),
    (r"[(\tanh(W_1 x + b_1))]^2_{1i}", "i", lambda: numpy.tanh(V["W1"] @ V["x"] + V["b1"]) ** 2),
    (r"W^{(1)}_{ij} x_j", "ij", lambda: V["W1"] * V["x"]),
    (r"W_{1,ij}", "ij", lambda: V["W1"]),
    ("W₁[i,j] · x[j]", "ij", lambda: V["W1"] * V["x"]),
    (r"\sum_{k=1}^{K} W_{2,k,i} (\hat y_k - y_k) x_j", "ij",
     lambda: numpy.outer(V["W2"].T @ (V["y_hat"] - V["y"]), V["x"])),
    (r"\delta_{ij} \hat y_i - \hat y_i \hat y_j", "ij",
     lambda: numpy.diag(V["y_hat"]) - numpy.outer(V["y_hat"], V["y_hat"])),
    ("ŷ[j] · (δ[i,j] − ŷ[i])", "ij", lambda: (numpy.diag(V["y_hat"]) - numpy.outer(V["y_hat"], V["y_hat"]))),
    (r"\hat y_i (1[i = j] - \hat y_j)", "ij", lambda: numpy.diag(V["y_hat"]) - numpy.outer(V["y_hat"], V["y_hat"])),
    (r"\begin{cases} \hat y_i(1-\hat y_i) & i = j \\ -\hat y_i \hat y_j & i \ne j \end{cases}", "ij",
     lambda: numpy.diag(V["y_hat"]) - numpy.outer(V["y_hat"], V["y_hat"])),
    (r"\begin{cases} 1 & \text{if } z_{1i} > 0 \\ \text{undefined} & z_{1i} = 0, \\ 0, & \text{otherwise.} \end{cases}",
     "i",
     lambda: (V["z1"] > 0) * 1.0),
    (r"\left\{ \begin{array}{ll} 1 & \text{if } z_{1i} > 0 \\ 0 & \text{else} \end{array} \right.", "i",
     lambda: (V["z1"] > 0) * 1.0),
    ("{ z₁[i] if z₁[i] > 0 and i ≠ 2; 0 otherwise }", "i", lambda: numpy.maximum(V["z1"], 0) * numpy.array([1, 0, 1])),
    (r"\mathbb{1}\{z_{1,i} > 0\}", "i", lambda: (V["z1"] > 0) * 1.0),
    (r"\mathbb{I}(z_{1,i} > 0) + \mathbf 1_{z_{1,i} \le 0}", "i", lambda: numpy.ones(3)),
    (r"\sum_{j \neq i} z_{1,j}", "i", lambda: V["z1"].sum() - V["z1"]),
    (r"\sum_{j<i} z_{1,j}", "i", lambda: numpy.cumsum(V["z1"]) - V["z1"]),
    (r"\frac{\partial z_{2,i}}{\partial z_{1,j}}", "ij", lambda: V["dz2/dz1"]),
    ("∂z₂[i]/∂z₁[j]", "ij", lambda: V["dz2/dz1"]),
    (r"\frac{\partial \ell}{\partial W^{(1)}_{ij}}", "ij", lambda: V["dl/dW1"]),
    (r"\left(\frac{\partial \ell}{\partial z_1}\right)_i", "i", lambda: V["dl/dz1"]),
    (r"\left(\frac{\partial \ell}{\partial z_1}\right)[i]", "i", lambda: V["dl/dz1"]),
    (r"(W_1^T)_{ij}", "ij", lambda: V["W1"].T),
    (r"\left(W_1\right)^T_{ij}", "ij", lambda: V["W1"].T),
    (r"W^{(1)T}_{ij}", "ij", lambda: V["W1"].T),
    ("W₁ᵀ[i,j]", "ij", lambda: V["W1"].T),
    (r"z_{1,i} \; \forall i", "i", lambda: V["z1"]),
    (r"x_{\lfloor (i+1)/2 \rfloor}", "i", lambda: V["x"][[0, 0, 1]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "letters", "meant"), ELEMENTS, ids=[text for text, *_ in ELEMENTS])
def test_an_element_has_an_axis_for_each_index(text: str, letters: str, meant: Callable[[], Any]) -> None:
    side = read(text, TABLE).last
    unknown = {letter: "d" for letter, axis in zip(side.letters, side.axes, strict=True) if str(axis).startswith("?")}
    found = side.value(point(TABLE), list(letters), unknown)
    numpy.testing.assert_allclose(found, meant(), rtol=1e-12)


def test_a_name_that_is_an_element_as_well_is_read_only_if_both_are_the_same() -> None:
    own = table(base=0).with_symbols([Tensor("h", ("h",), ("T", "d"), before="h0"), Tensor("h0", ("h_0",), ("d",))])
    with pytest.raises(Ambiguous):
        read(r"\bm{h}_0", own)
    from_one = table(base=1).with_symbols(
        [Tensor("h", ("h",), ("T", "d"), before="h0"), Tensor("h0", ("h_0",), ("d",))]
    )
    assert read(r"\bm{h}_0", from_one).last.shape == Shape(("d",))
    assert read("h₀", own).last.shape == Shape(("d",))


def test_a_bold_name_is_no_element_that_is_a_number() -> None:
    own = table().with_symbols([Tensor("z", ("z",), ("K",))])
    product = "{0}_2 \\odot {0}_2"
    assert read(product.format(r"\bm{z}"), own).last.shape == Shape(("d",))
    assert read(product.format(r"\mathbf z"), own).last.shape == Shape(("d",))
    with pytest.raises(Ambiguous):
        read(product.format("z"), own)


def test_every_side_of_a_chain_is_read() -> None:
    reading = read(
        r"\frac{\partial \ell}{\partial z_2} &= \frac{\partial \ell}{\partial z_3} W_2 \\ &= (W_2^T y)^T", TABLE
    )
    assert len(reading.sides) == 3
    assert reading.signs == ("=", "=")
    assert all(side.shape == reading.sides[0].shape for side in reading.sides)


def test_the_layout_of_the_table_turns_partials() -> None:
    text = r"\frac{\partial \ell}{\partial W_1}"
    assert value(text).shape == (SIZES["n"], SIZES["d"])
    assert value(text, table("gradient")).shape == (SIZES["d"], SIZES["n"])
    jacobian = r"\frac{\partial z_3}{\partial z_2}"
    assert value(jacobian, table("denominator")).shape == (SIZES["d"], SIZES["K"])


def test_macros_are_expanded() -> None:
    macros, _ = macros_in(
        r"\newcommand{\dldz}{\frac{\partial \ell}{\partial \bm{z}_3}}"
        r"\newcommand\dd[2][\ell]{\frac{\partial #1}{\partial #2}}"
        r"\def\W#1{\bm{W}^{(#1)}} \DeclareMathOperator{\act}{sech}"
    )
    expected = V["dl/dz3"] @ V["W2"]
    for text in (r"\dldz \W2", r"\dd{z_3} \W{2}", r"\dd[\ell]{z_3}\,\W 2"):
        numpy.testing.assert_allclose(value(text, macros=macros), expected)
    numpy.testing.assert_allclose(value(r"\act(z_1)", macros=macros), 1 / numpy.cosh(V["z1"]))


def test_macros_that_call_themselves_end() -> None:
    macros, _ = macros_in(r"\newcommand{\a}{\a\a}")
    with pytest.raises(Unreadable, match="call itself"):
        read(r"\a", TABLE, macros)


UNREAD = [
    (r"q x", "q", "stands for nothing"),
    (r"W^{(7)} x", "W", "scripts"),
    (r"x + \foo{3}", r"\foo", "not known"),
    (r"(x + 2", "", "ends too early"),
    (r"x + 2)", ")", "cannot stand"),
    (r"x + * y", "*", "cannot stand"),
    (r"\frac{\partial z_1}{\partial b_1}", r"\frac", "not known here"),
    (r"y \approx x", r"\approx", "not known"),
    (r"x € 3", "€", "no sign"),
    (r"\sigma", r"\sigma", "no argument"),
    (r"e W_1 x", "e", "stands for nothing"),
    (r"e_i x_j", "e", "stands for nothing"),
    (r"\mathbb{1}[a_i > 0]", "a", "stands for nothing"),
    (r"\delta_{1i} x_j", r"\delta", "needs a comma"),
    (r"\delta_2 x^T", r"\delta", "two subscripts"),
    (r"\begin{pmatrix} x_1 \\ x_3 \\ \vdots \\ x_n \end{pmatrix}", r"\begin", "do not follow"),
    (r"\begin{pmatrix} x_1 \\ \vdots \\ y_1 \end{pmatrix}", r"\begin", "known|index"),
    ("", "", "no formula"),
]


@pytest.mark.parametrize(("text", "token", "why"), UNREAD, ids=[text or "nothing" for text, *_ in UNREAD])
def test_what_is_not_understood_is_refused_with_its_place(text: str, token: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        read(text, TABLE)
    error = caught.value
    assert error.start is not None
    assert error.end is not None
    assert text[error.start : error.end].startswith(token)


MISSHAPEN = [
    r"x W_1",
    r"\sum_j W_{2,ij} x_j",
    r"\frac{\partial \ell}{\partial z_1} x^T",
    "x + y",
    r"x \odot y",
    r"W_1 W_2",
    r"x_{ij}",
    r"W_{1,ijk}",
    "x y",
]


@pytest.mark.parametrize("text", MISSHAPEN)
def test_what_does_not_fit_is_misshapen(text: str) -> None:
    with pytest.raises(Misshapen):
        read(text, TABLE)


AMBIGUOUS = [
    r"A z_1 \odot z_2",
    r"\log v c",
    r"z_1 \otimes z_2",
    r"A^2",
    r"1/vc",
    r"A_{ij}^T",
    r"(A)_{ij}^T",
    r"\log c (1 - v)^2 \max(v, c)",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_two_readings_that_differ_are_not_read(text: str) -> None:
    with pytest.raises(Ambiguous):
        read(text, TABLE)


SAME_EITHER_WAY = [
    r"c \, z_1 \odot z_2",
    r"z_1 z_2^T z_1",
    r"2 z_1 \circ z_2 / 3",
    r"z_1 \odot A z_2 \, c",
    r"\frac1n c z_2 \oslash z_1",
]


@pytest.mark.parametrize("text", SAME_EITHER_WAY[:3] + SAME_EITHER_WAY[4:])
def test_groupings_of_one_value_are_read(text: str) -> None:
    assert read(text, TABLE).last.shape.axes[0] == "d"


def test_products_are_grouped_by_shape() -> None:
    left = r"\big(\hat y - y\big)^T W^{(2)} \circ f'(z_1)^T W^{(1)}"
    expected = (((V["y_hat"] - V["y"]) @ V["W2"]) * 3 * V["z1"] ** 2) @ V["W1"]
    numpy.testing.assert_allclose(value(left), expected)


def test_a_kind_reading_multiplies_arrays_element_by_element_where_nothing_else_fits() -> None:
    text = r"\sigma(z_1)(1-\sigma(z_1))"
    with pytest.raises(Misshapen):
        read(text, TABLE)
    reading = read(text, TABLE, kind="elementwise", shape=Shape(("d",)))
    assert reading.kindness
    numpy.testing.assert_allclose(reading.last.value(point(TABLE)), sigmoid(V["z1"]) * (1 - sigmoid(V["z1"])))


def test_a_left_side_that_is_not_known_can_be_left_out() -> None:
    text = r"\frac{\partial \ell}{\partial b_1} = (\hat y - y)^T W_2"
    with pytest.raises(Unreadable):
        read(text, TABLE)
    assert len(read(text, TABLE, left=False).sides) == 1


def test_a_kind_reading_takes_two_vectors_for_their_inner_product() -> None:
    with pytest.raises(Misshapen):
        read(r"\sigma(y \hat y) z_1", TABLE)
    reading = read(r"\sigma(y \hat y) z_1", TABLE, kind="inner")
    assert reading.kindness
    numpy.testing.assert_allclose(reading.last.value(point(TABLE)), sigmoid(V["y"] @ V["y_hat"]) * V["z1"])
