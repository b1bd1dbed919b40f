"""Source code as LaTeX, a line at a time, with keywords, names, strings and comments told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Operator, String, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

from answers.latex.escape import escape_typed

STYLES = (
    (Comment, r"\codecomment"),
    (String, r"\codestring"),
    (Keyword, r"\codekeyword"),
    (Operator.Word, r"\codekeyword"),
    (Name.Function, r"\codename"),
    (Name.Class, r"\codename"),
    (Name.Decorator, r"\codename"),
)


@dataclass(frozen=True)
class CodeLine:
    """A line of code: how many columns it is indented by, and the LaTeX of the rest."""

    indent: int
    latex: str


def code_lines(source: str, language: str = "python") -> tuple[CodeLine, ...]:
    """The lines of a program as LaTeX for the house style's ``\\codeline``.

    A language that is not known, or ``text``, is set without colours.

    Raises:
        UnprintableError: the program holds a character that the fonts do not have.
    """
    return tuple(_set(tokens) for tokens in _lines(_tokens(source.expandtabs(4), language)))


def _tokens(source: str, language: str) -> Iterable[tuple[_TokenType, str]]:
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text", stripnl=False, ensurenl=False)
    return lexer.get_tokens(source.rstrip("\n"))


def _lines(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[list[tuple[_TokenType, str]]]:
    """The tokens of each line; a token that spans lines, such as a docstring, is cut at their ends."""
    line: list[tuple[_TokenType, str]] = []
    for kind, text in tokens:
        first, *others = text.split("\n")
        line.append((kind, first))
        for piece in others:
            yield line
            line = [(kind, piece)]
    yield line


def _set(tokens: list[tuple[_TokenType, str]]) -> CodeLine:
    text = "".join(piece for _, piece in tokens)
    indent = len(text) - len(text.lstrip(" "))
    pieces: list[str] = []
    to_skip = indent
    for kind, piece in tokens:
        rest = piece[to_skip:]
        to_skip = max(0, to_skip - len(piece))
        if rest:
            pieces.append(_styled(kind, rest))
    return CodeLine(indent if text.strip() else 0, "".join(pieces))


def _styled(kind: _TokenType, text: str) -> str:
    # A control space is a space that neither joins with its neighbours nor vanishes at a line's start.
    latex = escape_typed(text).replace(" ", r"\ ")
    for style, command in STYLES:
        if is_token_subtype(kind, style):
            return f"{command}{{{latex}}}"
    return latex
