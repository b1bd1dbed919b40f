"""What a reader must know of the ranges in a result, as numbers say: what is read outside, and counts as 0 there."""

from __future__ import annotations

from derive.calculus.ranges import TIES, zero_note
from derive.derivation import Derivation
from derive.expression.symbols import accesses, subscripts_of
from derive.remembering import LIBRARY, with_forward
from numeric.checks.checking import places_of
from numeric.checks.outside import reads_outside
from numeric.errors import ArrayError

BEHIND = "What is read behind the last time counts as 0."
"""What a recursion backwards through time relies on."""


@with_forward(LIBRARY)
def notes_on(derivation: Derivation, *, ties: bool = True) -> tuple[str, ...]:
    """The notes of a derivation; names in braces are set as symbols, as in steps.

    That a tensor reads as 0 outside is said where it is read there at a point of the check. Where a place of a maximum
    is in a subscript, or sizes depend on each other, an expression alone does not tell that. Where there is no point,
    the derivation's own notes are left; at large sizes it is said of what is read outside at small ones.
    """
    notes = tuple(note for note in derivation.notes if ties or note != TIES)
    if derivation.forward.initial:
        return (BEHIND, *notes) if _reads_later(derivation) else notes
    if derivation.general is not None:
        zero_notes = {zero_note(name) for name in derivation.forward.tensors}
        told = notes_on(derivation.general.derivation, ties=ties)
        return (*(note for note in told if note in zero_notes), *(note for note in notes if note not in zero_notes))
    if not derivation.outside:
        return notes
    try:
        zero = _read_outside(derivation)
    except ArrayError:
        return notes
    own = {zero_note(name) for name in derivation.outside or ()}
    return (*map(zero_note, zero), *(note for note in notes if note not in own))


def _reads_later(derivation: Derivation) -> bool:
    """Whether the result of a recurrence reads what is of a later time."""
    times = (subscripts[0] for access in accesses(derivation.result) if (subscripts := subscripts_of(access)))
    return any(time.free_symbols and time.as_coeff_Add()[0] > 0 for time in times)


def _read_outside(derivation: Derivation) -> list[str]:
    """The tensors that the result reads outside of their ranges at a point."""
    quantity, model = derivation.quantity, derivation.forward
    counts = reads_outside(model, derivation.result, quantity, frozenset())
    points = [place.point for place in places_of(model, 0, 3)] if counts else []
    return sorted(
        name
        for name, count in counts
        if any(point.expression(count, quantity.indices, quantity.shape).any() for point in points)
    )
