from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
import numpy
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from derive.errors import DeriveError
from derive.expression.special import FAMILY, ORDER, Gamma, LogGamma, named
from derive.graph import scalar_graph
from derive.layers import Activation
from derive.network import network
from numeric import check, compile
from numeric.arrays.special import GAMMA, angle
from numeric.enclosed.number import Arithmetic
from tests.examples import examples

TRUE: dict[type, Callable[[float], Any]] = {
    Gamma: mpmath.gamma,
    LogGamma: lambda number: mpmath.log(abs(mpmath.gamma(number))),
    **{kind: partial(mpmath.psi, order) for kind, order in ORDER.items()},
}
AWAY = st.floats(-12, 30).filter(lambda number: number > 0.01 or abs(number - round(number)) > 0.01)


@pytest.mark.parametrize("kind", FAMILY)
@examples(25)
@given(AWAY)
def test_values_and_their_steps_are_those_of_mpmath(kind: type, number: float) -> None:
    value = GAMMA[kind](numpy.array([number]))[0]
    assert value == pytest.approx(float(TRUE[kind](number)), rel=1e-11, abs=1e-13)
    if kind is not FAMILY[-1]:
        slope = GAMMA[kind](numpy.array([number + 1e-20j]))[0].imag / 1e-20
        assert slope == pytest.approx(float(mpmath.diff(TRUE[kind], number)), rel=1e-8)


@pytest.mark.parametrize("kind", FAMILY)
@examples(25)
@given(AWAY)
def test_an_interval_holds_the_value(kind: type, number: float) -> None:
    found = Arithmetic(200).number(number).called(kind.__name__)
    with mpmath.workprec(400):
        low, high = (mpmath.mpf(end) for end in found.ends)
        true = TRUE[kind](mpmath.mpf(number))
        assert low <= true <= high
        assert high - low <= abs(true) * mpmath.mpf(2) ** -150 or true == 0


@pytest.mark.parametrize("kind", FAMILY[:-1])
def test_the_slope_of_each_is_another(kind: type) -> None:
    name = named(kind)
    partial = scalar_graph(f"f = {name}(u*v)").gradient("u")
    assert check(partial).ok


def test_the_last_one_has_no_slope() -> None:
    with pytest.raises(DeriveError, match="pentagamma has no derivative"):
        scalar_graph("f = pentagamma(u)").gradient("u")


def test_numbers_of_a_graph() -> None:
    graph = scalar_graph("f = gamma(x)*y + lgamma(x) + atan2(y, x)")
    found = graph.backward({"x": 5, "y": "-1/2"})
    assert graph.forward({"x": 5, "y": 0})["f"] == pytest.approx(float(numpy.log(24)))
    true = -12 * scipy.special.digamma(5) + scipy.special.digamma(5) + 0.5 / 25.25
    assert float(found["x"]) == pytest.approx(true)


@pytest.mark.parametrize("place", [0, -1, -7])
def test_at_a_pole_there_is_no_number(place: int) -> None:
    with pytest.raises(DeriveError, match="not defined at 0, -1"):
        scalar_graph("f = gamma(x)").forward({"x": place})


@pytest.mark.parametrize(("above", "below"), [(1, 2), (-1, 2), (1, -2), (-1, -2), (0.5, 0)])
def test_the_angle_of_a_point_and_its_slopes(above: float, below: float) -> None:
    size = above**2 + below**2
    assert angle(above, below) == numpy.arctan2(above, below)
    assert angle(above + 1e-20j, below).imag / 1e-20 == pytest.approx(below / size)
    assert angle(above, below + 1e-20j).imag / 1e-20 == pytest.approx(-above / size)


@pytest.mark.parametrize("target", ["torch", "jax", "array_api"])
def test_programs_for_other_libraries_compute_the_same(target: str) -> None:
    own = Activation(
        "Own", "gamma(z/3 + 2) + lgamma(z) + digamma(z^2 + 1) + trigamma(z) + tetragamma(z) + atan2(z, 2)", call="Own"
    )
    net = network("x:3 -> Own -> Linear(2)", "1/2*MSE", extra=[own])
    random = numpy.random.default_rng(3)
    x, y = random.uniform(0.4, 3, (4, 3)), random.normal(size=(4, 2))
    params = {"W1": random.normal(size=(2, 3)), "b1": random.normal(size=2)}
    step = compile(net)
    loss, gradients = step.loss_and_gradients(params, x, y)
    moved = {**params, "W1": params["W1"] + 1e-6}
    rise = (step.loss_and_gradients(moved, x, y)[0] - loss) / 1e-6
    assert gradients["W1"].sum() == pytest.approx(rise, rel=1e-3)
    library = pytest.importorskip({"array_api": "array_api_compat"}.get(target, target))
    if target == "jax":
        library.config.update("jax_enable_x64", True)
        given_arrays = [library.numpy.asarray(array) for array in (x, y, *params.values())]
    elif target == "torch":
        given_arrays = [library.tensor(array) for array in (x, y, *params.values())]
    else:
        given_arrays = [x, y, *params.values()]
    there = step.on(target).loss_and_gradients(dict(zip(params, given_arrays[2:], strict=True)), *given_arrays[:2])
    assert float(there[0]) == pytest.approx(float(loss), rel=1e-9)
    assert numpy.allclose(numpy.asarray(there[1]["W1"]), gradients["W1"], rtol=1e-9)
