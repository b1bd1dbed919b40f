"""Second derivatives against differences of measured gradients: what only rounding leaves of a zero is none."""

from __future__ import annotations

from functools import partial

import numpy
import pytest

from derive import network
from numeric.arrays.axes import Array
from numeric.checks.checking import places_of
from numeric.checks.curvature import is_second_derivative, is_short, second_difference_error
from numeric.measuring.point import Point

HESSIAN = network("x:n -> Linear(1, bias=False) -> Identity", "MSE").hessian("W1")
QUANTITY = HESSIAN.quantity
POINT: Point = places_of(HESSIAN.forward, 0, 1)[0].point


def value() -> Array:
    return POINT.expression(HESSIAN.result, QUANTITY.indices, QUANTITY.shape)


error = partial(second_difference_error, POINT, QUANTITY)


def no_rounding() -> Array:
    return numpy.zeros(value().shape)


def test_the_hessian_of_a_square_is_measured() -> None:
    assert is_second_derivative(HESSIAN.forward, QUANTITY)
    assert is_short(POINT, QUANTITY)
    assert error(value(), no_rounding) < 1e-7


@pytest.mark.parametrize("factor", [0.0, 0.5, -1.0, 1.001])
def test_a_wrong_hessian_is_seen_whatever_rounding_may_do(factor: float) -> None:
    def rounding() -> Array:
        return numpy.full(value().shape, 1e-16)

    assert error(factor * value(), rounding) > 1e-5


def test_what_cancels_is_held_against_what_was_added_up() -> None:
    off = value() + 1e-7 * numpy.abs(value()).max()

    def rounding() -> Array:
        return numpy.full(value().shape, 1e-9)

    assert error(off, rounding) <= error(off, no_rounding)
    assert error(off, rounding) < 1e-5


def test_rounding_that_is_not_finite_is_no_excuse() -> None:
    assert error(0 * value(), lambda: numpy.full(value().shape, numpy.inf)) > 1e-5
