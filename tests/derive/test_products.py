from __future__ import annotations

import numpy
import pytest

from derive.errors import NetworkError
from derive.network import network
from derive.products import (
    jacobian_vector_product,
    second_along,
    second_derivative,
    vector_jacobian_product,
)
from numeric import check, evaluate

NET = network("x:n -> Linear(d) -> Tanh -> Linear(K) -> a", "1/2*MSE")
SOFT = network("x:n -> Linear(d) -> Sigmoid -> Linear(K) -> a", "SoftmaxCrossEntropy", batch="B")


@pytest.mark.parametrize("net", [NET, SOFT])
@pytest.mark.parametrize("names", [("W1",), ("x",), ("W1", "b1", "W2")])
def test_products_with_directions_agree_with_differences(net: object, names: tuple[str, ...]) -> None:
    assert check(jacobian_vector_product(net, "a", names), points=2).ok  # type: ignore[arg-type]
    assert check(second_along(net, names[0], names), points=2).ok  # type: ignore[arg-type]
    assert check(vector_jacobian_product(net, "a", names[0]), points=2).ok  # type: ignore[arg-type]


def test_they_read_as_in_books() -> None:
    assert jacobian_vector_product(NET, "a", ["x"]).unicode() == "∂gv/∂u_a = W₂ ((W₁ v_x) ⊙ (𝟏 − z₂ ⊙ z₂))"
    assert vector_jacobian_product(NET, "a", "W1").unicode() == "∂gu/∂W₁ = ((W₂ᵀ u_a) ⊙ (𝟏 − z₂ ⊙ z₂)) xᵀ"
    assert second_derivative(NET, "b1", "b2").unicode() == "∂²ℓ/∂b₁∂b₂ᵀ = diag(𝟏 − z₂ ⊙ z₂) W₂ᵀ"


def test_a_jacobian_times_a_direction_is_that_of_the_jacobian() -> None:
    random = numpy.random.default_rng(0)
    shapes = {"x": (4,), "W1": (3, 4), "b1": (3,), "W2": (2, 3), "b2": (2,), "v_x": (4,), "u_a": (2,)}
    arrays = {name: random.normal(size=shape) for name, shape in shapes.items()}
    jacobian = evaluate(NET.jacobian("a", "x"), {name: arrays[name] for name in ("x", "W1", "b1", "W2", "b2")})
    assert numpy.allclose(evaluate(jacobian_vector_product(NET, "a", ["x"]), arrays), jacobian @ arrays["v_x"])
    assert numpy.allclose(evaluate(vector_jacobian_product(NET, "a", "x"), arrays), jacobian.T @ arrays["u_a"])


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(NetworkError, match="there is no W9"):
        jacobian_vector_product(NET, "a", ["W9"])
    with pytest.raises(NetworkError, match="there is no c"):
        vector_jacobian_product(NET, "c", "W1")
