"""The evidence ``trained``: what a training of the file reached, for a text that compares several."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Context
from answers.trainings.answer import found_of, notices, values_of
from answers.trainings.claims import training_claims
from answers.trainings.homework import Trainings


class TrainedEvidence(Evidence):
    """The values of a training as the kind ``training`` quotes them: ``test_accuracy``, ``epochs``, ``data``."""

    kind: Literal["trained"]
    training: str = Field(description="the name of a training of the file")

    def find(self, context: Context) -> Found:
        outcome = context.shared(Trainings).outcome(self.training)
        said = found_of(outcome)
        finite = {name: value for name, value in values_of(outcome).items() if value == value}
        quoted = quoted_claim(f"numbers quoted of {self.training}", said.values, finite)
        claims = (*training_claims(self.training, outcome), quoted)
        return replace(said, blocks=notices(outcome), claims=claims)
