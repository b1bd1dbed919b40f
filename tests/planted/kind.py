"""What a kind of wrong answer is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.planted.spoiling import Spoil


@dataclass(frozen=True)
class Kind:
    """A wrong answer: the subject it is planted in, and how that is spoilt."""

    subject: str
    spoil: Spoil
