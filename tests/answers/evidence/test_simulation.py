from __future__ import annotations

from typing import Any

import pytest

from answers.latex.sheet import Plots
from tests.answers.evidence.finding import checked, find

BATCH: dict[str, Any] = {
    "shapes": {"u": ["B"]},
    "definitions": "x[b] = sigma*u[b]\nmu = 1/B*sum[b] x[b]\nv = 1/B*sum[b] (x[b] - mu)^2",
    "at": {"sigma": 2},
    "over": {"B": [2, 4, 16, 64]},
}
THEORY = {"mu": "sigma^2/B", "v": "2*sigma^4*(B - 1)/B^2"}


def test_batch_statistics_scatter_as_theory_says() -> None:
    found = find("simulation", **BATCH, theory=THEORY)
    assert all(verdict.ok for verdict in checked(found))
    assert abs(float(found.values["mu_2"]) - 2) < 0.2
    *_, figure = found.blocks
    assert isinstance(figure, Plots)
    assert len(figure.plots[0].dots) == 8


def test_equal_options_give_equal_numbers() -> None:
    assert find("simulation", **BATCH, theory=THEORY).values == find("simulation", **BATCH, theory=THEORY).values
    assert find("simulation", **BATCH, theory=THEORY, seed=1).values["mu_2"] != ""


@pytest.mark.parametrize("wrong", ["sigma^2/(B + 1)", "sigma/B", "sigma^2/B^2", "1.2*sigma^2/B"])
def test_a_wrong_theory_is_caught(wrong: str) -> None:
    verdict, quoted = checked(find("simulation", **BATCH, theory={"mu": wrong}))
    assert not verdict.ok
    assert "in theory" in verdict.note
    assert quoted.ok


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="the definitions give no number m; did you mean mu"):
        find("simulation", **BATCH, theory={"m": "1/B"})
    with pytest.raises(ValueError, match="no shape has the size N"):
        find("simulation", **{**BATCH, "over": {"N": [2, 3]}}, theory=THEORY)
    with pytest.raises(ValueError, match="give at least two positive values"):
        find("simulation", **{**BATCH, "over": {"B": [2]}}, theory=THEORY)
    with pytest.raises(ValueError, match="sigma has no value"):
        find("simulation", **{**BATCH, "at": {}}, theory=THEORY)
