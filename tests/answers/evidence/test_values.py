from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.errors import HomeworkContentError
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


def test_what_is_read_outside_is_zero_in_the_value_and_in_its_check() -> None:
    x = {"shapes": {"x": ["n"]}, "at": {"x": [1.5, 2, 4]}}
    formulas = {
        "next": "sum[i] x[i]*x[i+1]",
        "last": "sum[i] x[i]*x[i-1]",
        "far": "x[i+2] + x[i]",
        "row": "A[i+1] + x[i]",
    }
    found = find("values", **x, definitions="A[i] = x[i]^2", formulas=formulas)
    assert dict(found.values) == {"next": "11", "last": "11", "far": "(5.50, 2, 4)", "row": "(5.50, 18, 4)"}
    assert all(verdict.ok for verdict in checked(found))


def test_derivatives_are_compared_with_differences_of_many_digits() -> None:
    formulas = {"g": "diff(x^3*y[i], x)", "s": "tanh'(x)", "h": "diff(L, y[j])"}
    at = {"x": 3, "y": [1, 0.5]}
    found = find("values", shapes={"y": ["n"]}, definitions="L = sum[k] x*y[k]^2", formulas=formulas, at=at)
    assert found.values["g"] == "(27, 13.5)"
    assert found.values["h"] == "(6, 3)"
    assert all(verdict.ok for verdict in checked(found))


def test_a_declared_shape_says_the_range_of_what_is_defined() -> None:
    shapes = {"x": ["n"], "k": [2], "A": [3]}
    at = {"x": [1, 2, 3, 5], "k": [1, -1]}
    found = find("values", shapes=shapes, definitions="A[i] = sum[m<2] x[i+m]*k[m]", formulas={"a": "A[i]"}, at=at)
    assert found.values["a"] == "(-1, -1, -2)"
    assert all(verdict.ok for verdict in checked(found))


def test_a_function_that_is_left_unknown_has_no_value() -> None:
    with pytest.raises(HomeworkContentError, match=r"the function f is left unknown.*a product is written f\*"):
        find("values", formulas={"a": "f(x + 1)"}, at={"x": 1})


def test_what_is_small_by_cancellation_is_known() -> None:
    (verdict,) = checked(find("values", formulas={"f": "1 - sigma(z)"}, at={"z": 300}))
    assert not verdict.ok
    assert "f is 0, it should be 5.1482e-131" in verdict.note


def test_what_is_0_is_compared_at_the_scale_of_what_was_added_up() -> None:
    formula = {"f": "exp(a)/(exp(a) + exp(b)) + exp(b)/(exp(a) + exp(b)) - 1"}
    (verdict,) = checked(find("values", formulas=formula, at={"a": 0.3, "b": 0.7}))
    assert verdict.ok
    assert "0 or less than" in verdict.note
