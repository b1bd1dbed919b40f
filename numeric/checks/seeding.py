"""The seed of points where a test says none: that of the run, which a test runner may set around each test."""

from __future__ import annotations

from contextvars import ContextVar

SEED: ContextVar[int] = ContextVar("gradsheet_seed", default=0)
"""The seed of the run."""


def seed_of(given: int | None) -> int:
    """The seed that is given, else that of the run."""
    return SEED.get() if given is None else given
