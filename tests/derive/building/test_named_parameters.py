"""Names behind layers: parameters called so, layers used again, weights used the other way round."""

from __future__ import annotations

import pytest

from derive import NetworkError, layer, network


@pytest.mark.parametrize(
    ("described", "parameters"),
    [
        ("x:n -> Linear(d) as V, c -> ReLU -> Linear(K)", ("V", "c", "W2", "b2")),
        ("x:n -> Linear(d, bias=False) as V -> ReLU -> Linear(K)", ("V", "W2", "b2")),
        ("x:n -> Linear(d) as V -> ReLU -> Linear(K)", ("V", "b1", "W2", "b2")),
        ("x:n -> Linear(d) as encoder -> ReLU -> Linear(K)", ("W1", "b1", "W2", "b2")),
        ("x:n -> Linear(n) as V, c -> ReLU -> V", ("V", "c")),
        ("x:n -> LayerNorm as g, s -> PReLU as a -> Linear(K)", ("g", "s", "a", "W3", "b3")),
        (
            "x:n; h0:H; c0:H; (x, h0, c0) -> LSTMCell(H) as W, U, b, c -> h1; h1 -> Linear(K)",
            ("W", "U", "b", "c", "W2", "b2"),
        ),
        ("x:n -> PReLU as s -> Linear(n) -> s", ("s", "W2", "b2")),
        ("x:n -> Linear(d) as V, c -> Tanh -> V^T", ("V", "c")),
        ("x:n -> Linear(d) as V, c -> Tanh -> V^T as e", ("V", "c", "e")),
        ("x:n -> Linear(d) as V, c -> Tanh -> V^T(bias=True)", ("V", "c", "b2")),
        ("x:n -> Linear(d) as encoder -> Tanh -> encoder^T", ("W1", "b1")),
        ("x:n -> Linear(d) as V, c -> h; h -> Tanh -> V^T -> r", ("V", "c")),
        ("x:T -> Embedding(V, d) as E -> Linear(d) -> E^T", ("E", "W2", "b2")),
    ],
)
def test_parameters_are_called_as_the_network_says(described: str, parameters: tuple[str, ...]) -> None:
    assert network(described, "MSE").parameters == parameters


def test_layer_alone_has_its_names() -> None:
    assert layer("Linear(d) as V, c").differentiable == ("z", "V", "c")


def test_layer_used_again_keeps_its_first_name_and_its_number() -> None:
    net = network("x:n -> Linear(n) as V, c -> Tanh -> V -> Linear(K)", "1/2*MSE")
    assert [row.label for row in net.forward_table()] == ["Linear1", "Tanh", "Linear1", "Linear2", "Loss"]
    assert net.gradient("c", ["dl/dz1", "dl/dz3"]).unicode() == "∂ℓ/∂c = ∂ℓ/∂z₁ + ∂ℓ/∂z₃"


def test_factors_of_a_layer_and_of_its_use_are_multiplied() -> None:
    net = network("x:n -> 2*Linear(n) as V, c -> 3*V", "MSE")
    assert net.value("y_hat").unicode() == "ŷ = 6(V z₁ + c)"
    assert network("x:n -> Linear(d, bias=False) as V -> 2*V^T", "MSE").value("y_hat").unicode() == "ŷ = 2Vᵀ z₁"


def test_tied_weight_gets_both_shares() -> None:
    net = network("x:n -> Linear(d) as V, c -> Tanh -> h; h -> V^T as e -> r", "1/2*MSE(r, x)")
    assert net.value("r").unicode() == "r = Vᵀ h + e"
    expected = "∂ℓ/∂V = h (r − x)ᵀ + ((V (r − x)) ⊙ (𝟏 − h ⊙ h)) xᵀ"
    assert net.gradient("V").unicode() == expected
    turned = network(net.description, net.loss, conventions={"weights": "(in, out)"})
    assert turned.value("r").unicode() == "r = V h + e"
    assert turned.forward.tensors["V"].shape == net.forward.tensors["V"].shape[::-1]


def test_scores_of_words_are_products_with_their_vectors() -> None:
    net = network("x:T -> Embedding(V, d) as E -> Linear(d) -> E^T", "SoftmaxCrossEntropy")
    assert net.value("y_hat").unicode() == "ŷ = z₂ Eᵀ"


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ("x:n -> Linear(d) as V, c, e", "Linear has the parameters weight, bias; 3 names stand behind it: V, c, e"),
        ("x:n -> ReLU as V, c", "ReLU has no parameters; 2 names"),
        ("x:n -> Linear(d) as V, V", "two tensors would be called V"),
        ("x:n -> Linear(n) as x, c", "two tensors would be called x"),
        ("x:n -> Linear(d) as V, c -> U^T", r"U\^T: no layer before it is called U; known: V"),
        ("x:n -> V^T", r"give it one, as in Linear\(d\) as V, c"),
        ("x:n -> Linear(d)^T", "a transpose stands behind the name of an earlier layer"),
        ("x:(C,H,W) -> Conv2d(D, 3) as K, b -> K^T", "K is the name of a Conv2d, expected a Linear or Embedding"),
        ("x:n -> Linear(d) as V, c -> V^T -> V^T", r"V has shape \(d, n\) and cannot be used again here"),
        ("x:n -> Linear(d) as V, c -> ReLU -> V", r"z2 has shape \(d\), so that it would need \(d, d\)"),
        ("x:n -> Linear(n) as V, c -> V(3)", "V is the Linear before it, used again; it takes no arguments"),
        ("x:n -> Linear(n) as V, c -> V as U", "V has its names already; U stands behind it"),
        ("x:n -> Linear(d) as V, c -> V^T as a, b", r"V\^T takes bias=True, or the name of its bias"),
        ("x:n -> Linear(d) as V, c -> V^T(3)", r"V\^T takes bias=True"),
    ],
)
def test_what_does_not_fit_is_refused(described: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        network(described, "MSE")


def test_objective_has_no_names_and_no_transposes() -> None:
    for loss, message in (("MSE as V", "a loss has no name behind it"), ("MSE^T", r"MSE\^T is no loss")):
        with pytest.raises(NetworkError, match=message):
            network("x:n -> Linear(d)", loss)
