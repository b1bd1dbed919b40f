"""Plain text as LaTeX that prints it: special characters, accents, Greek letters and signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

from answers.errors import HomeworkContentError
from answers.latex.characters import ACCENTS, LETTERS_AND_PUNCTUATION, MATHS, MATHS_ACCENTS, SPECIAL, TYPED

FONTS = "they have Latin letters with accents, Greek letters, punctuation and the signs of mathematics"
MOST_NAMED = 6
"""So many characters are named in a message."""


class UnprintableError(HomeworkContentError):
    """A text holds characters that the fonts of a sheet do not have; ``characters`` are some of them."""

    def __init__(self, message: str, characters: str) -> None:
        super().__init__(message)
        self.characters = characters


def escape(text: str) -> str:
    """The LaTeX that prints a plain text as it is; letters of other scripts stay, which some fonts have.

    Raises:
        UnprintableError: a character is in no font.
    """
    return _written(text, lambda base, marks: _text_character(base, marks, SPECIAL))


def escape_typed(text: str) -> str:
    """The LaTeX that prints a text in typewriter letters, every character as it was typed.

    Raises:
        UnprintableError: a character is in no font.
    """
    return _written(text, lambda base, marks: _text_character(base, marks, TYPED))


def escape_maths(formula: str) -> str:
    """A LaTeX formula in which letters and signs beyond ASCII are written as commands; the rest is kept.

    Raises:
        UnprintableError: a character is in no font.
    """
    words = _Words()
    return _written(
        formula,
        lambda base, marks: _text_character(base, marks, {}) if words.read(base) else _maths_character(base, marks),
    )


def require_fonts(text: str) -> None:
    """Refuse letters of other scripts, which the fonts of a sheet have only where its engine brings them.

    Raises:
        UnprintableError: there are some; the message names them all.
    """
    missing = "".join(filter(_is_of_another_script, _apart(text)))
    if missing:
        raise _unprintable(missing)


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
    apart = _apart(text)
    start = 0
    while start < len(apart):
        end = start + 1
        while end < len(apart) and unicodedata.combining(apart[end]):
            end += 1
        yield apart[start], apart[start + 1 : end]
        start = end


def _apart(text: str) -> str:
    """The text with letters and their accents as characters of their own; syllables of Korean stay whole."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFD", c) if c.isalpha() and not _is_script(c) else c for c in text)


def _is_script(character: str) -> bool:
    """Whether a character is written from letters that no table here knows, such as a syllable of Korean."""
    return not character.isascii() and _is_of_another_script(unicodedata.normalize("NFD", character)[0])


def _is_of_another_script(character: str) -> bool:
    """Whether it is a letter, mark, digit or punctuation that is beyond the tables here."""
    return (
        not character.isascii()
        and character not in LETTERS_AND_PUNCTUATION
        and character not in MATHS
        and character not in ACCENTS
        and character not in MATHS_ACCENTS
        and unicodedata.category(character) in SCRIPT
    )


SCRIPT = frozenset("Lu Ll Lt Lm Lo Mn Mc Nd Nl No Po Ps Pe".split())
"""The categories of what a script is made of: letters, marks, digits and punctuation, such as a Chinese full stop."""


def _text_character(base: str, marks: str, special: dict[str, str]) -> str:
    if base in special:
        latex = special[base]
    elif _is_typed(base):
        latex = base
    elif base in LETTERS_AND_PUNCTUATION:
        latex = LETTERS_AND_PUNCTUATION[base]
    elif base in MATHS:
        return rf"\ensuremath{{{_maths_character(base, marks).rstrip()}}}"
    elif _is_of_another_script(base):
        return base + marks
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


def _written(text: str, write: Callable[[str, str], str]) -> str:
    """Every character with its accents as ``write`` has it.

    Raises:
        UnprintableError: some are not in the fonts; the message names them all.
    """
    pieces, missing = [], ""
    for base, marks in _clusters(text):
        try:
            pieces.append(write(base, marks))
        except UnprintableError as error:
            missing += error.characters
    if missing:
        raise _unprintable(missing)
    return "".join(pieces)


def _unprintable(characters: str) -> UnprintableError:
    """The error that names the characters, and what would print in their place."""
    different = list(dict.fromkeys(characters))
    named = ", ".join(f"{c!r} (U+{ord(c):04X}, {_name(c)})" for c in different[:MOST_NAMED])
    more = f" and {len(different) - MOST_NAMED} more" if len(different) > MOST_NAMED else ""
    said = f"the character {named} is" if len(different) == 1 else f"the characters {named}{more} are"
    return UnprintableError(f"{said} not in the fonts of a sheet; {FONTS}: {_way_out(different)}", characters)


def _name(character: str) -> str:
    return unicodedata.name(character, "a control character")


def _way_out(characters: list[str]) -> str:
    """What to write in place of characters that no font has, by the kinds of them."""
    kinds = {unicodedata.category(character)[0] for character in characters}
    signs = [_name(character).lower() for character in characters if unicodedata.category(character)[0] == "S"]
    ways = []
    if kinds & {"L", "M", "N"}:
        ways.append("write letters of other scripts in Latin ones, as in a passport, or set engine: lualatex")
    if signs:
        ways.append(
            f"write a picture in words, such as {signs[0]!r}, and a sign of mathematics as LaTeX between $ and $"
        )
    if kinds & {"C", "Z", "P"}:
        ways.append("leave it out, or write what a keyboard has")
    return "; ".join(ways)
