from __future__ import annotations

import pytest

from answers.formulas.algebra import holds_exactly
from derive.building.formulas import parse_formula_in, setting_of
from derive.layers import named_functions

SETTING = setting_of({"z": ("K",)}, "q = 1 + exp(u)", named_functions())


def decided(left: str, relation: str, right: str) -> bool:
    sides = (parse_formula_in(side, SETTING).expression for side in (left, right))
    first, second = sides
    return holds_exactly(SETTING.forward, first, relation, second)


@pytest.mark.parametrize(
    ("left", "relation", "right"),
    [
        ("sigma'(u)", "=", "sigma(u)*(1 - sigma(u))"),
        ("tanh'(u)", "=", "1 - tanh(u)^2"),
        ("diff(u^3, u)", "=", "3*u^2"),
        ("diff(log(q), u)", "=", "sigma(u)"),
        ("0", "<", "sigma(u)"),
        ("sigma(u)", "<", "1"),
        ("q", ">", "1"),
        ("u^2", ">=", "0"),
    ],
)
def test_what_holds_is_shown(left: str, relation: str, right: str) -> None:
    assert decided(left, relation, right)


@pytest.mark.parametrize(
    ("left", "relation", "right"),
    [
        ("sigma'(u)", "=", "sigma(u)"),
        ("tanh'(u)", "=", "1 - tanh(u)"),
        ("u^2", ">", "0"),
        ("u", "<", "1"),
        ("1", "<", "sigma(u)"),
        ("log(u^2)", "=", "2*log(u)"),
        ("sum[k] z[k]", "=", "sum[k] z[k] + 1"),
        ("f(u)", "=", "f(u) + 1"),
    ],
)
def test_what_does_not_hold_or_is_not_known_is_not_shown(left: str, relation: str, right: str) -> None:
    assert not decided(left, relation, right)
