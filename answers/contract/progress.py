"""Who is told what is being done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
"""Called with a few words before each piece of work."""


def silent(_: str) -> None:
    """Progress that nobody sees."""
