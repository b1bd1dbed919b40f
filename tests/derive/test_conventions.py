"""The value that says how things are written, and the forward equations and matrix forms that follow it."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from inspect import signature
from typing import Any

import pytest

from derive import Conventions, NetworkError, layer, network, recurrence
from derive.expression import symbols
from derive.layers import LAYERS
from derive.layers.shapes import LAYERS as SHAPES

TWO_LAYERS = "x:n -> Linear(d) -> ReLU -> Linear(K)"
FORMS: list[tuple[dict[str, Any], str | None, dict[str, str]]] = [
    (
        {"weights": "(in, out)"},
        "B",
        {
            "z1": "z₁ = x W₁ + 𝟏 b₁ᵀ",
            "W1": "∂ℓ/∂W₁ = (1/B) xᵀ (((p − y) W₂ᵀ) ⊙ 1[z₁ > 0])",
            "b1": "∂ℓ/∂b₁ = (1/B)(((p − y) W₂ᵀ) ⊙ 1[z₁ > 0])ᵀ 𝟏",
            "W2": "∂ℓ/∂W₂ = (1/B) z₂ᵀ (p − y)",
            "x": "∂ℓ/∂x = (1/B)(((p − y) W₂ᵀ) ⊙ 1[z₁ > 0]) W₁ᵀ",
        },
    ),
    (
        {"samples": "columns"},
        "B",
        {
            "z1": "z₁ = W₁ x + b₁ 𝟏ᵀ",
            "W1": "∂ℓ/∂W₁ = (1/B)((W₂ᵀ (p − y)) ⊙ 1[z₁ > 0]) xᵀ",
            "b1": "∂ℓ/∂b₁ = (1/B)((W₂ᵀ (p − y)) ⊙ 1[z₁ > 0]) 𝟏",
            "W2": "∂ℓ/∂W₂ = (1/B)(p − y) z₂ᵀ",
            "x": "∂ℓ/∂x = (1/B) W₁ᵀ ((W₂ᵀ (p − y)) ⊙ 1[z₁ > 0])",
        },
    ),
    (
        {"weights": "(in, out)", "samples": "columns"},
        "B",
        {
            "z1": "z₁ = W₁ᵀ x + b₁ 𝟏ᵀ",
            "W1": "∂ℓ/∂W₁ = (1/B) x ((W₂ (p − y)) ⊙ 1[z₁ > 0])ᵀ",
            "b1": "∂ℓ/∂b₁ = (1/B)((W₂ (p − y)) ⊙ 1[z₁ > 0]) 𝟏",
            "W2": "∂ℓ/∂W₂ = (1/B) z₂ (p − y)ᵀ",
        },
    ),
    (
        {"weights": "(in, out)"},
        None,
        {"z1": "z₁ = W₁ᵀ x + b₁", "W1": "∂ℓ/∂W₁ = x ((W₂ (p − y)) ⊙ 1[z₁ > 0])ᵀ", "W2": "∂ℓ/∂W₂ = z₂ (p − y)ᵀ"},
    ),
    ({"names": {"W": "Theta", "b": "beta"}}, None, {"z1": "z₁ = Θ₁ x + β₁", "Theta2": "∂ℓ/∂Θ₂ = (p − y) z₂ᵀ"}),
    ({"names": {"weight": "V"}}, None, {"z1": "z₁ = V₁ x + b₁"}),
]


@pytest.mark.parametrize(("given", "batch", "forms"), FORMS)
def test_matrix_forms_are_those_of_the_convention(
    given: dict[str, Any], batch: str | None, forms: dict[str, str]
) -> None:
    net = network(TWO_LAYERS, "SoftmaxCrossEntropy", batch=batch, conventions=given)
    for name, form in forms.items():
        derived = net.value(name) if name in net.forward.row else net.gradient(name)
        assert derived.unicode() == form


def test_equations_and_shapes_are_those_of_the_convention() -> None:
    conventions = Conventions(weights="(in, out)", samples="columns", channels="last")
    net = network(
        "x:(H,W,C) -> Conv2d(D, 3, padding=1) -> GlobalAvgPool2d -> Linear(K)",
        "MSE",
        batch="B",
        conventions=conventions,
    )
    shapes = {name: tuple(map(str, tensor.shape)) for name, tensor in net.forward.tensors.items()}
    assert shapes["x"] == ("H", "W", "C", "B")
    assert shapes["W1"] == ("3", "3", "C", "D")
    assert shapes["W2"] == ("D", "K")
    assert shapes["z1"] == ("H", "W", "D", "B")
    assert shapes["y_hat"] == shapes["y"] == ("K", "B")
    assert net.gradient("W1").shape == net.forward.tensors["W1"].shape


@pytest.mark.parametrize(
    ("weights", "channels", "shape"),
    [
        ("(out, in)", "first", ("D", "C", "3", "2")),
        ("(in, out)", "first", ("C", "D", "3", "2")),
        ("(out, in)", "last", ("D", "3", "2", "C")),
        ("(in, out)", "last", ("3", "2", "C", "D")),
    ],
)
def test_kernels_stand_as_weights_and_channels_do(weights: str, channels: str, shape: tuple[str, ...]) -> None:
    conv = layer("Conv2d(D, (3, 2))", conventions={"weights": weights, "channels": channels})
    assert tuple(map(str, conv.network.forward.tensors["weight"].shape)) == shape


def test_channels_are_joined_and_flattened_where_they_stand() -> None:
    text = "x:(H,W,C) -> Conv2d(D, 1) -> u; [x, u] -> Flatten -> Linear(K)"
    net = network(text, "MSE", conventions={"channels": "last"})
    assert tuple(map(str, net.forward.tensors["z1"].shape)) == ("H", "W", "C + D")


def test_recurrences_follow_the_conventions_of_weights_and_names() -> None:
    cell = recurrence("RNNCell", "H", conventions={"weights": "(in, out)", "names": {"weight_hh": "U"}})
    assert tuple(map(str, cell.forward.tensors["weight_ih"].shape)) == ("D", "H")
    assert cell.gradient("U").unicode() == "∂ℓ/∂U = Σ_{t=0}^{T−1} h[t−1] (∂ℓ/∂h[t] ⊙ (𝟏 − h[t] ⊙ h[t]))ᵀ"


def test_value_is_frozen_hashable_and_picklable() -> None:
    given = Conventions(weights="in,out", names={"W": "V"})  # type: ignore[arg-type]
    assert given == Conventions(weights="(in, out)", names=(("W", "V"),))
    assert {given: 1}[pickle.loads(pickle.dumps(given))] == 1
    with pytest.raises(FrozenInstanceError):
        given.layout = "numerator"  # type: ignore[misc]


def test_keywords_go_before_the_value() -> None:
    net = network("x:n -> Linear(d)", "MSE", layout="numerator", conventions={"index_base": 0, "layout": "gradient"})
    assert net.conventions == Conventions("numerator", 0)
    assert layer("Tanh").network.conventions.index_base == 0
    assert layer("Tanh", conventions={"layout": "numerator"}).network.conventions == Conventions("numerator", 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weights": "in"}, r"the convention weights is one of \(out, in\), \(in, out\); not '\(in\)'"),
        ({"weights": 3}, "the convention weights is one of"),
        ({"samples": "cols"}, "the convention samples is one of rows, columns; not 'cols'"),
        ({"wieghts": "(in, out)"}, r"there is no convention wieghts; did you mean weights\?"),
        ({"names": {"Q": "x"}}, r"no parameter is called Q; did you mean W_Q\?"),
        ({"names": {"W": "1"}}, "'1' cannot be the name of a parameter"),
        ({"names": {"W": "A", "b": "A"}}, "two kinds of parameters would be called A"),
        ({"index_base": 2}, "the convention index_base is one of 0, 1; not 2"),
    ],
)
def test_what_is_no_convention_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        network("x:n -> Linear(d)", "MSE", conventions=given)


def test_every_layer_of_pictures_can_have_channels_last() -> None:
    # What flattens and reshapes takes axes as they stand.
    for name, factory in LAYERS.items():
        needed = [option for option in signature(factory).parameters.values() if option.default is option.empty]
        definition = factory(*(symbols.size(f"n{place}") for place, _ in enumerate(needed)))
        own = definition.axes[1:] if definition.over_batch else definition.axes
        assert definition.channels == (own[0] == "C" and name not in SHAPES and len(own) > 1), name


def test_every_weight_of_the_library_can_have_inputs_first() -> None:
    for name, factory in LAYERS.items():
        needed = [option for option in signature(factory).parameters.values() if option.default is option.empty]
        definition = factory(*(symbols.size(f"n{place}") for place, _ in enumerate(needed)))
        maps = {own for own in definition.parameters if len(definition.shapes[own]) > 1} - {"bias"}
        is_table = (
            definition.domains.get(definition.source) == "class"
        )  # of rows, which are looked up and not multiplied
        assert set(definition.weights) == (set() if is_table else maps), name
