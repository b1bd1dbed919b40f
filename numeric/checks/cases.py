"""The check of any derivation, also of one at large sizes: small ones stand in for them, and the sizes as they stand.

A derivation at large numbers is a case of one with letters. That one is checked at small sizes; that the case is what
it becomes at the numbers is a comparison of expressions; and the generated gradients are compared with the loss at the
numbers themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from sympy import Expr
from sympy.logic.boolalg import Boolean

from derive.building.letters import with_numbers
from derive.derivation import Derivation, General
from derive.expression.collector import collector_paused
from derive.expression.functions import Bracket
from derive.forward import Forward
from derive.remembering import EXPRESSIONS, FEW, with_forward
from derive.render import unicode
from derive.specialise import put, specialised
from derive.steps import Quantity
from numeric.arrays.threads import one_thread
from numeric.checks.checking import Check
from numeric.checks.checking import check as check_at_points
from numeric.checks.comparison import Comparison
from numeric.checks.decided import wrongly_dropped
from numeric.checks.tolerances import DOUBLE
from numeric.errors import CheckError


def check(derivation: Derivation, seed: int = 0, points: int = 3) -> Check:
    """Check a derivation by number at random points, as :func:`numeric.checks.checking.check` does.

    One at large sizes is a case of a ``general`` derivation: that one is checked, at small sizes that stand in for
    them; result, steps and forms must be what it becomes at the numbers; and where the arrays fit into 300 MB, the
    gradients of the generated code are compared with derivatives of the loss along random directions at the sizes as
    they stand. A note then says which.

    Raises:
        ArrayError: no point away from kinks was found, or ``points`` is not positive.
        ExpressionError: the forward definition itself holds something that has no number.
    """
    with one_thread(), collector_paused():
        return _check(derivation, seed, points)


def _check(derivation: Derivation, seed: int, points: int) -> Check:
    general = derivation.general
    if general is None:
        return check_at_points(derivation, seed, points)
    found = check_at_points(general.derivation, seed, points)
    along, at_sizes = _at_the_sizes(derivation, seed)
    items = (*found.items, *_as_a_case(derivation, general), *along)
    return replace(found, items=items, note=f"at stand-in sizes; {at_sizes}")


def checked(derivation: Derivation, seed: int = 0, points: int = 3) -> Derivation:
    """The derivation itself, if it passes ``check``: one that fails is not to be handed out as an answer.

    Raises:
        CheckError: it fails; the message says where.
        ArrayError: no point away from kinks was found, or ``points`` is not positive.
        ExpressionError: the forward definition itself holds something that has no number.
    """
    failed = check(derivation, seed, points).failures
    if failed:
        told = "; ".join(f"{item.what}: {item.note or f'relative error {item.error:.0e}'}" for item in failed[:3])
        raise CheckError(f"{derivation.quantity.name} fails its check and is no answer: {told}")
    return derivation


def _as_a_case(derivation: Derivation, general: General) -> Iterator[Comparison]:
    """Whether result, steps and forms are those of the general derivation at the numbers."""
    model = _at_numbers(general.derivation.forward, general.numbers)
    same_model = derivation.forward == model
    expected = specialised(general.derivation, dict(general.numbers), derivation.forward if same_model else model)
    steps = {(step.quantity, step.expression, step.matrix) for step in expected.steps}
    in_elements = {(step.quantity, step.expression) for step in expected.steps}
    for number, step in enumerate(derivation.steps, start=1):
        what = f"step {number}, {step.quantity.name} ({step.rule})"
        known = (step.quantity, step.expression) in in_elements
        yield _same(what, known and (step.matrix is None or (step.quantity, step.expression, step.matrix) in steps))
    what = f"result, {derivation.quantity.name}"
    yield _same(what, (derivation.quantity, derivation.result) == (expected.quantity, expected.result))
    if derivation.matrix is not None:
        yield _same(f"{what}: matrix form", derivation.matrix == expected.matrix)
    if derivation.convolution is not None:
        yield _same(f"{what}: convolution form", derivation.convolution == expected.convolution)
    yield _same("the forward definition", same_model)
    yield from _dropped(expected, general)


@with_forward(FEW)
def _at_numbers(general: Forward, numbers: tuple[tuple[Expr, Expr], ...]) -> Forward:
    """The general forward definition at the numbers."""
    return with_numbers(general, dict(numbers))


def _dropped(expected: Derivation, general: General) -> Iterator[Comparison]:
    """Whether the conditions that are left out at the numbers hold there."""
    pairs = [
        (f"step {number}, {after.quantity.name} ({after.rule})", before.expression, after.expression, after.quantity)
        for number, (before, after) in enumerate(zip(general.derivation.steps, expected.steps, strict=True), start=1)
    ]
    pairs.append((f"result, {expected.quantity.name}", general.derivation.result, expected.result, expected.quantity))
    for what, before, after, quantity in pairs:
        wrong = _wrongly_dropped(before, after, quantity, general.numbers)
        if wrong:
            note = f"{unicode(Bracket(wrong[0]))} is left out, and does not always hold"
            yield Comparison.failed(note, what=f"{what}: at the sizes as they stand")


@lru_cache(maxsize=EXPRESSIONS)
def _wrongly_dropped(
    before: Expr, after: Expr, quantity: Quantity, numbers: tuple[tuple[Expr, Expr], ...]
) -> tuple[Boolean, ...]:
    """The conditions that an expression has for all sizes and lacks at the numbers, although they do not always hold
    there; derivations of one network share most of their steps."""
    lengths = dict(zip(quantity.indices, quantity.shape, strict=True))
    return wrongly_dropped(put(before, dict(numbers)), after, lengths)


Sizes = Literal["stand-in", "as they stand"]
"""Small ones in the place of large ones, and those that a derivation has."""


def sizes_tried(derivation: Derivation) -> tuple[Sizes, ...]:
    """At which sizes a derivation at large ones is tried; none where sizes are small."""
    if derivation.general is None:
        return ()
    compared, _ = _at_the_sizes(derivation, 0)
    return ("stand-in", "as they stand") if compared else ("stand-in",)


def _same(what: str, ok: bool) -> Comparison:
    what = f"{what}: at the sizes as they stand"
    if ok:
        return Comparison(0.0, 0.0, what=what)
    return Comparison.failed("it is not what the derivation for all sizes becomes at these", what=what)


def _at_the_sizes(derivation: Derivation, seed: int) -> tuple[list[Comparison], str]:
    """The gradients of the generated code at the sizes as they stand, and what that says or why nothing is said."""
    partial = derivation.quantity.partial
    if partial is None or partial.top != "l":
        return [], "at the sizes as they stand it is the same formula"
    from numeric.checks.directions import along_directions  # it generates code, which small sizes do without

    found = along_directions(derivation.forward, seed)
    if partial.bottom not in found.names:
        reason = found.note or f"{partial.bottom} is neither a parameter nor an input"
        return [], f"not at the sizes as they stand: {reason}"
    what = "the generated gradients: along directions at the sizes as they stand"
    item = Comparison(found.error, DOUBLE, what=what)
    return [item], f"at the sizes as they stand along random directions, relative error {found.error:.0e}"
