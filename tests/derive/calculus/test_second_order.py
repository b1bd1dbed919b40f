"""Second derivatives: known Hessians, and Hessian-vector products against PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import NetworkError, network
from numeric import check, evaluate
from tests.examples import examples

KNOWN = {
    "SoftmaxCrossEntropy": "diag(p) − p pᵀ",
    "SoftmaxCrossEntropy(class)": "diag(p) − p pᵀ",
    "KLWithLogits": "diag(p) − p pᵀ",
    "MSE": "2I",
    "1/2*MSE": "I",
    "BCEWithLogits": "diag(p ⊙ (𝟏 − p))",
}


@pytest.mark.parametrize("loss", KNOWN)
def test_the_hessian_of_a_loss_by_the_scores(loss: str) -> None:
    hessian = network("x:n -> Linear(K) -> y_hat", loss).hessian("y_hat")
    assert hessian.unicode().split(" = ", 1)[1] == KNOWN[loss]
    assert check(hessian).ok


def test_hessians_of_hidden_values_and_parameters() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "SoftmaxCrossEntropy")
    for name, other in (("z1", None), ("b2", None), ("W2", "z2"), ("W1", None)):
        outcome = check(net.hessian(name, other), points=2)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


@pytest.mark.parametrize(
    ("loss", "form"),
    [("1/2*MSE(o, t)", "Xᵀ X"), ("BCEWithLogits(o, t)", "Xᵀ diag(p ⊙ (𝟏 − p)) X")],
)
def test_by_a_weight_of_one_row_it_is_a_matrix(loss: str, form: str) -> None:
    net = network("X:d -> Linear(1, bias=False) as w -> o", loss, batch="N", reduction="sum")
    hessian = net.hessian("w")
    assert hessian.unicode() == f"∂²ℓ/∂w∂wᵀ = {form}"
    assert check(hessian, points=2).ok


def test_the_hessian_is_symmetric() -> None:
    net = network("x:n -> Linear(d) -> Sigmoid -> Linear(K)", "MSE", batch="B")
    generator = np.random.default_rng(0)
    shapes = {"x": (3, 2), "y": (3, 2), "W1": (4, 2), "b1": (4,), "W2": (2, 4), "b2": (2,)}
    arrays = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    hessian = evaluate(net.hessian("b1"), arrays)
    assert np.allclose(hessian, hessian.T)
    assert not np.allclose(hessian, 0)
    mixed, turned = evaluate(net.hessian("b1", "W2"), arrays), evaluate(net.hessian("W2", "b1"), arrays)
    assert np.allclose(mixed, np.moveaxis(turned, -1, 0))


SMOOTH = ("Sigmoid", "GELU", "SiLU")


@pytest.mark.parametrize("activation", ["Tanh", *(pytest.param(name, marks=pytest.mark.slow) for name in SMOOTH)])
@given(seed=st.integers(0, 2**32 - 1))
@examples(3)
def test_hessian_vector_products(activation: str, seed: int) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install '.[check]')")
    net = network(f"x:n -> Linear(d) -> {activation} -> Linear(K)", "SoftmaxCrossEntropy(class)", batch="B")
    generator = np.random.default_rng(seed)
    shapes = {"W1": (3, 2), "b1": (3,), "W2": (4, 3), "b2": (4,)}
    arrays = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    directions = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    given = {"x": generator.normal(size=(5, 2)), "y": generator.integers(4, size=5)}
    functions = {"Tanh": torch.tanh, "Sigmoid": torch.sigmoid, "GELU": torch.nn.functional.gelu}
    apply = functions.get(activation, torch.nn.functional.silu)

    def loss(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        scores = apply(torch.tensor(given["x"]) @ W1.T + b1) @ W2.T + b2
        return torch.nn.functional.cross_entropy(scores, torch.tensor(given["y"]))

    point, direction = (tuple(torch.tensor(group[name]) for name in shapes) for group in (arrays, directions))
    _, theirs = torch.autograd.functional.hvp(loss, point, direction)
    known = {**given, **arrays, **{f"v_{name}": array for name, array in directions.items()}}
    for name, expected in zip(shapes, theirs, strict=True):
        ours = evaluate(net.hessian_vector_product(name, along=shapes), known)
        assert np.max(np.abs(ours - expected.numpy())) <= 1e-9 * max(1, np.max(np.abs(expected.numpy())))


def test_steps_of_a_product_are_right_by_number() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "SoftmaxCrossEntropy")
    outcome = check(net.hessian_vector_product("W1", along=("W1", "b2")), points=2)
    assert outcome.ok, [item for item in outcome.items if not item.ok]


def test_errors() -> None:
    net = network("x:n -> Linear(K)", "MSE")
    with pytest.raises(NetworkError, match="there is no W2 in this network; did you mean W1"):
        net.hessian("W2")
    with pytest.raises(NetworkError, match="there is no z7"):
        net.hessian_vector_product("W1", along=["z7"])
    with pytest.raises(NetworkError, match="no loss to differentiate"):
        network("x:n -> Linear(K)").hessian("W1")


def test_second_derivatives_are_those_of_the_loss() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K)", "MSE")
    with pytest.raises(NetworkError, match="dz2/dz1 is a derivative already; second derivatives are those of the loss"):
        net.hessian("dz2/dz1")
