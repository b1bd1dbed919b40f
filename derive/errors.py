"""What can be wrong with a network, a layer or a question, and how to say what is near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

NEAR = 0.5
"""From which likeness on a name may have been meant by another."""


class DeriveError(ValueError):
    """The input is wrong; the message says what was given, what was expected and what is near."""


class DefinitionError(DeriveError):
    """A forward definition that cannot be read or does not fit together."""


class NetworkError(DeriveError):
    """A network that cannot be read or does not compose."""


class VocabularyError(DeriveError):
    """An answer cannot be written in the symbols that the question allows."""


def nearest(given: str, known: Iterable[str]) -> str:
    """A phrase that lists the known names, the nearest one first: ``did you mean ReLU? (known: ...)``.

    Case counts only between names that are equally near without it.
    """
    names = sorted(known)
    listing = f"known: {', '.join(names)}"
    ranked = [(likeness(given.lower(), name.lower()), likeness(given, name), given[:1] == name[:1]) for name in names]
    if not ranked or max(ranked)[0] < NEAR:
        return listing
    return f"did you mean {names[ranked.index(max(ranked))]}? ({listing})"


def likeness(one: str, other: str) -> float:
    """Between 0 for nothing in common and 1 for the same."""
    return SequenceMatcher(None, one, other).ratio()
