"""How many examples of a property are tried: a part of them with every change, all in the thorough profile."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")

THOROUGH = "thorough"
"""The profile in which every property has all of its examples."""

SHARE = 5
"""With every change one of so many is tried."""

FEWEST = 3


def with_every_change(number: int) -> int:
    """How many of a number of examples are tried with every change; a few are all tried."""
    return max(number // SHARE, min(number, FEWEST))


def examples(number: int, **options: Any) -> settings:
    """The settings of a property that has so many examples."""
    return settings(max_examples=number if PROFILE == THOROUGH else with_every_change(number), **options)
