"""Files for JAX: their gradients are those that JAX finds in the plain forward functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from derive import network
from derive.layer import Layer
from derive.network import Network
from numeric.export.subject import Subject
from numeric.source.naming import python_name
from tests.numeric.codegen.libraries import TOGETHER
from tests.numeric.codegen.subjects import (
    FEW,
    SOME_ACTIVATIONS,
    SOME_LAYERS,
    SOME_LOSSES,
    activation_subject,
    layer_subject,
    loss_subject,
)
from tests.numeric.export.files import arrays_of, subject_and_file
from tests.sweeps import sweep

jax = pytest.importorskip("jax", reason="JAX is not installed")
pytestmark = TOGETHER

Arguments = tuple[dict[str, Any], list[Any]]


def arguments(subject: Subject) -> Arguments:
    """The parameters, and the inputs and targets in order."""
    jax.config.update("jax_enable_x64", True)
    arrays = {name: jax.numpy.asarray(array) for name, array in arrays_of(subject).items()}
    params = {tensor.name: arrays[python_name(tensor.name)] for tensor in (*subject.parameters, *subject.buffers)}
    params |= {name: float(arrays[python_name(name)]) for name in subject.constants}
    return params, [arrays[python_name(tensor.name)] for tensor in (*subject.inputs, *subject.targets)]


def scalar(subject: Subject, function: Callable[..., Any]) -> Callable[..., Any]:
    """The loss, or the outputs in a random direction."""

    def value(*given: Any) -> Any:
        result = function(*given)
        parts = result if isinstance(result, tuple) else (result,)
        random = numpy.random.default_rng(3)
        return sum((part * random.normal(size=part.shape)).sum() if part.shape else part for part in parts)

    return value


def plain(subject: Subject, names: dict[str, Any]) -> Callable[..., Any]:
    """The forward functions of the file alone, which JAX differentiates itself."""

    def function(params: dict[str, Any], *given: Any) -> Any:
        *outputs, cache = names["forward"](params, *given[: len(subject.inputs)])
        if subject.with_loss:
            return names["loss"](params, cache, *given[len(subject.inputs) :])
        return tuple(outputs)

    return function


def assert_gradients_right(given: Network | Layer) -> None:
    subject, names = subject_and_file(given, "jax")
    params, others = arguments(subject)
    own = names[f"{subject.function_name}_loss" if subject.with_loss else subject.function_name]
    tensors = (*subject.inputs, *subject.targets)
    places = [1 + place for place, tensor in enumerate(tensors) if tensor.name in subject.gradients]
    found, expected = (
        jax.jit(jax.value_and_grad(scalar(subject, function), argnums=(0, *places)))(params, *others)
        for function in (own, plain(subject, names))
    )
    numpy.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    assert set(found[1][0]) == set(params)
    for tensor in subject.parameters:
        numpy.testing.assert_allclose(found[1][0][tensor.name], expected[1][0][tensor.name], rtol=1e-8, atol=1e-10)
    for name in (*subject.constants, *(tensor.name for tensor in subject.buffers)):
        assert not numpy.any(found[1][0][name])
    for mine, right in zip(found[1][1:], expected[1][1:], strict=True):
        numpy.testing.assert_allclose(mine, right, rtol=1e-8, atol=1e-10)


@sweep(lambda name: name if name in FEW else "another")
@pytest.mark.parametrize("name", SOME_LAYERS)
def test_layers(name: str) -> None:
    assert_gradients_right(layer_subject(name))


@pytest.mark.parametrize("name", SOME_ACTIVATIONS)
def test_activations(name: str) -> None:
    assert_gradients_right(activation_subject(name))


@pytest.mark.parametrize("name", SOME_LOSSES)
def test_losses(name: str) -> None:
    assert_gradients_right(loss_subject(name))


def test_a_network_without_a_loss() -> None:
    assert_gradients_right(network("x:n -> Linear(d) -> Tanh -> Linear(K)", batch="B"))


def test_wrong_arrays_are_named_inside_jit_too() -> None:
    subject, names = subject_and_file(loss_subject("SoftmaxCrossEntropy(class)"), "jax")
    params, (x, y) = arguments(subject)
    gradient = jax.jit(jax.grad(names["network_loss"]))
    with pytest.raises(ValueError, match=r"W1 \(of Linear1\) has shape .*, expected \(d, n\) with n = 1"):
        gradient(params, x[:, :1], y)
    with pytest.raises(ValueError, match="y holds the class -1, expected 0 to "):
        names["network_loss"](params, x, y - y.min() - 1)
    with pytest.raises(ValueError, match="y holds class numbers; expected integers, got float64"):
        gradient(params, x, y.astype("float64"))
    with pytest.raises(ValueError, match=r"b2 \(of Linear2\) is float32, but x \(of Linear1\) is float64"):
        gradient(params | {"b2": params["b2"].astype("float32")}, x, y)
