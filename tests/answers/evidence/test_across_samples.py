from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

from answers.evidence.across_samples import Across
from answers.latex.sheet import Equation
from derive import layer
from tests.answers.evidence.finding import checked, find

LAYERS = {"BatchNorm1d": {"affine": False}, "LayerNorm": {"affine": False}}


def across(name: str) -> Across:
    alone = layer(name, batch="B", affine=False)
    return Across(name, alone, alone.jacobian("z"), 0)


def test_batch_norm_mixes_samples_and_layer_norm_does_not() -> None:
    found = find("across_samples", layers=LAYERS)
    assert float(found.values["BatchNorm1d_across"]) > 0.01
    assert found.values["LayerNorm_across"] == "0"
    assert all(verdict.ok for verdict in checked(found))


def test_the_part_across_samples_is_printed() -> None:
    equations = [b for b in find("across_samples", layers=LAYERS).blocks if isinstance(b, Equation) and b.result]
    assert [r"= 0 \qquad" in equation.latex for equation in equations] == [False, True]
    assert equations[0].latex.endswith(r"\text{for } b \neq j")


def test_other_layers_too() -> None:
    found = find("across_samples", layers={"Linear": {"outputs": "m"}, "Softmax": {}})
    assert set(found.values.values()) == {"0"}
    assert all(verdict.ok for verdict in checked(found))


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_wrong_jacobian_is_caught(name: str) -> None:
    right = across(name)
    others = across("LayerNorm" if name == "BatchNorm1d" else "BatchNorm1d").jacobian
    letters = dict(zip(others.quantity.indices, right.jacobian.quantity.indices, strict=True))
    wrong = replace(right, jacobian=replace(right.jacobian, result=others.result.xreplace(letters)))
    assert right.verdict().ok
    assert not wrong.verdict().ok
    doubled = replace(right, jacobian=replace(right.jacobian, result=sympy.Integer(2) * right.jacobian.result))
    assert doubled.verdict().ok == (name == "LayerNorm")


def test_a_layer_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="BatchNorm"):
        find("across_samples", layers={"BatchNorm": {}})
