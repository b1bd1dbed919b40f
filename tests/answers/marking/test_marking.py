"""Answers as students write them: right, in the other layout, kindly right, wrong in ways that have a name, unread."""

from __future__ import annotations

from functools import cache

import pytest

from answers.marking import mark
from derive import Derivation, LayerDefinition, Network, layer, network
from derive.expression.symbols import size

REGRESSION = "x:n -> Linear(d) -> Sigmoid -> Linear(K) -> Identity -> y_hat"
CLASSES = "x:n -> Linear(d) -> Tanh -> Linear(K) -> Softmax -> y_hat"
SKIP = "x:n -> Linear(n) -> Tanh -> u; u + x -> s; s -> Linear(K) -> y_hat"


@cache
def net(spec: str, loss: str, batch: str | None = None) -> Network:
    return network(spec, loss=loss, batch=batch)


def asked(what: str) -> Derivation:
    kind, name = what.split(":")
    model = {
        "mse": lambda: net(REGRESSION, "MSE"),
        "mean": lambda: net(REGRESSION, "MSE(mean)"),
        "batch": lambda: net(REGRESSION, "MSE", "B"),
        "classes": lambda: net(CLASSES, "CrossEntropy"),
    }[kind]()
    return model.partial(name)


RIGHT = [
    ("mse:dl/dW1", r"\left(2 \bm{W}_2^{\top} (\hat{\bm y} - \bm y) \odot \sigma'(\bm z_1)\right) \bm x^{\top}"),
    ("mse:dl/dW1", r"\operatorname{diag}(z_2 \odot (1 - z_2))\, W^{(2)T}\, 2(\hat y - y)\, x^T"),
    ("mse:dl/dW2", r"-2 (y - \hat y) (\sigma(W_1 x + b_1))^\intercal"),
    ("mse:dl/db1", r"\left(2(\hat y - y)^T W_2\right)^T \circ z_2 \circ (1 - z_2)"),
    (
        "mse:dl/dW2",
        r"\frac{\partial \ell}{\partial W^{[2]}} = \frac{\partial \ell}{\partial z_3} z_2^T = 2(\hat y - y) z_2^T",
    ),
    ("mse:dz2/dz1", r"\mathrm{diag}(\sigma(z_1)) - \mathrm{diag}(\sigma(z_1))^2"),
    ("batch:dl/dW2", r"\frac{1}{B} (2\hat y - 2y)^T z_2"),
    ("batch:dl/db2", r"\tfrac{2}{B} (\hat y - y)^T \mathbf{1}"),
    ("classes:dl/db1", r"(1 - z_2 \odot z_2) \odot W_2^T (\hat y - y)"),
    ("classes:dl/db2", r"(\operatorname{diag}(\hat y) - \hat y \hat y^T)^T \left(-\frac{y}{\hat y}\right)"),
    ("mean:dl/dy_hat", r"\frac{2 (\hat y - y)}{K}"),
]

MORE = [
    (
        "mse:dl/dW1",
        r"\frac{\partial J}{\partial w^{(1)}_{ij}} = 2 \sum_k (\hat y_k - y_k) w^{(2)}_{ki} z_{2i}(1 - z_{2i}) x_j",
    ),
    ("mse:dy_hat/dz3", "I"),
    ("mse:dy_hat/dz3", r"\begin{bmatrix} 1 & & 0 \\ & \ddots & \\ 0 & & 1 \end{bmatrix}"),
    ("mse:dz2/dz1", r"\operatorname{diag}(z_{21}(1 - z_{21}), \ldots, z_{2d}(1 - z_{2d}))"),
    (
        "mse:dz2/dz1",
        r"\frac{\partial z_{2i}}{\partial z_{1j}} = "
        r"\begin{cases} z_{2i}(1 - z_{2i}) & \text{if $i = j$} \\ 0 & \text{otherwise} \end{cases}",
    ),
    ("mse:dl/db2", r"\left(\pdv{\ell}{\hat y} \pdv{\hat y}{z_3}\right)^T"),
    ("classes:dl/dW2", r"(\hat Y - Y) Z_2^T"),
]

TRANSPOSED = [
    ("mse:dl/dW2", r"2 z_2 (\hat y - y)^T"),
    ("mse:dl/db2", r"2(\hat y - y)^T"),
    ("mse:dl/dW1", r"2 x \, (\hat y - y)^T W_2 \operatorname{diag}(\sigma'(z_1))"),
    ("batch:dl/dW2", r"\frac{2}{B} z_2^T (\hat y - y)"),
    ("classes:dz3/db1", r"\operatorname{diag}(1 - z_2^2) W_2^T"),
]

LOOSE = [
    ("mse:dl/db1", r"2 \sigma'(z_1) W_2^T (\hat y - y)"),
    ("mse:dl/db1", r"2 (\hat y - y)^T W_2 \, \sigma'(z_1)"),
    ("mse:dz2/dz1", r"\sigma(z_1) (1 - \sigma(z_1))"),
    ("mse:dz2/dz1", r"z_2 \odot (1 - z_2)"),
    ("mse:dy_hat/dz3", r"1"),
    ("classes:dl/dz1", r"W_2^T (\hat y - y) \cdot (1 - z_2 z_2)"),
    ("classes:dl/db1", r"W^T (\hat y - y) \odot (1 - z_2^2)"),
]

WRONG = [
    ("mse:dl/dW2", r"2 (\hat y - y) z_2", "dropped transpose"),
    ("mse:dl/db1", r"2 W_2 (\hat y - y) \odot \sigma'(z_1)", "dropped transpose"),
    ("batch:dl/dW2", r"\frac{2}{B} (\hat y - y) z_2", "dropped transpose"),
    ("mse:dl/dW2", r"2 (\hat y - y)^T z_2", "misplaced transpose"),
    ("batch:dl/dz1", r"\frac{2}{B} (\hat y - y) W_2^T \odot z_2 \odot (1 - z_2)", "misplaced transpose"),
    ("mse:dl/dW1", r"2 W_2^T (\hat y - y) x^T", "missing slope"),
    ("classes:dl/dW1", r"W_2^T \left(-\frac{y}{\hat y}\right) \odot (1 - z_2^2) x^T", "missing slope"),
    ("mse:dl/dW2", r"(\hat y - y) z_2^T", "lost factor 2"),
    ("mean:dl/dW2", r"2 (\hat y - y) z_2^T", "sum for mean (lost factor 1/K)"),
    ("mse:dl/dW2", r"\frac{2}{K} (\hat y - y) z_2^T", "mean for sum (1/K too much)"),
    ("batch:dl/dW2", r"2 (\hat y - y)^T z_2", "sum for mean (lost factor 1/B)"),
    ("batch:dl/dW2", r"\frac{2}{K} (\hat y - y)^T z_2", "1/K for 1/B"),
    ("mse:dl/db2", r"2 (y - \hat y)", "sign"),
    ("mse:dl/db2", r"2 (\hat y + y)", "sign"),
    ("mse:dl/dW2", r"2 z_2^T (\hat y - y)", "wrong order of the product"),
    ("mse:dl/dW1", r"W_2^T \operatorname{diag}(\sigma'(z_1)) 2 (\hat y - y) x^T", "slope before the weight"),
    ("mse:dl/dW2", r"2 (\hat y - y) \odot z_2^T", "Hadamard for matrix product"),
    ("batch:dl/db2", r"\frac{2}{B} (\hat y - y)", "forgot to sum over the batch"),
    ("mse:dl/db2", r"2 \sum_k (\hat y_k - y_k)", "summed too much"),
    ("mse:dl/dW2", r"2 (\hat y - y) z_1^T", "wrong tensor"),
    ("mse:dl/db1", r"2 W_2^T (\hat y - y) \odot \sigma'(z_2)", "wrong tensor"),
    ("mse:dl/dx", r"2 W_2^T (\hat y - y) \odot \sigma'(z_1)", "derivative by the wrong tensor"),
    ("classes:dl/dW1", r"(W_2^T (\hat y - y) \odot (1 - \tanh z_1)) x^T", "lost square"),
    ("mse:dl/dW2", r"\frac{\partial \ell}{\partial W_2}", "circular"),
    ("mse:dl/dW1", r"2 W_2^T ((\hat y - y) \odot \sigma'(z_1)) x^T", "slope before the weight"),
    ("mse:dl/dz1", r"2 W_2^T \operatorname{diag}(\sigma'(z_1)) (\hat y - y)", "slope before the weight"),
    ("mse:dl/dW2", r"2 (\hat y - y) \sigma(-z_1)^T", "sign (inside)"),
    ("mse:dl/dW2", r"2 (\hat y - y) \sigma(-W_1 x - b_1)^T", "sign (inside)"),
    (
        "mse:dl/dz1",
        r"\frac{\partial \ell}{\partial z_{1,i}} = 2 \sum_k (\hat y_k - y_k) W^{(2)}_{ik} z_{2i} (1 - z_{2i})",
        "swapped indices",
    ),
    ("classes:dy_hat/dz3", r"\operatorname{diag}(\hat y \odot (1 - \hat y))", "path left out"),
    ("classes:dl/dz3", r"-y \odot (1 - \hat y)", "path left out"),
    ("mse:dl/db1", r"2 W_2^T (\hat y - y) \odot \sigma'(z_1) \odot \sigma'(z_1)", "a slope too many"),
]

UNREAD = [
    ("mse:dl/dW2", r"2 (\hat y - y z_2^T"),
    ("mse:dl/dW2", r"2 \Omega z_2^T"),
    ("mse:dl/dW2", r"\text{see above}"),
    ("mse:dl/dW2", ""),
]


@pytest.mark.parametrize(("what", "latex"), RIGHT)
def test_right(what: str, latex: str) -> None:
    found = mark(asked(what), latex)
    assert (found.outcome, found.misconception, found.counterexample) == ("right", "", None), found


@pytest.mark.parametrize(("what", "latex"), MORE)
def test_right_in_the_ways_of_other_people(what: str, latex: str) -> None:
    assert mark(asked(what), latex, layout="numerator").outcome == "right"


@pytest.mark.parametrize(("what", "latex"), TRANSPOSED)
def test_transposed(what: str, latex: str) -> None:
    assert mark(asked(what), latex).outcome == "transposed"


@pytest.mark.parametrize(("what", "latex"), LOOSE)
def test_loose(what: str, latex: str) -> None:
    found = mark(asked(what), latex)
    assert found.outcome == "loose", found
    assert len(found.feedback) > len("**Right if it is read kindly.**")


@pytest.mark.parametrize(("what", "latex", "misconception"), WRONG)
def test_wrong(what: str, latex: str, misconception: str) -> None:
    found = mark(asked(what), latex)
    assert found.outcome == "wrong"
    assert found.misconception.split(" (")[0] == misconception.split(" (")[0]
    if "(" in misconception:
        assert found.misconception == misconception
    assert found.misconception[1:] in found.feedback or misconception == "circular"


@pytest.mark.parametrize(("what", "latex"), UNREAD)
def test_unread(what: str, latex: str) -> None:
    found = mark(asked(what), latex)
    assert found.outcome == "unread"
    assert found.feedback.startswith("**Not read**")
    assert found.misconception == ""


def test_the_place_of_what_is_unread() -> None:
    text = r"2 (\hat y - q) z_2^T"
    found = mark(asked("mse:dl/dW2"), text)
    assert found.outcome == "unread"
    assert found.place is not None
    assert text[slice(*found.place)] == "q"


def test_a_counterexample_has_the_smallest_sizes_and_both_numbers() -> None:
    found = mark(asked("mse:dl/db2"), r"\hat y - y").counterexample
    assert found is not None
    assert dict(found.sizes) == {"K": 1, "d": 1, "n": 1}
    assert found.place == (1,)
    assert found.written is not None
    assert found.right == pytest.approx(2 * found.written)
    assert all(float(value[0]).is_integer() for name, value in found.values if name in ("x", "y", "b1"))


@pytest.mark.parametrize(
    ("what", "latex", "indices", "outcome"),
    [
        ("mse:dl/dW1", r"2 x_j \sigma'(z_{1i}) \sum_k (\hat y_k - y_k) W^{(2)}_{ki}", ("i", "j"), "right"),
        ("mse:dl/dW1", r"2 x_i \sigma'(z_{1j}) \sum_k (\hat y_k - y_k) W^{(2)}_{kj}", ("i", "j"), "transposed"),
        ("mse:dl/dW1", r"2 x_i \sigma'(z_{1j}) \sum_k (\hat y_k - y_k) W^{(2)}_{kj}", (), "transposed"),
        ("batch:dl/db2", r"\frac{2}{B} (\hat y_{mi} - y_{mi})", ("i",), "wrong"),
        ("batch:dl/db1", r"\frac{2}{B} \sum_k (\hat y_{mk} - y_{mk}) W^{(2)}_{ki} \sigma'(z_{1,mi})", ("i",), "wrong"),
        ("mse:dl/dW1", r"2 x_j \sigma'(z_{1i}) (\hat y_k - y_k) W^{(2)}_{ki}", ("i", "j"), "loose"),
        ("mse:dl/dW2", r"\frac{\partial \ell}{\partial W^{(2)}_{ab}} = 2 (\hat y_a - y_a) z_{2,b}", (), "right"),
        ("mse:dl/dW2", r"\frac{\partial \ell}{\partial W^{(2)}_{ab}} = 2 (\hat y_b - y_b) z_{2,a}", (), "transposed"),
        ("mse:dl/dW2", r"2 (\hat y_k - y_k) z_2", ("k",), "right"),
        ("mse:dl/dW2", r"2 (\hat y_k + y_k) z_2", ("k",), "wrong"),
        ("mse:dl/db2", r"2 (\hat y_i - y_i)", ("i",), "right"),
        ("mse:dl/db2", r"2 \hat y_i - y_i", ("i",), "wrong"),
        ("mse:dz2/dz1", r"z_{2i} (1 - z_{2i})", ("i",), "right"),
        ("mse:dz2/dz1", r"z_{2i} (1 - z_{2i})", ("i", "j"), "loose"),
        ("mse:dz2/dz1", r"\delta_{ij} z_{2i} (1 - z_{2j})", ("i", "j"), "right"),
        ("classes:dy_hat/dz3", r"\hat y_i (1 - \hat y_i)", ("i",), "wrong"),
        (
            "classes:dy_hat/dz3",
            r"\begin{cases} \hat y_i (1 - \hat y_i) & \text{if } i = j \\ -\hat y_i \hat y_j & \text{else} \end{cases}",
            ("i", "j"),
            "right",
        ),
    ],
)
def test_elements(what: str, latex: str, indices: tuple[str, ...], outcome: str) -> None:
    assert mark(asked(what), latex, indices=indices).outcome == outcome


ELEMENT = r"2 (\hat y_a - y_a) z_{2,b}"


@pytest.mark.parametrize(
    ("left", "token"),
    [
        (r"\frac{\partial \ell}{\partial Q_{ba}}", "Q"),
        (r"\frac{\partial \ell}{\partial Q_{ab}}", "Q"),
        ("G_{ba}", "G"),
        (r"\Delta W_{ba}", r"\Delta"),
        (r"\partial_{W^{(2)}_{ba}} \ell", r"\partial"),
    ],
)
def test_letters_whose_order_only_an_unread_left_side_tells(left: str, token: str) -> None:
    text = f"{left} = {ELEMENT}"
    found = mark(asked("mse:dl/dW2"), text)
    assert (found.outcome, found.place and text[slice(*found.place)]) == ("unread", token)
    assert mark(asked("mse:dl/dW2"), text, indices=("a", "b")).outcome == "right"
    assert mark(asked("mse:dl/dW2"), text, indices=("b", "a")).outcome == "transposed"


def test_no_letter_needs_an_order_alone_or_where_none_is_written() -> None:
    unknown = r"\frac{\partial \ell}{\partial Q%s} = "
    assert mark(asked("mse:dl/db2"), unknown % "_a" + r"2 (\hat y_a - y_a)").outcome == "right"
    assert mark(asked("mse:dl/dW2"), unknown % "" + r"2 (\hat y - y) z_2^T").outcome == "right"
    summed = unknown % "_i" + r"2 (\hat y_k - y_k) W^{(2)}_{ki}"
    assert mark(asked("mse:dl/dz2"), summed).outcome == "unread"


@pytest.mark.parametrize(
    "left",
    [
        r"\frac{\partial \ell}{\partial W^{(2)}_{%s}}",
        r"(\nabla_{W_2} \ell)_{%s}",
        r"\left[\frac{\partial \ell}{\partial W_2}\right]_{%s}",
        r"\frac{\partial \ell}{\partial W^{(1)}_{%s}}",
        r"\frac{\partial \ell}{\partial z_{3,a}} \frac{\partial z_{3,a}}{\partial W^{(2)}_{%s}}",
        r"\mathrm{d} W^{(2)}_{%s}",
        "G_{%s}",
    ],
)
def test_every_left_side_with_the_letters_orders_them(left: str) -> None:
    symbols = {"G": "dl/dW2"} if "G" in left else {}
    for letters, outcome in (("ab", "right"), ("ba", "transposed")):
        assert mark(asked("mse:dl/dW2"), f"{left % letters} = {ELEMENT}", symbols=symbols).outcome == outcome


def test_names_that_the_student_chose() -> None:
    question = asked("classes:dl/dW2")
    symbols = {"p": "y_hat", "h": "z2", "t": "y", r"\delta": "dl/dz3"}
    assert mark(question, "(p - t) h^T", symbols=symbols).outcome == "right"
    assert mark(question, r"\delta h^T", symbols=symbols, layout="gradient").outcome == "right"
    assert mark(question, r"\delta h^T", symbols=symbols, layout="numerator").misconception.startswith(
        "dropped transpose"
    )
    assert mark(question, r"\delta^T h^T", symbols=symbols, layout="numerator").outcome == "right"
    assert mark(asked("classes:dl/dz3"), r"\delta", symbols=symbols).misconception == "circular"
    with pytest.raises(ValueError, match="nothing here"):
        mark(question, "q", symbols={"q": "z9"})


def test_the_number_of_a_class_and_a_slice() -> None:
    words = network("v_c:d -> Linear(V, bias=False) -> Softmax -> y_hat", loss="CrossEntropy")
    symbols = {"U": "W1", "u": "W1", "o": "y"}
    assert mark(words.gradient("v_c"), r"-u_o + \sum_{w=1}^{V} \hat y_w u_w", symbols=symbols).outcome == "right"
    assert mark(words.gradient("v_c"), r"u_o - \sum_w \hat y_w u_w", symbols=symbols).misconception == "sign"
    second: dict[str, str | int] = {"U": "W1", "a": 2}
    row = mark(words.jacobian("z1", "v_c"), r"U_a", symbols=second)
    assert row.outcome == "wrong"
    turned = {"U": "W1.T", "u": "W1"}
    assert mark(words.gradient("v_c"), r"U (\hat y - y)", symbols=turned).outcome == "right"


def test_the_class_in_a_condition() -> None:
    question = asked("classes:dl/dz3")
    assert mark(question, r"\hat y_j - \mathbb{1}\{j = y\}", indices=("j",)).outcome == "right"
    assert mark(question, r"\hat y_j - \mathbb{1}\{j \neq y\}", indices=("j",)).outcome == "wrong"
    assert mark(question, r"\hat y - e_c", symbols={"c": "y"}).outcome == "right"


@pytest.mark.parametrize(
    ("what", "latex", "outcome"),
    [
        ("mse:dl/dy_hat", r"[2(\hat y_1 - y_1), \ldots, 2(\hat y_K - y_K)]", "transposed"),
        ("mse:dl/dy_hat", r"(2(\hat y_1 - y_1), \ldots, 2(\hat y_K - y_K))^T", "right"),
        ("mse:dl/dy_hat", r"(2(\hat y_1 + y_1), \ldots, 2(\hat y_K + y_K))^T", "wrong"),
        ("mse:dl/dz1", r"(W_2^T \cdot 2(\hat y - y)) \cdot z_2 \cdot (1 - z_2)", "loose"),
        ("mse:dl/dz1", r"(W_2^T \cdot 2(\hat y - y)) \cdot z_2 \cdot (1 + z_2)", "unread"),
    ],
)
def test_lists_and_dots(what: str, latex: str, outcome: str) -> None:
    assert mark(asked(what), latex).outcome == outcome


def test_the_set_that_an_answer_is_in_says_nothing() -> None:
    partials = r"\frac{\partial \ell}{\partial \hat y} \frac{\partial \hat y}{\partial z_3}"
    question = asked("mse:dl/dW2")
    assert mark(question, rf"({partials})^T z_2^T \in \mathbb{{R}}^{{K \times d}}").outcome == "right"
    found = mark(question, r"2 (\hat y - y) z_2 \in \mathbb{R}^{K \times d}")
    assert found.misconception.startswith("dropped transpose")


def test_definitions_of_the_student_are_followed() -> None:
    question = asked("mse:dl/dW1")
    given = {r"\delta_2": r"2(\hat y - y)", r"\delta_1": r"W_2^T \delta_2 \odot \sigma'(z_1)"}
    assert mark(question, r"\delta_1 x^T", given=given).outcome == "right"
    assert mark(question, r"\delta_2 x^T", given=given).outcome == "wrong"
    element = {r"\delta_i": r"\sum_k 2 (\hat y_k - y_k) W^{(2)}_{ki} \sigma'(z_{1i})"}
    assert mark(question, r"\delta_i x_j", given=element, indices=("i", "j")).outcome == "right"
    assert mark(question, r"\delta_1 x^T", given={r"\delta_1": r"2 (\hat y - "}).outcome == "unread"
    assert mark(question, "G", given={"G": r"\frac{\partial \ell}{\partial W_1}"}).misconception == "circular"


def test_a_matrix_is_no_vector_to_be_read_kindly() -> None:
    """The outer product has the shape that is asked for, and other elements."""
    assert mark(asked("mse:dz2/dz1"), r"z_2 (1 - z_2)^T").outcome == "wrong"
    assert mark(asked("mse:dz2/dz1"), r"(1 - z_2) z_2^T").outcome == "wrong"
    assert mark(asked("mse:dl/db1"), r"2 z_2 (1 - z_2)^T W_2^T (\hat y - y)").outcome == "wrong"


def test_the_sign_of_a_case() -> None:
    cases = r"\begin{cases} \hat y_i (1 - \hat y_i) & i = j \\ \hat y_i \hat y_j & i \neq j \end{cases}"
    assert mark(asked("classes:dy_hat/dz3"), cases, indices=("i", "j")).misconception == "sign"


def test_feedback_says_where() -> None:
    """In the derivation for a mistake of the chain rule, in what was written for one of writing."""
    assert "parts from it at dl/dz1" in mark(asked("mse:dl/dW1"), r"2 W_2^T (\hat y - y) x^T").feedback
    assert "This is at `z_2`" in mark(asked("mse:dl/dW2"), r"2 (\hat y - y) z_2").feedback
    assert "This is at `W^{(2)}`" in mark(asked("mse:dl/db1"), r"2 W^{(2)} (\hat y - y) \odot \sigma'(z_1)").feedback


def test_macros() -> None:
    macros = r"\newcommand{\e}{\hat y - y} \newcommand{\wt}[1]{\bm{W}^{(#1)\top}}"
    question = asked("mse:dl/db1")
    assert mark(question, r"2 \wt{2} (\e) \odot \sigma'(z_1)", macros).outcome == "right"
    assert mark(question, r"2 \wt{1} (\e) \odot \sigma'(z_1)", macros).outcome == "wrong"


def test_the_layout_of_partials() -> None:
    question = asked("mse:dl/dW2")
    column, row = r"\frac{\partial \ell}{\partial z_3} z_2^T", r"z_2 \frac{\partial \ell}{\partial z_3}"
    assert mark(question, column, layout="gradient").outcome == "right"
    assert mark(question, column, layout="numerator").misconception == "dropped transpose (row times row)"
    assert mark(question, row, layout="numerator").outcome == "transposed"
    assert mark(question, row, layout="gradient").outcome == "wrong"
    assert {mark(question, column).outcome, mark(question, row).outcome} == {"right", "transposed"}


def test_what_is_right_in_one_layout_only_says_so() -> None:
    question = asked("mse:dl/dW2")
    found = mark(question, r"\frac{\partial \ell}{\partial z_3} z_2^T")
    assert found.outcome == "right"
    assert "as a row the parts would not fit" in found.feedback
    assert "would not fit" not in mark(question, r"2 (\hat y - y) z_2^T").feedback


def test_the_mistake_of_what_only_a_kind_reading_reads() -> None:
    found = mark(asked("mean:dl/dz3"), r"\frac{2 (\hat y - y) \hat y}{\hat y}")
    assert (found.outcome, found.misconception) == ("wrong", "sum for mean (lost factor 1/K)")


def test_a_name_with_a_subscript_of_its_own_goes_before_an_element() -> None:
    found = mark(
        asked("mse:dl/db1"), r"2 W_o^T (\hat y - y) \odot h_o'", symbols={"W": "W1", "W_o": "W2", "h_o'": "dz2/dz1"}
    )
    assert (found.outcome, found.misconception) == ("wrong", "wrong order of the product")
    assert mark(asked("mse:dl/dz2"), r"2 W_o^T (\hat y - y)", symbols={"W": "W1", "W_o": "W2"}).outcome == "right"


def test_every_step_of_a_chain_is_judged() -> None:
    found = mark(asked("mse:dl/db2"), r"\hat y - y = 2(\hat y - y)")
    assert found.outcome == "right"
    assert [(step.number, step.text, step.outcome) for step in found.steps] == [
        (1, r"\hat y - y", "wrong"),
        (2, r"2(\hat y - y)", "right"),
    ]
    assert "Side 1" in found.feedback
    chain = (
        r"\frac{\partial \ell}{\partial W_2} &= \frac{\partial \ell}{\partial z_3} z_2^T \\ "
        r"&= 2 (\hat y - y) z_2^T \\ &= 2 (\hat y - y) z_1^T"
    )
    found = mark(asked("mse:dl/dW2"), chain)
    assert [step.outcome for step in found.steps] == ["right", "right", "wrong"]
    assert "right up to side 3; side 4" in found.feedback
    assert mark(asked("mse:dl/dW2"), r"2 (\hat y - y) z_2^T").steps == ()


def test_symbols_that_the_question_does_not_allow_are_reported() -> None:
    allowed = ["x", "y", "W1", "b1", "W2", "b2", "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"]
    question = net(REGRESSION, "MSE").gradient("W2", within=allowed)
    partials = r"\left(\frac{\partial \ell}{\partial \hat y} \frac{\partial \hat y}{\partial z_3}\right)^T"
    found = mark(question, rf"{partials} z_2^T", layout="numerator")
    assert (found.outcome, found.disallowed) == ("right", ("z2",))
    assert "z2, which the question does not allow" in found.feedback
    found = mark(question, rf"{partials} \sigma(W_1 x + b_1)^T", layout="numerator")
    assert (found.outcome, found.disallowed) == ("right", ())
    assert mark(question, rf"{partials} h^T", symbols={"h": "z2"}, layout="numerator").disallowed == ("z2",)
    assert mark(question, r"g z_1^T", given={"g": r"2 (\hat y - y)"}).disallowed == ("y_hat", "z1")


def test_what_follows_from_an_earlier_slip() -> None:
    slip = r"\frac{\partial \ell}{\partial \hat y} = \hat y - y"
    earlier = {"dl/dy_hat": slip, "dz2/dz1": r"\operatorname{diag}(z_2)"}
    found = mark(asked("mse:dl/dW2"), r"(\hat y - y) z_2^T", earlier=earlier)
    assert (found.outcome, found.follows) == ("wrong", "dl/dy_hat")
    assert "follows from your own answer for dl/dy_hat" in found.feedback
    found = mark(asked("mse:dl/db1"), r"2 W_2^T (\hat y - y) \odot z_2", earlier=earlier)
    assert found.follows == "dz2/dz1"
    assert mark(asked("mse:dl/dW2"), r"3 (\hat y - y) z_2^T", earlier=earlier).follows == ""
    assert mark(asked("mse:dl/dW2"), r"2 (\hat y - y) z_2^T", earlier=earlier).follows == ""
    element = {"dl/dz3": r"\frac{\partial \ell}{\partial z_{3,i}} = \hat y_i - y_i"}
    assert mark(asked("mse:dl/db2"), r"\hat y - y", earlier=element).follows == "dl/dz3"


def test_a_path_left_out() -> None:
    question = net(SKIP, "MSE").gradient("x")
    whole = r"2 W_1^T (W_2^T (\hat y - y) \odot (1 - u \odot u)) + 2 W_2^T (\hat y - y)"
    assert mark(question, whole).outcome == "right"
    assert mark(question, r"2 W_1^T (W_2^T (\hat y - y) \odot (1 - u \odot u))").misconception == "path left out"
    assert mark(question, r"2 W_2^T (\hat y - y)").misconception == "path left out"


def test_rows_that_are_multiplied_from_the_left() -> None:
    linear = LayerDefinition(
        name="FromLeft",
        equations="y[j] = sum[i] z[i]*W[i,j] + b[j]",
        axes=("n",),
        sizes={"m": size("m")},
        shapes={"W": ("n", "m"), "b": ("m",), "y": ("m",)},
        parameters={"W": "W", "b": "b"},
    )
    rows = network("x:n -> FromLeft(d) -> a; a -> Tanh -> h; h -> FromLeft(K) -> y_hat", loss="MSE", extra=[linear])
    right = r"2 x^T \left[ (\hat y - y) W_2^T \odot (1 - h \odot h) \right]"
    assert mark(rows.gradient("W1"), right).outcome == "right"
    assert mark(rows.gradient("b1"), r"2 (\hat y - y) W_2^T \odot (1 - h^2)").outcome == "right"
    assert mark(rows.gradient("b1"), r"2 W_2 (\hat y - y)^T \odot (1 - h^2)^T").outcome == "transposed"
    assert mark(rows.gradient("W2"), r"2 h (\hat y - y)").misconception == "dropped transpose (row times row)"


def test_windows_element_by_element() -> None:
    conv = layer("Conv1d", 1, 3, stride=2, bias=False, index_base=1)
    names = {"w": "weight", "x": "z", "f": "y"}
    question = conv.vjp("weight")
    whole = r"\sum_{r} \frac{\partial \ell}{\partial f_{1r}} x_{c, k + 2(r - 1)}"
    assert mark(question, whole, symbols=names, indices=("c", "k")).outcome == "right"
    some = r"\sum_{r=1}^{2} \frac{\partial \ell}{\partial f_{1r}} x_{c, k + 2(r - 1)}"
    assert mark(question, some, symbols=names, indices=("c", "k")).misconception == "limits of a sum"
    beyond = r"\sum_{r} \frac{\partial \ell}{\partial f_{1r}} x_{c, k + 2r}"
    assert mark(question, beyond, symbols=names, indices=("c", "k")).outcome == "wrong"
    jacobian = conv.jacobian("weight")
    assert mark(jacobian, r"x_{c, k + 2(r - 1)}", symbols=names, indices=("r", "c", "k")).outcome == "right"


@pytest.mark.parametrize("latex", ["(" * 2000 + "x" + ")" * 2000, "x" + "+x" * 3000, r"W_2^T " * 30, r"\def\a{\a\a}\a"])
def test_long_and_deep_answers_end(latex: str) -> None:
    assert mark(asked("mse:dl/dW1"), latex).outcome in ("unread", "wrong")
