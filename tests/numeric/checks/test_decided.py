"""Conditions that are left out where sizes are numbers hold there, or the check fails."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Eq, Integer, Mod, Sum
from sympy.core.relational import Relational

from derive import network, specialise, with_ranges
from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, size
from derive.with_ranges import Ranges
from numeric import check
from numeric.checks.decided import wrongly_dropped

ROW, PLACE = index("i"), index("p")
N = size("n")


@pytest.mark.parametrize(
    ("condition", "length", "holds"),
    [
        (ROW < 7, 7, True),
        (ROW < 6, 7, False),
        (2 * ROW + 1 <= 13, 7, True),
        (2 * ROW + 1 <= 12, 7, False),
        (ROW >= 1, 7, False),
        (Eq(Mod(2 * ROW, 2), 0), 7, True),
        (Eq(Mod(ROW, 2), 0), 7, False),
        (ROW - 50_000 < 0, 50_000, True),
        (ROW - 49_999 < 0, 50_000, False),
        (ROW < N, N, True),
        (ROW < N - 1, N, False),
    ],
)
def test_a_condition_may_be_left_out_where_it_always_holds(condition: Any, length: Any, holds: bool) -> None:
    z = element("z", [ROW])
    before = z * Bracket(condition)
    assert (wrongly_dropped(before, z, {ROW: Integer(length) if isinstance(length, int) else length}) == ()) == holds
    assert wrongly_dropped(before, before, {ROW: N}) == ()


def test_in_sums_the_range_is_that_of_the_sum() -> None:
    z = element("z", [ROW + PLACE])
    for high, holds in ((3, True), (4, False)):
        before = Sum(z * Bracket(ROW + PLACE < 9), (PLACE, 0, high))
        assert (wrongly_dropped(before, Sum(z, (PLACE, 0, high)), {ROW: Integer(6)}) == ()) == holds


IMAGES = "x:(3,65,65) -> Conv2d(8, 3, stride=2, padding=1) -> ReLU -> Flatten -> Linear(10) -> y_hat"


def ranged(ranges: Ranges) -> Derivation:
    """A gradient at large sizes with a condition for every range."""
    return with_ranges(network(IMAGES, "MSE").gradient("x"), ranges)


@pytest.mark.parametrize("ranges", ["brackets", "limits"])
def test_what_does_not_always_hold_must_stay(ranges: Ranges, monkeypatch: pytest.MonkeyPatch) -> None:
    right = ranged(ranges)
    assert right.general is not None
    assert check(right).ok
    monkeypatch.setattr(specialise, "_holds", lambda condition, within: isinstance(condition, Relational))
    wrong = ranged(ranges)
    assert wrong.result != right.result
    outcome = check(wrong)
    assert any("is left out, and does not always hold" in item.note for item in outcome.items if not item.ok)
