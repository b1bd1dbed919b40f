from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.formulas.curves import breaks, drawn, evaluator
from answers.latex.sheet import Dot
from derive.building.reader import parse_formula
from derive.expression import symbols
from derive.layers import ACTIVATION, scalar_function

Z = symbols.scalar("z")
RELU = scalar_function("ReLU", ACTIVATION["ReLU"].formula)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("z*[z > 0]", (0.0,)),
        ("[2*z - 1 >= 0] + [abs(z) < 2]", (-2.0, 0.5, 2.0)),
        ("abs(z + 3)", (-3.0,)),
        ("ReLU(z - 1)", (1.0,)),
        ("exp(z)", ()),
    ],
)
def test_places_where_conditions_change(text: str, places: tuple[float, ...]) -> None:
    assert breaks(parse_formula(text, functions=["ReLU"]), Z, (RELU,)) == places


@given(at=st.floats(-2, 2), left=st.floats(-1, 1), right=st.floats(-1, 1), here=st.floats(-1, 1))
def test_dots_show_the_limits_and_the_value(at: float, left: float, right: float, here: float) -> None:
    def step(z: numpy.ndarray) -> numpy.ndarray:
        return numpy.where(z < at, left, numpy.where(z > at, right, here))

    dots = drawn(step, -3.0, 3.0, [at]).dots
    shown = {(round(dot.y, 6), dot.filled) for dot in dots}
    if max(abs(left - right), abs(left - here)) < 1e-7:
        assert not dots
    elif dots:
        assert (round(here, 6), True) in shown
        assert sum(dot.filled for dot in dots) == 1
        assert {y for y, filled in shown if not filled} <= {round(left, 6), round(right, 6)}


def test_pieces_meet_at_a_kink_and_part_at_a_jump() -> None:
    kink = drawn(evaluator(parse_formula("abs(z)"), Z, ()), -1.0, 1.0, [0.0])
    jump = drawn(evaluator(parse_formula("[z > 0]"), Z, ()), -1.0, 1.0, [0.0], number=3)
    assert kink.curve.pieces[0][-1] == kink.curve.pieces[1][0]
    assert kink.dots == ()
    assert set(jump.dots) == {Dot(0.0, 1.0, False, 3), Dot(0.0, 0.0, True, 3)}
    assert jump.points.shape == (320, 2)
