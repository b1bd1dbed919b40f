"""Why a setting has not converged, told by its loss curves: it is too slow, unstable, or underfits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy

from answers.latex.numbers import scientific
from answers.sweeps.runs import Runs
from answers.trainings.words import listed, setting

Array = Any

QUARTERS = 4
FEWEST_EPOCHS = 2 * QUARTERS
"""Shorter curves tell nothing of how they end."""
FALLING = 0.025
"""A loss whose mean falls by less than this from one quarter of the epochs to the next has settled."""
STILL_FALLING_FAST = 0.1
"""A loss that falls by so much from quarter to quarter gets on in spite of its jumps."""
JUMP = 0.1
"""A loss that rises by this share from one epoch to the next jumps."""
UNSTEADY = 0.15
"""The share of later epochs with a jump from which on a curve is unsteady."""


class Cause(Enum):
    """What the curves say."""

    SLOW = "too slow"
    UNSTABLE = "unstable"
    UNDERFIT = "underfits"
    ON_ITS_WAY = "on its way, in jumps"


@dataclass(frozen=True)
class Curve:
    """How the loss of a setting ends: over its runs, the means of the last quarter of the epochs and the one before.

    ``falls`` is the share by which the loss falls from one to the other, ``jumps`` that of later epochs with a jump.
    """

    value: Any
    settled_at: float
    falls: float
    jumps: float

    @property
    def cause(self) -> Cause:
        """Why it has not converged."""
        if self.jumps >= UNSTEADY:
            return Cause.ON_ITS_WAY if self.falls > STILL_FALLING_FAST else Cause.UNSTABLE
        return Cause.SLOW if self.falls > FALLING else Cause.UNDERFIT


def causes(values: Sequence[tuple[Any, Runs]], level: float) -> Iterator[str]:
    """A sentence, Markdown, for each cause by which settings do not reach the ``level``, or do not keep it."""
    behind = [(value, runs) for value, runs in values if not runs.keeps(level)]
    curves = [curve for value, runs in behind if (curve := curve_of(value, runs)) is not None]
    for cause in Cause:
        told = [curve for curve in curves if curve.cause is cause]
        if told:
            yield _sentence(cause, told)


def curve_of(value: Any, runs: Runs) -> Curve | None:
    """How the loss of a setting ends; None where every run diverged, or was too short to tell."""
    losses = [outcome.trained.history["train_loss"] for outcome in runs.outcomes if not outcome.trained.stopped]
    if not losses or len(losses[0]) < FEWEST_EPOCHS:
        return None
    ends = numpy.array([[quarter.mean() for quarter in numpy.array_split(loss, QUARTERS)[-2:]] for loss in losses])
    before, last = ends.mean(axis=0)
    later = [loss[len(loss) // 2 :] for loss in losses]
    jumps = [(loss[1:] > (1 + JUMP) * loss[:-1]).mean() for loss in later]
    return Curve(value, float(last), float(1 - last / before), float(numpy.mean(jumps)))


def _sentence(cause: Cause, curves: Sequence[Curve]) -> str:
    where = listed([setting(curve.value) for curve in curves])
    losses = _each(f"${scientific(curve.settled_at, 2)}$" for curve in curves)
    falls = _each(rf"${100 * curve.falls:.0f}\,\%$" for curve in curves)
    jumps = _each(rf"${100 * curve.jumps:.0f}\,\%$" for curve in curves)
    match cause:
        case Cause.SLOW:
            return (
                f"At {where} it learns too slowly: the loss falls without jumps, and is still falling at the end (by "
                f"{falls} from the third quarter of the epochs to the last)."
            )
        case Cause.UNSTABLE:
            return (
                f"At {where} it is unstable: in {jumps} of the later epochs the loss jumps up by more than a tenth, "
                "and it makes no more progress."
            )
        case Cause.UNDERFIT:
            return (
                f"At {where} it underfits: the loss has settled at {losses}, and the training samples are not learnt."
            )
        case Cause.ON_ITS_WAY:
            return f"At {where} the loss jumps, but is still falling at the end (by {falls})."


def _each(words: Iterable[str]) -> str:
    """The words for several curves, those that are the same once."""
    return listed(list(dict.fromkeys(words)))
