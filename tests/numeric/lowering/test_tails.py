"""Tails of the normal distribution keep their digits in logarithms, in roots and below lines, however far out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy
import pytest

from derive import LayerDefinition, layer, network
from numeric import check, compile, evaluate

FORMULAS: dict[str, Callable[[Any], Any]] = {
    "log(Phi(z))": lambda z: mpmath.log(mpmath.ncdf(z)),
    "log(1 - Phi(z))": lambda z: mpmath.log(mpmath.ncdf(-z)),
    "log(Phi(z)^3)": lambda z: 3 * mpmath.log(mpmath.ncdf(z)),
    "log(1 - erf(2*z))": lambda z: mpmath.log(mpmath.erfc(2 * z)),
    "log(Phi(z)/(1 - Phi(z)))": lambda z: mpmath.log(mpmath.ncdf(z)) - mpmath.log(mpmath.ncdf(-z)),
    "z^2*log(Phi(z))": lambda z: z**2 * mpmath.log(mpmath.ncdf(z)),
    "log(z^2*Phi(z))": lambda z: mpmath.log(z**2 * mpmath.ncdf(z)),
    "exp(-z^2/2)/Phi(z)": lambda z: mpmath.exp(-(z**2) / 2) / mpmath.ncdf(z),
    "sqrt(Phi(z))": lambda z: mpmath.sqrt(mpmath.ncdf(z)),
}
PLACES = (-30.0, -9.0, -8.0, -6.5, -1.0, 0.25, 3.0, 8.5)


@pytest.mark.parametrize("formula", FORMULAS)
def test_values_and_slopes_have_their_digits(formula: str) -> None:
    truth = FORMULAS[formula]
    own = layer(LayerDefinition("Own", f"y[i] = {formula.replace('z', 'z[i]')}", ("n",)), batch="B")
    z = numpy.array([PLACES])
    compiled = compile(own)
    y, cache = compiled.forward({}, z)
    slopes = compiled.backward({}, cache, numpy.ones_like(z))["z"]
    evaluated = evaluate(own.vjp("z"), {"z": z, "dy": numpy.ones_like(z)})
    with mpmath.workdps(60):
        values = [float(truth(mpmath.mpf(place))) for place in PLACES]
        # Far out the slope is small beside what the function bends: the step is small beside both.
        expected = [float(mpmath.diff(truth, mpmath.mpf(place), h=mpmath.mpf("1e-25"))) for place in PLACES]
    numpy.testing.assert_allclose(y[0], values, rtol=1e-12, atol=1e-15)
    numpy.testing.assert_allclose(slopes[0], expected, rtol=1e-12, atol=1e-15)
    numpy.testing.assert_allclose(evaluated[0], expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("z", [-1e5, -1e8, -1e155, -1e200])
def test_the_slope_of_a_logarithm_far_out_is_the_distance(z: float) -> None:
    own = layer(LayerDefinition("Own", "y[i] = log(Phi(z[i]))", ("n",)), batch="B")
    given = numpy.array([[z]])
    compiled = compile(own)
    y, cache = compiled.forward({}, given)
    assert y[0, 0] == pytest.approx(-z * z / 2 - numpy.log(-z) if abs(z) < 1e150 else -numpy.inf)
    assert compiled.backward({}, cache, numpy.ones((1, 1)))["z"][0, 0] == pytest.approx(-z)
    assert evaluate(own.vjp("z"), {"z": given, "dy": numpy.ones((1, 1))})[0, 0] == pytest.approx(-z)


def test_a_row_that_is_a_tail_counts_by_its_formula() -> None:
    probit = network("x:n -> Linear(K) -> NormalDistribution -> y_hat", "BCE", batch="B")
    assert all(check(gradient).ok for gradient in probit.gradients().values())
    compiled = compile(probit)
    given = {"W1": numpy.ones((1, 1)), "b1": numpy.zeros(1)}
    for z in (-1e155, -38.0, -8.0, 8.0, 38.0):
        target = numpy.array([[float(z < 0)]])
        _, cache = compiled.forward(given, numpy.array([[z]]))
        compiled.loss(given, cache, target)
        with mpmath.workdps(60):
            slope = -z if abs(z) > 1e9 else float(mpmath.npdf(z) / mpmath.ncdf(-abs(z)))
        expected = -slope if z < 0 else slope
        assert compiled.backward(given, cache, target)["b1"][0] == pytest.approx(expected, rel=1e-12)
