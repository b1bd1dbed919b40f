"""How far a gradient may be off by its type: right functions pass in every type, and what no rounding does is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import layer
from numeric import ArrayError, GradientError, assert_gradients
from numeric.arrays.axes import Array
from numeric.checks.precision import UNITS, Precision, operations, precision_of
from tests.examples import examples

TYPES = [*UNITS]


@given(st.floats(-1e4, 1e4), st.sampled_from(TYPES))
@examples(60)
def test_rounding_is_to_the_nearest_number_of_the_type(number: float, name: str) -> None:
    found = Precision(name).rounded(np.array([number]))[0]
    smallest = float(np.finfo("float16").smallest_subnormal) if name == "float16" else 1e-40
    assert abs(found - number) <= max(UNITS[name] * abs(number), smallest)
    assert Precision(name).rounded(np.array([found]))[0] == found


def test_the_rounding_of_bfloat16_is_that_of_torch() -> None:
    torch: Any = pytest.importorskip("torch")
    array = np.random.default_rng(0).normal(size=500) * 10 ** np.random.default_rng(1).uniform(-5, 5, 500)
    theirs = torch.tensor(array, dtype=torch.float32).to(torch.bfloat16).double().numpy()
    assert np.array_equal(Precision("bfloat16").rounded(array), theirs)


def test_the_coarsest_type_counts() -> None:
    assert precision_of("float32", "float64", "int64").name == "float32"
    assert precision_of("int64").name == "float64"
    linear = layer("Linear(m)", batch="B").network.forward
    sizes = {symbol: 7 for tensor in linear.given for symbol in tensor.shape}
    assert operations(linear, "bias", sizes) > operations(linear, "dy", dict.fromkeys(sizes, 2))
    with pytest.raises(ArrayError, match="there is no type float8 to compute in; known: float64, float32, float16"):
        assert_gradients(lambda z, dy: dy, "Tanh", dtype="float8")
    with pytest.raises(ArrayError, match="NumPy has no type bfloat16"):
        assert_gradients((lambda z: (np.tanh(z), z), lambda dy, z: dy), "Tanh", dtype="bfloat16")


def slope(z: Array, dy: Array) -> Array:
    return np.asarray(dy * (1 - np.tanh(z) ** 2))


@pytest.mark.parametrize(("dtype", "off"), [("float64", 1e-6), ("float32", 5e-4), ("float32", 2e-5), ("float16", 0.05)])
def test_what_rounding_does_not_do_is_found_and_said(dtype: str, off: float) -> None:
    assert_gradients(slope, "Tanh", dtype=dtype)
    factor = np.asarray(1 + off, dtype)
    with pytest.raises(GradientError, match=rf"times what it should be (.|\n)*allowed: .* \({dtype}"):
        assert_gradients(lambda z, dy: slope(z, dy) * factor, "Tanh", dtype=dtype)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize(
    ("function", "subject"),
    [
        ("softmax", "Softmax"),
        ("gelu", "GELU"),
        ("relu", "ReLU"),
        ("norm", layer("LayerNorm", batch="B")),
        ("conv", layer("Conv1d(D, 3, stride=2)", batch="B")),
    ],
)
def test_right_functions_pass_in_types_of_few_digits(function: str, subject: Any, dtype: str) -> None:
    torch: Any = pytest.importorskip("torch")
    nn = torch.nn
    modules = {"softmax": nn.Softmax(-1), "gelu": nn.GELU(), "relu": nn.ReLU(), "norm": nn.LayerNorm(5)}
    module = {**modules, "conv": nn.Conv1d(2, 3, 3, stride=2)}[function]
    assert_gradients(module, subject, dtype=dtype)
    with pytest.raises(GradientError, match=r" 2 times what .*: there is a factor of 2 too many"):
        assert_gradients(nn.Sequential(module, Twice(torch)), subject, dtype=dtype)


def Twice(torch: Any) -> Any:
    """A module that hands on what it is given, and doubles what is sent back."""

    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return 2 * g

    class Module(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return Doubled.apply(x)

    return Module()


def test_functions_of_jax_in_bfloat16() -> None:
    jax: Any = pytest.importorskip("jax")
    own = [{"z": np.array([0.5, -1.25, 2.0])}]
    assert_gradients(lambda z: jax.nn.softmax(z), "Softmax", dtype="bfloat16", points=own)
    with pytest.raises(GradientError, match=r"bfloat16 rounds by 4e-03"):
        assert_gradients(lambda z: 2 * jax.nn.softmax(z), "Softmax", dtype="bfloat16", points=own)
