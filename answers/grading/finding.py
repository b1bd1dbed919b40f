"""Which formula of a hand-in answers which question: by markers, headings, rows of tables, and left sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from answers.grading.paper import Asked, Paper
from answers.handins.formulas import Formula
from answers.marking.setting import Setting, settings
from answers.reading import ReadingError, syntax
from answers.reading.macros import Macros
from answers.reading.reading import understood
from answers.reading.tree import Read, Transpose
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.remembering import TRIALS, with_forward

NAME = re.compile(
    r"\s*(?:\\(?:bm|mathbf|boldsymbol|vec|mathrm)\s*\{?\s*)?(?:\\[A-Za-z]+|[A-Za-z])\}?"
    r"(?:\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?[A-Za-z0-9]+)|'|\}){0,3}\s*"
)
MOST_DEFINITIONS = 60
"""The last ones count, if there are more."""
EMPTY = re.compile(r"[\s&{}~.?_]|\\[,;:! ]|\\\\|\\(?:ldots|dots|cdots|q?quad|bm|boldsymbol)\b")
HEADED = re.compile(
    r"(?:question|problem|exercise|part|task|section|answer)?\s*"
    r"(?P<number>\d+(?:\.\d+)*)?[\s.:]*\(?(?P<letter>[a-z])?(?:\)|\.|:|\s|-|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """A formula that answers something, with what the writer defined before it."""

    asked: Asked
    formula: Formula
    given: tuple[tuple[str, str], ...] = ()


@dataclass
class Finder:
    """Walks through the formulas of a hand-in and keeps the last answer to every question."""

    paper: Paper
    macros: Macros
    found: dict[tuple[str, str], Found] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    left: list[Formula] = field(default_factory=list)
    names: dict[tuple[Forward, str, bool], str] = field(default_factory=dict)
    equalities: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def take(self, formulas: Sequence[Formula]) -> None:
        """Give every formula to the question that it answers; definitions are kept, the rest is ``left``."""
        for formula in formulas:
            if not self._right_side(formula.latex):
                continue
            asked = self._asked(formula)
            if asked is not None:
                self.found[asked.part, asked.name] = Found(asked, formula, needed(self.given, formula.latex))
            elif not self._define(formula) and formula.displayed:
                self.left.append(formula)

    def _asked(self, formula: Formula) -> Asked | None:
        part = self._part(formula)
        options = self.paper.of(part) if part else self.paper.asked
        marked = [one for one in options if formula.quantity and one.name == formula.quantity]
        named = list(self._named(formula, options))
        if marked:
            fits = not named or marked[0] in named or not self._has_left_side(formula)
            return marked[0] if fits and not (self._is_definition(formula) and not named) else None
        if len(named) == 1:
            return named[0]
        if named and not part:
            return None
        if named:
            return next((one for one in named if (one.part, one.name) not in self.found), named[0])
        if part and len(options) == 1 and formula.displayed and not self._has_left_side(formula):
            return options[0]
        return None

    def _part(self, formula: Formula) -> str:
        """The part that a formula stands in: a marker says it, or else the headings above."""
        if formula.part in self.paper.parts:
            return formula.part
        question = ""
        part = ""
        for heading in formula.headings:
            number, letter = _numbered(heading)
            own = _among(f"{number}{letter}", self.paper.parts) or _among(f"{number}.{letter}", self.paper.parts)
            if own:
                part, question = own, number
            elif number and not letter:
                question, part = number, ""
            elif letter and question:
                part = _among(f"{question}{letter}", self.paper.parts) or _among(
                    f"{question}.{letter}", self.paper.parts
                ) or part  # fmt: skip
            elif letter:
                ends = [name for name in self.paper.parts if name.lower().endswith(letter) and len(name) > 1]
                part = ends[0] if len(ends) == 1 else ""
        return part

    def _named(self, formula: Formula, options: Sequence[Asked]) -> Iterator[Asked]:
        """The questions whose quantity stands on the left side, or in the first cell of the row of a table."""
        for asked in options:
            for text in (formula.latex, formula.row):
                if text and self._name(asked, text, whole=text is formula.row) == asked.derivation.quantity.name:
                    yield asked
                    break

    def _name(self, asked: Asked, text: str, *, whole: bool) -> str:
        key = asked.derivation.forward, text, whole
        if key not in self.names:
            self.names[key] = name_of(self._setting(asked), text, self.macros, whole=whole)
        name = self.names[key]
        quantity = asked.derivation.quantity.name
        partial = partial_named(quantity)
        if whole and partial is not None and partial.top == "l" and name == partial.bottom:
            return quantity
        return name

    def _has_left_side(self, formula: Formula) -> bool:
        return bool(re.search("[A-Za-z]", self._parted(formula.latex)[0]))

    def _is_definition(self, formula: Formula) -> bool:
        return bool(NAME.fullmatch(self._parted(formula.latex)[0]))

    def _parted(self, latex: str) -> tuple[str, str]:
        """What stands in front of the first sign of equality, and behind it; nothing in front where there is none."""
        start, end = next(iter(self._equalities(latex)), (0, 0))
        return latex[:start].replace("&", "").strip(), latex[end:].lstrip("=& ")

    def _equalities(self, latex: str) -> list[tuple[int, int]]:
        """Where signs of equality stand between the sides of a formula, not in the limits of a sum or in brackets."""
        if latex not in self.equalities:
            first = next(iter(self.paper.asked), None)
            setting = None if first is None else self._setting(first)
            self.equalities[latex] = equalities_in(setting, latex, self.macros)
        return self.equalities[latex]

    def _setting(self, asked: Asked) -> Setting:
        derivation = asked.derivation
        return _setting(derivation.forward, derivation.index_base, tuple(self.paper.marking.symbols.items()))

    def _define(self, formula: Formula) -> bool:
        """Keep what the writer calls by a name of their own."""
        if not self._is_definition(formula):
            return False
        left, right = self._parted(formula.latex)
        if any(self._name(asked, left, whole=True) for asked in self.paper.asked):
            return True  # z_1 = ... is what it is, whatever the writer says of it
        self.given[left] = right.replace("&", " ").strip().rstrip(".,;")
        return True

    def _right_side(self, latex: str) -> str:
        """What stands behind the last sign of equality, without what only makes room."""
        _, end = next(reversed(self._equalities(latex)), (0, 0))
        return EMPTY.sub("", latex[end:].lstrip(" &="))


LETTERS = re.compile(r"\\[A-Za-z]+|[^\W\d_]")
PLAIN = re.compile(r"\\(?:bm|mathbf|boldsymbol|vec|mathrm|mathbb|bf|rm)(?![A-Za-z])|[\s{}]")


def needed(given: Mapping[str, str], latex: str) -> tuple[tuple[str, str], ...]:
    """Those of the definitions that a formula may be written with, and those that these are, in order."""
    used = set(LETTERS.findall(PLAIN.sub("", latex)))
    kept = []
    for name, formula in reversed(list(given.items())):
        base = set(LETTERS.findall(re.split(r"[_^]", PLAIN.sub("", name))[0]))
        if base and base <= used:
            kept.append((name, formula))
            used.update(LETTERS.findall(PLAIN.sub("", formula)))
    return tuple(reversed(kept[:MOST_DEFINITIONS]))


def name_of(setting: Setting, text: str, macros: Macros, *, whole: bool = False) -> str:
    """The tensor or partial that the left side of an equation is, or the ``whole`` text; empty for anything else."""
    try:
        written = setting.syntax(text, macros)
        if len(written.sides) < 2 and not whole:
            return ""
        node = understood(syntax.Relation(written.sides[:1], []), text, setting.table).last.node
    except (ReadingError, RecursionError):
        return "" if whole else _left_alone(setting, text, macros)
    while isinstance(node, Transpose):
        node = node.inside
    return node.name if isinstance(node, Read) else ""


def _left_alone(setting: Setting, text: str, macros: Macros) -> str:
    """The same where the rest of the equation cannot be read."""
    found = equalities_in(setting, text, macros)
    return name_of(setting, text[: found[0][0]].replace("&", " "), macros, whole=True) if found else ""


def equalities_in(setting: Setting | None, text: str, macros: Macros) -> list[tuple[int, int]]:
    """Where signs of equality stand between sides: by the syntax; by brackets alone in what is no formula."""
    if setting is not None:
        try:
            written = setting.syntax(text, macros)
        except (ReadingError, RecursionError):
            return list(_outside_of_brackets(text))
        return [(sign.start_pos or 0, sign.end_pos or 0) for sign in written.signs if sign == "="]
    return list(_outside_of_brackets(text))


def _outside_of_brackets(text: str) -> Iterator[tuple[int, int]]:
    depth = 0
    for found in re.finditer(r"\\?[{}]|\\.|:?=|[][()]", text):
        if found[0][-1] == "=" and depth == 0:
            yield found.span()
        depth = max(0, depth + (found[0][-1] in "([{") - (found[0][-1] in ")]}"))


@with_forward(TRIALS)
def _setting(model: Forward, base: int, symbols: tuple[tuple[str, str | int], ...]) -> Setting:
    return settings(model, base, known_symbols(model, dict(symbols)), (), ["numerator"])[0]


def known_symbols(model: Forward, symbols: Mapping[str, str | int]) -> dict[str, str | int]:
    """Those of the homework's further spellings that stand for something in this definition."""
    found: dict[str, str | int] = {}
    for spelling, target in symbols.items():
        try:
            settings(model, 1, {spelling: target}, (), ["numerator"])
        except ValueError:
            continue
        found[spelling] = target
    return found


def _numbered(heading: str) -> tuple[str, str]:
    """The number and the letter with which a heading begins, 1.1 and c of ``1.1 (c) Gradients``."""
    plain = re.sub(r"\\[A-Za-z]+\*?|[{}$*_#]", " ", heading).strip()
    found = HEADED.match(plain.lstrip("(").strip()) or HEADED.match(plain)
    if found is None:
        return "", ""
    return found["number"] or "", (found["letter"] or "").lower()


def _among(name: str, parts: Sequence[str]) -> str:
    """The part of that name; capitals count only where two parts differ in nothing else."""
    if not name.strip("."):
        return ""
    return next((part for part in parts if part.lower() == name.lower()), "")
