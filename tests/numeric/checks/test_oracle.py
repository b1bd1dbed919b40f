"""What a function is compared with: equations in a text, the text of a layer or a network, one derivation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derive import layer, network
from numeric import ArrayError, GradientError, assert_gradients
from numeric.arrays.axes import Array

RMS = "y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]"


def backward(x: Array, g: Array, eps: float, dy: Array) -> tuple[Array, Array]:
    root = np.sqrt((x * x).mean() + eps)
    d = dy * g
    return (d - x * (d * x).mean() / root**2) / root, dy * x / root


def without_sum(x: Array, g: Array, eps: float, dy: Array) -> tuple[Array, Array]:
    return dy * g / np.sqrt((x * x).mean() + eps), backward(x, g, eps, dy)[1]


class Object:
    """A layer as an object: its gain is what the equations call g."""

    def __init__(self) -> None:
        self.g = np.ones(4)

    def forward(self, x: Array, eps: float = 1e-5) -> Array:
        self.x, self.eps = x, eps
        return x

    def backward(self, dy: Array) -> Array:
        dx, self.dg = backward(self.x, self.g, self.eps, dy)
        return dx


def test_equations_are_an_oracle_for_what_people_have() -> None:
    assert_gradients(backward, RMS)
    assert_gradients(lambda gain, x, dout, eps: backward(x, gain, eps, dout)[1], RMS, names={"gain": "g"}, of=["g"])
    assert_gradients(
        (lambda x, g, eps: (x, (x, g, eps)), lambda dout, cache: backward(cache[0], cache[1], cache[2], dout)), RMS
    )
    assert_gradients(Object(), RMS.replace("eps", "1e-5"))
    with pytest.raises(GradientError, match=r"gradient of x at \[\d\] is .*\n\(at a random point with n = ") as caught:
        assert_gradients(without_sum, RMS)
    assert caught.value.formulas["x"].startswith("∂ℓ/∂x = ")
    assert f"derived: {caught.value.formulas['x']}" in str(caught.value)


def test_a_module_tells_what_is_learnt() -> None:
    torch: Any = pytest.importorskip("torch")

    class Norm(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gain, self.shift = (torch.nn.Parameter(torch.ones(shape)) for shape in ((4,), ()))

        def forward(self, x: Any) -> Any:
            return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-5) * self.gain + self.shift

    plain = "y[b,i] = x[b,i]/sqrt(1/n*sum[j] x[b,j]^2 + 1e-5)*gain[i] + shift"
    assert_gradients(Norm(), plain)
    assert_gradients(Norm(), plain.replace("gain", "g"))
    with pytest.raises(GradientError, match=r"(?s)the gradient of x at .*the gradient of gain at"):
        assert_gradients(Norm(), plain.replace("1e-5", "1/10"))


def test_a_loss_in_a_text() -> None:
    text = "l = 1/B*sum[b] (exp(x[b]) - t[b]*x[b])"
    assert_gradients(lambda x, t: {"dx": (np.exp(x) - t) / len(x)}, text)
    with pytest.raises(GradientError, match="a division by B is missing"):
        assert_gradients(lambda x, t: {"dx": np.exp(x) - t}, text)


def test_texts_of_layers_and_networks() -> None:
    assert_gradients(lambda z, dy: dy * (1 - np.tanh(z) ** 2), "Tanh")
    assert_gradients(lambda x, W1, dy_hat: (dy_hat @ W1, dy_hat.reshape(-1, 1) * x, dy_hat), "x:n -> Linear(K)")


def test_one_derivation() -> None:
    net = network("x:n -> Linear(K)", "1/2*MSE")
    assert_gradients(lambda x, y, W1, b1: W1 @ x + b1 - y, net.gradient("b1"))
    assert_gradients(lambda x, y, W1, b1: {"db1": W1 @ x + b1 - y}, net.gradient("b1"))
    assert_gradients(lambda z, dy: dy * (1 - np.tanh(z) ** 2), layer("Tanh").vjp("z"))
    jacobian = network("x:n -> Linear(K) -> Tanh -> out").jacobian("out", "z1")
    assert_gradients(lambda z1: np.diag(1 - np.tanh(z1) ** 2), jacobian, names={}, points=2)
    with pytest.raises(ArrayError, match="the derivation is one of b1, not of W1"):
        assert_gradients(lambda x: x, net.gradient("b1"), of=["W1"])
    with pytest.raises(GradientError, match="the gradient of b1 is -1 times"):
        assert_gradients(lambda x, y, W1, b1: y - W1 @ x - b1, net.gradient("b1"))


def test_values_of_the_forward_pass_are_given_by_name() -> None:
    """A backward function may take the output, as people hand it on."""
    assert_gradients(lambda y, dy: dy * (1 - y * y), "Tanh", of=["z"])
    assert_gradients(lambda y, dout: y * (dout - (dout * y).sum()), "Softmax", of=["z"])
