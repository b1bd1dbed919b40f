from __future__ import annotations

from typing import Any

import pytest

from answers.contract.item import Answered
from answers.latex.sheet import Equation
from tests.answers.sample import all_pass, answered, refused, verdicts

ITEM: dict[str, Any] = {"kind": "update", "network": "regression", "of": ["W1", "b1"]}


def equations(answer: Answered) -> list[str]:
    """The equations of an answer."""
    return [block.latex for block in answer.blocks if isinstance(block, Equation)]


def test_the_gradient_of_the_key_in_its_layout() -> None:
    gradient = answered(ITEM)
    slope = r"\frac{\partial \ell}{\partial \bm{W}^{(1)}}"
    assert equations(gradient)[0] == rf"\bm{{W}}^{{(1)}} \leftarrow \bm{{W}}^{{(1)}} - \eta \, {slope}"
    numerator = answered(ITEM, layout="numerator")
    assert rf"\left({slope}\right)^{{\top}}" in equations(numerator)[0]
    assert all_pass(gradient)
    assert all_pass(numerator)


def test_a_gradient_that_is_written_out() -> None:
    answer = answered({**ITEM, "within": ["x", "dl/dz1"]}, layout="numerator")
    assert r"\bm{x}^{\top}" in equations(answer)[0]
    assert all_pass(answer)


@pytest.mark.parametrize("layout", ["gradient", "numerator"])
@pytest.mark.parametrize(
    "options",
    [{"momentum": True}, {"weight_decay": True}, {"momentum": True, "weight_decay": True}, {"rule": "Adam"},
     {"rule": "Adam", "weight_decay": True, "decayed": ["b1"]}],
)  # fmt: skip
def test_every_rule_is_what_the_optimiser_does(options: dict[str, Any], layout: str) -> None:
    answer = answered({**ITEM, **options}, layout=layout)
    assert any(r"\lambda" in text for text in equations(answer)) == ("weight_decay" in options)
    assert all_pass(answer)


def test_a_gradient_in_the_wrong_layout_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answers.numbers.lines.turned", lambda parameter, network: False)
    assert not verdicts(answered(ITEM, layout="numerator"))[-1].ok


def test_what_cannot_be_asked_for() -> None:
    refused({**ITEM, "of": ["W7"]}, saying="of: there is no parameter W7")
    refused({**ITEM, "decayed": ["W7"]}, saying="decayed: there is no parameter W7")
