"""Exported files as text: they stand alone, fit on a page, and the class for NumPy does what the functions do."""

from __future__ import annotations

import ast
from typing import Any

import numpy
import pytest
from sympy import Integer

from derive import layer, network
from derive.expression.symbols import size
from derive.layer import Layer
from derive.network import Network
from numeric import CompileError, evaluate
from numeric.export import FILES, exported
from numeric.export.subject import dimension_source, subject_of
from numeric.sampling.points import sample
from tests.numeric.codegen.subjects import layer_subject, loss_subject
from tests.numeric.export.files import run

ALLOWED = {"numpy": {"numpy"}, "torch": {"torch", "math"}, "jax": {"jax", "jax.numpy"}}


@pytest.mark.parametrize("target", FILES)
@pytest.mark.parametrize("name", ["LayerNorm", "Conv2d(J, (3, 2), stride=2, padding=1, dilation=2)"])
def test_files_stand_alone(name: str, target: str) -> None:
    source = exported(layer_subject(name), target)
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported == ALLOWED[target] - ({"math"} if name == "LayerNorm" else set())


def numpy_class(given: Network | Layer) -> tuple[Any, dict[str, Any]]:
    """The object of the file with random parameters, and all arrays."""
    subject = subject_of(given, "numpy")
    arrays = sample(subject.compiled.plan.model, seed=2)
    params = {tensor.name: arrays[tensor.name] for tensor in subject.compiled.plan.parameters}
    return run(exported(given, "numpy"))[subject.name](params), arrays


def test_the_class_of_a_layer() -> None:
    given = layer("LayerNorm", batch="B")
    made, arrays = numpy_class(given)
    made.forward(arrays["z"])
    for name, gradient in made.backward(arrays["dy"]).items():
        numpy.testing.assert_allclose(gradient, evaluate(given.vjp(name), arrays), rtol=1e-9, atol=1e-12)


def test_the_class_of_a_network_with_a_loss() -> None:
    given = loss_subject("MSE")
    assert isinstance(given, Network)
    made, arrays = numpy_class(given)
    _, gradients = made.loss_and_gradients(arrays["x"], arrays["y"])
    assert set(gradients) == {"x", "y", *given.parameters}
    for name, gradient in gradients.items():
        numpy.testing.assert_allclose(gradient, evaluate(given.gradient(name), arrays), rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match=r"x \(of Linear1\) holds NaN"):
        made.forward(numpy.where(arrays["x"] > 0, arrays["x"], numpy.nan))
    made.params["W2"] = made.params["W2"].T.copy()
    with pytest.raises(ValueError, match=r"W2 \(of Linear2\) has shape"):
        made.forward(arrays["x"])


def test_class_numbers_out_of_range() -> None:
    made, arrays = numpy_class(layer("Embedding(V, d)", batch="B"))
    table = made.params["weight"]
    numbers = arrays["z"].astype(int)
    assert numpy.array_equal(made.forward(numbers), table[numbers])
    with pytest.raises(ValueError, match=f"holds the class {len(table)}, expected 0 to {len(table) - 1}"):
        made.forward(numbers - numbers.max() + len(table))


def test_a_target_that_does_not_exist() -> None:
    with pytest.raises(CompileError, match=r"no export to pytorch; did you mean torch\?"):
        exported(network("x:n -> Linear(K)"), "pytorch")


def test_dimensions_as_python() -> None:
    channels, groups = size("C"), size("G")
    assert [dimension_source(one) for one in (channels, Integer(3), 2 * groups, channels / groups)] == [
        "C", "3", "2 * G", "C // G",
    ]  # fmt: skip
