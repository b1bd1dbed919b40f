from __future__ import annotations

import numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from answers.trainings.figures import zero_lines

AXIS = numpy.linspace(-2, 2, 41)
X, Y = numpy.meshgrid(AXIS, AXIS)


def test_a_circle_is_one_closed_curve_of_its_radius() -> None:
    (circle,) = zero_lines(AXIS, AXIS, X**2 + Y**2 - 1)
    assert circle[0] == circle[-1]
    assert numpy.allclose(numpy.hypot(*numpy.array(circle).T), 1, atol=2e-3)


def test_a_line_runs_from_border_to_border() -> None:
    (line,) = zero_lines(AXIS, AXIS, X - 0.3)
    assert sorted((line[0][1], line[-1][1])) == [-2, 2]
    assert numpy.allclose([x for x, _ in line], 0.3)


def test_two_branches_are_two_curves() -> None:
    assert len(zero_lines(AXIS, AXIS, X * Y - 0.5)) == 2
    assert len(zero_lines(AXIS, AXIS, X * Y + 0.013)) == 2


def test_nothing_where_the_sign_does_not_change() -> None:
    assert zero_lines(AXIS, AXIS, X**2 + 1) == ()


@given(arrays(float, (6, 7), elements=st.integers(-3, 3)))
def test_each_edge_between_signs_is_crossed_once(integers: numpy.ndarray) -> None:
    values = integers - 0.5
    x, y = numpy.arange(7.0), numpy.arange(6.0)
    signs = values > 0
    changes = (signs[1:] != signs[:-1]).sum() + (signs[:, 1:] != signs[:, :-1]).sum()
    found = zero_lines(x, y, values)
    crossings = sum(len(curve) - (curve[0] == curve[-1] and len(curve) > 2) for curve in found)
    assert crossings == changes
