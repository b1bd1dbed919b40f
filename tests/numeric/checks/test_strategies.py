"""Strategies draw what a test of one's own needs, and what is wrong is shown at the smallest case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import Layer, layer
from numeric import ArrayError, GradientError, assert_gradients, check
from numeric.arrays.axes import Array
from numeric.arrays.sizes import sizes_from
from numeric.checks import strategies
from tests.examples import examples

NORM = layer("LayerNorm", batch="B")


def norm_backward(z: Array, weight: Array, eps: float, dy: Array) -> tuple[Array, ...]:
    centred = z - z.mean(axis=1, keepdims=True)
    root = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    hat, d = centred / root, dy * weight
    dz = (d - d.mean(axis=1, keepdims=True) - hat * (d * hat).mean(axis=1, keepdims=True)) / root
    return dz, (dy * hat).sum(axis=0), dy.sum(axis=0)


@given(strategies.points(NORM, B=2))
@examples(10)
def test_points_are_points_of_assert_gradients(point: dict[str, Array]) -> None:
    assert point["z"].shape[0] == 2
    assert_gradients(norm_backward, NORM, points=[point])


@given(strategies.sizes(layer("Conv1d(D, k, stride=s, padding=p)"), largest=4, k=3))
@examples(15)
def test_sizes_fit_together(sizes: dict[str, int]) -> None:
    assert sizes["k"] == 3
    assert sizes["L_out"] == (sizes["L"] + 2 * sizes["p"] - 3) // sizes["s"] + 1 >= 1


@given(strategies.layers("Conv1d", kernel=st.sampled_from([2, 3]), groups=1), st.data())
@examples(5)
def test_hyper_parameters_are_drawn(drawn: Layer, data: st.DataObject) -> None:
    point = data.draw(strategies.points(drawn))
    assert sizes_from(drawn.network.forward, point)
    assert "weight" in drawn.differentiable
    assert check(drawn.vjp("weight"), points=1).ok


@given(strategies.points("y[i] = x[i]*g[i]"))
@examples(5)
def test_equations_are_drawn_for_too(point: dict[str, Array]) -> None:
    assert_gradients(lambda x, g, dy: (dy * g, dy * x), "y[i] = x[i]*g[i]", points=[point])


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", ["Tanh", "Sigmoid"])
def test_sizes_and_layers_come_from_parametrize_as_well(name: str, batch: int) -> None:
    slopes: dict[str, Any] = {"Tanh": lambda y: 1 - y * y, "Sigmoid": lambda y: y * (1 - y)}
    subject = layer(name, batch="B")
    assert_gradients(lambda y, dy: dy * slopes[name](y), subject, of=["z"], sizes={"B": batch})


def test_points_of_ones_own() -> None:
    own = {"x": np.array([[0.5, -1.0]]), "gain": np.ones(2)}
    names = {"x": "z", "gain": "weight"}

    def scaled(x: Array, gain: Array, eps: float, dy: Array) -> Any:
        return norm_backward(x, gain, eps, dy)

    assert_gradients(scaled, NORM, names=names, points=[own, {**own, "eps": 0.1}])
    with pytest.raises(GradientError, match=r"at the point that was given with B = 1, n = 2"):
        assert_gradients(lambda z, weight, eps, dy: 2 * dy.sum(axis=0), NORM, of=["bias"], points=[{"z": own["x"]}])
    with pytest.raises(ArrayError, match="a point has q, which is not given to the subject"):
        assert_gradients(scaled, NORM, names=names, points=[{"q": np.ones(2)}])


def smallest(backward: Any, subject: Any, **options: Any) -> str:
    with pytest.raises(GradientError) as caught:
        assert_gradients(backward, subject, **options)
    return next(line for line in str(caught.value).splitlines() if line.startswith("smallest case found: "))


def test_the_smallest_case_is_in_the_message() -> None:
    def diagonal(y: Array, dy: Array) -> Array:
        return dy * y * (1 - y)

    line = smallest(diagonal, "Softmax", of=["z"])
    assert line.startswith("smallest case found: n = 2, z = [0, 0], dy = [")
    assert "expected" in line

    def overwritten(z: Array, dy: Array) -> Array:
        dz = np.zeros_like(z)
        for c, t in np.ndindex(dy.shape):
            dz[c, 2 * t + z[c, 2 * t : 2 * t + 3].argmax()] = dy[c, t]
        return dz

    assert "C = 1, L = 5, L_out = 2, " in smallest(overwritten, layer("MaxPool1d(3, stride=2)"))
    assert "B = 2" in smallest(lambda z, dy: dy * (1 + (len(z) > 1)), layer("Identity", batch="B"))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ArrayError, match="there is no layer Conv9d"):
        strategies.layers("Conv9d")
    with pytest.raises(ArrayError, match="Conv1d has no kernle; did you mean kernel"):
        strategies.layers("Conv1d", kernle=3)
    with pytest.raises(ArrayError, match="there is no size N in the subject"):
        strategies.sizes(NORM, N=3)
    with pytest.raises(ArrayError, match="not for one derivation"):
        strategies.points(NORM.vjp("z"))
