"""Formulas of one's own that leave the range of floating point in between: the results that it can hold are right.

The truth is the formula in mpmath's numbers of thousands of digits, and central differences of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import numpy
import pytest

from derive import LayerDefinition, layer, network
from derive.layers import Activation
from numeric import compile, evaluate
from numeric.sampling.points import sample, sample_sizes
from tests.numeric.codegen.test_every_layer import FIRST
from tests.sweeps import layer_kind, sweep

DIGITS = 1600
STEP = mpmath.mpf(10) ** -500
FORMULAS = [
    "z^2/(1 + z^2)",
    "sqrt(1 + z^2)",
    "atan(exp(z))",
    "log(1 + z^2)",
    "tanh(z)^2*z",
    "z/(1 + exp(-1.702*z))",
    "(1 + z^2)^(1/4)",
    "(1/(1 + z^2))^(1/4)",
    "z^3/(1 + abs(z)^3)",
    "z^5/(1 + z^4)",
    "log(1 + log(1 + exp(z)))",
    "z*exp(z)/(exp(z) + exp(-z))",
    "log(exp(z) + exp(2*z))",
    "log(cosh(z))",
    "sqrt(exp(z))",
    "1/(1 - tanh(z))",
    "sinh(z)/cosh(z) + z",
    "abs(z)^1.5/(1 + abs(z))",
]
INPUTS = {
    numpy.float64: [0, 1e-300, -1e-300, 30, -30, 1000, -1000, 1e155, -1e155, 1e308, -1e308],
    numpy.float32: [0, 1e-30, -1e-30, 30, -30, 1000, -1000, 1e20, -1e20, 1e38, -1e38],
}


def plain(formula: str) -> Callable[[Any], Any]:
    """The formula in mpmath's numbers."""
    numbers = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)", r"mpf('\1')", formula.replace("^", "**"))
    names = ("exp", "log", "tanh", "sinh", "cosh", "atan", "sqrt", "mpf")
    known = {name: getattr(mpmath, name) for name in names} | {"abs": abs}
    function: Callable[[Any], Any] = eval(f"lambda z: {numbers}", known)
    return function


@lru_cache(maxsize=1024)
def truth(formula: str, at: float) -> tuple[Any, Any]:
    """The value and the slope."""
    with mpmath.workdps(DIGITS):
        function, place = plain(formula), mpmath.mpf(at)
        step = STEP * (abs(place) if 0 < abs(place) < 1 else 1)
        try:
            return function(place), (function(place + step) - function(place - step)) / (2 * step)
        except ZeroDivisionError:
            # Its divisor is less than that many digits have.
            return mpmath.inf, mpmath.inf


def require(found: Any, right: Any, what: str) -> None:
    """The number is right to the type at the scale of 1, infinite where the type cannot hold it."""
    with numpy.errstate(over="ignore"):
        bounded = right if abs(right) < mpmath.mpf("1e400") else mpmath.sign(right) * mpmath.inf
        expected = numpy.asarray(float(bounded)).astype(found.dtype)
    tolerance = 500 * numpy.finfo(found.dtype).eps
    assert found == expected or abs(float(found) - float(expected)) <= tolerance * max(1.0, abs(float(expected))), (
        f"{what} is {found}, not {expected}"
    )


@sweep(lambda formula: tuple(name in formula for name in ("exp", "log", "sqrt", "h(z)", "abs")))
@pytest.mark.parametrize("formula", FORMULAS)
def test_activations(formula: str) -> None:
    own = Activation("Own", formula, call="own")
    compiled, one = compile(layer(own, batch="B")), layer(own)
    for real, inputs in INPUTS.items():
        for at in inputs:
            z = numpy.array([at], real)
            value, slope = truth(formula, float(z[0]))
            y, cache = compiled.forward({}, z[None])
            gradient = compiled.backward({}, cache, numpy.ones_like(z[None]))["z"]
            require(y[0, 0], value, f"compiled at {at}")
            require(gradient[0, 0], slope, f"compiled slope at {at}")
            require(evaluate(one.network.value("y"), {"z": z})[0], value, f"evaluated at {at}")
            found = evaluate(one.vjp("z"), {"z": z, "dy": numpy.ones_like(z)})[0]
            require(found, slope, f"evaluated slope at {at}")


SATURATED = {
    "log(1 - tanh(z)^2)": "log(4) - 2*softplus(2*z) + 2*z",
    "log(1 - tanh(z))": "log(2) - softplus(2*z)",
    "log(1 + tanh(3*z + 1))": "log(2) + 6*z + 2 - softplus(6*z + 2)",
    "log(1 - sigma(z)^2)": "softplus(z + log(2)) - 2*softplus(z)",
    "log(sigma(z)*(1 - sigma(z)))": "z - 2*softplus(z)",
    "log(sigma(z)/(1 - sigma(z)))": "z",
    "log(1 - tanh(abs(z)))": "log(2) - softplus(2*abs(z))",
    "z*log(1 - tanh(z/2)^2)": "z*(log(4) - 2*softplus(z) + z)",
    "log(2 - tanh(z))": "log(3) + softplus(2*z - log(3)) - softplus(2*z)",
    "log(1 + sinh(z)^2)": "2*softplus(2*z) - 2*z - log(4)",
    "atanh(tanh(z))": "z",
    "atanh(2*sigma(z) - 1)": "z/2",
}
"""Logarithms of what is nearly 0 where a function is nearly constant, and the same without."""


@pytest.mark.parametrize("formula", SATURATED)
def test_logarithms_of_functions_that_saturate(formula: str) -> None:
    own = Activation("Own", formula, call="own")
    compiled, one = compile(layer(own, batch="B")), layer(own)
    softplus = lambda at: max(at, mpmath.mpf(0)) + mpmath.log1p(mpmath.exp(-abs(at)))  # noqa: E731
    known = {"log": mpmath.log, "softplus": softplus}
    for at in (0.5, -0.5, 30.0, -30.0, 1e3, -1e3, 1e155, -1e155, 1e200, 8e307, -8e307):
        z = numpy.array([at])
        with mpmath.workdps(400):
            value = eval(SATURATED[formula], {**known, "z": mpmath.mpf(at)})
        y, _ = compiled.forward({}, z[None])
        require(y[0, 0], value, f"compiled at {at}")
        require(evaluate(one.network.value("y"), {"z": z})[0], value, f"evaluated at {at}")


ENTROPIES = (
    LayerDefinition(
        "OneLine", "y = -sum[i] exp(z[i])/(sum[k] exp(z[k]))*(z[i] - log(sum[k] exp(z[k])))", axes=("n",)
    ),
    LayerDefinition(
        "TwoRows", "p[i] = exp(z[i])/(sum[k] exp(z[k])); y = -(sum[i] p[i]*log(p[i]))", axes=("n",)
    ),
)  # fmt: skip


@pytest.mark.parametrize("entropy", ENTROPIES, ids=lambda one: one.name)
@pytest.mark.parametrize("scores", [(800.0, 0.0, -800.0), (800.0, 799.0, -3.0), (1e155, -1e155, 1e155), (0.5, -0.5)])
def test_entropies(entropy: LayerDefinition, scores: tuple[float, ...]) -> None:
    z = numpy.array(scores)
    p = numpy.exp(z - z.max())
    p /= p.sum()
    logs = z - z.max() - numpy.log(numpy.exp(z - z.max()).sum())
    terms = numpy.where(p > 0, p * logs, 0)
    value = -terms.sum()
    slope = -p * (numpy.where(p > 0, logs, 0) + value)
    one, compiled = layer(entropy), compile(layer(entropy, batch="B"))
    y, cache = compiled.forward({}, z[None])
    for found, gradient in (
        (y[0], compiled.backward({}, cache, numpy.ones(1))["z"][0]),
        (evaluate(one.network.value("y"), {"z": z}), evaluate(one.vjp("z"), {"z": z, "dy": numpy.ones(())})),
    ):
        numpy.testing.assert_allclose(found, value, atol=1e-12)
        numpy.testing.assert_allclose(gradient, slope, atol=1e-12)


def test_what_cancels_beyond_the_range() -> None:
    own = LayerDefinition("Balance", "y = sum[i] sinh(z[i])", axes=("n",))
    one, compiled = layer(own), compile(layer(own, batch="B"))
    for scores, right in (((800.0, -800.0), 0.0), ((800.0, -800.0, 1.0), numpy.sinh(1.0)), ((800.0, 1.0), numpy.inf)):
        z = numpy.array(scores)
        y, cache = compiled.forward({}, z[None])
        assert numpy.isclose(y[0], right, rtol=1e-14)
        assert numpy.isclose(evaluate(one.network.value("y"), {"z": z}), right, rtol=1e-14)
        gradient = compiled.backward({}, cache, numpy.ones(1))["z"][0]
        with numpy.errstate(over="ignore"):
            numpy.testing.assert_allclose(gradient, numpy.cosh(z))


def test_losses_and_gradients_together() -> None:
    own = Activation("Ratio", "z^2/(1 + z^2)", call="ratio")
    compiled = compile(network("x:n -> Linear(d) -> Ratio", "MSE", extra=(own,)))
    generator = numpy.random.default_rng(0)
    params = {"W1": generator.normal(size=(2, 3)) * 1e160, "b1": generator.normal(size=2)}
    x, y = generator.normal(size=(4, 3)), numpy.zeros((4, 2))
    loss, gradients = compiled.loss_and_gradients(params, x, y)
    assert loss == pytest.approx(2.0)
    assert all(numpy.isfinite(array).all() for array in gradients.values())
    _, cache = compiled.forward(params, x)
    assert compiled.loss(params, cache, y) == pytest.approx(2.0)
    again = compiled.backward(params, cache, y)
    for name, array in gradients.items():
        numpy.testing.assert_array_equal(array, again[name])


def test_arrays_with_too_many_numbers_are_computed_in_a_longer_type() -> None:
    if numpy.finfo(numpy.longdouble).maxexp <= numpy.finfo(numpy.float64).maxexp:
        pytest.skip("this machine has no longer type")
    compiled = compile(layer(Activation("Ratio", "z^2/(1 + z^2)", call="ratio"), batch="B"))
    z = numpy.full((3, 50_000), 2.0)
    z[0, 0] = 1e200
    y, cache = compiled.forward({}, z)
    assert y[0, 0] == 1
    numpy.testing.assert_allclose(y[1:], 0.8)
    assert numpy.isfinite(compiled.backward({}, cache, numpy.ones_like(z))["z"]).all()


def test_what_is_given_as_infinite_stays_so() -> None:
    compiled = compile(layer(Activation("Ratio", "z^2/(1 + z^2)", call="ratio"), batch="B"))
    with pytest.raises(Exception, match="holds infinity"):
        compiled.forward({}, numpy.array([[numpy.inf]]))


@sweep(lambda text: layer_kind(text))
@pytest.mark.parametrize("text", [text for text in FIRST if not text.startswith("Conv3d")])
def test_every_layer_has_the_same_values_in_enclosed_numbers(text: str) -> None:
    one = layer(text.removesuffix("()"), batch="B")
    compiled, model = compile(one), one.network.forward
    sizes = sample_sizes(model, seed=1)
    arrays = {
        name: array.astype(int) if name in model.tensors and model.tensors[name].domain == "class" else array
        for name, array in sample(model, seed=1).items()
    }
    settings = {name: sizes[compiled.module.sizes.known[name]] for name in compiled.module.settings}
    params = {tensor.name: arrays[tensor.name] for tensor in compiled.plan.parameters} | settings
    inputs, beside = (
        tuple(arrays[tensor.name] for tensor in tensors) for tensors in (compiled.plan.inputs, compiled.plan.beside)
    )
    *outputs, cache = compiled.forward(params, *inputs)
    gradients = compiled.backward(params, cache, *beside)
    *found, _ = compiled._beyond.forward(params, inputs, list(map(unknown, outputs)), dict(cache))
    slopes = compiled._beyond.backward(params, cache, beside, {name: unknown(one) for name, one in gradients.items()})
    for right, array in (*zip(outputs, found, strict=True), *((gradients[name], slopes[name]) for name in gradients)):
        numpy.testing.assert_allclose(array, right, rtol=1e-9, atol=1e-9)


def unknown(array: Any) -> Any:
    """The array with NaN for each real number in it."""
    return numpy.full_like(array, numpy.nan) if numpy.asarray(array).dtype.kind == "f" else array


BRACKETED = [
    ("max(0, 1 - t[i]*z[i])^2", "max(0, 1 - t*z)**2", "-2*t*max(0, 1 - t*z)"),
    ("min(0, 1 - t[i]*z[i])^3", "min(0, 1 - t*z)**3", "-3*t*min(0, 1 - t*z)**2"),
    ("(2 - t[i]*z[i])^2*[t[i]*z[i] < 2]", "max(0, 2 - t*z)**2", "-2*t*max(0, 2 - t*z)"),
    ("t[i]*exp(z[i])*[z[i] < t[i]]", "t*exp(z) if z < t else 0", "t*exp(z) if z < t else 0"),
    ("t[i]*z[i]^2*[z[i] <= 1] + t[i]*z[i]*[z[i] > 1]", "t*z**2 if z <= 1 else t*z", "2*t*z if z <= 1 else t"),
    ("t[i]/z[i]*[z[i] > 0]", "t/z if z > 0 else 0", "-t/z**2 if z > 0 else 0"),
    ("t[i]*log(1 - z[i])*[z[i] < 0]", "t*log(1 - z) if z < 0 else 0", "-t/(1 - z) if z < 0 else 0"),
]


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@pytest.mark.parametrize(("formula", "value", "slope"), BRACKETED)
def test_an_overflow_beside_a_condition_that_does_not_hold_is_0(
    formula: str, value: str, slope: str, target: str
) -> None:
    if target == "jax":
        pytest.importorskip("jax").config.update("jax_enable_x64", True)
    array = pytest.importorskip({"jax": "jax.numpy"}.get(target, target)).asarray
    own = LayerDefinition("Own", f"y[i] = {formula}", axes=("n",), shapes={"t": ("n",)}, parameters={"t": "t"})
    compiled = compile(layer(own, batch="B"), target=target)
    z = numpy.array([1e200, -1e200, 1e300, -1e300, 0.0, 3.0, -2.5])
    for side in (1.0, -1.0):
        t = numpy.full_like(z, side)
        params = {"t": array(t)}
        y, cache = compiled.forward(params, array(z[None]))
        slopes = compiled.backward(params, cache, array(numpy.ones_like(z)[None]))
        for found, truth in ((y, value), (slopes["z"], slope)):
            with mpmath.workdps(50):
                known = {"exp": mpmath.exp, "log": mpmath.log}
                exact = [eval(truth, {**known, "z": mpmath.mpf(at), "t": side}) for at in z]
            right = [float(one) if abs(one) < 1e308 else float(mpmath.sign(one)) * numpy.inf for one in exact]
            numpy.testing.assert_allclose(numpy.asarray(found)[0], right, rtol=1e-12)
        assert not numpy.isnan(numpy.asarray(slopes["t"])).any()
