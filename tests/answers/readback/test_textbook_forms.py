"""Forms as textbooks print them: each is checked, and read back from its text."""

from __future__ import annotations

import pytest

from answers.readback.compare import read_back
from answers.readback.printed import in_latex, in_unicode
from derive import layer, network
from derive.derivation import Derivation
from derive.layers.definition import Activation, LayerDefinition
from derive.scalar_slope import slope_of
from derive.symbols import size
from numeric import check

SLOPES = {
    "z/(1 + abs(z))": "1/(1 + |z|)²",
    "abs(z)^3": "3z · |z|",
    "z*abs(z)": "2 · |z|",
    "log(abs(z))": "1/z",
    "max(0, min(1, z/6 + 1/2))": "(1/6) · 1[−3 < z < 3]",
    "max(0, z) + min(0, 2*(exp(z) - 1))": "1[z > 0] + 2 exp(z) · 1[z < 0]",
    "(z - 1)/(z^2 + 1)": "(1 + 2z − z²)/(1 + z²)²",
    "1/(1 + exp(-3*z))": "3s(z)(1 − s(z))",
}


@pytest.mark.parametrize("formula", SLOPES)
def test_slopes(formula: str) -> None:
    found = slope_of(Activation("Own", formula, call="s"))
    assert found.unicode().partition(" = ")[2] == SLOPES[formula]
    assert check(found).ok
    assert read_back(found, in_unicode(found.unicode(steps=True))).ok


def test_tanh_by_the_quotient_rule() -> None:
    found = slope_of(Activation("Own", "(exp(z) - exp(-z))/(exp(z) + exp(-z))", call="t"))
    first, last = found.steps
    assert first.sentence == "Differentiate the formula of {t} by the quotient rule."
    assert found.unicode(steps=True).splitlines()[1].partition(" = ")[2] == (
        "((exp(z) + exp(−z))² − (exp(z) − exp(−z))²)/(exp(z) + exp(−z))²"
    )
    assert last.rule == "fold back"


def test_the_slope_of_the_sigmoid_as_two_fractions() -> None:
    found = slope_of(Activation("Own", "1/(1 + exp(-z))", call="s"))
    assert r"\frac{1}{1 + e^{-z}} \, \frac{e^{-z}}{1 + e^{-z}}" in found.latex(steps=True)
    assert read_back(found, in_latex(found.latex(steps=True))).ok
    assert check(found).ok


def own(equations: str, axes: tuple[str, ...], sizes: str = "", **shapes: str) -> LayerDefinition:
    """A layer of matrices and vectors, each by its axes."""
    return LayerDefinition(
        "Own",
        equations,
        axes=axes,
        sizes={name: size(name) for name in sizes},
        shapes={name: tuple(axes) for name, axes in shapes.items()},
        parameters={name: name for name in shapes if name != "y"},
    )


FORMS = [
    (own("y = sum[i] A[i,i]*sum[j] z[j,j]", ("n", "n"), A="nn", y=""), {"z": "dy tr(A) I", "A": "dy tr(z) I"}),
    (own("y = (sum[i] z[i,i])^2", ("n", "n"), y=""), {"z": "2 dy tr(z) I"}),
    (
        own("y = 1/2*sum[i,j] (sum[k] W[i,k]*z[k,j] - V[i,j])^2", ("m", "n"), "k", W="km", V="kn", y=""),
        {"z": "dy Wᵀ (W z − V)", "W": "dy (W z − V) zᵀ", "V": "dy (V − W z)"},
    ),
    (
        own("y = 1/2*sum[i,j] (z[i,j] - sum[k] U[i,k]*V[j,k])^2", ("m", "n"), "k", U="mk", V="nk", y=""),
        {"U": "dy (U Vᵀ − z) V", "V": "dy (V Uᵀ − zᵀ) U"},
    ),
    (own("y[k] = sum[i,j] W[i,k]*W[i,j]*z[j]", ("n",), "m", W="mn", y="n"), {"W": "W (z dyᵀ + dy zᵀ)"}),
    (
        own("y = 1/2*sum[i,j] z[i]*A[i,j]*z[j] - sum[i] b[i]*z[i]", ("n",), A="nn", b="n", y=""),
        {"z": "½ dy ((A + Aᵀ) z − 2b)"},
    ),
    (own("y = 1/2*(sum[i] w[i]*z[i])^2", ("n",), w="n", y=""), {"z": "dy (wᵀ z) w"}),
    (own("y = sum[i] abs(z[i])^3", ("n",), y=""), {"z": "3 dy z ⊙ |z|"}),
]


@pytest.mark.parametrize(("definition", "gradients"), FORMS)
def test_forms_of_matrices(definition: LayerDefinition, gradients: dict[str, str]) -> None:
    for name, expected in gradients.items():
        derivation = layer(definition).vjp(name)
        assert derivation.unicode().partition(" = ")[2] == expected
        require_right(derivation)


def require_right(derivation: Derivation) -> None:
    """It holds, and what is printed says so, in both styles."""
    assert check(derivation).ok
    assert read_back(derivation, in_unicode(derivation.unicode())).ok
    assert read_back(derivation, in_latex(derivation.latex())).ok


@pytest.mark.parametrize("loss", ["L1(mean)", "Huber"])
def test_losses_with_absolute_values_have_signs(loss: str) -> None:
    derivation = network("x:n -> Linear(K)", loss).gradient("b1")
    assert "sign(ŷ − y)" in derivation.unicode()
    require_right(derivation)


@pytest.mark.parametrize("activation", ["Sigmoid", "ReLU", "f"])
@pytest.mark.parametrize("outputs", ["K", "1"])
def test_biases_of_a_batch_read_as_its_weights(activation: str, outputs: str) -> None:
    """The gradient of the bias has ones where that of the weight has the input."""
    net = network(f"x:n -> Linear(d) -> {activation} -> Linear({outputs})", "MSE", batch="B")
    bias, weight = net.gradient("b1"), net.gradient("W1")
    assert bias.unicode().partition(" = ")[2] == weight.unicode().partition(" = ")[2].removesuffix("x") + "𝟏"
    assert bias.unicode().endswith(")ᵀ 𝟏")
    require_right(bias)


def test_what_normalising_takes_away_has_a_gradient_of_zero() -> None:
    require_right(network("x:n -> Linear(d) -> BatchNorm1d -> Linear(K)", "MSE", batch="B").gradient("b1"))
