from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from answers.contract.item import Answered
from answers.homework.context import HomeworkContext
from answers.latex.sheet import Equation, Text
from answers.numbers.claims import read_line
from answers.numbers.digits import NumberTypeset
from derive import network
from numeric.sampling.points import sample
from tests.answers.sample import all_pass, homework, last, refused, verdicts
from tests.examples import examples

NETWORKS: dict[str, Any] = {
    "small": {"layers": "x:n -> Linear(d) -> ReLU -> Linear(1) -> y_hat", "loss": "1/2*MSE"},
    "scores": {"layers": "x:n -> Linear(K) -> y_hat", "loss": "SoftmaxCrossEntropy", "batch": "B"},
    "masked": {"layers": "x:4 -> Dropout(0) -> Linear(2)", "loss": "SoftmaxCrossEntropy"},
    "classes": {"layers": "x:n -> Linear(3) -> y_hat", "loss": "SoftmaxCrossEntropy(class)"},
    "alone": {"layers": "z:2 -> ReLU -> a; a -> Linear(2, bias=False) -> u"},
    "picture": {
        "layers": "x:(1,4,5) -> Conv2d(1, 3, bias=False) -> ReLU -> MaxPool2d(2) -> Flatten",
        "loss": "1/2*MSE",
    },
    "upwards": {"layers": "x:(1,2,2) -> ConvTranspose2d(1, 2, stride=2, bias=False)"},
    "channels": {"layers": "x:(2,3,3) -> Conv2d(2, 2, bias=False)"},
}
SMALL: dict[str, Any] = {
    "x": [1, 2],
    "y": 1,
    "W1": [[1, "1/3"], [3, -4]],
    "b1": [0, 1],
    "W2": [[1, 2]],
    "b2": 0.5,
}


def answered(network: str, layout: str = "gradient", **keys: Any) -> Answered:
    """The answer in numbers of a part about a network."""
    context, part = last(_homework(network, layout, keys))
    (answer,) = context.answered(part)
    return answer


def _homework(network: str, layout: str, keys: dict[str, Any]) -> Any:
    item = {"kind": "numbers", "network": network, **keys}
    return homework([item], networks=NETWORKS, conventions={"layout": layout})


def equations(answer: Answered) -> list[str]:
    """The equations of an answer in LaTeX."""
    return [block.latex for block in answer.blocks if isinstance(block, Equation)]


def numbers_of(answer: Answered, left: str) -> Any:
    """The numbers of the last equation with that left side."""
    found = [text for text in equations(answer) if text.startswith((f"{left} =", rf"{left} \leftarrow"))]
    return read_line(found[-1], 4).numbers


def test_forward_backward_and_update_are_exact_where_numbers_are_rational() -> None:
    answer = answered("small", at=SMALL, update={"kind": "SGD", "learning_rate": "1/10"})
    texts = equations(answer)
    exact = r"\begin{bmatrix} \tfrac{7}{6} & \tfrac{7}{3} \\[3pt] 0 & 0 \end{bmatrix}"
    assert any(text.startswith(r"\ell = ") and text.endswith(r"(\hat{y} - y)^{2} = \tfrac{49}{72}") for text in texts)
    assert any(text.endswith(exact) for text in texts)
    assert_allclose(numbers_of(answer, r"\bm{W}^{(1)}"), [[1 - 7 / 60, 1 / 3 - 7 / 30], [3.0, -4.0]], rtol=1e-12)
    assert not any("-0 " in text or "-0." in text.replace("-0.1", "") for text in texts)
    assert all_pass(answer)


def test_in_numerator_layout_gradients_are_rows_and_steps_transpose_them() -> None:
    answer = answered("small", "numerator", at=SMALL, update={"kind": "SGD", "learning_rate": 0.1})
    texts = equations(answer)
    assert any(r"\left(\frac{\partial \ell}{\partial \bm{W}^{(1)}}\right)^{\top}" in text for text in texts)
    assert numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{z}_1}").shape == (1, 2)
    assert_allclose(numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{W}^{(1)}}").T, [[7 / 6, 7 / 3], [0.0, 0.0]])
    assert all_pass(answer)


@pytest.mark.parametrize(
    "update",
    [
        {"kind": "SGD", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01},
        {"kind": "Adam", "learning_rate": 0.1},
        {"kind": "Adam", "learning_rate": 0.1, "weight_decay": 0.01},
    ],
)
def test_steps_are_those_of_pytorch(update: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    at = {"x": [[1, 0], [2, 3], [-1, 0.5]], "W1": [[1, 0], [0.25, 2]], "b1": [0, 0.1], "y": [1, 2, 1]}
    answer = answered("scores", at=at, update=update, steps=3, digits=9, decayed=["W1", "b1"])
    weight, bias = (torch.tensor(at[name], dtype=torch.float64, requires_grad=True) for name in ("W1", "b1"))
    options = {"lr": update["learning_rate"], "weight_decay": update.get("weight_decay", 0)}
    if update["kind"] == "Adam":
        optimiser = torch.optim.Adam([weight, bias], **options)
    else:
        optimiser = torch.optim.SGD([weight, bias], momentum=update["momentum"], **options)
    x, y = torch.tensor(at["x"], dtype=torch.float64), torch.tensor([0, 1, 0])
    for _ in range(3):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(x @ weight.T + bias, y).backward()
        optimiser.step()
    assert_allclose(numbers_of(answer, r"\bm{W}^{(1)}"), weight.detach().numpy(), atol=1e-8)
    assert_allclose(numbers_of(answer, r"\bm{b}^{(1)}")[:, 0], bias.detach().numpy(), atol=1e-8)
    assert all_pass(answer)


def test_samples_one_after_the_other_with_a_mask_each() -> None:
    answer = answered(
        "masked",
        at={"W1": [[0.5, -0.5, -0.5, 0.5], [0.5, -0.5, 0.5, -0.5]], "b1": [0, 0]},
        samples=[
            {"x": [1, 1, 1, 0], "mask_z1": [0, 1, 0, 1], "y": 1},
            {"x": [0, 1, 1, 1], "mask_z1": [1, 0, 1, 0], "y": [0, 1]},
        ],
        update={"kind": "SGD", "learning_rate": 1},
        of=["W1"],
    )
    assert_allclose(numbers_of(answer, r"\bm{W}^{(1)}"), [[0.5, 0, -1, 0.5], [0.5, -1, 1, -0.5]])
    assert_allclose(numbers_of(answer, r"\bm{b}^{(1)}"), [[0], [0]])
    assert all_pass(answer)


@pytest.mark.parametrize("y", [2, [0, 1, 0]])
def test_a_class_is_a_number_or_zeros_and_a_one(y: Any) -> None:
    answer = answered("classes", at={"x": [1, -1], "W1": [[1, 0], [0, 1], [1, 1]], "b1": [0, 0, 0], "y": y})
    assert_allclose(numbers_of(answer, r"\ell"), 2.408)
    assert all_pass(answer)


def test_a_gradient_from_upstream_in_the_place_of_a_loss() -> None:
    answer = answered("alone", at={"z": [3, -2], "W1": [[5, 1], [1, 2]], "dl/du": [-3, 1]}, of=["a", "z", "W1"])
    assert_allclose(numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{z}}"), [[-14], [0]])
    assert_allclose(numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{W}^{(1)}}"), [[-9, 0], [3, 0]])
    assert all_pass(answer)


def test_a_convolution_there_and_back() -> None:
    picture = [[1, 3, 2, 4, 6], [4, 8, 3, 1, 0], [2, 1, 4, 3, 9], [4, 7, 2, 3, 9]]
    kernel = [[-1, 0, 1]] * 3
    answer = answered("picture", at={"x": picture, "W1": kernel, "y": [7]}, of=["z2", "z1", "W1", "x"])
    assert_allclose(numbers_of(answer, r"\bm{z}_1"), [[2, -4, 6], [-1, -9, 9]])
    assert_allclose(numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{z}_2}"), [[-5, 0, 0], [0, 0, 0]])
    assert_allclose(
        numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{W}^{(1)}}"), -5 * numpy.array(picture)[:3, :3]
    )
    assert all_pass(answer)


def test_forward_alone_transposed_and_with_several_channels() -> None:
    answer = answered("upwards", at={"x": [[1, 2], [3, 4]], "W1": [[1, 0], [1, 2]]})
    assert_allclose(numbers_of(answer, r"\hat{\bm{y}}"), numpy.kron([[1, 2], [3, 4]], [[1, 0], [1, 2]]))
    assert all_pass(answer)
    x = numpy.arange(18).reshape(2, 3, 3) - 8
    weight = numpy.arange(16).reshape(2, 2, 2, 2) - 5
    wide = answered("channels", at={"x": x.tolist(), "W1": weight.tolist()})
    expected = [numpy.sum(weight[1] * x[:, i : i + 2, j : j + 2]) for i in (0, 1) for j in (0, 1)]
    assert_allclose(numbers_of(wide, r"\hat{\bm{y}}[2]").ravel(), expected)
    assert all_pass(wide)


def test_a_jacobian_in_numbers() -> None:
    answer = answered("alone", at={"z": [3, -2], "W1": [[5, 1], [1, 2]]}, of=["du/dz"])
    assert_allclose(numbers_of(answer, r"\frac{\partial \bm{u}}{\partial \bm{z}}"), [[5, 0], [1, 0]])
    assert all_pass(answer)


def test_equations_between_numbers_of_which_some_are_learnt() -> None:
    context, part = last(
        homework(
            [
                {
                    "kind": "numbers",
                    "equations": "h = sigma(u*x); y_hat = v*h; E = 1/2*(y_hat - t)^2",
                    "learnt": ["u", "v"],
                    "at": {"x": 1, "u": 0, "v": 2, "t": 0},
                    "update": {"kind": "SGD", "learning_rate": 0.5},
                }
            ]
        )
    )
    (answer,) = context.answered(part)
    assert numbers_of(answer, r"\frac{\partial E}{\partial u}") == 0.5
    assert (numbers_of(answer, "u"), numbers_of(answer, "v")) == (-0.25, 1.75)
    assert not any(text.startswith(r"\frac{\partial E}{\partial x}") for text in equations(answer))
    assert all_pass(answer)


def test_one_thing_is_described() -> None:
    with pytest.raises(ValueError, match="give either a network or equations"):
        homework([{"kind": "numbers", "at": {"x": 1}}])
    refused(
        {"kind": "numbers", "equations": "L = w*x", "learnt": ["v"], "at": {"x": 1, "w": 2}},
        saying="learnt: the equations have no input v",
    )


entries = st.fractions(-3, 3, max_denominator=6)


@examples(10)
@given(x=st.lists(entries, min_size=2, max_size=2), w=st.lists(entries, min_size=2, max_size=2), y=entries)
def test_any_rational_numbers(x: list[Fraction], w: list[Fraction], y: Fraction) -> None:
    at = {"x": list(map(str, x)), "W1": [list(map(str, w))], "b1": [1], "W2": [[2]], "b2": [0], "y": str(y)}
    answer = answered("small", at=at, of=["W1"])
    inside = w[0] * x[0] + w[1] * x[1] + 1
    slope = (2 * max(inside, Fraction(0)) - y) * 2 if inside > 0 else Fraction(0)
    found = numbers_of(answer, r"\frac{\partial \ell}{\partial \bm{W}^{(1)}}").ravel()
    assert_allclose(found, [float(slope * x[0]), float(slope * x[1])], rtol=1e-3)
    assert verdicts(answer)[-1].ok


def test_the_question_sheet_shows_what_is_given() -> None:
    context, part = last(_homework("small", "gradient", {"at": SMALL, "lines": 0}))
    shown = " ".join(block.latex for block in context.blank(part) if isinstance(block, Equation))
    assert r"\bm{W}^{(1)} = \begin{bmatrix} 1 & \tfrac{1}{3} \\[3pt] 3 & -4 \end{bmatrix}" in shown
    assert r"\frac" not in shown


def test_a_number_that_is_wrong_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answered("small", at=SMALL)
    assert all_pass(answer)
    seven = (NumberTypeset("7", "7", 1),)
    monkeypatch.setattr("answers.numbers.lines.typeset_numbers", lambda values, digits: seven * len(tuple(values)))
    assert not verdicts(answer)[-1].ok


@pytest.mark.parametrize(
    ("changes", "saying"),
    [
        ({"x": [1, 2, 3]}, "W1 has shape (2, 2), expected (d, n) with n = 3 from the other arrays"),
        ({"x": [[1, 2]]}, "x has the shape (n,), got numbers of the shape (1, 2); a vector is written [1, 2]"),
        ({"W3": [1]}, "W3 is nothing that this network is given; did you mean W"),
        ({"z1": [1, 2]}, "z1 is computed by the network"),
    ],
)
def test_numbers_that_do_not_fit(changes: dict[str, Any], saying: str) -> None:
    item = {"kind": "numbers", "network": "regression", "at": {**SMALL, "y": [1], "b2": [0.5], **changes}}
    refused(item, saying=saying)


def test_numbers_that_are_missing() -> None:
    at = {name: value for name, value in SMALL.items() if name not in ("W2", "b1")}
    refused(
        {"kind": "numbers", "network": "regression", "at": at},
        saying="no numbers are given for b1 of the shape (d,), W2",
    )


def test_a_loss_without_a_value_is_refused() -> None:
    at = {"x": [1], "W1": [[1]], "b1": [0], "W2": [[1]], "b2": [0], "y": [2]}
    context = HomeworkContext(homework([{"kind": "numbers", "network": "binary", "at": {**at, "y": 1}}]))
    (part,) = context.homework.parts()
    assert context.answered(part)


@pytest.mark.parametrize(
    ("layers", "loss", "batch", "more"),
    [
        ("x:3 -> Linear(2) -> LayerNorm -> GELU -> Linear(2)", "Huber", None, {"eps": 0}),
        ("x:2 -> Linear(2) -> BatchNorm1d -> ReLU -> Linear(2)", "SoftmaxCrossEntropy(class)", 3, {"eps": "1/1000"}),
        ("x:(2,4,4) -> Conv2d(2,3,padding=1,stride=2) -> LeakyReLU -> AvgPool2d(2) -> Flatten", "L1", None, {}),
        ("x:(3,2) -> SelfAttention(2) -> a; a + x -> Flatten -> Linear(2)", "SoftmaxCrossEntropy", None, {}),
        ("x:2; h:2; c:2; (x, h, c) -> LSTMCell(2) -> o; o -> Linear(1)", "MSE", None, {}),
        ("x:3 -> Linear(2)", "MultiClassHinge(class)", None, {}),
        ("x:3 -> Linear(2)", "MSE + lambda/2*L2(W1)", None, {"lambda": "0.1"}),
    ],
)
def test_networks_of_many_kinds(layers: str, loss: str, batch: int | None, more: dict[str, Any]) -> None:
    described = {"layers": layers, "loss": loss} | ({"batch": batch} if batch else {})
    update = {"kind": "SGD", "learning_rate": "0.1", "momentum": "0.5", "weight_decay": "0.01"}
    model = network(layers, loss, batch=batch).forward
    drawn = sample(model, 0)
    at: dict[str, Any] = {}
    for tensor in model.given:
        values = numpy.round(drawn[tensor.name] if tensor.domain in ("class", "one_hot") else 4 * drawn[tensor.name])
        at[tensor.name] = (values.astype(int) + (tensor.domain == "class")).tolist()
    item = {"kind": "numbers", "network": "n", "at": at | more, "update": update, "steps": 2}
    context, part = last(homework([item], networks={"n": described}))
    (answer,) = context.answered(part)
    assert [claim.quantity for claim in answer.claims if not claim.check().ok] == []


def test_the_question_sheet_shows_every_sample_and_the_rule() -> None:
    keys = {"at": {"W1": [[1, 0]] * 3, "b1": [0] * 3}, "update": {"kind": "SGD", "learning_rate": 0.1}}
    samples = [{"x": [1, 2], "y": 1}, {"x": [3, 4], "y": 2}]
    context, part = last(_homework("classes", "gradient", {**keys, "samples": samples}))
    shown = " ".join(block.latex for block in context.blank(part) if isinstance(block, Equation | Text))
    assert "Sample 2:" in shown
    assert r"\bm{x} = \begin{bmatrix} 3 \\ 4 \end{bmatrix}, \quad y = 2" in shown
    assert r"SGD with $\eta = 0.1$" in shown
