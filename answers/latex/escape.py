"""Plain text as LaTeX that prints it: special characters, accents, Greek letters and signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from answers.errors import HomeworkContentError
from answers.latex.characters import ACCENTS, LETTERS_AND_PUNCTUATION, MATHS, MATHS_ACCENTS, SPECIAL, TYPED


class UnprintableError(HomeworkContentError):
    """A text holds a character that the fonts of a sheet do not have."""


def escape(text: str) -> str:
    """The LaTeX that prints a plain text as it is.

    Raises:
        UnprintableError: a character is not in the fonts.
    """
    return "".join(_text_character(base, marks, SPECIAL) for base, marks in _clusters(text))


def escape_typed(text: str) -> str:
    """The LaTeX that prints a text in typewriter letters, every character as it was typed.

    Raises:
        UnprintableError: a character is not in the fonts.
    """
    return "".join(_text_character(base, marks, TYPED) for base, marks in _clusters(text))


def escape_maths(formula: str) -> str:
    """A LaTeX formula in which letters and signs beyond ASCII are written as commands; the rest is kept.

    Raises:
        UnprintableError: a character is not in the fonts.
    """
    words = _Words()
    return "".join(
        _text_character(base, marks, {}) if words.read(base) else _maths_character(base, marks)
        for base, marks in _clusters(formula)
    )


WORDS = frozenset(
    """text textrm textbf textit textsl textsf textsc texttt textmd textup textnormal emph mbox hbox fbox tag
    intertext""".split()
)
"""The commands whose argument is words."""


class _Words:
    """Knows of each character of a formula, read in turn, whether it is in words, where accents have other commands."""

    def __init__(self) -> None:
        self.command: str | None = None
        self.opens_words = False
        self.groups = [False]

    def read(self, character: str) -> bool:
        """Take a character; whether it is in words."""
        if self.command is not None:
            if character.isascii() and character.isalpha():
                self.command += character
                return self.groups[-1]
            name, self.command = self.command, None
            if not name:
                return self.groups[-1]
            self.opens_words = name in WORDS
        self._structure(character)
        return self.groups[-1]

    def _structure(self, character: str) -> None:
        if character == "\\":
            self.command = ""
        elif character == "{":
            self.groups.append(self.opens_words or self.groups[-1])
        elif character == "}" and len(self.groups) > 1:
            self.groups.pop()
        elif character == "$":
            self.groups[-1] = not self.groups[-1]
        self.opens_words = self.opens_words and character.isspace()


def _clusters(text: str) -> Iterator[tuple[str, str]]:
    """Each character with the accents that combine with it.

    Only letters are taken apart: a sign such as the one for "not equal" is a character of its own.
    """
    apart = "".join(unicodedata.normalize("NFD", c) if c.isalpha() else c for c in text)
    start = 0
    while start < len(apart):
        end = start + 1
        while end < len(apart) and unicodedata.combining(apart[end]):
            end += 1
        yield apart[start], apart[start + 1 : end]
        start = end


def _text_character(base: str, marks: str, special: dict[str, str]) -> str:
    if base in special:
        latex = special[base]
    elif _is_typed(base):
        latex = base
    elif base in LETTERS_AND_PUNCTUATION:
        latex = LETTERS_AND_PUNCTUATION[base]
    elif base in MATHS:
        return rf"\ensuremath{{{_maths_character(base, marks).rstrip()}}}"
    else:
        raise _unprintable(base)
    for mark in marks:
        if mark not in ACCENTS:
            raise _unprintable(mark)
        latex = f"{ACCENTS[mark]}{{{latex}}}"
    return latex


def _maths_character(base: str, marks: str) -> str:
    if _is_typed(base):
        latex = base
    elif base in MATHS:
        # A command must not run into a letter that follows it.
        latex = MATHS[base] + (" " if MATHS[base][-1].isalpha() else "")
    else:
        latex = rf"\text{{{_text_character(base, '', SPECIAL)}}}"
    for mark in marks:
        if mark not in MATHS_ACCENTS:
            raise _unprintable(mark)
        latex = f"{MATHS_ACCENTS[mark]}{{{latex}}}"
    return latex


def _is_typed(character: str) -> bool:
    """Whether a keyboard has the character; control characters other than line ends and tabs are refused."""
    return character in "\n\t" or (character.isascii() and character.isprintable())


def _unprintable(character: str) -> UnprintableError:
    name = unicodedata.name(character, "a control character")
    return UnprintableError(
        f"the character {character!r} (U+{ord(character):04X}, {name}) is not in the fonts of a sheet; "
        "write it in another way, or as LaTeX between dollar signs"
    )
