"""Hessians, their products with vectors and forward mode of what people have, right ones and wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derive import layer, network
from numeric import ArrayError, GradientError, assert_hessian, assert_jvp
from numeric.arrays.axes import Array

SMALL = network("x:n -> Linear(K) -> Tanh", loss="MSE", batch="B")


def curve(z: Array, dy: Array) -> Array:
    """The second derivatives of tanh, times the upstream gradient."""
    return np.asarray(-2 * dy * np.tanh(z) * (1 - np.tanh(z) ** 2))


def test_hessians_of_ones_own() -> None:
    assert_hessian(lambda z, dy: np.diag(curve(z, dy)), "Tanh")
    assert_hessian(lambda z, dy, v: v * curve(z, dy), "Tanh", along=["z"])
    assert_hessian(lambda z, dy, v_z: {"z": v_z * curve(z, dy)}, layer("Tanh", batch="B"), along=["z"])
    assert_hessian(lambda z, dy: np.zeros((z.size, z.size)), layer("ReLU", batch="B"))
    assert_hessian(lambda A, B, dy: np.einsum("ij,kl->iklj", dy, np.eye(A.shape[1])), PRODUCT, of="A", by="B")
    with pytest.raises(GradientError, match=r"the Hessian-vector product of z is -1 times .*: the sign is wrong"):
        assert_hessian(lambda z, dy, v: -v * curve(z, dy), "Tanh", along=["z"])
    with pytest.raises(GradientError, match=r"the Hessian of z is 0.5 times (.|\n)*derived: ∂²ℓ/∂z∂zᵀ = "):
        assert_hessian(lambda z, dy: np.diag(curve(z, dy)) / 2, "Tanh")


PRODUCT = "y[i,j] = sum[k] A[i,k]*B[k,j]"


def test_what_a_library_differentiates_twice() -> None:
    torch: Any = pytest.importorskip("torch")

    def loss(x: Any, y: Any, W1: Any, b1: Any) -> Any:
        return ((torch.tanh(x @ W1.T + b1) - y) ** 2).sum(1).mean()

    class Swish(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * torch.sigmoid(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            s = torch.sigmoid(x)
            return g * (s + x * s * (1 - s))

    class Once(Swish):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            s = torch.sigmoid(x).detach()
            return g * (s + x * s * (1 - s))

    assert_hessian(loss, SMALL, of="W1", by="b1", points=1)
    assert_hessian(loss, SMALL, of="W1", along=["W1", "b1"])
    assert_hessian(Swish.apply, "SiLU")
    with pytest.raises(GradientError, match="the Hessian of z"):
        assert_hessian(Once.apply, "SiLU")


def test_second_derivatives_of_jax() -> None:
    jax: Any = pytest.importorskip("jax")
    assert_hessian(lambda z: jax.numpy.tanh(z), "Tanh", points=[{"z": np.array([0.3, -1.0]), "dy": np.ones(2)}])
    along = [{"z": np.array([0.3, -1.0]), "dy": np.ones(2), "v_z": np.array([1.0, 2.0])}]
    assert_hessian(lambda z: jax.numpy.tanh(z), "Tanh", along=["z"], points=along)


def test_forward_mode_of_ones_own() -> None:
    forms: list[Callable[..., Any]] = [
        lambda z, v: v * (1 - np.tanh(z) ** 2),
        lambda z, dz: (np.tanh(z), dz * (1 - np.tanh(z) ** 2)),
        lambda z, z_dot: {"y": z_dot * (1 - np.tanh(z) ** 2)},
    ]
    for form in forms:
        assert_jvp(form, "Tanh")
    assert_jvp(lambda x, g, x_dot, g_dot: x_dot * g + x * g_dot, "y[i] = x[i]*g[i]")
    with pytest.raises(GradientError, match=r"Jacobian-vector product of y (.|\n)*derived: v_y = g ⊙ v_x \+ v_g ⊙ x"):
        assert_jvp(lambda x, g, x_dot, g_dot: x_dot * g, "y[i] = x[i]*g[i]")
    assert_jvp(lambda x, g, x_dot: x_dot * g, "y[i] = x[i]*g[i]", along=["x"])


@pytest.mark.parametrize(("condition", "right"), [(lambda z: z > 0, True), (lambda z: z >= 0, False)])
def test_forward_mode_at_a_kink(condition: Callable[[Array], Array], right: bool) -> None:
    if right:
        assert_jvp(lambda z, v: v * condition(z), "ReLU")
    else:
        with pytest.raises(GradientError, match="exactly at a kink"):
            assert_jvp(lambda z, v: v * condition(z), "ReLU")


def test_forward_mode_of_libraries() -> None:
    torch: Any = pytest.importorskip("torch")
    jax: Any = pytest.importorskip("jax")

    class Cube(torch.autograd.Function):
        factor = 3

        @staticmethod
        def forward(x: Any) -> Any:
            return x**3

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_forward(*inputs)

        @staticmethod
        def jvp(ctx: Any, tangent: Any) -> Any:
            return 3 * tangent * ctx.saved_tensors[0] ** 2

    class Wrong(Cube):
        @staticmethod
        def jvp(ctx: Any, tangent: Any) -> Any:
            return tangent * ctx.saved_tensors[0] ** 2

    assert_jvp(Cube.apply, "y[i] = x[i]^3")
    assert_jvp(Cube.apply, "y[i] = x[i]^3", dtype="float32")
    with pytest.raises(GradientError, match="is 1/3 times"):
        assert_jvp(Wrong.apply, "y[i] = x[i]^3")
    assert_jvp(torch.nn.Linear(4, 3), layer("Linear(m)", batch="B"))
    doubled: Any = jax.custom_jvp(lambda x: jax.numpy.tanh(x))
    doubled.defjvp(lambda x, v: (jax.numpy.tanh(x[0]), 2 * v[0] * (1 - jax.numpy.tanh(x[0]) ** 2)))
    with pytest.raises(GradientError, match="a factor of 2 too many"):
        assert_jvp(doubled, "Tanh", sizes={"n": 3})


def test_what_has_no_such_derivative_is_refused() -> None:
    with pytest.raises(ArrayError, match="ends in a loss"):
        assert_jvp(lambda x, v: v, SMALL)
    with pytest.raises(ArrayError, match="there is no tensor W3 that is given; did you mean W"):
        assert_hessian(lambda x: x, SMALL, of="W3")
    with pytest.raises(ArrayError, match="nothing moves q; known: z"):
        assert_jvp(lambda z, v: v, "Tanh", along=["q"])
    with pytest.raises(ArrayError, match="those of a layer, a network or equations"):
        assert_jvp(lambda z, v: v, layer("Tanh").vjp("z"))
