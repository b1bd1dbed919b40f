"""No table of gradients: what is defined here by its forward formula alone is differentiated like all else."""

from __future__ import annotations

import numpy as np
import pytest

from derive.derivation import Derivation
from derive.layers.definition import Activation, LayerDefinition
from derive.network import Network, network
from derive.render.derivations import derivation_unicode
from derive.symbols import element, size
from numeric import check, evaluate

MISH = Activation("Mish", "z*tanh(log(1 + exp(z)))", call="mish")
QUADRATIC = LayerDefinition(
    "Quadratic",
    "y[i] = sum[j,k] A[i,j,k]*z[j]*z[k]",
    axes=("length",),
    sizes={"outputs": size("q")},
    shapes={"A": ("outputs", "length", "length")},
    parameters={"A": "A"},
)
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
}


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
