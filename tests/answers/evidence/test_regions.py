from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.contract.evidence import Found
from answers.evidence.regions import Regions, regions_verdict
from answers.formulas.pattern import stages
from answers.formulas.polygons import regions
from answers.homework.context import HomeworkContext
from answers.latex.sheet import Plots
from derive import network
from tests.answers.sample import homework
from tests.examples import examples

ONE = "x:2 -> Linear(3) -> ReLU -> Linear(1)"
TRIANGLE = {"W1": [[1, 0], [0, 1], [1, 1]], "b1": [0, 0, -1]}


def found(layers: str = ONE, **options: Any) -> Found:
    context = HomeworkContext(homework(networks={"net": {"layers": layers}}))
    return Regions.model_validate({"kind": "regions", "network": "net", **options}).find(context)


def test_three_lines_in_general_position_make_seven_regions() -> None:
    result = found(weights=TRIANGLE)
    assert dict(result.values) == {"count": "7", "units": "3", "first": "3", "most": "7"}
    assert all(claim.check().ok for claim in result.claims)


def test_a_window_beside_the_lines_has_fewer() -> None:
    assert found(weights=TRIANGLE, low=2.0, high=3.0).values["count"] == "1"


def test_units_that_read_nothing_but_units_that_are_off_cut_nothing() -> None:
    """Without offsets a quadrant where both first units are off has only zeros behind it, and is one region."""
    weights = {"W1": [[1, 0], [0, 1]], "b1": [0, 0], "W2": [[1, -1], [1, 2]], "b2": [0, 0]}
    result = found("x:2 -> Linear(2) -> ReLU -> Linear(2) -> ReLU -> Linear(1)", weights=weights)
    assert result.values["count"] == "5"
    assert all(claim.check().ok for claim in result.claims)


def test_every_region_is_drawn() -> None:
    (figure,) = found(weights=TRIANGLE).blocks
    assert isinstance(figure, Plots)
    assert len(figure.plots[0].areas) == 7


@examples(5)
@given(seed=st.integers(0, 1000))
def test_deep_networks_have_the_regions_that_sampling_finds(seed: int) -> None:
    result = found("x:2 -> Linear(4) -> ReLU -> Linear(3) -> LeakyReLU -> Linear(2)", seed=seed)
    assert all(claim.check().ok for claim in result.claims)


@pytest.mark.parametrize("wrong", ["one is missing", "a corner", "the map", "a pattern"])
def test_wrong_regions_are_caught(wrong: str) -> None:
    net = network(ONE)
    generator = numpy.random.default_rng(0)
    arrays = {"x": numpy.zeros(2), "W1": numpy.array(TRIANGLE["W1"], float), "b1": numpy.array(TRIANGLE["b1"], float)}
    arrays |= {"W2": generator.normal(size=(1, 3)), "b2": numpy.zeros(1)}
    first, *rest = regions(net.forward, arrays, stages(net), -2.0, 2.0)
    planted = {
        "one is missing": rest,
        "a corner": [replace(first, corners=first.corners * 0.5), *rest],
        "the map": [replace(first, matrix=first.matrix + 0.01), *rest],
        "a pattern": [replace(first, pattern=(9, 9, 9)), *rest],
    }[wrong]
    assert regions_verdict(net, arrays, stages(net), [first, *rest], (-2.0, 2.0)).ok
    assert not regions_verdict(net, arrays, stages(net), planted, (-2.0, 2.0)).ok


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="must be numbers"):
        found("x:2 -> Linear(d) -> ReLU")
    with pytest.raises(ValueError, match="regions are drawn for 2 inputs"):
        found("x:3 -> Linear(2) -> ReLU")
    with pytest.raises(ValueError, match="W1 has shape"):
        found(weights={"W1": [[1, 2]]})
    with pytest.raises(ValueError, match="low must be below high"):
        found(low=1.0, high=0.0)
