from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from pydantic import ValidationError

from answers.homework.context import HomeworkContext
from answers.kinds.plot import Graph, graph_of
from answers.latex.sheet import Dot, Plots, Room
from derive.layers import ACTIVATION
from tests.answers.sample import all_pass, answered, blank, homework, refused

BOTH = ("function", "derivative")


def plots(block: object) -> Plots:
    assert isinstance(block, Plots)
    return block


def graph(name: str) -> Graph:
    return graph_of(ACTIVATION[name], ("function", "derivative"), -4.0, 4.0, HomeworkContext(homework()))


def test_four_activations() -> None:
    answer = answered({"kind": "plot", "functions": ["ReLU", "LeakyReLU", "Softplus", "GELU"]})
    assert [plot.title for plot in plots(answer.blocks[0]).plots] == ["ReLU", "LeakyReLU", "Softplus", "GELU"]
    assert all_pass(answer)


def test_a_jump_has_an_open_and_a_filled_dot() -> None:
    dots = plots(answered({"kind": "plot", "functions": ["LeakyReLU"]}).blocks[0]).plots[0].dots
    assert set(dots) == {Dot(0.0, 1.0, False, 1), Dot(0.0, 0.01, True, 1)}


def test_a_value_that_is_neither_limit_has_its_own_dot() -> None:
    item = {"kind": "plot", "formulas": {"sign": "[z > 0] - [z < 0]"}, "show": ["function"]}
    dots = plots(answered(item).blocks[0]).plots[0].dots
    assert set(dots) == {Dot(0.0, -1.0, False), Dot(0.0, 1.0, False), Dot(0.0, 0.0, True)}


def test_a_kink_is_a_corner() -> None:
    curve = graph("ReLU").drawn["function"].curve
    left, right = curve.pieces
    assert left[-1] == right[0] == (0.0, 0.0)


@pytest.mark.parametrize("place", ["[abs(z) < 1]", "[2*z - 1 > 0]", "abs(z - 1)", "ReLU(z)"])
def test_breaks_anywhere(place: str) -> None:
    assert all_pass(answered({"kind": "plot", "formulas": {"g": f"z*{place}"}}))


def test_slopes_of_the_library_are_drawn_right() -> None:
    z = numpy.linspace(-3.9, 3.9, 40)
    for name in ("GELU", "SiLU", "ELU", "Tanh"):
        assert graph(name).verdict("derivative").ok
        assert numpy.isfinite(graph(name).value(z)).all()


@pytest.mark.parametrize("shown", BOTH)
def test_a_curve_that_is_moved_is_caught(shown: Any) -> None:
    right = graph("GELU")
    curve = right.drawn[shown]
    moved = tuple(tuple((x, y + 0.001 * (x > 2)) for x, y in piece) for piece in curve.curve.pieces)
    wrong = replace(right, drawn={shown: replace(curve, curve=replace(curve.curve, pieces=moved))})
    verdict = wrong.verdict(shown)
    assert not verdict.ok
    assert "it is drawn at" in verdict.note


def test_the_axes_are_blank_on_the_question_sheet() -> None:
    axes, room = blank({"kind": "plot", "functions": ["ReLU"], "lines": 3})
    (plot,) = plots(axes).plots
    assert (plot.curves, plot.dots, plot.notes) == ((), (), ())
    assert plot.x.label
    assert room == Room(3)


def test_own_activations_of_the_homework() -> None:
    sample = homework(
        [{"kind": "plot", "functions": ["OwnMish"]}], activations={"OwnMish": {"formula": "z*tanh(log(1 + exp(z)))"}}
    )
    (part,) = sample.parts()
    (answer,) = HomeworkContext(sample).answered(part)
    assert all_pass(answer)


def test_wrong_options() -> None:
    refused({"kind": "plot", "functions": ["ReLUU"]}, saying="there is no activation ReLUU; did you mean ReLU?")
    refused({"kind": "plot", "formulas": {"f": "z*"}}, saying="cannot read the equation")
    for wrong in ({}, {"functions": ["ReLU"], "low": 1, "high": 0}):
        with pytest.raises(ValidationError):
            homework([{"kind": "plot", **wrong}])


def test_a_letter_without_a_value_has_no_curve() -> None:
    refused({"kind": "plot", "formulas": {"f": "a*z + b"}}, saying="f has no curve while a, b has no value")
