"""Every claim of a homework's key, checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from answers.contract.item import Answered, Claim
from answers.contract.progress import Progress, silent
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework
from answers.homework.notation import notation_claim
from answers.trainings.trainer import Trainer
from derive.conventions import Layout
from numeric.checks.comparison import Comparison


@dataclass(frozen=True)
class Checked:
    """A claim of a part, or of no part but of the whole key, with the outcome of its check."""

    part: str
    claim: Claim
    verdict: Comparison


@dataclass(frozen=True)
class CheckLine:
    """The outcome of one check, as a line for a terminal or a JSON document; see ``Comparison``."""

    part: str
    quantity: str
    method: str
    points: int
    error: float
    tolerance: float
    ok: bool
    note: str = ""
    unchecked: bool = False
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()

    @classmethod
    def of(cls, entry: Checked) -> CheckLine:
        """The line of a claim that was checked."""
        claim, verdict = entry.claim, entry.verdict
        return cls(
            entry.part,
            claim.quantity,
            claim.method,
            verdict.points,
            verdict.error,
            verdict.tolerance,
            verdict.ok,
            verdict.note,
            verdict.unchecked,
            verdict.sizes,
        )

    def document(self) -> dict[str, object]:
        """For JSON: an error without a finite value is null, and so is ok for what is not checked."""
        return {
            "part": self.part,
            "quantity": self.quantity,
            "method": self.method,
            "points": self.points,
            "error": self.error if isfinite(self.error) else None,
            "tolerance": self.tolerance,
            "ok": None if self.unchecked else self.ok,
            "note": self.note,
            "sizes": [dict(at) for at in self.sizes],
        }


def checked(context: HomeworkContext, progress: Progress = silent) -> Iterator[Checked]:
    """Answer every part and check each claim of it.

    Raises:
        HomeworkContentError: a part cannot be answered.
    """
    for part in context.homework.parts():
        if any(item.begins_early for item in part.answer):
            _begin(context.answered(part))
    for part in context.homework.parts():
        progress(f"part {part.id}")
        for answered in context.answered(part):
            for claim in answered.claims:
                yield Checked(part.id, claim, claim.check())
    if "key" in context.homework.sheets:
        answers = (answered for part in context.homework.parts() for answered in context.answered(part))
        for claim in notation_claim(context, (block for answered in answers for block in answered.blocks)):
            yield Checked("", claim, claim.check())


def _begin(answers: Iterable[Answered]) -> None:
    for answered in answers:
        for claim in answered.claims:
            if claim.begin is not None:
                claim.begin()


def verify(
    homework: Homework,
    *,
    layout: Layout | None = None,
    index_base: Literal[0, 1] | None = None,
    progress: Progress = silent,
    trainer: Trainer | None = None,
) -> Iterator[CheckLine]:
    """A line for every claim of the key.

    Raises:
        HomeworkContentError: a part cannot be answered.
    """
    context = HomeworkContext(homework, layout=layout, index_base=index_base, trainer=trainer)
    yield from map(CheckLine.of, checked(context, progress))
