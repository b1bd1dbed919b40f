"""The tokens of a formula: macros are expanded, fonts, spacing and needless braces gone, words told from letters."""

from __future__ import annotations

from lark import Token

from answers.reading.characters import Lexicon
from answers.reading.commands import Commands
from answers.reading.macros import Macros, Piece, expand, macros_in, pieces


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
    if "$" in text:
        given = opened(given)
    return Commands(text, given, lexicon).run()


WORDS = frozenset([r"\text", r"\mbox", r"\textrm", r"\textnormal", r"\hbox", r"\textit"])


def opened(given: list[Piece]) -> list[Piece]:
    r"""The pieces with mathematics taken out of words: ``\text{if $i = j$ and}`` as ``\text{if} i = j \text{and}``."""
    done: list[Piece] = []
    at = 0
    while at < len(given):
        first = next((n for n in range(at + 1, len(given)) if not given[n][0].isspace()), at)
        if given[at][0] not in WORDS or given[first][0] != "{":
            done.append(given[at])
            at += 1
            continue
        end = _end(given, first)
        done += _segments(given[at], given[first + 1 : end])
        at = end + 1
    return done


def _end(given: list[Piece], start: int) -> int:
    depth = 0
    for at in range(start, len(given)):
        depth += (given[at][0] == "{") - (given[at][0] == "}")
        if depth == 0:
            return at
    return len(given)


def _segments(command: Piece, inside: list[Piece]) -> list[Piece]:
    """Words and mathematics in turn, the words each in the command of their own."""
    found: list[Piece] = []
    words: list[Piece] = []
    formula = False

    def close() -> None:
        if any(not piece[0].isspace() for piece in words):
            start, end = words[0][1], words[-1][2]
            found.extend([command, ("{", start, start), *words, ("}", end, end)])
        words.clear()

    for piece in inside:
        if piece[0] in ("$", r"\(", r"\)"):
            close()
            formula = not formula
        elif formula:
            found.append(piece)
        else:
            words.append(piece)
    close()
    return found


__all__ = ["Lexicon", "tokens_of"]
