"""Large arrays: values and gradients are finite wherever they can be represented, by evaluate and in generated code."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy
import pytest

from derive import LayerDefinition, layer, network
from derive.layers import ACTIVATION, Activation
from numeric import check, compile, evaluate
from tests.sweeps import sweep

LARGE = numpy.array([1200.0, -1200.0, 800.0, 28.0, -28.0, 40.0, -37.0, 0.5, 0.0, -3.0])

OWN = {
    "LogCosh": ("log((exp(z) + exp(-z))/2)", lambda z: mpmath.log(mpmath.cosh(z))),
    "LogCoshByName": ("log(cosh(z))", lambda z: mpmath.log(mpmath.cosh(z))),
    "Mish": ("z*tanh(log(1 + exp(z)))", lambda z: z * mpmath.tanh(mpmath.log1p(mpmath.exp(z)))),
    "Logistic": ("exp(z)/(1 + exp(z))", lambda z: 1 / (1 + mpmath.exp(-z))),
    "Bell": ("4/(exp(z) + exp(-z))^2", lambda z: mpmath.sech(z) ** 2),
    "Ratio": ("(exp(2*z) - 1)/(exp(2*z) + 1)", mpmath.tanh),
    "ThreeTerms": ("log(exp(2*z) + exp(z) + 1)", lambda z: mpmath.log(mpmath.exp(2 * z) + mpmath.exp(z) + 1)),
    "Shared": ("exp(3*z)/(exp(3*z) + exp(z))", lambda z: 1 / (1 + mpmath.exp(-2 * z))),
}


@sweep(lambda name: "log" in OWN[name][0])
@pytest.mark.parametrize("name", OWN)
def test_own_activations(name: str) -> None:
    formula, truth = OWN[name]
    own = Activation(name, formula, call=name.lower())
    with mpmath.workdps(3000):
        values = numpy.array([float(truth(mpmath.mpf(z))) for z in LARGE])
        slopes = numpy.array([float(mpmath.diff(truth, mpmath.mpf(z), h=mpmath.mpf(10) ** -700)) for z in LARGE])
    one = network(f"x:n -> {name}", "MSE", extra=[own])
    close(evaluate(one.value("y_hat"), {"x": LARGE}), values)
    close(evaluate(one.jacobian("y_hat", "x"), {"x": LARGE}).diagonal(), slopes)
    compiled = compile(network(f"x:n -> {name}", "MSE", extra=[own], batch="B"), by=["x"])
    y_hat, cache = compiled.forward({}, LARGE[None])
    target = numpy.ones((1, len(LARGE)))
    compiled.loss({}, cache, target)
    close(y_hat[0], values)
    close(compiled.backward({}, cache, target)["x"][0], 2 * (values - 1) * slopes)


def close(found: Any, right: Any) -> None:
    numpy.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [*sorted(ACTIVATION), "Softmax", "LogSoftmax"])
def test_registered_ones_as_generated_code_has_them(name: str) -> None:
    one, compiled = layer(name), compile(layer(name, batch="B"))
    dy = numpy.linspace(-1.0, 2.0, len(LARGE))
    learnt = {tensor.name: numpy.asarray(0.25) for tensor in one.network.forward.given if tensor.role == "parameter"}
    y, cache = compiled.forward(learnt, LARGE[None])
    found = evaluate(one.network.value("y"), {"z": LARGE, **learnt})
    gradient = evaluate(one.vjp("z"), {"z": LARGE, "dy": dy, **learnt})
    assert numpy.isfinite(found).all()
    assert numpy.isfinite(gradient).all()
    close(found, y[0])
    close(gradient, compiled.backward(learnt, cache, dy[None])["z"][0])


def test_the_examples() -> None:
    log_softmax = layer("LogSoftmax")
    arrays = {"z": numpy.array([1000.0, 0.0, -1000.0]), "dy": numpy.array([1.0, 2.0, 3.0])}
    assert evaluate(log_softmax.network.value("y"), arrays).tolist() == [0, -1000, -2000]
    assert evaluate(log_softmax.vjp("z"), arrays).tolist() == [-5, 2, 3]
    assert evaluate(layer("Tanh").network.value("y"), {"z": numpy.array([800.0, -800.0])}).tolist() == [1, -1]
    assert evaluate(layer("Softmax").network.value("y"), {"z": numpy.array([800.0, 0.0])}).tolist() == [1, 0]
    assert evaluate(layer("GELUTanh").network.value("y"), {"z": numpy.array([28.0])}).tolist() == [28]


@pytest.mark.parametrize(
    "loss", ["SoftmaxCrossEntropy", "BCEWithLogits", "KLWithLogits", "Focal", "SmoothedCrossEntropy"]
)
def test_losses_of_scores(loss: str) -> None:
    one, whole = network("x:K -> Identity", loss), compile(network("x:K -> Identity", loss, batch="B"), by=["x"])
    x, y = numpy.array([[1000.0, -1000.0, 0.0], [-40.0, 36.5, 37.5]]), numpy.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    _, cache = whole.forward({}, x)
    close(evaluate(one.value("l"), {"x": x, "y": y}), whole.loss({}, cache, y))
    close(evaluate(one.gradient("x"), {"x": x, "y": y}), whole.backward({}, cache, y)["x"])


def test_a_softmax_on_one_line() -> None:
    own = LayerDefinition("Own", "y[i] = exp(z[i]/2)/(sum[k] exp(z[k]/2))", axes=("n",))
    z, dy = numpy.array([2000.0, 0.0, 1999.0]), numpy.array([1.0, 2.0, 3.0])
    y = numpy.exp((z - 2000) / 2) / numpy.exp((z - 2000) / 2).sum()
    compiled = compile(layer(own, batch="B"))
    found, cache = compiled.forward({}, z[None])
    close(found[0], y)
    close(compiled.backward({}, cache, dy[None])["z"][0], y * (dy - y @ dy) / 2)
    close(evaluate(layer(own).vjp("z"), {"z": z, "dy": dy}), y * (dy - y @ dy) / 2)


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "SiLU", "GELUTanh", "Softplus"])
def test_the_complex_step_sees_the_slope_at_0(name: str) -> None:
    """Behind a ReLU many arguments are exactly 0."""
    assert check(network(f"x:n -> ReLU -> 3*{name}", "MSE").gradient("x")).ok
