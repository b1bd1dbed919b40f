"""The gamma function and its logarithmic derivatives of arrays, real and complex, and the angle of a point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import factorial
from types import MappingProxyType
from typing import Any

import numpy
import sympy

from derive.expression import special

FAR = 16
"""From here on Stirling's series has all digits of double precision."""

TERMS = 8

LEAST = -10_000
"""Below it the recurrence is not followed, and there is no number."""


def _scipy(name: str) -> Callable[[Any], Any]:
    def applied(value: Any) -> Any:
        from scipy import special as functions  # SciPy is slow to import, and few expressions need it

        return getattr(functions, name)(value)

    return applied


def gamma(value: Any) -> Any:
    """Γ(z); of complex numbers below 1/2 by that of 1 - z, where no turn hides a small imaginary part."""
    if not numpy.iscomplexobj(value):
        return _scipy("gamma")(value)
    z = numpy.asarray(value)
    right = numpy.real(z) >= 0.5
    there = _scipy("gamma")(numpy.where(right, z, 1 - z))
    wave = numpy.sin(numpy.pi * numpy.where(right, 0.5, z))
    return numpy.where(right, there, numpy.pi / (wave * there))


def log_gamma(value: Any) -> Any:
    """log|Γ(z)|, of a complex number with that of its real part's sign."""
    if not numpy.iscomplexobj(value):
        return _scipy("gammaln")(value)
    z = numpy.asarray(value)
    right = numpy.real(z) >= 0.5
    there = _scipy("loggamma")(numpy.where(right, z, 1 - z))
    wave = numpy.sin(numpy.pi * numpy.where(right, 0.5, z))
    return numpy.where(right, there, numpy.log(numpy.pi / (wave * numpy.sign(numpy.real(wave)))) - there)


def polygamma(order: int, value: Any) -> Any:
    """A derivative of ψ: by its recurrence to where Stirling's series holds, and by that series."""
    z = numpy.asarray(value)
    z = z.astype(numpy.result_type(z, numpy.float64))
    z = numpy.where(numpy.real(z) < LEAST, numpy.nan, z)
    total, sign, scale = numpy.zeros_like(z), (-1) ** order, factorial(order)
    while (near := numpy.real(z) < FAR).any():
        total = total - sign * scale * numpy.where(near, 1 / numpy.where(near, z, 1) ** (order + 1), 0)
        z = numpy.where(near, z + 1, z)
    first = numpy.log(z) if order == 0 else -sign * factorial(order - 1) / z**order
    series = first - sign * scale / (2 * z ** (order + 1))
    for k in range(1, TERMS + 1):
        series = series - sign * _coefficient(k, order) / z ** (2 * k + order)
    return total + series


def _coefficient(k: int, order: int) -> float:
    """B_{2k}·(2k + order - 1)!/(2k)!, of a derivative of the series of ψ."""
    return float(sympy.bernoulli(2 * k)) * factorial(2 * k + order - 1) / factorial(2 * k)


GAMMA: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {
        special.Gamma: gamma,
        special.LogGamma: log_gamma,
        **{kind: partial(polygamma, order) for kind, order in special.ORDER.items()},
    }
)


def angle(above: Any, below: Any) -> Any:
    """The angle of a point, of which complex steps show the slope."""
    plain = numpy.arctan2(numpy.real(above), numpy.real(below))
    if not (numpy.iscomplexobj(above) or numpy.iscomplexobj(below)):
        return plain
    # Turned back by the angle, the point lies on the positive axis, where arctan sees how far the step moves it.
    cosine, sine = numpy.cos(plain), numpy.sin(plain)
    return plain + numpy.arctan((above * cosine - below * sine) / (below * cosine + above * sine))


OF_TWO: Mapping[Any, Callable[[Any, Any], Any]] = MappingProxyType({sympy.atan2: angle})
"""Functions of two numbers."""
