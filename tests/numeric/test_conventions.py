"""Networks and layers in every convention against PyTorch, and against the same ones in PyTorch's convention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive import Conventions, Layer, layer, network
from numeric import check, compile, evaluate
from numeric.arrays.axes import Array
from numeric.sampling.points import sample, sample_sizes
from tests.sweeps import layer_kind, sweep

torch = pytest.importorskip("torch")
F = torch.nn.functional

B, N, D, K = 5, 4, 3, 6
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "MSE": lambda o, y: ((o - y) ** 2).sum() / B,
    "1/2*MSE(mean)": lambda o, y: ((o - y) ** 2).mean() / 2,
    "L1": lambda o, y: (o - y).abs().sum() / B,
    "Huber": lambda o, y: F.huber_loss(o, y, reduction="sum") / B,
    "BCEWithLogits": lambda o, y: F.binary_cross_entropy_with_logits(o, y, reduction="sum") / B,
    "SoftmaxCrossEntropy": F.cross_entropy,
    "SoftmaxCrossEntropy(class)": lambda o, y: F.cross_entropy(o, y.argmax(axis=1)),
}
conventions = st.builds(
    Conventions,
    layout=st.sampled_from(["gradient", "numerator"]),
    index_base=st.sampled_from([0, 1]),
    weights=st.sampled_from(["(out, in)", "(in, out)"]),
    samples=st.sampled_from(["rows", "columns"]),
    channels=st.sampled_from(["first", "last"]),
)


def standing(array: Array, usual: Conventions, kind: Literal["samples", "weight"]) -> Array:
    """An array of PyTorch's as a convention has it."""
    turned = usual.samples == "columns" if kind == "samples" else usual.weights == "(in, out)"
    return np.moveaxis(array, 0, -1) if turned else array


@settings(max_examples=15, deadline=None)
@given(conventions, st.sampled_from(sorted(LOSSES)), st.sampled_from(["Tanh", "ReLU"]), st.integers(0, 99))
def test_two_layers_have_the_gradients_of_pytorch(usual: Conventions, loss: str, activation: str, seed: int) -> None:
    net = network(f"x:n -> Linear(d) -> {activation} -> Linear(K)", loss, batch="B", conventions=usual)
    draw = np.random.default_rng(seed)
    x, y = draw.normal(size=(B, N)), np.eye(K)[draw.integers(0, K, B)]
    shapes = {"W1": (D, N), "b1": (D,), "W2": (K, D), "b2": (K,)}
    plain = {name: draw.normal(size=shape) for name, shape in shapes.items()}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in plain.items()}
    hidden = getattr(torch, activation.lower())(torch.tensor(x) @ tensors["W1"].T + tensors["b1"])
    value = LOSSES[loss](hidden @ tensors["W2"].T + tensors["b2"], torch.tensor(y))
    value.backward()
    target = y.argmax(axis=1) if "class" in loss else standing(y, usual, "samples")
    arrays = {name: standing(array, usual, "weight") for name, array in plain.items()}
    found, gradients = compile(net).loss_and_gradients(arrays, standing(x, usual, "samples"), target)
    np.testing.assert_allclose(found, value.item())
    for name, tensor in tensors.items():
        expected = standing(tensor.grad.numpy(), usual, "weight")
        np.testing.assert_allclose(gradients[name], expected, atol=1e-12, err_msg=name)
        derived = evaluate(net.gradient(name), {**arrays, "x": standing(x, usual, "samples"), "y": target})
        np.testing.assert_allclose(derived, expected.T if usual.layout == "numerator" else expected, atol=1e-12)


LAYERS = [
    "Linear(3)",
    "Bilinear(3)",
    "Maxout(3, 2)",
    "SwiGLU(3)",
    "Conv1d(3, 2, stride=2)",
    "Conv2d(3, (3, 2), stride=2, padding=1)",
    "Conv2d(4, 2, groups=2)",
    "ConvTranspose2d(3, 2, stride=2, padding=1)",
    "MaxPool2d(2)",
    "AvgPool1d(2, stride=1)",
    "GlobalAvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "InstanceNorm2d(affine=True)",
    "GroupNorm(2)",
    "LocalResponseNorm(3)",
    "ZeroPad2d(1)",
    "PixelShuffle(2)",
    "ChannelShuffle(2)",
    "LPPool2d(2, 2)",
    "RNNCell(3)",
    "LSTMCell(2)",
    "SelfAttention(3)",
    "MultiHeadAttention(2)",
]
OUTPUTS_FIRST = {
    "Bilinear": (1, 2, 0),
    "Maxout": (2, 0, 1),
    "MultiHeadAttention": (0, 2, 1),
}
IMAGES = (
    *("Conv", "MaxPool", "AvgPool", "GlobalAvgPool", "BatchNorm2d", "InstanceNorm", "GroupNorm", "LocalResponseNorm"),
    *("ZeroPad", "Upsample", "PixelShuffle", "ChannelShuffle", "LPPool"),
)


def moved(name: str, array: Array, alone: Layer, usual: Conventions) -> Array:
    """An array of a layer in PyTorch's convention as another one has it."""
    if name not in alone.network.forward.tensors:
        return array  # a constant
    tensor, images = alone.network.forward.tensors[name], alone.name.startswith(IMAGES)
    if tensor.role == "parameter":
        kernel = images and array.ndim > 2
        if usual.weights == "(in, out)" and array.ndim > 1 and not name.startswith("bias"):
            turned = (1, 2, 0) if name == "W_O" and array.ndim == 3 else OUTPUTS_FIRST.get(alone.name)
            array = np.swapaxes(array, 0, 1) if turned is None else np.transpose(array, turned)
        if kernel and usual.channels == "last":
            array = np.moveaxis(array, 1, -1) if usual.weights == "(out, in)" else np.moveaxis(array, (0, 1), (-2, -1))
        return array
    if images and usual.channels == "last" and array.ndim > 2:
        array = np.moveaxis(array, 1, -1)
    return np.moveaxis(array, 0, -1) if usual.samples == "columns" else array


@sweep(lambda text, weights: (layer_kind(text), weights))
@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize(("weights", "samples"), [("(out, in)", "columns"), ("(in, out)", "rows")])
def test_layers_have_the_gradients_of_the_usual_convention(text: str, weights: Any, samples: Any) -> None:
    usual = Conventions(weights=weights, samples=samples, channels="last")
    plain, other = layer(text, batch="B"), layer(text, batch="B", conventions=usual)
    model = plain.network.forward
    arrays = sample(model, 0, sample_sizes(model, 0))
    turned = {name: moved(name, array, plain, usual) for name, array in arrays.items()}
    for name in plain.differentiable:
        expected = moved(name, evaluate(plain.network.gradient(name), arrays), plain, usual)
        np.testing.assert_allclose(evaluate(other.network.gradient(name), turned), expected, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("name", ["W1", "b1", "x", "y_hat"])
def test_batches_of_a_network_for_one_sample_stand_as_the_convention_says(name: str) -> None:
    draw = np.random.default_rng(0)
    shapes = {"x": (N, B), "y": (K, B), "W1": (D, N), "b1": (D,), "W2": (K, D), "b2": (K,)}
    arrays = {key: draw.normal(size=shape) for key, shape in shapes.items()}
    text, usual = "x:n -> Linear(d) -> Tanh -> Linear(K)", {"samples": "columns"}
    one, many = (network(text, "MSE", batch=batch, conventions=usual) for batch in (None, "B"))
    found, expected = (
        evaluate(net.value(name) if name == "y_hat" else net.gradient(name), arrays) for net in (one, many)
    )
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "x"])
def test_images_with_channels_last_are_checked(name: str) -> None:
    text = "x:(H,W,C) -> Conv2d(D, 3, padding=1) -> Tanh -> GlobalAvgPool2d -> Linear(K)"
    usual = Conventions(weights="(in, out)", samples="columns", channels="last")
    assert check(network(text, "SoftmaxCrossEntropy", conventions=usual).gradient(name)).ok
    assert check(network(text, "SoftmaxCrossEntropy", batch="B", conventions=usual).gradient(name)).ok


def test_flattened_images_with_channels_last_are_in_reading_order() -> None:
    text = "x:(5,4,2) -> Conv2d(3, 2) -> ReLU -> MaxPool2d(2, stride=1) -> Flatten -> Linear(3)"
    usual = Conventions(weights="(in, out)", channels="last")
    net = network(text, "SoftmaxCrossEntropy", batch="B", conventions=usual)
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(B, 5, 4, 2)), np.eye(3)[draw.integers(0, 3, B)]
    shapes = {"W1": (2, 2, 2, 3), "b1": (3,), "W2": (18, 3), "b2": (3,)}
    arrays = {name: draw.normal(size=shape) for name, shape in shapes.items()}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    maps = F.conv2d(torch.tensor(x).permute(0, 3, 1, 2), tensors["W1"].permute(3, 2, 0, 1), tensors["b1"])
    flat = F.max_pool2d(torch.relu(maps), 2, stride=1).permute(0, 2, 3, 1).flatten(1)
    F.cross_entropy(flat @ tensors["W2"] + tensors["b2"], torch.tensor(y)).backward()
    for name, gradient in compile(net).loss_and_gradients(arrays, x, y)[1].items():
        np.testing.assert_allclose(gradient, tensors[name].grad.numpy(), atol=1e-12, err_msg=name)


def test_tied_weights_have_the_gradients_of_pytorch() -> None:
    text = "x:n -> Linear(d) as V, c -> Tanh -> h; h -> V^T as e -> r"
    draw = np.random.default_rng(0)
    x = draw.normal(size=(B, N))
    arrays = {name: draw.normal(size=shape) for name, shape in {"V": (D, N), "c": (D,), "e": (N,)}.items()}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    hidden = torch.tanh(torch.tensor(x) @ tensors["V"].T + tensors["c"])
    (((hidden @ tensors["V"] + tensors["e"]) - torch.tensor(x)) ** 2).sum(axis=1).mean().backward()
    for weights in ("(out, in)", "(in, out)"):
        net = network(text, "MSE(r, x)", batch="B", conventions={"weights": weights})
        given = arrays if weights == "(out, in)" else {**arrays, "V": arrays["V"].T}
        found = compile(net).loss_and_gradients(given, x)[1]
        assert all(check(net.gradient(name)).ok for name in net.parameters)
        for name, gradient in found.items():
            expected = tensors[name].grad.numpy()
            turned = name == "V" and weights == "(in, out)"
            np.testing.assert_allclose(gradient, expected.T if turned else expected, atol=1e-12)
