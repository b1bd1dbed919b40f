"""Evidence found in a small homework."""

from __future__ import annotations

from typing import Any

from answers.contract.evidence import Found
from answers.evidence import evidence_kinds
from answers.homework.context import HomeworkContext
from numeric.checks.comparison import Comparison
from tests.answers.sample import homework


def find(kind: str, **options: Any) -> Found:
    """The evidence of a kind with its options, in a homework with the networks ``networks`` among the options."""
    networks = {"networks": options.pop("networks")} if "networks" in options else {}
    evidence = evidence_kinds()[kind].model_validate({"kind": kind, **options})
    return evidence.find(HomeworkContext(homework(**networks)))


def checked(found: Found) -> list[Comparison]:
    """The verdicts on all claims; there must be one."""
    assert found.claims
    return [claim.check() for claim in found.claims]
