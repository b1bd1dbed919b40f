"""The tokens of a formula: macros are expanded, fonts, spacing and needless braces gone, words told from letters."""

from __future__ import annotations

from lark import Token

from answers.reading.characters import Lexicon
from answers.reading.commands import Commands
from answers.reading.macros import Macros, expand, macros_in, pieces


def tokens_of(text: str, lexicon: Lexicon, macros: Macros | None = None) -> list[Token]:
    """The tokens of a formula in LaTeX or Unicode.

    Raises:
        Unreadable: a character or a command that is none of a formula's, or brackets that do not close.
    """
    if "\\" in text and ("command" in text or "def" in text or "DeclareMath" in text):
        own, text = macros_in(text)
        macros = {**(macros or {}), **own}
    given = pieces(text)
    if macros:
        given = expand(given, macros)
    return Commands(text, given, lexicon).run()


__all__ = ["Lexicon", "tokens_of"]
