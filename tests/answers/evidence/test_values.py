from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.latex.sheet import Table
from tests.answers.evidence.finding import checked, find

SOFTARGMAX: dict[str, Any] = {
    "shapes": {"z": ["K"]},
    "at": {"z": [1, 2, 3]},
    "over": {"beta": [0.1, 1, 20]},
    "formulas": {"p": "exp(beta*z[i])/(sum[k] exp(beta*z[k]))"},
}
STABLE: dict[str, Any] = {
    "shapes": {"z": ["K"]},
    "at": {"z": [1000, 999, 998]},
    "definitions": "M = max[k] z[k]",
    "formulas": {
        "naive": "exp(z[i])/(sum[k] exp(z[k]))",
        "shifted": "exp(z[i] - M)/(sum[k] exp(z[k] - M))",
    },
}


def test_softargmax_becomes_one_hot() -> None:
    found = find("values", **SOFTARGMAX)
    assert found.values["p_1"] == "(0.0900, 0.245, 0.665)"
    assert found.values["p_20"].endswith(r", 1.00)")
    (table,) = found.blocks
    assert isinstance(table, Table)
    assert [row.cells[0] for row in table.rows] == ["0.1", "1", "20"]
    assert all(verdict.ok for verdict in checked(found))


def test_what_overflows_is_said_to() -> None:
    found = find("values", **STABLE, overflows=["naive"])
    assert r"\text{nan}" in found.values["naive"]
    assert found.values["shifted"] == "(0.665, 0.245, 0.0900)"
    assert all(verdict.ok for verdict in checked(found))


def test_an_overflow_that_is_not_expected_fails() -> None:
    naive, shifted = checked(find("values", **STABLE))
    assert not naive.ok
    assert "naive is nan, it should be 0.665241" in naive.note
    assert shifted.ok


def test_an_overflow_that_does_not_happen_fails() -> None:
    _, shifted = checked(find("values", **STABLE, overflows=["naive", "shifted"]))
    assert not shifted.ok
    assert "finite in floating point everywhere" in shifted.note


def test_cancellation_is_caught() -> None:
    (verdict,) = checked(find("values", formulas={"f": "log(1 + exp(-z))"}, at={"z": 40}))
    assert not verdict.ok
    (verdict,) = checked(find("values", formulas={"f": "(1 + 0.0001)^z - 1"}, at={"z": 1}, precision="single"))
    assert not verdict.ok


@given(z=st.lists(st.integers(-50, 50), min_size=1, max_size=4))
def test_functions_sums_maxima_and_brackets(z: list[int]) -> None:
    formulas = {
        "a": "sum[k] sigma(z[k])*[z[k] > 0]",
        "b": "max[k] abs(z[k])",
        "c": "sqrt(1 + z[i]^2) + [i == 0] + M",
        "d": "sum[k<K] k*Phi(z[k]/10)",
    }
    options = {"shapes": {"z": ["K"]}, "at": {"z": z}, "definitions": "M = max[k] z[k]^2"}
    assert all(verdict.ok for verdict in checked(find("values", **options, formulas=formulas)))


def test_bad_input() -> None:
    with pytest.raises(ValueError, match="z has no value"):
        find("values", formulas={"f": "z^2"})
    with pytest.raises(ValueError, match="nothing is called zz in the formulas"):
        find("values", formulas={"f": "z^2"}, at={"z": 1, "zz": 2})
    with pytest.raises(ValueError, match="there is no function simga; did you mean sigma"):
        find("values", formulas={"f": "simga(z)"}, at={"z": 1})
    with pytest.raises(ValueError, match="formula f: cannot read"):
        find("values", formulas={"f": "z^"}, at={"z": 1})
    with pytest.raises(ValueError, match="there is no formula f; did you mean ff"):
        find("values", formulas={"ff": "z"}, at={"z": 1}, overflows=["f"])
