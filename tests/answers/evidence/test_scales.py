from __future__ import annotations

from typing import Any

import pytest

from answers.evidence import scales
from answers.evidence.scales import Normalisation
from answers.latex.sheet import Table
from tests.answers.evidence.finding import checked, find

RANGES: dict[str, Any] = {"ranges": {"income": [0, 10000], "age": [0, 100]}}


def test_the_gradient_of_the_wide_output_dwarfs_the_other() -> None:
    found = find("scales", **RANGES)
    assert dict(found.values) == {
        "income_gradient": "2000",
        "age_gradient": "20",
        "ratio": "100",
        "share": "99.99",
        "error": "0.1",
    }
    assert all(verdict.ok for verdict in checked(found))


def test_normalised_gradients_are_equal() -> None:
    table = next(block for block in find("scales", **RANGES).blocks if isinstance(block, Table))
    assert [row.cells[-1] for row in table.rows] == ["$100$", "$1$", "$1$"]
    assert [row.cells[-3] for row in table.rows] == ["$2000$", "$0.2$", "$0.6928$"]


def test_other_losses() -> None:
    found = find("scales", **RANGES, loss="1/2*MSE", error=0.2)
    assert found.values["income_gradient"] == "2000"
    assert all(verdict.ok for verdict in checked(found))


@pytest.mark.parametrize("inverse", ["b + (b - a)*y_tilde", "a + (b + a)*y_tilde", "(b - a)*y_tilde"])
def test_a_wrong_inverse_is_caught(inverse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    none, right, last = scales.NORMALISATIONS
    wrong = Normalisation(right.name, right.formula, inverse, right.numbers)
    monkeypatch.setattr(scales, "NORMALISATIONS", (none, wrong, last))
    assert sum(not verdict.ok for verdict in checked(find("scales", **RANGES))) == 1


def test_an_empty_range() -> None:
    with pytest.raises(ValueError, match="the range of age is empty: 100 is not below 0"):
        find("scales", ranges={"income": [0, 1], "age": [100, 0]})
