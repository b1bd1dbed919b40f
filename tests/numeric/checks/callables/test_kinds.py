"""What people have, each in one call: functions and modules of PyTorch, functions of JAX, pairs, objects, names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from derive import Layer, Network, layer, network
from numeric import ArrayError, assert_gradients
from numeric.arrays.axes import Array

torch: Any = pytest.importorskip("torch")
jax: Any = pytest.importorskip("jax")
jnp = jax.numpy

IN_OUT = {"weights": "(in, out)"}
NHWC = {"channels": "last", "weights": "(in, out)"}


def fails(given: Any, subject: Network | Layer, message: str, **options: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_gradients(given, subject, **options)


class Swish(torch.autograd.Function):
    factor = 1.0

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return g * (s + x * s * (1 - s))


class WrongSwish(Swish):
    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return -Swish.backward(ctx, g)


class Normed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, gamma: Any, beta: Any, eps: float) -> Any:
        centred = x - x.mean(-1, keepdim=True)
        root = torch.sqrt((centred**2).mean(-1, keepdim=True) + eps)
        ctx.save_for_backward(centred / root, gamma, root)
        return centred / root * gamma + beta

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        hat, gamma, root = ctx.saved_tensors
        d = dy * gamma
        dx = (d - d.mean(-1, keepdim=True) - hat * (d * hat).mean(-1, keepdim=True)) / root
        return dx, (dy * hat).sum(0), dy.sum(0), None


class Flat(torch.autograd.Function):
    """The newer form, in which the forward pass has no context."""

    @staticmethod
    def forward(x: Any) -> Any:
        return torch.tanh(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (y,) = ctx.saved_tensors
        return g * (1 - y * y)


class NormModule(torch.nn.Module):
    def __init__(self, features: int, factor: float = 1.0) -> None:
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.ones(features))
        self.beta = torch.nn.Parameter(torch.zeros(features))
        self.eps, self.factor = 1e-3, factor

    def forward(self, x: Any) -> Any:
        return self.factor * Normed.apply(x, self.gamma, self.beta, self.eps)


def test_functions_of_pytorch() -> None:
    for subject in (layer("SiLU"), layer("SiLU", batch="B")):
        assert_gradients(Swish.apply, subject)
        assert_gradients(Swish, subject)
    assert_gradients(Flat.apply, layer("Tanh", batch="B"))
    assert_gradients(Normed.apply, layer("LayerNorm", batch="B"))
    assert_gradients(Normed.apply, layer("LayerNorm", batch="B"), names={"gamma": "weight", "beta": "bias"})
    fails(WrongSwish.apply, layer("SiLU"), "the gradient of z is -1 times .*: the sign is wrong")


def test_modules_of_pytorch() -> None:
    nn = torch.nn
    assert_gradients(nn.Linear(4, 3), layer("Linear(m)", batch="B"))
    assert_gradients(nn.Conv2d(2, 3, 3, stride=2, padding=1), layer("Conv2d(D, 3, stride=2, padding=1)", batch="B"))
    assert_gradients(nn.BatchNorm2d(3), layer("BatchNorm2d"))
    assert_gradients(nn.GELU(), layer("GELU"))
    assert_gradients(
        nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2)),
        network("x:n -> Linear(d) -> Tanh -> Linear(K)", batch="B"),
    )
    named = {"gamma": "weight", "beta": "bias"}
    assert_gradients(NormModule(5), layer("LayerNorm", batch="B"), names=named)
    assert_gradients(NormModule(5), layer("LayerNorm", batch="B"))
    fails(NormModule(5, 2.0), layer("LayerNorm", batch="B"), "a factor of 2 too many", names=named)
    with pytest.raises(ArrayError, match="Linear has the parameters weight, bias, and the subject has none"):
        assert_gradients(nn.Linear(4, 4), layer("Tanh", batch="B"))


def affine(x: Any, w: Any, b: Any) -> Any:
    return jnp.dot(x, w) + b


scaled: Any = jax.custom_vjp(lambda x: jnp.tanh(x))
scaled.defvjp(lambda x: (jnp.tanh(x), jnp.tanh(x)), lambda y, g: (2 * g * (1 - y * y),))


def test_functions_of_jax() -> None:
    linear = layer("Linear(m)", batch="B", conventions=IN_OUT)
    few = {"B": 4, "fan_in": 3, "m": 2}
    for function in (affine, jax.jit(affine)):
        assert_gradients(function, linear, sizes=few)
    fails(scaled, layer("Tanh"), "there is a factor of 2 too many")

    def loss(x: Any, y: Any, W1: Any, b1: Any) -> Any:
        return jnp.mean(jnp.sum((x @ W1.T + b1 - y) ** 2, axis=1))

    net = network("x:n -> Linear(K)", "MSE", batch="B")
    few = {"B": 4, "n": 3, "K": 2}
    assert_gradients(loss, net, sizes=few)
    assert_gradients(jax.grad(loss, argnums=(2, 3)), net, sizes=few)
    fails(lambda x, y, W1, b1: 2 * loss(x, y, W1, b1), net, "each is 2 times", sizes=few)


def convolved(z: Any, weight: Any, bias: Any) -> Any:
    return jax.lax.conv_general_dilated(z, weight, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias


def test_layouts_are_those_of_the_conventions() -> None:
    few = {"B": 2, "H": 4, "W": 5, "C": 3, "D": 2}
    assert_gradients(convolved, layer("Conv2d(D, 3, padding=1)", batch="B", conventions=NHWC), sizes=few)

    def backward(X: Array, Y: Array, W: Array, b: Array) -> Mapping[str, Array]:
        error = 2 * (W @ X + b[:, None] - Y) / X.shape[1]
        return {"dW": error @ X.T, "db": error.sum(axis=1)}

    first = network("x:n -> Linear(K) as W, b", "MSE", batch="B", conventions={"samples": "columns"})
    assert_gradients(backward, first, names={"X": "x", "Y": "y"})


def affine_forward(x: Array, w: Array, b: Array) -> tuple[Array, Any]:
    return x @ w + b, (x, w, b)


def affine_backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
    x, w, _ = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


class Affine:
    forward = staticmethod(affine_forward)
    backward = staticmethod(affine_backward)


class Turned(Affine):
    @staticmethod
    def backward(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
        dx, dw, db = affine_backward(dout, cache)
        return dx, dw.T, db


def test_pairs_with_a_cache() -> None:
    linear = layer("Linear(m)", batch="N", conventions=IN_OUT)
    assert_gradients((affine_forward, affine_backward), linear)
    assert_gradients((affine_forward, lambda cache, dout: affine_backward(dout, cache)), linear)
    assert_gradients(Affine, linear)
    fails(Turned, linear, r"weight has shape \((\d), (\d)\), expected \(\2, \1\): it is transposed")


class Held:
    """A layer as an object that holds its parameters and their gradients; the bias is a column."""

    def __init__(self, inputs: int, outputs: int) -> None:
        self.W, self.b = np.zeros((outputs, inputs)), np.zeros((outputs, 1))

    def forward(self, A: Array) -> Array:
        self.A, self.N, self.ones = A, len(A), np.ones((len(A), 1))
        return np.asarray(A @ self.W.T + self.ones @ self.b.T)

    def backward(self, dLdZ: Array) -> Array:
        self.dLdW, self.dLdb = dLdZ.T @ self.A, dLdZ.T @ self.ones
        return np.asarray(dLdZ @ self.W)


class Divided(Held):
    def backward(self, dLdZ: Array) -> Array:
        dLdA = super().backward(dLdZ)
        self.dLdW = self.dLdW / self.N
        return dLdA


class Tables:
    def __init__(self) -> None:
        self.params, self.grads = {"W1": np.zeros((4, 3)), "b1": np.zeros(3)}, dict[str, Array]()

    def forward(self, x: Array) -> Array:
        self.x = x
        return np.asarray(x @ self.params["W1"] + self.params["b1"])

    def backward(self, dout: Array) -> Array:
        self.grads = {"W1": self.x.T @ dout, "b1": dout.sum(axis=0)}
        return np.asarray(dout @ self.params["W1"].T)


class MeanSquare:
    def forward(self, A: Array, Y: Array) -> float:
        self.A, self.Y = A, Y
        return float(((A - Y) ** 2).mean())

    def backward(self) -> Array:
        return np.asarray(2 * (self.A - self.Y) / self.A.size)


def test_objects_that_hold_what_they_need() -> None:
    linear = layer("Linear(m)", batch="N")
    assert_gradients(Held(4, 3), linear)
    fails(Divided(4, 3), linear, "there is a division by N too many")
    assert_gradients(Tables(), layer("Linear(m)", batch="N", conventions=IN_OUT), names={"W1": "weight", "b1": "bias"})
    assert_gradients(MeanSquare(), network("y_hat:K", "MSE(mean)", batch="N"), of=["y_hat"])
    with pytest.raises(ArrayError, match=r"Held is a class; give an object of it, such as Held\(...\)"):
        assert_gradients(Held, linear)
    with pytest.raises(ArrayError, match=r"Tables has no weight or W or .* for weight; it holds W1, b1: say which"):
        assert_gradients(Tables(), linear)


def test_names_and_shapes() -> None:
    linear = layer("Linear(m)", batch="B")

    def plain(dout: Array, x: Array, w: Array) -> tuple[Array, ...]:
        return dout @ w, dout.T @ x, dout.sum(axis=0)

    assert_gradients(plain, linear, names={"x": "z", "w": "weight"})
    assert_gradients(plain, linear, names={"dout": "dy", "x": "z", "w": "weight"})
    with pytest.raises(ArrayError, match=r'there is no x: .* names=\{"x": "z", "w": "weight"\}'):
        assert_gradients(plain, linear)

    def kept(z: Array, weight: Array, bias: Array, dy: Array) -> Mapping[str, Array]:
        assert bias.shape == (1, len(weight))
        return {"dbias": dy.sum(axis=0, keepdims=True)}

    assert_gradients(kept, linear, shapes={"bias": (1, "m")})
    fails(lambda dy: {"dbias": dy.sum(axis=0, keepdims=True)}, linear, "there is an axis of length 1 too many")


def test_sizes_stay_as_they_are() -> None:
    seen: list[tuple[int, ...]] = []

    def backward(z: Array, dy: Array) -> Array:
        seen.append(z.shape)
        return dy * (z > 0)

    assert_gradients(backward, layer("ReLU", batch="B"), sizes={"B": 5})
    assert {shape[0] for shape in seen} == {5}
    assert len({shape[1] for shape in seen}) > 1


@pytest.mark.parametrize("order", [(0, 2, 3, 1), (1, 0, 2, 3), (2, 3, 1, 0)])
def test_wrong_shape_says_which_transposition_fits(order: tuple[int, ...]) -> None:
    def backward(z: Any, weight: Any, dy: Any, factor: float = 1.0) -> Mapping[str, Any]:
        gradient = torch.nn.grad.conv2d_weight(z, weight.shape, dy)
        return {"weight": factor * gradient.permute(order)}

    back = tuple(np.argsort(order).tolist())
    conv = layer("Conv2d(D, (3, 2))", batch="B")
    fails(backward, conv, rf"numpy.transpose\(..., \({', '.join(map(str, back))}\)\) has the right shape and elements")
    doubled: Callable[..., Any] = lambda z, weight, dy: backward(z, weight, dy, 2.0)  # noqa: E731
    fails(doubled, conv, "has the right shape, and is 2 times what it should be")


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (3, {}, "expected a function, a module, a pair"),
        (lambda z: z**2, {}, "the function takes z and no dy: it computes no gradient"),
        (lambda z, dy: dy, {"names": {"gain": "wieght"}}, "names says that gain is wieght, .*; known: "),
        (lambda z, dy: dy, {"shapes": {"w": (1, 3)}}, "shapes has w, which is not in the subject"),
        (lambda z, dy: dy, {"shapes": {"z": (1, "a", "b")}}, r"the shape \(1, a, b\) of z has 2 axes beside those"),
        (lambda z, dy: dy, {"sizes": {"N": 3}}, "there is no size N in the subject; .*n"),
    ],
)
def test_what_does_not_fit_is_refused(given: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArrayError, match=message):
        assert_gradients(given, layer("Tanh"), **options)
