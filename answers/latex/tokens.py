"""The tokens of a formula, as TeX reads them with its usual categories of characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["command", "character"]


@dataclass(frozen=True)
class Token:
    """A command without its backslash, or another character that is no blank; ``end`` is the place behind it."""

    kind: Kind
    text: str
    end: int


class TokenError(ValueError):
    """A formula that TeX would read in another way than it looks."""


def tokens(formula: str) -> Iterator[Token]:
    """The tokens of a formula without comments, without blanks.

    Raises:
        TokenError: it has an empty line or characters in the notation ``^^``, or ends in a backslash.
    """
    if "^^" in formula:  # a part of the name even behind a backslash
        raise TokenError("^^ is how TeX writes characters by their number; write one ^")
    place = 0
    while place < len(formula):
        character = formula[place]
        end = place + 1
        if character == "\\":
            while end < len(formula) and _is_letter(formula[end]):
                end += 1
            end += end == place + 1
            if end > len(formula):
                raise TokenError("it ends in a backslash")
            yield Token("command", formula[place + 1 : end], end)
        elif character == "\n" and not formula[end:].partition("\n")[0].strip() and "\n" in formula[end:]:
            raise TokenError("an empty line ends a paragraph, and no formula goes on behind it")
        elif not character.isspace():
            yield Token("character", character, end)
        place = end


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()
