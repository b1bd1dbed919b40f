from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.errors import DeriveError, NetworkError
from derive.expression.symbols import size
from derive.layers import PENALTY, Activation, LayerDefinition, LossDefinition
from derive.network import Network, network
from numeric import check, evaluate
from tests.examples import examples
from tests.sweeps import sweep

TWO_HEADS = "x:n -> Linear(d) -> Tanh -> h; h -> Linear(K) -> o; h -> Linear(m) -> r"
SCORE = LayerDefinition(
    name="Score",
    equations="y = sum[i] w[i]*z[i] + b",
    axes=("n",),
    shapes={"w": ("n",), "b": (), "y": ()},
    parameters={"w": "w", "b": "b"},
)
HINGE = LossDefinition("Margin", "l = max(0, 1 - t*s)", source="s", target_name="t", axes=())
QUARTIC = LossDefinition(
    "Quartic",
    "u[k] = o[k] - t[k]; E = beta*(sum[k] u[k]^4)",
    source="o",
    target_name="t",
    constants={"beta": "beta"},
    values=("u",),
)
MATRIX = LossDefinition("Frobenius", "l = sum[i,j] (y_hat[i,j] - y[i,j])^2", axes=("n", "m"))
PRIOR = LossDefinition(
    "Prior",
    "l = 1/2*(sum[k] (exp(v[k]) + mu[k]^2 - 1 - v[k]))",
    source="mu",
    target=None,
    inputs=("v",),
    shapes={"v": ("K",)},
)


def holds(net: Network, *names: str) -> bool:
    """Whether the gradients by these tensors, all parameters if none is named, agree with differences."""
    return all(check(net.gradient(name), points=1).ok for name in names or net.parameters)


@sweep(lambda layers, loss, batch: batch and (layers, loss))
@pytest.mark.parametrize("batch", [None, "B"])
@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE + lambda/2*L2(weights)"),
        ("x:n -> Linear(d) -> Tanh -> Linear(K)", "1/2*MSE + lambda*L1(W1) - (1 - alpha)*L2(parameters)"),
        (TWO_HEADS, "SoftmaxCrossEntropy(o) + 1/2*MSE(r)"),
        (TWO_HEADS, "SoftmaxCrossEntropy(o, t) + gamma*Huber(r, u, 2) + L2(h)"),
        ("x:n -> Linear(d) -> Tanh -> h; h -> Linear(n) -> r", "1/2*MSE(r, x) + beta*L1(h)"),
        ("x:n -> Linear(K) -> o", "T^2*KLWithLogits(o, q) + (1 - alpha)*SoftmaxCrossEntropy(o, y)"),
        ("x:(T,n) -> Linear(K) -> o", "1/T*SoftmaxCrossEntropy"),
        ("x:(T,n) -> Linear(K) -> o", "SoftmaxCrossEntropy(class)"),
        ("x:(T,n) -> Linear(K) -> o", "MSE(mean)"),
        ("x:n -> Linear(d) -> Tanh", "Sum"),
    ],
)
def test_gradients_of_objectives(layers: str, loss: str, batch: str | None) -> None:
    assert holds(network(layers, loss, batch=batch))


@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ("x:(K,N) -> A", "SoftmaxCrossEntropy(axis=0)"),
        ("x:(K,N) -> A", "SoftmaxCrossEntropy(class, axis=0)"),
        ("x:(K,N) -> Softmax(axis=0)", "CrossEntropy(axis=0)"),
        ("x:(K,H,W) -> A", "SoftmaxCrossEntropy(axis=-3)"),
        ("x:(n,m) -> A", "Frobenius"),
    ],
)
def test_losses_of_matrices(layers: str, loss: str) -> None:
    assert holds(network(layers, loss, extra=[MATRIX]), "x")


@pytest.mark.parametrize("batch", [None, "B"])
@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ("x:n -> Score -> s", "Margin + lambda*L2(w1)"),
        ("x:n -> Score -> s", "1/2*MSE(s, t)"),
        ("x:n -> Score -> Sigmoid -> s", "BCE(s, t)"),
        ("x:n -> Score -> s", "s"),
        ("x:n -> Linear(K) -> a", "Quartic(a, c, 3) + Quartic(a, c)"),
        ("x:n -> Linear(d) -> mu; x -> Linear(d) -> v; mu -> Linear(n) -> r", "MSE(r, x) + Prior(mu)"),
        ("x:n -> Linear(d) -> mu; x -> Linear(d) -> a; mu -> Linear(n) -> r", "MSE(r, x) + Prior(mu, v=a)"),
    ],
)
def test_losses_of_ones_own(layers: str, loss: str, batch: str | None) -> None:
    assert holds(network(layers, loss, batch=batch, extra=[SCORE, HINGE, QUARTIC, PRIOR]))


@pytest.mark.parametrize("name", list(PENALTY))
def test_every_penalty_is_the_sum_that_it_says(name: str) -> None:
    net = network("x:n -> Linear(d) -> Sigmoid -> p; p -> Linear(K)", f"MSE + {name}(p)")
    assert holds(net, "W1")


@given(factor=st.fractions(-3, 3, max_denominator=9), rate=st.floats(0.1, 2))
@examples(15)
def test_an_objective_is_the_sum_of_its_terms(factor: object, rate: float) -> None:
    layers = "x:n -> Linear(d) -> Tanh -> Linear(K)"
    whole = network(layers, f"MSE - ({factor})*L1 + lambda*L2(W1)").gradient("W1")
    parts = [network(layers, loss).gradient("W1") for loss in ("MSE", "L1")]
    random = numpy.random.default_rng(1)
    arrays = {"x": random.normal(size=3), "y": random.normal(size=2)}
    shapes = {"W1": (4, 3), "b1": (4,), "W2": (2, 4), "b2": (2,)}
    arrays |= {name: random.normal(size=shape) for name, shape in shapes.items()}
    first, second = (evaluate(part, arrays) for part in parts)
    expected = first - float(factor) * second + 2 * rate * arrays["W1"]  # type: ignore[arg-type]
    assert numpy.allclose(evaluate(whole, {**arrays, "lambda": rate}), expected)


@pytest.mark.parametrize(
    ("layers", "loss", "of", "form"),
    [
        ("x:n -> Linear(K)", "MSE + lambda/2*L2(W1)", "W1", "2(ŷ − y) xᵀ + λ W₁"),
        (
            "x:n -> Linear(1, bias=False) -> Sigmoid",
            "1/2*MSE + lambda*L2(W1)",
            "W1",
            "2λ W₁ + (ŷ − y) · ŷ · (1 − ŷ) xᵀ",
        ),
        ("x:(T,n) -> Linear(K) -> o", "SoftmaxCrossEntropy(o, t)", "W1", "(p − t)ᵀ x"),
        ("x:(K,N) -> o", "SoftmaxCrossEntropy(axis=0)", "x", "p − y"),
        ("x:n -> Score -> s", "Margin + lambda*L2(w1)", "w1", "2λ w₁ − t · 1[1−s·t > 0] x"),
        ("x:n -> alpha*Identity -> o", "SoftmaxCrossEntropy(o, t)", "x", "α (p − t)"),
        ("x:n -> 1/T*Identity -> o", "SoftmaxCrossEntropy(o, t)", "x", "(1/T)(p − t)"),
    ],
)
def test_objectives_read_as_in_textbooks(layers: str, loss: str, of: str, form: str) -> None:
    net = network(layers, loss, extra=[SCORE, HINGE])
    assert net.gradient(of).unicode().partition(" = ")[2] == form


def test_over_a_batch_a_penalty_of_parameters_counts_once() -> None:
    shown = network("x:n -> Linear(K)", "MSE + lambda*L2(W1)", batch="B").gradient("W1").unicode()
    assert shown == "∂ℓ/∂W₁ = (2/B)(ŷ − y)ᵀ x + 2λ W₁"


def test_large_sizes_are_cases_of_letters() -> None:
    net = network("x:784 -> Linear(128) -> ReLU -> Linear(10)", "SoftmaxCrossEntropy + lambda*L2(weights)", batch=64)
    assert net.general is not None
    assert net.gradient("W2").unicode() == "∂ℓ/∂W₂ = (1/64)(p − y)ᵀ z₂ + 2λ W₂"


def test_letters_of_a_layer_of_ones_own_stay() -> None:
    tied = LayerDefinition(
        name="Tied",
        equations="h[i] = sum[j] W[i,j]*z[j]; y[k] = sum[i] W[i,k]*h[i]",
        axes=("n",),
        sizes={"m": size("m")},
        shapes={"W": ("m", "n"), "y": ("n",)},
        parameters={"W": "W"},
        values=("h",),
    )
    net = network("x:n -> Tied(m) -> r", "1/2*MSE(r, x)", extra=[tied])
    shown = net.gradient("W1", within=["x", "W1", "h", "dl/dr"]).unicode()
    assert shown == "∂ℓ/∂W₁ = h (∂ℓ/∂r)ᵀ + W₁ ∂ℓ/∂r xᵀ"
    twice = network("x:n -> Tied(m) -> Tied(m) -> r", "1/2*MSE(r, x)", extra=[tied])
    assert {"h", "h_r"} <= set(twice.forward.tensors)


def test_several_outputs_have_targets_of_their_own() -> None:
    net = network(TWO_HEADS, "SoftmaxCrossEntropy(o) + MSE(r)")
    assert {"y_o", "y_r"} <= set(net.forward.tensors)
    same = network("x:n -> Linear(K) -> o", "MSE + L1")
    assert [tensor.name for tensor in same.forward.given if tensor.role == "target"] == ["y"]


def test_a_letter_that_is_a_size_is_that_size() -> None:
    net = network("x:(T,n) -> Linear(K)", "1/T*MSE")
    arrays = {"x": numpy.ones((5, 2)), "W1": numpy.ones((3, 2)), "b1": numpy.zeros(3), "y": numpy.ones((5, 3))}
    assert evaluate(net.value("l"), arrays) == pytest.approx(3)


@pytest.mark.parametrize(
    ("layers", "loss", "message"),
    [
        ("x:n -> Linear(K) -> o", "MSE(q)", "MSE takes mean, sum, class, one_hot; got q, which is not in this network"),
        ("x:n -> Linear(K) -> o", "MSE(output=q)", "MSE reads q, which is not in this network"),
        ("x:n -> Linear(K) -> o", "L2", r"L2 takes tensors: L2\(W1\), or all of them: L2\(weights\)"),
        ("x:n -> Linear(K) -> o", "L2(W2)", "L2 reads W2, which is not in this network; did you mean W1"),
        ("x:n -> Linear(K) -> o", "L2(W1, o)", "of parameters or of values of one sample"),
        ("x:n -> Tanh -> o", "L2(weights)", "the network has no weights"),
        ("x:n -> Linear(K) -> o", "o", r"o has shape \(K\), and a loss is one number: Sum\(o\) adds it up"),
        ("x:n -> Linear(K) -> o", "2*3", "there are factors and no layer or loss behind them"),
        ("x:n -> Linear(K) -> o", "MSE(o)*L2(W1)", "MSE and L2 are multiplied"),
        ("x:n -> Linear(K) -> o", "1/(1 - 1)*MSE", "a factor divides by 0"),
        ("x:n -> Linear(K) -> o", "W1*MSE", "the factor W1 is a tensor of the network"),
        ("x:n -> Linear(K) -> o", "MSE +", "cannot read the objective"),
        ("x:n -> Linear(K) -> o", "MSE(axis=1)", "axis is one of 0 to 0"),
        ("x:n -> Linear(K) -> o", "MSE(axis=k)", "axis is a whole number"),
        ("x:n -> Linear(K) -> o", "MSE as m", "a loss has no name behind it"),
        ("x:n -> Linear(K) -> o", "MSE(o, x)", r"MSE compares with x of shape \(n\), expected shape \(K\)"),
        (TWO_HEADS, "MSE(o, t) + MSE(r, t)", "name the target of one of them"),
        ("x:n -> Linear(K) -> o", "Frobenius", r"Frobenius takes 2 axes \(n, m\), but o has shape \(K\)"),
        ("x:n -> Linear(K) -> o", "Triplet(target=t)", "Triplet has no target"),
        ("x:n -> Linear(K) -> f", "f", "at the end of a chain f, g and h are functions that are left unknown"),
        ("x:n -> Linear(K) -> o", "MSE(output=3)", "output is the name of a tensor, not 3"),
        ("x:n -> Linear(K) -> o", "Rows", "the last row of a loss is one number"),
    ],
)
def test_what_cannot_be_is_said(layers: str, loss: str, message: str) -> None:
    rows = LossDefinition("Rows", "l[k] = (y_hat[k] - y[k])^2")
    with pytest.raises(NetworkError, match=message):
        network(layers, loss, extra=[MATRIX, rows], batch="B" if loss == "L2(W1, o)" else None)


def test_a_loss_of_ones_own_is_read_as_an_equation_is() -> None:
    wrong = LossDefinition("Wrong", "l = sum[k] (y_hat[k] - q[k])^2")
    with pytest.raises(DeriveError, match="q is read but not defined"):
        network("x:n -> Linear(K)", "Wrong", extra=[wrong])


def test_a_function_of_a_loss_leaves_that_of_the_network_as_it_is() -> None:
    squared = Activation("Squared", "z^2", call="h")
    quartic = LossDefinition("Fourth", "l = sum[i] h(y_hat[i] - y[i])", functions={"h": "z^4"})
    net = network("x:n -> Squared -> y_hat", "Fourth", extra=[squared, quartic])
    arrays = {"x": numpy.array([3.0, 1.0]), "y": numpy.array([8.0, 1.0])}
    numpy.testing.assert_allclose(evaluate(net.value("y_hat"), arrays), [9.0, 1.0])
    numpy.testing.assert_allclose(evaluate(net.gradient("x"), arrays), [4.0 * 6.0, 0.0])
    assert check(net.gradient("x")).ok


@pytest.mark.parametrize(
    ("loss", "prediction"),
    [
        ("MSE(o)", "o"),
        ("MSE(r)", "r"),
        ("MSE(o) + MSE(r)", "o"),
        ("MSE(r) + SoftmaxCrossEntropy(o)", "r"),
        ("lambda*L2(W1) + MSE(o)", "o"),
    ],
)
def test_the_prediction_is_what_the_first_loss_with_a_target_reads(loss: str, prediction: str) -> None:
    assert network(TWO_HEADS, loss).prediction == prediction


@pytest.mark.parametrize("value", [3, 3.0, "3"])
def test_constants_of_a_loss_are_numbers_or_formulas(value: Any) -> None:
    own = LossDefinition("Own", "l = a*(sum[i] (y_hat[i] - y[i])^2)", constants={"a": value})
    gradient = network("x:n -> Linear(K)", "Own", extra=[own]).gradient("b1")
    assert gradient.unicode() == "∂ℓ/∂b₁ = 6(ŷ − y)"
    with pytest.raises(DeriveError, match="the constant a is"):
        LossDefinition("Own", "l = a*(sum[i] y_hat[i])", constants={"a": None})  # type: ignore[dict-item]


def test_further_inputs_stand_in_their_order_too() -> None:
    towers = "a:n; b:n; c:n; a -> Linear(d) as W, e -> u; b -> W -> v; c -> W -> w"
    by_name = network(towers, "Triplet(u, positive=v, negative=w)")
    assert network(towers, "Triplet(u, v, w)").forward == by_name.forward
    with pytest.raises(NetworkError, match=r"MSE takes mean, sum, class, one_hot; got w$"):
        network(towers, "MSE(u, v, w)")


def test_a_loss_of_a_square_matrix() -> None:
    own = LossDefinition("Off", "l = sum[i,j if j != i] C[i,j]^2", source="C", axes=("n", "n"), target=None)
    gradient = network("C:(n,n)", "Off", extra=[own]).gradient("C")
    assert gradient.unicode() == "∂ℓ/∂C[i,j] = 2C[i,j] · 1[j ≠ i]"
    assert check(gradient).ok
    with pytest.raises(NetworkError, match=r"the axes n, n, of which equal ones are as long; C has shape \(a, b\)"):
        network("C:(a,b)", "Off", extra=[own])
