"""The mathematics that a user writes, refused unless all that it can do is print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from answers.errors import HomeworkContentError
from answers.latex.commands import (
    BOLD,
    COMMANDS,
    DISPLAYS,
    ENVIRONMENTS,
    REASONS,
    REFERENCES,
    SEVERAL,
    SIGNS,
)
from answers.latex.escape import escape_maths
from answers.latex.tokens import Token, TokenError, tokens

SHOWN = 60
"""So many characters of a formula are shown in a message."""

DEEPEST = 30
"""So many brackets and environments may be open at once."""
MOST_SEVERAL = 4
"""So many commands that set their argument several times may stand inside one another: each multiplies TeX's work."""
MOST_COLUMNS = 99
"""So often may columns of an array be repeated."""

COLUMNS = re.compile(r"\*\s*\{\s*(\d+)\s*\}\s*\{[^{}*]*\}")
"""Columns that are repeated a plain number of times, without a repetition inside."""
PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)%")
"""A percent sign that TeX would begin a comment with."""
BRACKETS = re.compile(r"\s*(?:\[[^\[\]{}]*\]\s*)?(?=\{)")
LABEL = re.compile(r"\s*\*?\s*\{[A-Za-z0-9 :.,/+-]+\}")
NAME = re.compile(r"\s*\{([A-Za-z]+\*?)\}")


class FormulaError(HomeworkContentError):
    """A formula holds what has no place in one, or what it opens does not close."""


def formula(text: str, *, display: bool = False) -> str:
    """The LaTeX of a formula without dollar signs: signs beyond ASCII are commands, a percent sign is one, the rest is
    as it was written.

    With ``display`` it is one environment that stands on lines of its own, such as ``align``; other formulas
    hold none.

    Raises:
        FormulaError: a command or an environment has no place in a formula, or brackets do not pair up.
        UnprintableError: a character is not in the fonts.
    """
    latex = PERCENT.sub(r"\1\%", escape_maths(text).strip())
    reader = _Reader(latex, display)
    try:
        for token in tokens(latex):
            reader.read(token)
        reader.finish()
    except TokenError as error:
        raise FormulaError(f"the formula {_shown(text)}: {error}", excerpt=text) from error
    return latex


def is_display(latex: str) -> bool:
    """Whether a formula begins with an environment that stands on lines of its own."""
    found = re.match(r"\s*\\begin\s*\{([A-Za-z]+\*?)\}", latex)
    return found is not None and found[1] in DISPLAYS


@dataclass
class _Level:
    """What is open: how messages call it, the command whose argument it is, and the command read last in it.

    The command whose argument a group is must be known, since commands that set their argument several times
    (``\\mathchoice`` is behind them) take time that is the product of all that are open around it.
    """

    opener: str
    taker: str = ""
    last: str = ""
    in_option: bool = False

    def takes(self, token: Token) -> None:
        """Keep the command whose arguments may follow."""
        if token.kind == "command" and (token.text in SEVERAL or not self.in_option):
            self.last = token.text
        elif token.text == "[" and self.last in SEVERAL | {"sqrt"}:
            self.in_option = True
            # A root with an index is set as \root ... \of is.
            self.last = "of" if self.last == "sqrt" else self.last
        elif token.text == "]":
            self.in_option = False
        elif not self.in_option:
            self.last = ""


class _Reader:
    """Reads a formula's tokens in their order and keeps what is open."""

    def __init__(self, latex: str, display: bool) -> None:
        self.latex = latex
        self.display = display
        self.levels = [_Level("")]

    @property
    def open(self) -> list[str]:
        """What is open, from the outside in."""
        return [level.opener for level in self.levels[1:]]

    def read(self, token: Token) -> None:
        """Take one token.

        Raises:
            TokenError: it has no place here.
        """
        level = self.levels[-1]
        if token.kind == "character":
            self._character(token.text)
        elif token.text in ("begin", "end"):
            self._environment(token)
        elif token.text in ("left", "right"):
            self._paired(rf"\{token.text}", token.text == "left", r"\left", r"\right")
        elif token.text in ("(", ")"):
            self._paired(rf"\{token.text}", token.text == "(", r"\(", r"\)")
        elif token.text in REFERENCES:
            if LABEL.match(self.latex, token.end) is None:
                raise TokenError(rf"\{token.text} needs a label in braces, of letters, digits and hyphens")
        else:
            _require_command(token.text)
            self._require_light(token)
        # A token that opened a group belongs to the level outside of it, which has kept what it needs; a brace that
        # closes leaves the command in place, whose second argument may follow: \frac{1}{2}.
        if self.levels[-1] is level and token.text != "}":
            level.takes(token)

    def finish(self) -> None:
        """Refuse what is still open.

        Raises:
            TokenError: something is.
        """
        if self.open:
            raise TokenError(f"{self.open[-1]} is not closed")

    def _require_light(self, token: Token) -> None:
        """Refuse a command whose argument would take TeX long, or that it never gets done with.

        Raises:
            TokenError: why.
        """
        if token.text == "boldsymbol" and any(level.taker in BOLD for level in self.levels):
            raise TokenError(r"\boldsymbol stands in what is bold already; leave it out there")
        if token.text == "multicolumn":
            _require_few_columns(_group(self.latex, _group_end(self.latex, token.end)))

    def _character(self, character: str) -> None:
        if character in "{}":
            self._paired(character, character == "{", "{", "}")
        elif character == "$":
            if "{" not in self.open:
                raise TokenError(
                    r"a $ stands inside of the formula; only the words of \text{...} have formulas in them"
                )
            self._paired("$", self.open[-1:] != ["$"], "$", "$")
        elif character == "&":
            if not self.open or not self.open[-1].startswith(r"\begin"):
                where = f"inside of {self.open[-1]}" if self.open else "outside of an environment"
                raise TokenError(
                    rf"a & separates the columns of an environment such as aligned or pmatrix and stands {where}; "
                    r"write \& for the sign"
                )
        elif character == "#":
            raise TokenError(r"a # stands for an argument of a definition; write \# for the sign")

    def _paired(self, said: str, opens: bool, opener: str, closer: str) -> None:
        if opens:
            self._open(opener)
        elif self.open[-1:] == [opener]:
            self.levels.pop()
        elif self.open:
            raise TokenError(f"{said} stands where {self.open[-1]} is not closed")
        else:
            raise TokenError(f"{said} closes nothing: there is no {opener} for this {closer}")

    def _open(self, opener: str) -> None:
        level = self.levels[-1]
        if opener != "{":
            level.last = ""
        self.levels.append(_Level(opener, level.last))
        if len(self.levels) > DEEPEST + 1:
            raise TokenError(f"{opener} stands inside of {DEEPEST} open brackets and environments; no more are read")
        several = [level.taker for level in self.levels if level.taker in SEVERAL]
        if len(several) > MOST_SEVERAL:
            raise TokenError(
                rf"\{several[-1]} stands inside of {MOST_SEVERAL} commands that set what they hold several times: "
                "TeX would take too long"
            )

    def _environment(self, token: Token) -> None:
        named = NAME.match(self.latex, token.end)
        if named is None:
            raise TokenError(rf"\{token.text} needs the name of an environment in braces")
        name = named[1]
        if name in DISPLAYS:
            outermost = not self.open if token.text == "begin" else self.open == [rf"\begin{{{name}}}"]
            if not (self.display and outermost):
                raise TokenError(
                    f"the environment {name} is a formula on lines of its own and stands outside of dollar signs; "
                    f"inside of a formula write {_inner(name)}"
                )
        elif name not in ENVIRONMENTS:
            raise TokenError(f"there is no environment {name} for formulas{_like(name, DISPLAYS | ENVIRONMENTS)}")
        if token.text == "begin":
            _require_few_columns(_group(self.latex, named.end()))
        self._paired(rf"\{token.text}{{{name}}}", token.text == "begin", rf"\begin{{{name}}}", rf"\end{{{name}}}")


def _group_end(latex: str, place: int) -> int:
    """The end of what stands in braces behind ``place``, which brackets may precede; ``place`` if nothing does."""
    begin = BRACKETS.match(latex, place)
    if begin is None:
        return place
    depth = 0
    for end in range(begin.end(), len(latex)):
        depth += (latex[end] == "{") - (latex[end] == "}")
        if depth == 0:
            return end + 1
    return len(latex)


def _group(latex: str, place: int) -> str:
    return latex[place : _group_end(latex, place)]


def _require_few_columns(columns: str) -> None:
    """Refuse columns of an array that are repeated more often than can be read.

    Raises:
        TokenError: what is read.
    """
    for repetition in re.finditer(r"\*", columns):
        plain = COLUMNS.match(columns, repetition.start())
        if plain is None or int(plain[1][:4]) > MOST_COLUMNS:
            raise TokenError(
                f"the columns {_shown(columns)}: they are repeated as *{{3}}{{c}}, a plain number of times up to "
                f"{MOST_COLUMNS}, without a repetition inside"
            )


def _require_command(name: str) -> None:
    """Refuse a command that does not print.

    Raises:
        TokenError: why, and what is near.
    """
    if name in COMMANDS or name in SIGNS:
        return
    if name in REASONS:
        raise TokenError(rf"\{name} has no place in a formula: {REASONS[name]}")
    raise TokenError(rf"there is no command \{name} for formulas{_like(name, COMMANDS, chr(92))}")


def _like(name: str, known: frozenset[str], mark: str = "") -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {mark}{near[0]}?" if near else ""


def _inner(display: str) -> str:
    """What stands inside of a formula in place of an environment on lines of its own."""
    return {"a": "aligned", "f": "aligned", "e": "aligned", "g": "gathered", "m": "gathered"}[display[0]]


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 3]}..."
