"""The kind ``training``: a network trained as the file describes, with its settings, results and curves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.contract.evidence import quoted_claim
from answers.contract.item import Answered, Claim, Context
from answers.contract.texts import Markdown
from answers.contract.written import Lined, lines_left, room
from answers.latex.sheet import Block, Plots
from answers.readback.prose import quoting
from answers.trainings.answer import (
    boundary_block,
    curves_block,
    found_of,
    notices,
    quoted_values,
    results_table,
    settings_table,
    values_of,
)
from answers.trainings.claims import target_claim, training_claims
from answers.trainings.figures import blank_plots
from answers.trainings.homework import Trainings
from answers.trainings.trainer import Outcome


class TrainingItem(Lined):
    """A training of the file; ``text`` quotes its values as ``{{NAME.test_accuracy}}``."""

    kind: Literal["training"]
    training: str = Field(description="the name of a training of the file")
    text: Markdown = Field("", description="Markdown that may quote values of the training")
    show: tuple[Literal["settings", "results", "curves", "boundary"], ...] = ("settings", "results", "curves")
    target: dict[str, float] = Field(
        default_factory=dict, description="how good the metrics of the test must be, such as accuracy: 0.45"
    )
    lines: int = lines_left(4)

    def blank(self, context: Context) -> tuple[Block, ...]:
        if "curves" not in self.show or "settings" in self.show:
            return room(self.lines)
        model = context.shared(Trainings).model(self.training)
        return (Plots(blank_plots(model.epochs, model.metrics)),)

    def answer(self, context: Context) -> Answered:
        outcome = context.shared(Trainings).outcome(self.training)
        values = quoted_values(outcome)
        blocks = [*notices(outcome, self.target), *self._shown(outcome)]
        claims = tuple(self._claims(outcome, values))
        if self.text:
            text, claims = quoting(self.text, {self.training: found_of(outcome)}, claims)
            blocks.append(text)
        return Answered(tuple(blocks), claims)

    def _shown(self, outcome: Outcome) -> list[Block]:
        made: dict[str, tuple[Block, ...]] = {
            "settings": (settings_table(outcome),),
            "results": (results_table(outcome),),
            "curves": curves_block(outcome) if "curves" in self.show else (),
            "boundary": boundary_block(outcome) if "boundary" in self.show else (),
        }
        return [block for part in self.show for block in made[part]]

    def _claims(self, outcome: Outcome, values: dict[str, str]) -> list[Claim]:
        name = self.training
        claims = list(training_claims(name, outcome))
        for metric, least in self.target.items():
            claims.append(target_claim(name, metric, least, outcome.trained.test, outcome.data))
        finite = {key: value for key, value in values_of(outcome).items() if value == value}
        return [*claims, quoted_claim(f"numbers quoted of {name}", values, finite)]
