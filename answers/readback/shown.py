"""What is shown of derivations, read back: what is wrong with the text, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answers.readback.case import CaseReader
from answers.readback.compare import Difference, ReadBack, read_back
from answers.readback.printed import Printed
from answers.readback.reader import TOLERANCE
from derive.derivation import Derivation
from numeric.checks.comparison import Comparison

MOST = 3
"""How many differences are told."""


@dataclass(frozen=True)
class Shown:
    """What is printed of a derivation."""

    derivation: Derivation
    printed: tuple[Printed, ...]

    @property
    def readable(self) -> bool:
        """Whether something is printed that can be read."""
        return any(not one.said for one in self.printed)

    @property
    def comparable(self) -> bool:
        """Whether what is read can be compared: at sizes that are large numbers that may take too long."""
        return self.readable and (self.derivation.general is None or CaseReader(self.derivation).is_comparable)


def misprinted(shown: Sequence[Shown], answers: Sequence[Derivation]) -> Comparison | None:
    """What is printed and cannot be read or is wrong, or what of the ``answers`` is missing; None if all is well.

    Raises:
        ArrayError: no point away from kinks was found.
    """
    return complaint([read_back(one.derivation, one.printed) for one in shown], answers)


def complaint(found: Sequence[ReadBack], answers: Sequence[Derivation] = ()) -> Comparison | None:
    """What is wrong with what was read, or what of the ``answers`` is missing; None if all is well."""
    said = frozenset().union(*(result.quantities for result in found))
    wrong = [difference for result in found for difference in result.differences]
    for answer in answers if not wrong else ():
        if answer.quantity.name not in said:
            nothing = f"nothing that is printed says what {answer.quantity.name} is"
            wrong.append(Difference(Printed("", "what is printed"), nothing))
    if not wrong:
        return None
    note = "; ".join(f"{one.printed.where}: {one.reason}" for one in wrong[:MOST])
    return Comparison(max(one.error for one in wrong), TOLERANCE, 1, note)
