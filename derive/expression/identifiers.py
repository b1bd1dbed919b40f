"""What a name may be: a word that formulas, generated programs and file names can hold as it is."""

from __future__ import annotations

import re

from derive.errors import DefinitionError, DeriveError

LONGEST = 60
"""How many characters a name that somebody gives may have."""

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""A name: letters of the English alphabet, digits and underscores, a letter first."""

OWN = re.compile(r"(?:[A-Za-z]|_[A-Za-z0-9])[A-Za-z0-9_]*")
"""A name, also one that a derivation makes for itself and marks by an underscore in front."""

_PART = rf"{OWN.pattern}'*(?:@[A-Za-z0-9_ (),+*/-]+)?"
TENSOR = re.compile(rf"(?:d{_PART}/d)?{_PART}(?:\|{_PART})*")
"""The name of a tensor, which may have primes and say a time, or of a partial derivative with what it holds fixed."""

FUNCTION = re.compile(rf"{OWN.pattern}[A-Za-z0-9_./-]*'*")
"""The name of a function: a word, with the values of its constants behind it where they are not the usual ones."""

RULE = f"a name is a letter, then letters, digits and underscores, at most {LONGEST} characters (x, W1, d_model)"

SHOWN = 40
"""How many characters of a text that is no name a message quotes."""


def is_word(text: str) -> bool:
    """Whether a text may be the name that somebody gives to something."""
    return len(text) <= LONGEST and WORD.fullmatch(text) is not None


def word(text: str, what: str, error: type[DeriveError] = DefinitionError) -> str:
    """The text, which is the name of ``what``.

    Raises:
        DefinitionError: it cannot be a name; the type ``error``, if that is given.
    """
    if not is_word(text):
        raise error(f"{quoted(text)} cannot be the name of {what}: {RULE}")
    return text


def symbol_name(text: str, what: str, pattern: re.Pattern[str] = OWN) -> str:
    """The text, which is the name of a symbol.

    Raises:
        DefinitionError: it is none.
    """
    if pattern.fullmatch(text) is None:
        raise DefinitionError(f"{quoted(text)} cannot be the name of {what}: {RULE}")
    return text


def quoted(text: str) -> str:
    """A text that somebody gave, on one line of a message."""
    return ascii(text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}...")
