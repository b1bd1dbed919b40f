from __future__ import annotations

import math

import numpy
import pytest
import scipy.special
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive.building.formulas import parse_formula_in, setting_of
from derive.building.shorthands import ALIASES, FORMULAS, WHOLE, WITH_CONSTANT
from derive.errors import DefinitionError
from derive.graph import scalar_graph
from derive.layer import layer
from derive.layers import Activation, LayerDefinition
from derive.network import network
from derive.render.written import formula_unicode
from numeric import check, evaluate
from tests.examples import examples

KNOWN = {
    "clip": lambda a, b, c: min(max(a, b), c),
    "erfc": scipy.special.erfc,
    "square": lambda a: a * a,
    "cbrt": numpy.cbrt,
    "exp2": lambda a: 2.0**a,
    "pow": lambda a, b: a**b,
    "hypot": math.hypot,
    "logaddexp": numpy.logaddexp,
    "sec": lambda a: 1 / math.cos(a),
    "csc": lambda a: 1 / math.sin(a),
    "cot": lambda a: 1 / math.tan(a),
    "sech": lambda a: 1 / math.cosh(a),
    "csch": lambda a: 1 / math.sinh(a),
    "coth": lambda a: 1 / math.tanh(a),
    "logit": scipy.special.logit,
    "xlogy": scipy.special.xlogy,
    "factorial": lambda a: scipy.special.factorial(a, exact=False),
    "beta": scipy.special.beta,
    "lbeta": scipy.special.betaln,
}


def defined(equations: str, **keys: object) -> LayerDefinition:
    return LayerDefinition(name="Own", equations=equations, **{"axes": ("n",), **keys})  # type: ignore[arg-type]


def right(definition: LayerDefinition) -> bool:
    """Whether all gradients of a layer agree with differences."""
    alone = layer(definition)
    return all(check(alone.vjp(name), points=2).ok for name in alone.differentiable)


def test_every_function_has_a_value_to_compare_with() -> None:
    assert set(KNOWN) == set(FORMULAS)


@pytest.mark.parametrize("name", list(FORMULAS))
def test_functions_are_those_of_scipy(name: str) -> None:
    variables, _ = FORMULAS[name]
    own = defined(f"y[i] = {name}({', '.join(['z[i]', '1/4', '3/4'][: len(variables)])})")
    numbers = numpy.array([0.3, 0.5, 0.9, 0.95] if name == "logit" else [0.3, 0.5, 0.9, 1.4])
    found = evaluate(layer(own).forward()[-1], {"z": numbers})
    assert numpy.allclose(found, [KNOWN[name](z, *(0.25, 0.75)[: len(variables) - 1]) for z in numbers])
    assert right(own)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=5))
@examples(20)
def test_whole_vectors(numbers: list[float]) -> None:
    z = numpy.array(numbers)
    for equations, expected in (
        ("y = norm(z)^2", z @ z),
        ("y = dot(z, w)", z @ z[::-1]),
        ("y = min[k] z[k]", z.min()),
        ("y = max[k] z[k] - min[j] z[j]", numpy.ptp(z)),
    ):
        own = defined(equations, shapes={"y": (), "w": ("n",)}, parameters={"w": "w"})
        assert numpy.isclose(evaluate(layer(own).forward()[-1], {"z": z, "w": z[::-1]}), expected)


@pytest.mark.parametrize(
    "definition",
    [
        defined("y = dot(w, z)/(norm(w)*norm(z))", shapes={"y": (), "w": ("n",)}, parameters={"w": "w"}),
        defined("y = trace(z)", axes=("n", "n"), shapes={"y": ()}),
        defined("y[i] = dot(W[i], z)", shapes={"y": ("n",), "W": ("n", "n")}, parameters={"W": "W"}),
        defined("y[i] = where(z[i] > 0 and z[i] < 1/2, z[i]^2, exp(z[i]))"),
        defined("y[i] = where(z[i] < 0 or z[i] > 1/2, sin(z[i]), z[i])"),
        defined("y[i] = z[i] - min[k] z[k]"),
    ],
    ids=lambda own: own.equations,
)
def test_gradients(definition: LayerDefinition) -> None:
    assert right(definition)


def test_in_activations_and_graphs_too() -> None:
    hard = Activation("Hard", "clip(z, -1, 1)", call="Hard")
    net = network("x:n -> Hard -> Linear(K)", "MSE", extra=[hard])
    assert net.gradient("x").unicode() == "∂ℓ/∂x = 2(W₁ᵀ (ŷ − y)) ⊙ 1[−1 < x < 1]"
    graph = scalar_graph("f = hypot(x, y) + clip(x, 0, 1)")
    assert {"x", "y"} <= {node.name for node in graph.nodes}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("clip(s, 0, 1) + 2*clip(s, 1, 2)", "clip(s, 0, 1) + 2 clip(s, 1, 2)"),
        ("norm(x)^2 - dot(w, x)", "‖x‖² − Σ_{m=1}^{n} w[m] · x[m]"),
        ("min[k] (x[k] + 1) - max[k] x[k]", "min_{k} (x[k] + 1) − max_{k} x[k]"),
        ("where(s > 0, s, 0)", "s · 1[s > 0]"),
        ("where(s > 0, s, 2)", "s · 1[s > 0] + 2 · 1[s ≤ 0]"),
    ],
)
def test_formulas_are_printed_as_they_are_written(text: str, shown: str) -> None:
    setting = setting_of({"x": ("n",), "w": ("n",), "s": ()})
    assert formula_unicode(parse_formula_in(text, setting)) == shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y[i] = clip(z[i], 0)", "clip takes 3 arguments, 2 were given"),
        ("y = norm(z + 1)", r"norm takes the names of tensors, such as norm\(v\)"),
        ("y = norm(z[i])", "z has 1 axes, 2 subscripts were given"),
        ("y[i] = hypto(z[i])", "did you mean hypot"),
        ("y = matmul(z, z)", r"sum\[k\] A\[i,k\]\*B\[k,j\]"),
        ("y[i] = where(z[i], 0, 1)", "cannot read the equation"),
    ],
)
def test_a_wrong_use_is_shown_at_its_place(text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        layer(defined(text, shapes={"y": ()} if text.startswith("y =") else {}))


@pytest.mark.parametrize("name", [*FORMULAS, *WHOLE])
def test_a_function_of_ones_own_hides_that_of_its_name(name: str) -> None:
    own = Activation("Other", "z^4", call=name)
    twice = Activation("Twice", f"{name}(z)", call="Twice")
    net = network("x:n -> Twice", "MSE", extra=[own, twice])
    assert evaluate(net.value("y_hat"), {"x": numpy.array([2.0])}) == pytest.approx(16)


@pytest.mark.parametrize("other", ALIASES)
def test_other_names_stand_for_the_function_that_is_meant(other: str) -> None:
    several = ALIASES[other] in ("max", "min", "atan2", "pow", "lbeta")
    arguments = "u, v" if several else "u"
    said, meant = (scalar_graph(f"f = {name}({arguments})").gradient("u").unicode() for name in (other, ALIASES[other]))
    assert said == meant


def test_a_function_of_ones_own_hides_another_name() -> None:
    own = Activation("Own", "relu(z)", call="Own")
    relu = Activation("Relu", "z^3", call="relu")
    net = network("x:n -> Linear(n) -> Own", "1/2*MSE", extra=[own, relu])
    assert "3" in net.gradient("b1").unicode()


@pytest.mark.parametrize("name", WITH_CONSTANT)
def test_an_activation_with_its_constant(name: str) -> None:
    own = defined(f"y[i] = {name}(z[i], a)", constants={"a": sympy.Rational(1, 3)})
    usual = {"LeakyReLU": "1/100"}.get(name, "1")
    numbers = numpy.array([-1.3, -0.2, 0.4, 2.0])
    plain, given_usual = (
        evaluate(layer(defined(f"y[i] = {name}({inside})")).forward()[-1], {"z": numbers})
        for inside in ("z[i]", f"z[i], {usual}")
    )
    assert numpy.allclose(plain, given_usual)
    assert right(own)
