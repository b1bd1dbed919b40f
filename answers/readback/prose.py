"""Prose that quotes numbers, read back from the text that goes to TeX: digits, powers, units, and their metrics."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from answers.contract.evidence import QUOTE, Found, quoted, read_number
from answers.contract.item import Claim
from answers.contract.methods import FOUND
from answers.latex.markdown import markdown
from answers.latex.sheet import Text
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DOUBLE

MARK = 7_310_000_000_000
"""The first of the numbers that stand for quotations where their places in the printed text are looked for."""
PERCENT = re.compile(r"(?:\$|\\,|~|\s|\{|\})*(?:\\?%|per\s?cent)")
ROOT = re.compile(r"root[ -]mean[ -]squared? error|\brmse\b|\\text\{rmse\}", re.IGNORECASE)
SQUARE = re.compile(r"(?<!root )(?<!root-)mean[ -]squared? error|\bmse\b|\\text\{mse\}", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.;:!?](?:\s|$)")


@dataclass(frozen=True)
class Quotation:
    """A value as it is printed: what is quoted, how it stands there, and the text before it and behind it."""

    evidence: str
    key: str
    printed: str
    before: str
    behind: str


Write = Callable[[str], str]
"""What makes LaTeX of a text: of paragraphs, or of one line."""


def quoting(
    text: str, found: Mapping[str, Found], claims: tuple[Claim, ...], write: Write = markdown
) -> tuple[Text, tuple[Claim, ...]]:
    """A text with its quotations, and the ``claims`` about what it quotes, which hold only if it is printed so.

    Raises:
        HomeworkContentError: the text quotes something that no evidence provides.
    """
    block = Text(write(quoted(text, found)))
    if not QUOTE.search(text):
        return block, claims

    def verdict() -> Comparison | None:
        wrong = tuple(misquoted(block.latex, text, found, write))
        return Comparison.failed("; ".join(wrong[:3])) if wrong else None

    if not claims:
        what = "numbers of the text"
        count = len(QUOTE.findall(text))
        return block, (Claim(what, what, (FOUND,), lambda: verdict() or Comparison(0.0, DOUBLE, count)),)
    *others, last = claims
    return block, (*others, replace(last, check=lambda: verdict() or last.check()))


def misquoted(latex: str, text: str, found: Mapping[str, Found], write: Write = markdown) -> Iterator[str]:
    """What of the printed text is not what the evidence says, in words."""
    quotations = list(quotations_in(latex, text, write))
    if len(quotations) != len(QUOTE.findall(text)):
        yield "the text that is printed is not the one that was written"
    for one in quotations:
        name, piece = f"{one.evidence}.{one.key}", found[one.evidence]
        value = piece.values[one.key]
        if not _says_same(one.printed, value):
            yield f"{name} is printed as {one.printed}, found was {value}"
        has_unit = PERCENT.match(one.behind) is not None
        if one.key in piece.percent and not has_unit:
            yield f"{name} is in percent, and the text prints {one.printed} without the sign"
        if has_unit and one.key in piece.plain:
            yield f"{name} is no share, and the text prints {one.printed} in percent"
        metric = one.key.rpartition("_")[2].rpartition(".")[2]
        beside = one.before.lower()
        says_root, says_square = ROOT.search(beside) is not None, SQUARE.search(beside) is not None
        if (metric == "rmse" and says_square and not says_root) or (metric == "mse" and says_root and not says_square):
            other = "the mean squared error" if metric == "rmse" else "the root mean squared error"
            yield f"{name} stands beside what is called {other}"


def quotations_in(latex: str, text: str, write: Write = markdown) -> Iterator[Quotation]:
    """The quotations of a text, found in what is printed of it by printing it with marks in their places once more."""
    names = [match[1].strip().partition(".") for match in QUOTE.finditer(text)]
    numbers = iter(range(MARK, MARK + len(names)))
    marked = write(QUOTE.sub(lambda _: str(next(numbers)), text))
    pieces = re.split("|".join(str(MARK + place) for place in range(len(names))), marked)
    aligned = re.fullmatch("(.*?)".join(map(re.escape, pieces)), latex, re.DOTALL)
    if aligned is None:
        return
    for place, (evidence, _, key) in enumerate(names, start=1):
        start, end = aligned.span(place)
        before = SENTENCE_END.split(latex[aligned.end(place - 1) if place > 1 else 0 : start])[-1]
        yield Quotation(evidence, key, aligned[place], before, latex[end:])


def _says_same(printed: str, value: str) -> bool:
    """Whether a number is printed with its value and its digits; what is no number, letter by letter."""
    try:
        stated = read_number(value)
    except ValueError:
        return _letters(printed) == _letters(value)
    try:
        return read_number(printed) == stated
    except ValueError:
        return False


def _letters(text: str) -> str:
    return re.sub(r"\\[a-z]+|[^A-Za-z0-9]", "", text)
