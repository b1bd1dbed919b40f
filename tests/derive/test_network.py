from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Sum, Symbol

from derive.derivation import Derivation
from derive.errors import NetworkError
from derive.expression.symbols import accesses, index, size
from derive.network import Network, network
from derive.steps import Step
from numeric import check, evaluate
from tests.examples import examples

HIDDEN = [
    "Identity", "ReLU", "5*ReLU", "LeakyReLU(0.2)", "PReLU", "ELU", "Softplus(2)", "GELU", "SiLU", "Sigmoid",
    "Tanh", "1/2*Tanh", "Softmax", "f",
]  # fmt: skip
LAST = {
    "MSE": ["Linear(K)", "Tanh", "3*Sigmoid"],
    "1/2*MSE(mean)": ["Linear(K)", "Softmax"],
    "L1": ["Linear(K)"],
    "Huber(0.5)": ["Linear(K)", "Tanh"],
    "BCE(mean)": ["Sigmoid"],
    "BCEWithLogits": ["Linear(K)"],
    "CrossEntropy": ["Softmax"],
    "CrossEntropy(class)": ["Softmax"],
    "SoftmaxCrossEntropy": ["Linear(K)"],
    "NLL": ["LogSoftmax"],
}


@st.composite
def networks(draw: st.DrawFn, layouts: tuple[str, ...] = ("gradient", "numerator")) -> dict[str, Any]:
    loss = draw(st.sampled_from(list(LAST)))
    depth = draw(st.integers(0, 5))
    hidden = [draw(st.sampled_from([*HIDDEN, f"Linear(d{k})", f"Linear(d{k})"])) for k in range(depth)]
    layers = [*hidden, draw(st.sampled_from(LAST[loss]))]
    batch = draw(st.sampled_from([None, None, "B", 2]))
    layout = draw(st.sampled_from(layouts))
    if batch is not None:
        layout = "gradient"  # see test_numerator_layout_of_a_batch
    return {
        "description": " -> ".join(["x:n", *layers]),
        "loss": loss,
        "batch": batch,
        "reduction": draw(st.sampled_from(["mean", "sum"])),
        "layout": layout,
    }


@examples(8, derandomize=True)
@given(networks())
def test_all_gradients_of_random_networks_are_right(given_network: dict[str, Any]) -> None:
    net = network(**given_network)
    for name in (*net.parameters, "x"):
        answer = net.gradient(name)
        report = check(answer, points=1)
        assert report.ok, (given_network, name, [item for item in report.items if not item.ok])
        for step in answer.steps:
            _assert_consistent(step, net)


@examples(8, derandomize=True)
@given(networks())
def test_equal_descriptions_are_equal_values(given_network: dict[str, Any]) -> None:
    first, second = network(**given_network), network(**given_network)
    assert (first, hash(first)) == (second, hash(second))
    name = (*first.parameters, "x")[0]
    ours, theirs = first.gradient(name), second.gradient(name)
    assert (ours, hash(ours)) == (theirs, hash(theirs))
    assert ours.steps == theirs.steps
    again: Network = pickle.loads(pickle.dumps(first))
    assert (again, hash(again)) == (first, hash(first))
    copied: Derivation = pickle.loads(pickle.dumps(ours))
    assert (copied, hash(copied)) == (ours, hash(ours))
    assert again.gradient(name) == ours


def test_the_order_of_questions_does_not_matter() -> None:
    first, second = (network("x:n -> Linear(d) -> Tanh -> Linear(K) -> Softmax", "CrossEntropy") for _ in range(2))
    forwards = [first.gradient(name) for name in first.parameters]
    backwards = [second.gradient(name) for name in reversed(second.parameters)]
    assert forwards == backwards[::-1]


def test_different_networks_differ() -> None:
    ours = network("x:n -> Linear(d)", "MSE")
    assert ours != network("x:n -> Linear(d)", "1/2*MSE")
    assert ours != network("x:n -> Linear(d)", "MSE", layout="numerator")
    assert ours != network("x:n -> Linear(d)", "MSE", batch="B")


def _assert_consistent(step: Step, net: Network) -> None:
    """The indices of a step are those of its quantity, and its shape that of the tensors in its name."""
    quantity = step.quantity
    assert len(quantity.indices) == len(quantity.shape) == len(set(quantity.indices))
    free = {symbol for symbol in step.expression.free_symbols if isinstance(symbol, Symbol) and symbol.is_integer}
    sizes = {symbol for symbol in free if symbol.is_positive}
    assert free - sizes <= set(quantity.indices), step
    top, bottom = quantity.name.split("|")[0][1:].split("/d")
    assert quantity.shape == net.forward.tensors[top].shape + net.forward.tensors[bottom].shape
    for total in step.expression.atoms(Sum):
        letters = [letter.name for letter, _, _ in total.limits]
        assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(("layout", "names"), [("gradient", ["W1"]), ("numerator", ["b5", "W10"])])
def test_ten_layers(layout: Any, names: list[str]) -> None:
    layers = " -> ".join(f"Linear(d) -> {'ReLU' if k % 2 else 'Tanh'}" for k in range(1, 10))
    net = network(f"x:n -> {layers} -> Linear(K)", "SoftmaxCrossEntropy", layout=layout)
    assert len(net.parameters) == 20
    for name in names:
        report = check(net.gradient(name), points=1)
        assert report.ok, [item for item in report.items if not item.ok]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_reduction_over_a_batch(reduction: Any) -> None:
    net = network("x:n -> Linear(K)", "1/2*MSE", batch="B", reduction=reduction)
    generator = np.random.default_rng(0)
    x, y, w, b = (generator.normal(size=shape) for shape in ((5, 3), (5, 2), (2, 3), (2,)))
    given_arrays = {"x": x, "y": y, "W1": w, "b1": b}
    error = x @ w.T + b - y
    count = 5 if reduction == "mean" else 1
    assert np.allclose(evaluate(net.gradient("W1"), given_arrays), error.T @ x / count)
    assert np.allclose(evaluate(net.gradient("b1"), given_arrays), error.sum(axis=0) / count)
    assert np.allclose(evaluate(net.gradient("x"), given_arrays), error @ w / count)


def test_layouts_are_transposes_of_each_other() -> None:
    model = ("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE")
    generator = np.random.default_rng(1)
    shapes = {"x": (3,), "y": (2,), "W1": (4, 3), "b1": (4,), "W2": (2, 4), "b2": (2,)}
    arrays = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    for name in ("W1", "W2"):
        ours, theirs = (
            evaluate(network(*model, layout=layout).gradient(name), arrays) for layout in ("gradient", "numerator")
        )
        assert ours.shape == shapes[name]
        assert np.allclose(ours, theirs.T)


def test_numerator_layout_of_a_batch() -> None:
    net = network("x:n -> Linear(K)", "L1", batch="B", layout="numerator")
    assert check(net.gradient("W1")).ok


def test_the_jacobian_through_log_softmax() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K) -> LogSoftmax", "NLL")
    assert check(net.jacobian("y_hat", "z1")).ok


def test_a_tensor_by_itself_is_the_identity() -> None:
    net = network("x:n -> Linear(d) -> ReLU", "MSE")
    for name in ("z1", "x", "l"):
        jacobian = net.jacobian(name, name)
        assert jacobian.result == 1 if name == "l" else jacobian.result.is_number is False
        assert check(jacobian).ok


def test_there_is_no_path_backwards() -> None:
    assert network("x:n -> Linear(d) -> ReLU", "MSE").jacobian("z1", "y_hat").result == 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda net: net.gradient("W3"), "there is no W3 in this network"),
        (lambda net: net.partial("dz9/dz1"), "there is no z9 in this network; did you mean z"),
        (lambda net: net.partial("dldW1"), "dldW1 is no partial derivative; expected a name such as dl/dW1"),
        (lambda net: net.jacobian("z1", "b9"), "there is no b9 in this network; did you mean b"),
    ],
)
def test_what_is_not_in_the_network_is_said(ask: Any, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        ask(network("x:n -> Linear(d) -> ReLU -> Linear(K)", "MSE"))


def test_a_network_without_a_loss_has_no_gradient() -> None:
    with pytest.raises(NetworkError, match="no loss to differentiate"):
        network("x:n -> Linear(d)").gradient("W1")


@pytest.mark.parametrize("ask", [lambda net: net.value("zz"), lambda net: net.backward()])
def test_values_and_backward_passes_that_do_not_exist(ask: Any) -> None:
    with pytest.raises(NetworkError):
        ask(network("x:n -> Linear(d)"))


def test_sizes_that_are_called_as_indices_are_stay_apart() -> None:
    net = network("x:k -> Linear(i) -> ReLU -> Linear(j)", "MSE", batch="b")
    for answer in net.gradients().values():
        assert check(answer, points=1).ok
        letters = {letter.name for letter in answer.quantity.indices}
        assert not letters & {"i", "j", "k", "b"}
    assert index("i") != size("i")


def test_the_backward_pass_holds_every_gradient() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K)", "1/2*MSE")
    names = [answer.quantity.name for answer in net.backward()]
    assert names[0] == "dl/dy_hat"
    assert {f"dl/d{name}" for name in net.parameters} <= set(names)
    for answer in net.backward():
        assert check(answer, points=1).ok
        assert accesses(answer.result)


@pytest.mark.parametrize("loss", [None, "MSE", "CrossEntropy", "SoftmaxCrossEntropy", "BCEWithLogits"])
def test_the_prediction_is_what_the_network_computes_before_the_loss(loss: str | None) -> None:
    assert network("x:n -> Linear(d) -> Tanh -> Linear(K) -> Sigmoid -> c", loss).prediction == "c"


def test_a_value_that_is_read_as_an_unknown_function_says_so() -> None:
    with pytest.raises(NetworkError, match="h is applied in this network as a function that is left unknown"):
        network("x:n -> Linear(m) -> h").partial("dh/dx")
