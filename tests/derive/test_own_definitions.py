"""No table of gradients: what is defined here by its forward formula alone is differentiated like all else."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from derive.derivation import Derivation
from derive.errors import DefinitionError
from derive.expression.functions import Maximum
from derive.expression.symbols import element, index, size
from derive.layer import layer
from derive.layers.definition import Activation, LayerDefinition
from derive.network import Network, network
from derive.render.derivations import derivation_unicode
from derive.render.printing import unicode
from numeric import ExpressionError, check, compile, evaluate
from tests.sweeps import sweep

MISH = Activation("Mish", "z*tanh(log(1 + exp(z)))", call="mish")
QUADRATIC = LayerDefinition(
    "Quadratic",
    "y[i] = sum[j,k] A[i,j,k]*z[j]*z[k]",
    axes=("length",),
    sizes={"outputs": size("q")},
    shapes={"A": ("outputs", "length", "length")},
    parameters={"A": "A"},
)
ARRAYS = {"A": np.ones((3, 2, 2)), "z": np.ones(2), "dy": np.ones(3)}
EQUATIONS = {
    "square of a sum": "y[i] = z[i]*(sum[j] z[j])^2",
    "product of sums": "y[i] = z[i]*(sum[j] z[j])*(sum[j] z[j]^3)",
    "exponential of a sum": "y[i] = exp(sum[k] z[k]*z[i]/10)",
    "normal": "s = sum[k] z[k]^2; y[i] = z[i]/sqrt(s)",
    "standard": "mu = (sum[k] z[k])/m; v = (sum[k] (z[k] - mu)^2)/m; y[i] = (z[i] - mu)/sqrt(v + 1)",
    "reversed": "y[i] = z[m - 1 - i]",
    "cumulative": "y[i] = sum[j] [j <= i]*z[j]",
    "convolved": "y[i] = sum[j] z[j]*z[m - 1 - j]*z[i]",
    "absolute": "y[i] = abs(z[i])",
    "threshold": "y[i] = z[i] + sum[k] z[k]*[z[k] > 1]",
    "power": "y[i] = (1 + z[i]^2)^z[i]",
    "steps": "y[i] = z[i]*floor(z[i])",
    "largest subtracted": "y[i] = exp(z[i] - max[k] z[k])",
    "two maxima": "a = max[k] z[k]; b = max[k] -z[k]; y[i] = a*z[i] + b",
    "one element": "y[i] = z[i]*z[3]",
    "functions of the library": "y[i] = GELU(z[i]) + softplus(z[i])*sinh(z[i]) - atan(z[i])",
    "remainders": "y[i] = mod(z[i], 3)*z[i] + mod(5, 1 + z[i]^2)",
    "jumps": "y[i] = z[i]^2*sign(z[i]) + ceil(z[i])*z[i]",
}
ELEMENTARY_SLOPES = {
    "expm1": "exp(z)", "log1p": "1/(1 + z)", "log2": "1/(z*log(2))", "log10": "1/(z*log(10))",
    "tan": "1 + tan(z)^2", "asin": "1/sqrt(1 - z^2)", "acos": "-1/sqrt(1 - z^2)", "atan": "1/(1 + z^2)",
    "sinh": "cosh(z)", "cosh": "sinh(z)", "asinh": "1/sqrt(1 + z^2)", "acosh": "1/sqrt(z^2 - 1)",
    "atanh": "1/(1 - z^2)", "sign": "0", "ceil": "0",
}  # fmt: skip


def test_an_activation_by_its_formula_alone() -> None:
    net = network("x:n -> Linear(d) -> Mish -> Linear(K)", "1/2*MSE", extra=[MISH])
    for gradient in net.gradients().values():
        assert gradient.matrix is not None
        assert len(gradient.steps) > 1
        assert check(gradient).ok
    slope = np.diag(evaluate(net.jacobian("z2", "z1"), {"z1": np.array([-1.5, 0.0, 2.0])}))
    assert np.allclose(slope, [_mish_slope(z) for z in (-1.5, 0.0, 2.0)], rtol=1e-8)


def _mish_slope(place: float, step: float = 1e-6) -> float:
    def mish(z: float) -> float:
        return float(z * np.tanh(np.log1p(np.exp(z))))

    return (mish(place + step) - mish(place - step)) / (2 * step)


def test_a_layer_by_its_equation_alone() -> None:
    net = network("x:n -> Linear(d) -> Quadratic -> Softmax", "CrossEntropy", extra=[QUADRATIC])
    assert net.parameters == ("W1", "b1", "A2")
    for gradient in net.gradients().values():
        assert check(gradient).ok
        assert len(gradient.steps) > 1
    gradient = net.gradient("A2")
    row, left, right = gradient.quantity.indices
    difference = element("y_hat", (row,)) - element("y", (row,))
    assert gradient.result == difference * element("z1", (left,)) * element("z1", (right,))
    assert gradient.matrix is None, "a tensor with three axes stays in index form"
    assert net.gradient("b1").matrix is None or check(net.gradient("b1")).ok


def test_own_layers_are_numbered_like_all_others() -> None:
    net = network("x:n -> Quadratic -> Linear(n) -> Quadratic", "MSE", extra=[QUADRATIC])
    assert net.parameters == ("A1", "W2", "b2", "A3")


@sweep(lambda equations, batch: batch and equations)
@pytest.mark.parametrize("equations", EQUATIONS.values(), ids=EQUATIONS)
@pytest.mark.parametrize("batch", [None, "B"])
def test_layers_of_many_kinds(equations: str, batch: str | None) -> None:
    own = LayerDefinition("Own", equations, axes=("m",), shapes={"y": ("m",)})
    net = network("x:n -> Own", "1/2*MSE", extra=[own], batch=batch)
    _assert_right(net.gradient("x"))
    _assert_right(net.jacobian("y_hat", "x"))


def test_a_letter_may_be_used_again_inside_a_sum() -> None:
    own = LayerDefinition("Own", "y[i] = sum[j] z[i]*z[j]*log(sum[j] exp(z[j]))", axes=("m",))
    _assert_right(network("x:n -> Own", "1/2*MSE", extra=[own]).gradient("x"))


@pytest.mark.parametrize("activation", ["z^2 + z", "sin(z)", "erf(z)", "z/(1 + abs(z))", "[z > 1] + z*[z <= 1]"])
def test_activations_of_many_kinds(activation: str) -> None:
    own = Activation("Own", activation, call="own")
    net = network("x:n -> Own -> Linear(K)", "MSE", extra=[own])
    _assert_right(net.gradient("x"))
    assert "own" in derivation_unicode(net.value("z1"))


def test_planted_errors_in_own_definitions_are_caught() -> None:
    right: Network = network("x:n -> Mish", "1/2*MSE", extra=[MISH])
    wrong = network("x:n -> Mish", "1/2*MSE", extra=[Activation("Mish", "z*tanh(log(2 + exp(z)))", call="mish")])
    gradient = right.gradient("x")
    mixed = Derivation(wrong.forward, gradient.quantity, gradient.result, gradient.steps, gradient.matrix)
    assert not check(mixed).ok


def _assert_right(answer: Derivation) -> None:
    report = check(answer)
    assert report.ok, [item for item in report.items if not item.ok]


@pytest.mark.parametrize("name", ELEMENTARY_SLOPES)
def test_elementary_functions_have_slopes_and_numbers(name: str) -> None:
    alone = layer(LayerDefinition("Own", f"y[i] = {name}(z[i])", axes=("m",)))
    gradient = alone.vjp("z")
    assert check(gradient).ok
    if name in ("sign", "ceil"):
        assert gradient.result == 0
        return
    z = np.array([0.2, 0.7, 0.4]) + (name == "acosh")
    expected = layer(LayerDefinition("Slope", f"y[i] = {ELEMENTARY_SLOPES[name].replace('z', 'z[i]')}", axes=("m",)))
    (slopes,) = (evaluate(row, {"z": z}) for row in expected.forward())
    assert np.allclose(evaluate(gradient, {"z": z, "dy": np.ones(3)}), slopes, rtol=1e-12)


def test_a_softmax_on_one_line_reads_as_in_a_textbook() -> None:
    own = LayerDefinition("Warm", "y[i] = exp(z[i]/T)/sum[k] exp(z[k]/T)", axes=("K",), shapes={"T": ()}, inputs=("T",))
    gradient = layer(own).vjp("z")
    assert gradient.unicode() == "∂ℓ/∂z = (1/T) y ⊙ (dy − (yᵀ dy) 𝟏)"
    assert check(gradient).ok
    assert check(layer(own).vjp("T")).ok


def test_the_sign_inside_a_maximum_stays_there() -> None:
    letter = index("k")
    largest = Maximum(-element("z", (letter,)), (letter, 0, size("n") - 1))
    assert unicode(largest) == "max_{k} (−z[k])"
    assert unicode(-largest) == "−max_{k} (−z[k])"


def test_an_unknown_function_has_no_numbers() -> None:
    own = layer(LayerDefinition("Own", "y[i] = f(z[i])*z[i]", axes=("m",)))
    checked = check(own.vjp("z"))
    assert checked.ok
    assert checked.unknown == ("f",)
    with pytest.raises(ExpressionError, match="the function f is left unknown, so it has no numbers"):
        evaluate(own.vjp("z"), {"z": np.ones(3), "dy": np.ones(3)})
    assert evaluate(layer(replace(QUADRATIC, parameters={}, inputs=("A",))).vjp("z"), ARRAYS).shape == (2,)


def test_what_is_no_function_is_refused_wherever_it_stands() -> None:
    for own in (
        LayerDefinition("Own", "y[i] = tann(z[i])", axes=("m",)),
        Activation("Own", "z*Expo(z)", call="own"),
        Activation("Own", "z*Expo(z)", call="own", learnt=("a",)),
    ):
        with pytest.raises(DefinitionError, match=r"there is no function (tann|Expo)"):
            network("x:n -> Own -> Linear(K)", "MSE", extra=[own])


def test_activations_apply_one_another() -> None:
    double = Activation("Double", "2*OwnMish(z) + ReLU(z)", call="Double")
    own = LayerDefinition("Own", "y[i] = Double(z[i])", axes=("m",))
    net = network("x:n -> Linear(d) -> Own -> Linear(K)", "MSE", extra=[own, double, replace(MISH, call="OwnMish")])
    assert check(net.gradient("W1")).ok
    assert check(net.gradient("W1")).unknown == ()


ROOTS = [
    "y[i] = sqrt(-z[i])",
    "y[i] = 1/sqrt(-z[i])",
    "y[i] = sqrt(-z[i]*w[i])",
    "y[i] = (z[i]*w[i])^(1/3)",
    "y[i] = (-z[i])^(3/2)",
    "y[i] = (-z[i])^(2/3)",
    "y[i] = sqrt(-2*z[i])",
    "y[i] = sqrt(w[i]/z[i])",
    "y[i] = 1/(z[i]*w[i])",
    "y[i] = sqrt(sqrt(-z[i]))",
    "y[i] = z[i]*sqrt(-z[i])",
    "r = sqrt(-(sum[k] z[k])); y[i] = z[i]/r",
]


@pytest.mark.parametrize("equations", ROOTS)
def test_a_power_of_a_product_is_no_name_for_the_product(equations: str) -> None:
    own = LayerDefinition("Own", equations, axes=("n",), shapes={"w": ("n",)}, parameters={"w": "w"})
    for name in ("z", "w") if "w[" in equations else ("z",):
        assert check(layer(own).vjp(name)).ok


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"equations": "y[i] = z[i]*m[i]", "shapes": {"m": ("n",)}}, "m is read in the equation of y, and nothing"),
        ({"equations": "y[i] = z[i]*m", "shapes": {"m": ()}}, "list it among parameters, inputs or buffers"),
        ({"equations": "y[i] = sum[k] z[i]*v[k]", "shapes": {"v": ("n",)}}, "v is read in the equation of y"),
        ({"equations": "u[i] = z[i]", "shapes": {}}, "no equation defines the output y; known: u"),
        ({"equations": "y[i] = z[i]", "outputs": ("y", "h")}, "no equation defines the output h"),
        ({"equations": "y[i] = w[i]*z[i]"}, "w is read but not defined; known here: z"),
        ({"equations": "y[i] = sum[i<3] z[i]"}, "the index i of y is bound by the sum"),
        ({"equations": "y[i] = max[i] z[i]"}, "the index i of y is bound by the sum or the maximum"),
        ({"equations": "y[i,j] = z[i]"}, "the index j of y does not occur on the right"),
        ({"equations": "y[i] = z[2*i]"}, "the range of index i is not known: declare the shape of y"),
    ],
)
def test_what_nothing_declares_is_named(definition: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(message)):
        layer(LayerDefinition(name="Own", axes=("n",), **definition))


@pytest.mark.parametrize("call", ["tanh", "sigma", "ReLU", "Phi", "exp", "sqrt", "erf", "log1p", "arctan", "softplus"])
def test_a_name_has_one_formula(call: str) -> None:
    with pytest.raises(DefinitionError, match=f"the activation Own is called {call}, which stands for"):
        network("x:n -> Own", "MSE", extra=[Activation("Own", "z^2 + 1", call=call)])


@pytest.mark.parametrize(
    "call",
    ["Max", "Min", "where", "Abs", "softmax", "maximum", "clip", "sum", "sech", "mod_", "both", "mask", "real"],
)
def test_functions_of_libraries_do_not_stand_for_own_ones(call: str) -> None:
    """What an array library or SymPy calls a function is free for an activation of one's own, with its formula."""
    net = network("x:n -> Own", "MSE", batch="B", extra=[Activation("Own", "z^2 + 1", call=call)])
    x = np.array([[1.0, -2.0, 3.0]])
    compiled = compile(net, by=["x"])
    y_hat, cache = compiled.forward({}, x)
    compiled.loss({}, cache, 0 * x)
    np.testing.assert_allclose(y_hat, x**2 + 1)
    np.testing.assert_allclose(evaluate(net.value("y_hat"), {"x": x}), x**2 + 1)
    np.testing.assert_allclose(compiled.backward({}, cache, 0 * x)["x"], 4 * x * (x**2 + 1))


def test_the_formula_of_the_library_may_be_given_again() -> None:
    own = Activation("Own", "1/(1 + exp(-z))", call="sigma")
    assert network("x:n -> Own", "MSE", extra=[own]).gradient("x").result.has(element("y_hat", [index("i")]))


@pytest.mark.parametrize("name", ["GELU", "Mish"])
def test_an_activation_with_the_name_of_a_library_one_hides_it(name: str) -> None:
    own = Activation(name, "z*sigma(3*z)", call=name)
    gradient = network(f"x:n -> Linear(d) -> {name} -> Linear(K)", "MSE", extra=[own]).gradient("b1")
    assert "σ(3z₁)" in gradient.unicode()
    assert check(gradient).ok


@pytest.mark.parametrize("name", ["a", "lambda", "len", "None"])
@pytest.mark.parametrize("value", [3, "3", 3.0, "1/3", "0.5"])
def test_constants_are_numbers_however_they_are_given(name: str, value: Any) -> None:
    own = LayerDefinition("Own", f"y[i] = {name}*z[i]", ("n",), constants={name: value})
    y, _ = compile(layer(own, batch="B")).forward({}, np.ones((2, 3)))
    np.testing.assert_allclose(y, float(own.constants[name]))
    assert check(layer(own).vjp("z")).ok


@pytest.mark.parametrize("value", [3, "3", 3.0])
def test_sizes_are_whole_numbers_however_they_are_given(value: Any) -> None:
    own = LayerDefinition("Own", "y[i] = z[i]*sum[j<len] z[j]", ("n",), sizes={"len": value})
    assert check(layer(own).vjp("z")).ok


@pytest.mark.parametrize("value", ["x", None, True, [1], "1/0", float("inf")])
def test_what_is_no_number_is_refused_by_its_name(value: Any) -> None:
    with pytest.raises(DefinitionError, match=r"^Own: the constant a is .*; expected a number"):
        LayerDefinition("Own", "y[i] = a*z[i]", ("n",), constants={"a": value})


@pytest.mark.parametrize("value", ["1/2", 0.5, "x"])
def test_a_size_that_is_not_whole_is_refused(value: Any) -> None:
    with pytest.raises(DefinitionError, match=r"^Own: the size m is .*; expected a "):
        LayerDefinition("Own", "y[i] = z[i]*sum[j<m] z[j]", ("n",), sizes={"m": value})
