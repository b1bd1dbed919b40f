"""What can be wrong with a network, a layer or a question, and how to say what is near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DeriveError(ValueError):
    """The input is wrong; the message says what was given, what was expected and what is near."""


class DefinitionError(DeriveError):
    """A forward definition that cannot be read or does not fit together."""


class NetworkError(DeriveError):
    """A network that cannot be read or does not compose."""


class VocabularyError(DeriveError):
    """An answer cannot be written in the symbols that the question allows."""


def nearest(given: str, known: Iterable[str]) -> str:
    """A phrase that lists the known names, the nearest one first: ``did you mean ReLU? (known: ...)``."""
    names = sorted(known)
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(given, names, n=1, cutoff=0.5)
    close = close or [lowered[name] for name in get_close_matches(given.lower(), list(lowered), n=1, cutoff=0.5)]
    listing = f"known: {', '.join(names)}"
    return f"did you mean {close[0]}? ({listing})" if close else listing
