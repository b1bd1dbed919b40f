from __future__ import annotations

import numpy
import pytest

from answers.evidence.slopes import Slopes
from answers.homework.context import HomeworkContext
from answers.latex.sheet import Plots
from derive.errors import NetworkError
from tests.answers.sample import homework


def found(*functions: str, **options: float) -> tuple[dict[str, str], Plots, list[bool]]:
    evidence = Slopes.model_validate({"kind": "slopes", "functions": functions, **options})
    result = evidence.find(HomeworkContext(homework()))
    (figure,) = result.blocks
    assert isinstance(figure, Plots)
    return dict(result.values), figure, [claim.check().ok for claim in result.claims]


def test_values_are_exact() -> None:
    values, _, checked = found("Sigmoid", "Tanh", "ReLU", depth=3)
    assert (values["Sigmoid_max"], values["Sigmoid_at"]) == (r"\frac{1}{4}", "0")
    assert (values["Tanh_max"], values["Tanh_at"]) == ("1", "0")
    assert (values["ReLU_max"], values["ReLU_power"]) == ("1", "1")
    assert values["Sigmoid_power"] == "0.016"
    assert checked == [True] * 6


def test_the_curve_is_the_slope() -> None:
    _, figure, _ = found("Sigmoid")
    (curve,) = figure.plots[0].curves
    points = numpy.array([point for piece in curve.pieces for point in piece])
    expected = numpy.exp(-points[:, 0]) / (1 + numpy.exp(-points[:, 0])) ** 2
    assert numpy.abs(points[:, 1] - expected).max() < 1e-3


def test_a_jump_is_a_gap_with_two_ends() -> None:
    _, figure, _ = found("ReLU")
    plot = figure.plots[0]
    assert len(plot.curves[0].pieces) == 2
    assert sorted((dot.x, dot.y, dot.filled) for dot in plot.dots) == [(0.0, 0.0, True), (0.0, 1.0, False)]


def test_a_maximum_between_the_points_of_the_grid_fails_its_check() -> None:
    """The slope of GELU is largest at the square root of 2."""
    _, _, checked = found("GELU")
    assert checked[0] is False


def test_low_is_below_high() -> None:
    with pytest.raises(ValueError, match="low must be below high, got 1 and -1"):
        found("ReLU", low=1.0, high=-1.0)


def test_an_activation_that_does_not_exist() -> None:
    with pytest.raises(NetworkError, match="there is no activation Sigmo"):
        found("Sigmo")


def test_an_activation_of_the_homework_s_own() -> None:
    keys = {"activations": {"SquarePlus": {"formula": "(z + sqrt(z^2 + 4))/2"}}}
    evidence = Slopes.model_validate({"kind": "slopes", "functions": ["SquarePlus"], "high": 8})
    result = evidence.find(HomeworkContext(homework(**keys)))
    assert all(claim.check().ok for claim in result.claims)
