from __future__ import annotations

import pytest

from answers.contract.evidence import Found
from answers.evidence.depth import Depth
from answers.homework.context import HomeworkContext
from tests.answers.sample import homework


def found(**options: object) -> Found:
    given = {"kind": "depth", "functions": ["Sigmoid", "ReLU"], "gains": [1.0, 1.414], "depth": 4, "width": 8}
    return Depth.model_validate({**given, "networks": 2, **options}).find(HomeworkContext(homework()))


@pytest.fixture(scope="module")
def four_layers() -> Found:
    return found()


def number(latex: str) -> float:
    mantissa, _, exponent = latex.partition(r" \times 10^{")
    return float(mantissa) * 10 ** int(exponent.rstrip("}") or 0)


def test_sigmoids_lose_the_gradient_and_relu_keeps_it(four_layers: Found) -> None:
    assert number(four_layers.values["Sigmoid_ratio"]) < 0.1
    assert 0.1 < number(four_layers.values["ReLU_ratio"]) < 10
    assert four_layers.values["depth"] == "4"


def test_the_backward_pass_agrees_with_a_difference_of_the_forward_pass(four_layers: Found) -> None:
    assert [claim.check().ok for claim in four_layers.claims] == [True] * 4
    assert all(claim.check().error < 1e-3 for claim in four_layers.claims)


def test_the_seed_decides(four_layers: Found) -> None:
    assert found().values == four_layers.values
    assert found(seed=1).values != four_layers.values


def test_a_gain_for_each_function() -> None:
    with pytest.raises(ValueError, match="1 gains were given for 2 functions"):
        found(gains=[1.0])


def test_an_activation_of_the_homework_s_own() -> None:
    keys = {"activations": {"SquarePlus": {"formula": "(z + sqrt(z^2 + 4))/2"}}}
    evidence = Depth.model_validate(
        {"kind": "depth", "functions": ["SquarePlus"], "depth": 4, "width": 4, "networks": 2}
    )
    result = evidence.find(HomeworkContext(homework(**keys)))
    assert all(claim.check().ok for claim in result.claims)
