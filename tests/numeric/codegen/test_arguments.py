"""Wrong arrays: the error names the array and the layer."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from derive import layer, network
from numeric import ArrayError, evaluate
from numeric.codegen import Compiled, CompileError, compile

Arguments = tuple[dict[str, Any], list[Any]]


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile(network("x:n -> Linear(d) -> ReLU -> Linear(K)", loss="SoftmaxCrossEntropy(class)"))


@pytest.fixture
def right() -> Arguments:
    generator = numpy.random.default_rng(0)
    shapes = {"W1": (5, 4), "b1": (5,), "W2": (3, 5), "b2": (3,)}
    params = {name: generator.normal(size=shape).astype("float32") for name, shape in shapes.items()}
    return params, [generator.normal(size=(6, 4)).astype("float32"), numpy.array([0, 1, 2, 0, 1, 2])]


def fails(compiled: Compiled, arguments: Arguments, *words: str) -> None:
    params, others = arguments
    with pytest.raises(ArrayError) as caught:
        compiled.loss_and_gradients(params, *others)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("after_a_right_call", [False, True])
def test_wrong_arrays(compiled: Compiled, right: Arguments, after_a_right_call: bool) -> None:
    params, (x, y) = right
    if after_a_right_call:
        compiled.loss_and_gradients(params, x, y)
    without = {name: array for name, array in params.items() if name != "b2"}
    fails(compiled, (without, [x, y]), "b2", "Linear2", "missing")
    fails(compiled, (params | {"W2": params["W2"].T}, [x, y]), "of Linear2", "(5, 3)")
    fails(compiled, (params | {"b1": params["b1"][:, None]}, [x, y]), "b1", "Linear1")
    fails(compiled, (params | {"W1": params["W1"].astype("float64")}, [x, y]), "W1", "float64", "float32")
    fails(compiled, (params, [x.astype("int64"), y]), "x", "int64")
    fails(compiled, (params, [x.tolist(), y]), "x", "list")
    fails(compiled, (params, [x, y.astype("float32")]), "y", "class numbers")
    fails(compiled, (params, [x, y[:4]]), "(4,)")
    fails(compiled, (params, [x, y + 1]), "y holds the class 3", "0 to 2")
    fails(compiled, (params, [x, y - 1]), "y holds the class -1")
    fails(compiled, (params, [x]), "x, y", "1")
    x[2, 1] = numpy.nan
    fails(compiled, (params, [x, y]), "x", "NaN", "Linear1")


def test_backward_needs_what_the_loss_adds(compiled: Compiled, right: Arguments) -> None:
    params, (x, y) = right
    _, cache = compiled.forward(params, x)
    with pytest.raises(ArrayError, match="call loss before backward"):
        compiled.backward(params, cache, y)


def test_no_loss_no_gradients() -> None:
    compiled = compile(network("x:n -> Linear(K)"))
    assert (
        compiled.forward({"W1": numpy.ones((1, 2)), "b1": numpy.ones(1)}, numpy.ones((3, 2)))[0].tolist() == [[3]] * 3
    )
    with pytest.raises(CompileError, match="without a loss"):
        compiled.loss_and_gradients({}, numpy.ones((3, 2)))


def test_a_layer_of_one_sample_is_refused() -> None:
    with pytest.raises(CompileError, match="batch='B'"):
        compile(layer("Linear(d)"))


def test_nan_in_a_layer() -> None:
    compiled = compile(layer("Conv2d(2, 2)", batch="B"))
    params = {"weight": numpy.ones((2, 1, 2, 2)), "bias": numpy.zeros(2)}
    z = numpy.ones((1, 1, 3, 3))
    y, cache = compiled.forward(params, z)
    with pytest.raises(ArrayError, match=r"dy holds NaN"):
        compiled.backward(params, cache, numpy.where(y > 0, numpy.nan, 0))
    with pytest.raises(ArrayError, match=r"weight \(of Conv2d.*\) holds NaN"):
        compiled.forward(params | {"weight": numpy.full((2, 1, 2, 2), numpy.nan)}, z)


def test_sizes_that_no_array_shows_are_asked_for() -> None:
    compiled = compile(layer("MaxPool1d(k, stride=s)", batch="B"))
    z = numpy.ones((1, 1, 4))
    with pytest.raises(ArrayError, match="s is missing; give it among the parameters"):
        compiled.forward({"k": 2}, z)
    with pytest.raises(ArrayError, match=r"k is 2\.0"):
        compiled.forward({"k": 2.0, "s": 1}, z)
    with pytest.raises(ArrayError, match=r"L_out|dimension"):
        compiled.forward({"k": 9, "s": 1}, z)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_infinity_and_empty_arrays_are_named_where_nan_comes_of_them(compiled: Compiled, right: Arguments) -> None:
    params, (x, y) = right
    infinite = {**params, "b2": numpy.array([1, numpy.inf, 0], dtype="float32")}
    fails(compiled, (infinite, [x, y]), "b2", "infinity", "Linear2")
    fails(compiled, (params, [x[:0], y[:0]]), "x", "empty", "(0, 4)")


@pytest.mark.parametrize(
    ("text", "shape", "sizes", "message"),
    [
        ("MaxPool1d(k, stride=s, padding=p)", (1, 2, 7), {"k": 3, "s": 1, "p": 2}, "p = 2 is more than half of k = 3"),
        ("MaxPool2d((2, k), padding=(1, p))", (1, 2, 7, 8), {"k": 4, "p": 3}, "p = 3 is more than half of k = 4"),
        ("MaxPool1d(3, padding=p)", (1, 2, 7), {"p": 2}, "p = 2 is more than half of 3"),
    ],
)
def test_padding_of_a_maximum_is_at_most_half_of_its_kernel(
    text: str, shape: tuple[int, ...], sizes: dict[str, int], message: str
) -> None:
    """At numbers too, in compiled code and in derivations."""
    one = layer(text, batch="B")
    compiled = compile(one)
    z = numpy.arange(numpy.prod(shape), dtype=float).reshape(shape)
    with pytest.raises(ArrayError, match=message):
        compiled.forward(sizes, z)
    with pytest.raises(ArrayError, match=message):
        evaluate(one.network.value("y"), {"z": z, **sizes})
    allowed = sizes | {"p": 1}
    y, _ = compiled.forward(allowed, z)
    numpy.testing.assert_array_equal(y, evaluate(one.network.value("y"), {"z": z, **allowed}))
