from __future__ import annotations

from typing import Any

import pytest

from answers.contract.evidence import Found
from answers.errors import HomeworkContentError
from answers.evidence.descent import Descent
from answers.homework.context import HomeworkContext
from tests.answers.sample import homework


def found(layout: Any = None, **options: object) -> Found:
    given = {"kind": "descent", "network": "regression", "rate": 0.05, "steps": 4, "samples": 3, **options}
    return Descent.model_validate(given).find(HomeworkContext(homework(), layout=layout))


def test_the_loss_falls_at_every_step() -> None:
    result = found()
    assert float(result.values["after"]) < float(result.values["before"])
    claim, quoted = result.claims
    assert quoted.check().ok
    verdict = claim.check()
    assert verdict.ok
    assert verdict.points == 4


def test_the_layout_on_paper_changes_nothing() -> None:
    assert found("numerator").values == found("gradient").values


def test_a_rate_that_is_too_large_fails_the_check() -> None:
    claim, _ = found(rate=50.0).claims
    verdict = claim.check()
    assert not verdict.ok
    assert verdict.error > 0


def test_a_network_that_does_not_exist() -> None:
    with pytest.raises(HomeworkContentError, match="there is no network regresion"):
        found(network="regresion")


def test_an_activation_of_the_homework_s_own() -> None:
    keys = {
        "activations": {"SquarePlus": {"formula": "(z + sqrt(z^2 + 4))/2"}},
        "networks": {"smooth": {"layers": "x:n -> Linear(d) -> SquarePlus -> Linear(K)", "loss": "1/2*MSE"}},
    }
    evidence = Descent.model_validate({"kind": "descent", "network": "smooth", "rate": 0.01, "steps": 3})
    result = evidence.find(HomeworkContext(homework(**keys)))
    assert all(claim.check().ok for claim in result.claims)
