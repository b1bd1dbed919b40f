"""Macros that a homework file defines for its formulas, put in place before anything reads a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from answers.errors import HomeworkContentError
from answers.latex.formula import SHOWN, formula
from answers.latex.markdown import verbatim_pieces
from answers.reading.errors import Unreadable
from answers.reading.macros import Macro, Macros, Piece, expand, pieces

NAME = re.compile(r"\\?([A-Za-z]+)")
ARGUMENT = re.compile(r"#([1-9])")
TAKES_THE_NEXT = frozenset(
    rf"\{name}"
    for name in """frac dfrac tfrac cfrac binom sqrt hat widehat bar tilde widetilde vec dot ddot check breve mathring
    bm boldsymbol mathbf mathrm mathit mathsf mathcal mathbb overline underline overset underset stackrel""".split()
)
"""Commands that take what follows them, which TeX does not look into before."""


def macro_name(written: str) -> str:
    r"""The name of a macro without its backslash: of ``R`` and of ``\R``.

    Raises:
        HomeworkContentError: it is none.
    """
    found = NAME.fullmatch(written)
    if found is None:
        raise HomeworkContentError(f"a macro is named by letters, such as R for \\R, got {written}")
    return found[1]


def macros_of(definitions: Mapping[str, str]) -> dict[str, Macro]:
    """The macros by their commands; each has as many arguments as the number of its last ``#``.

    Raises:
        HomeworkContentError: a name is none, or what a macro stands for has no place in a formula. The error's place
            is the macro.
    """
    written = {name: macro_name(name) for name in definitions}
    found = {rf"\{written[name]}": _macro(body) for name, body in definitions.items()}
    for name, body in definitions.items():
        try:
            formula(_tried(body, found))
        except HomeworkContentError as error:
            raise HomeworkContentError(str(error), (name,)) from error
    return found


def _tried(body: str, macros: Macros) -> str:
    """What a macro stands for with letters as its arguments."""
    return expanded(ARGUMENT.sub("{x}", body), macros)


def _macro(body: str) -> Macro:
    arguments = max((int(number) for number in ARGUMENT.findall(body)), default=0)
    return Macro(tuple(piece[0] for piece in _pieces(" ".join(body.split()))), arguments)


def expanded(latex: str, macros: Macros) -> str:
    """A formula with what its macros stand for.

    Raises:
        HomeworkContentError: a macro lacks an argument, or calls itself.
    """
    if not any(name in latex for name in macros):
        return latex
    given = _pieces(latex)
    try:
        made = expand(_guarded(given, macros), macros)
    except Unreadable as error:
        shown = latex if len(latex) <= SHOWN else f"{latex[: SHOWN - 3]}..."
        raise HomeworkContentError(f"the formula {shown}: {error}") from error
    return _joined(piece[0] for piece in made)


def _pieces(latex: str) -> list[Piece]:
    """The pieces of a formula, in which a percent sign is one."""
    return [piece for part in re.split("(%)", latex) for piece in ([("%", 0, 0)] if part == "%" else pieces(part))]


def _guarded(given: list[Piece], macros: Macros) -> list[Piece]:
    """The pieces with braces around a macro that is the argument of something, for what it stands for is longer."""
    done: list[Piece] = []
    before = ""
    for piece in given:
        text, start, end = piece
        macro = macros.get(text)
        if macro is not None and not macro.arguments and (before in ("^", "_") or before in TAKES_THE_NEXT):
            done += [("{", start, end), piece, ("}", start, end)]
        else:
            done.append(piece)
        before = before if text.isspace() else text
    return done


def _joined(texts: Iterable[str]) -> str:
    """The pieces as a text, in which no command runs into a letter that stood apart from it."""
    made = ""
    for text in texts:
        if text[:1].isalpha() and _ends_in_command(made):
            made += " "
        made += text
    return made


def _ends_in_command(text: str) -> bool:
    found = re.search(r"(\\+)[A-Za-z]+\Z", text[-60:])
    return found is not None and len(found[1]) % 2 == 1


def expanded_in_text(text: str, macros: Macros) -> str:
    """A Markdown text with what the macros in its formulas stand for; code stays as it is written.

    Raises:
        HomeworkContentError: a macro lacks an argument, or calls itself.
    """
    if not any(name in text for name in macros):
        return text
    made, place = "", 0
    for kind, content in verbatim_pieces(text):
        found = _as_written(content).search(text, place)
        if found is None:
            continue
        made += text[place : found.start()]
        made += expanded(found[0], macros) if kind == "formula" else found[0]
        place = found.end()
    return made + text[place:]


def _as_written(content: str) -> re.Pattern[str]:
    """Where a piece stands in the text: its lines may be indented, or quoted, and code has spaces for ends of lines."""
    words = [re.escape(word) for word in content.split()]
    return re.compile(r"[\s>]+".join(words) if words else "(?!)")
