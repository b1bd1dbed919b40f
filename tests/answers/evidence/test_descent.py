from __future__ import annotations

from typing import Any

import pytest

from answers.context import HomeworkContext
from answers.errors import HomeworkContentError
from answers.evidence.base import Found
from answers.evidence.descent import Descent
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
