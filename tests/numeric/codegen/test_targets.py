"""The same function on every array library: what NumPy computes, torch, JAX and a strict standard library compute."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy
import pytest

from derive import Activation, network
from derive.layer import Layer
from derive.network import Network
from numeric import ArrayError, CompileError
from numeric.arrays.axes import Array
from numeric.codegen import Compiled, compile
from numeric.sampling.points import sample
from tests.numeric.codegen.libraries import FASTER, RUNS, TOGETHER, as_numpy, converter
from tests.numeric.codegen.points import arguments
from tests.numeric.codegen.subjects import (
    ACTIVATIONS,
    FEW,
    LAYERS,
    LOSSES,
    SOME_LAYERS,
    SOME_LOSSES,
    activation_subject,
    compiled_for_numpy,
    layer_subject,
    loss_subject,
)
from tests.sweeps import layer_kind, loss_kind, sweep

pytestmark = [
    pytest.mark.filterwarnings("ignore:You are comparing a array_api_strict dtype"),
    TOGETHER,
]

SEED = 4
TYPES = [(numpy.float64, 1e-11), (numpy.float32, 2e-4)]


def results(compiled: Compiled, params: dict[str, Any], others: list[Any]) -> dict[str, Any]:
    """The outputs or the loss, and the gradients."""
    if "loss" in compiled.functions:
        loss, gradients = compiled.loss_and_gradients(params, *others)
        return {"l": loss, **{f"d{name}": gradient for name, gradient in gradients.items()}}
    count = len(compiled.plan.inputs)
    *outputs, cache = compiled.forward(params, *others[:count])
    gradients = compiled.backward(params, cache, *others[count:])
    named = dict(zip(compiled.plan.outputs, outputs, strict=True))
    return {**named, **{f"d{name}": gradient for name, gradient in gradients.items()}}


@cache
def plain(subject: Network | Layer) -> tuple[Compiled, dict[str, Array], list[dict[str, Any]]]:
    """The functions for NumPy, arrays, and the results for each of ``TYPES``."""
    compiled = compiled_for_numpy(subject)
    arrays = sample(compiled.plan.model, seed=SEED)
    return compiled, arrays, [results(compiled, *arguments(compiled, arrays, real, SEED)) for real, _ in TYPES]


@cache
def compiled_for(subject: Network | Layer, target: str) -> Compiled:
    return plain(subject)[0].on(target)


def assert_same(subject: Network | Layer, target: str, library: str) -> None:
    convert = converter(target, library)
    compiled, arrays, expected = plain(subject)
    other = compiled_for(subject, target)
    types = TYPES[:1] if library == "jax" else TYPES  # every new shape and type is a compilation for JAX
    for (real, tolerance), wanted in zip(types, expected, strict=False):
        params, others = arguments(compiled, arrays, real, SEED)
        given = (
            {name: array if isinstance(array, int) else convert(array) for name, array in params.items()},
            [convert(array) for array in others],
        )
        found = results(other, *given)
        assert set(found) == set(wanted)
        for name, array in found.items():
            result = as_numpy(array)
            assert result.dtype == real, name
            numpy.testing.assert_allclose(result, wanted[name], rtol=tolerance, atol=tolerance, err_msg=name)
        for old, new in zip((*params.values(), *others), (*given[0].values(), *given[1]), strict=True):
            assert numpy.array_equal(old, as_numpy(new))


def _some() -> Iterator[Any]:
    for name in (*SOME_LAYERS, *SOME_LOSSES):
        for target, library in RUNS:
            is_long = library == "jax" and name not in FEW
            yield pytest.param(name, target, library, marks=pytest.mark.slow if is_long else ())


@pytest.mark.parametrize(("name", "target", "library"), list(_some()))
def test_some_on_every_library(name: str, target: str, library: str) -> None:
    if library == "array_api_strict" and name.startswith("Embedding"):
        pytest.skip("the standard selects along one axis by take alone; every library takes weight[z]")
    assert_same(layer_subject(name) if name in SOME_LAYERS else loss_subject(name), target, library)


@sweep(lambda name, library: (layer_kind(name), library))
@pytest.mark.parametrize(("target", "library"), FASTER)
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str, target: str, library: str) -> None:
    if library == "array_api_strict" and name.startswith("Embedding"):
        pytest.skip("the standard selects along one axis by take alone; every library takes weight[z]")
    assert_same(layer_subject(name), target, library)


@pytest.mark.parametrize(("target", "library"), FASTER)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str, target: str, library: str) -> None:
    assert_same(activation_subject(name), target, library)


@pytest.mark.parametrize(("target", "library"), FASTER)
@pytest.mark.parametrize(
    "formula",
    [
        "min(max(z, -1), 1)",
        "3*min(max(z^2, 1), 4) - max(z, 0)",
        "max(min(z, 1), max(-z, -3))*min(max(z, 0)*2, max(1, z))",
        "z*[[z > 1] + [z < 0] + [z > 2] < 1]",
        "[z > 2*[z > 1/2]] + z*[3*[z > 0] - [z > 1] > z]",
    ],
)
def test_conditions_within_conditions(formula: str, target: str, library: str) -> None:
    own = Activation("Own", formula, call="own")
    assert_same(network("x:n -> Linear(d) -> Own -> Linear(K)", "1/2*MSE", batch="B", extra=[own]), target, library)


@sweep(lambda name, library: (loss_kind(name), library))
@pytest.mark.parametrize(("target", "library"), FASTER)
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str, target: str, library: str) -> None:
    assert_same(loss_subject(name), target, library)


@pytest.mark.parametrize(("target", "library"), RUNS)
def test_tails_of_the_normal_distribution(target: str, library: str) -> None:
    assert_same(network("x:n -> Linear(K) -> NormalDistribution -> y_hat", "BCE", batch="B"), target, library)


NETWORK = network("x:n -> Linear(d) -> ReLU -> Linear(K)", loss="SoftmaxCrossEntropy(class)", batch="B")


@pytest.mark.parametrize(("target", "library"), RUNS)
def test_wrong_arrays_are_named(target: str, library: str) -> None:
    convert = converter(target, library)
    compiled = compiled_for(NETWORK, target)
    generator = numpy.random.default_rng(0)
    shapes = {"W1": (5, 4), "b1": (5,), "W2": (3, 5), "b2": (3,)}
    plain_params = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    params = {name: convert(array) for name, array in plain_params.items()}
    x, y = generator.normal(size=(6, 4)), numpy.array([0, 1, 2, 0, 1, 2])

    def fails(*words: str, params: dict[str, Any] = params, x: Any = x, y: Any = y) -> None:
        given = [convert(array) if isinstance(array, numpy.ndarray) else array for array in (x, y)]
        with pytest.raises(ArrayError) as caught:
            compiled.loss_and_gradients(params, *given)
        for word in words:
            assert word in str(caught.value)

    compiled.loss_and_gradients(params, convert(x), convert(y))
    fails("W2 has shape (5, 3)", "of Linear2", params=params | {"W2": convert(plain_params["W2"].T.copy())})
    fails("b1", "float32", "one type", params=params | {"b1": convert(plain_params["b1"].astype("float32"))})
    fails("x", "is a list", x=x.tolist())
    fails("x", "int64", x=numpy.ones((6, 4), dtype="int64"))
    fails("y holds the class 3", "0 to 2", y=y + 1)
    fails("x (of Linear1) holds NaN", x=numpy.where(x > 0, x, numpy.nan))


def test_arrays_of_two_libraries_are_refused() -> None:
    convert = converter("array_api", "torch")
    params = {"W1": numpy.ones((2, 3)), "b1": convert(numpy.ones(2))}
    compiled = compile(network("x:n -> Linear(K)"), target="array_api")
    with pytest.raises(ArrayError, match=r"b1 \(of Linear1\) is torch, but x .* is numpy; give .* one library"):
        compiled.forward(params, numpy.ones((4, 3)))


def test_a_compiled_step_inside_jit() -> None:
    converter("jax", "jax")
    import jax

    compiled, arrays, expected = plain(NETWORK)
    params, others = arguments(compiled, arrays, numpy.float64)
    loss, gradients = jax.jit(compiled_for(NETWORK, "jax").loss_and_gradients)(params, *others)
    numpy.testing.assert_allclose(loss, expected[0]["l"], rtol=1e-11)
    numpy.testing.assert_allclose(gradients["W1"], expected[0]["dW1"], rtol=1e-11)


def test_a_target_that_does_not_exist() -> None:
    with pytest.raises(CompileError, match=r"no target touch; did you mean torch\?"):
        compile(NETWORK, target="touch")


@pytest.mark.parametrize(("target", "package"), [("jax", "jax"), ("torch", "torch"), ("array_api", "array_api_compat")])
def test_a_library_that_is_not_installed(target: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (package, f"{package}.numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    plainest = network("x:n -> Linear(K)", batch="B")  # its source has no use for the library's functions
    for subject in (NETWORK, plainest):
        with pytest.raises(CompileError, match=rf"the target {target} needs the package {package}") as caught:
            compile(subject, target=target)
        assert f'pip install "gradsheet[{target.replace("_", "-")}]"' in str(caught.value)
