"""What a text calls a derivative: quoted values behind an equation sign with a partial derivative on its left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf

from answers.contract.evidence import Compared, Found, Named
from answers.contract.item import Claim, Verdict
from answers.latex.escape import escape
from derive.expression.symbols import partial_name

QUOTE = r"\{\{\s*(?P<quote>[^{}]+?)\s*\}\}"
RELATION = r"(?:=|\\approx|\\equiv|\\doteq|\\simeq|≈|:=)"
WORD_OF_EQUALITY = r"\b(?:is(?: equal to)?|equals)\b"
OUTSIDE = re.compile(rf"\$\s*(?:{RELATION}|{WORD_OF_EQUALITY})\s*\$|\$?\s+{WORD_OF_EQUALITY}\s+\$?(?=\{{\{{)")
"""A relation in words or signs between two pieces of maths, or before a quoted value."""
CONTINUED = re.compile(rf"\\\\\s*&?\s*(?={RELATION})")
"""Where a chain of equations goes on in a line of its own."""
PLACE = re.compile(r"\.?\s*\|\s*_?\s*(?:\{[^{}]*\}|\w+)")
"""The place at which a derivative is taken, behind a bar."""
BREAK = re.compile(
    r"\$|\n\s*\n|\\\\|[;,]\s|\\quad|\\qquad|\\text\{"
    r"|\\(?:implies|Rightarrow|iff|Leftrightarrow|to)\b|\\(?:begin|end)\{[^{}]*\}"
)
"""Where one chain of equations ends and another begins."""
SPACING = re.compile(r"\\left\.|\\[,;:! ]|\\(?:left|right|displaystyle|limits|bigg?|Bigg?)(?![A-Za-z])|\\\.|&|~")
DRESS = re.compile(r"\\(?:bm|mathbf|boldsymbol|mathrm|mathcal|mathit|mathsf|operatorname|vec|text)\s*\{([^{}]*)\}")
ACCENT = re.compile(r"\\(hat|bar|tilde)\s*\{?\s*(\\?[A-Za-z]+)\s*\}?")
D = r"(?:\\partial|∂|\\mathrm\{d\}|\\operatorname\{d\}|d)"
NAME = r"\\?[A-Za-zΑ-ωℓ]+(?:_hat|_bar|_tilde)?(?:_(?:\{[^{}]*\}|[A-Za-z0-9]))?"
OF = r"(?:\s*\([^()]*\))?"
"""What a function is of, or where a derivative is taken, in brackets."""
FORMS = (
    re.compile(rf"\\[dt]?frac\s*\{{\s*{D}\s*(?P<top>{NAME}){OF}\s*\}}\s*\{{\s*{D}\s*(?P<bottom>{NAME})\s*\}}{OF}"),
    re.compile(rf"\\[dt]?frac\s*\{{\s*{D}\s*\}}\s*\{{\s*{D}\s*(?P<bottom>{NAME})\s*\}}\s*(?P<top>{NAME}){OF}"),
    re.compile(rf"{D}\s*(?P<top>{NAME}){OF}\s*/\s*{D}\s*(?P<bottom>{NAME}){OF}"),
    re.compile(rf"(?:\\nabla|∇|\\partial|∂)\s*_\s*\{{?\s*(?P<bottom>{NAME})\s*\}}?\s*(?P<top>{NAME}){OF}"),
    re.compile(rf"(?P<top>{NAME})\s*(?:'|\^\s*\{{?\s*\\prime\s*\}}?)\s*\((?P<bottom>{NAME})\)"),
)
WORDS = re.compile(r"[\w\s.,:()]*[\s:]|")
"""What may stand before a derivative that is all of a side: nothing, or words."""
ALONE = re.compile(rf"\s*{QUOTE}\s*(?:[.,:)]|\s[A-Za-z]{{2,}}.*)?\s*", re.DOTALL)
"""A side that is a quoted value, a full stop or words behind it."""


@dataclass(frozen=True)
class Called:
    """A quoted value that a text calls the derivative of ``top`` by ``bottom``, or minus that."""

    quote: str
    top: Named
    bottom: Named
    minus: bool = False


def called_derivatives(text: str) -> Iterator[Called]:
    """The quoted values of a text that stand behind an equation sign, a derivative alone on its left."""
    joined = PLACE.sub("", CONTINUED.sub(" ", OUTSIDE.sub(" = ", SPACING.sub(" ", text))))
    start = 0
    for end in (*(found.start() for found in BREAK.finditer(joined)), len(joined)):
        yield from _in_chain(BREAK.sub("", joined[start:end]))
        start = end


def _in_chain(chain: str) -> Iterator[Called]:
    """Those of one chain of equations; the first derivative on it is what the values behind it are called."""
    named: tuple[Named, Named, bool] | None = None
    for side in re.split(RELATION, chain):
        quoted = ALONE.fullmatch(side)
        if quoted is not None and named is not None:
            yield Called(quoted["quote"], *named)
        named = named or _read(_plain(side))


def _plain(side: str) -> str:
    """A side without what only dresses it."""
    shown = SPACING.sub(" ", side)
    for _ in range(3):
        shown = DRESS.sub(lambda match: match.group(1) if match.group(1) != "d" else r"\partial ", shown)
        shown = ACCENT.sub(lambda match: f"{match.group(2)}_{match.group(1)}", shown)
    return re.sub(r"\{\s*(\\?[A-Za-z]+(?:_hat|_bar|_tilde)?)\s*\}(?=\s*_)", r"\1", shown).strip()


def _read(side: str) -> tuple[Named, Named, bool] | None:
    """The numerator and the denominator of a side that is a derivative and nothing else, and whether it has a minus."""
    for form in FORMS:
        found = re.search(rf"(?P<minus>[-−]\s*)?{form.pattern}\s*$", side)
        if found is not None and WORDS.fullmatch(side[: found.start()]):
            return _named(found["top"]), _named(found["bottom"]), found["minus"] is not None
    return None


def _named(text: str) -> Named:
    accented = re.match(r"\\?([A-Za-zΑ-ωℓ]+(?:_hat|_bar|_tilde)?)(?:_\{?([^{}]*)\}?)?$", text)
    if accented is None:
        return Named(text)
    base = {"ell": "l", "ℓ": "l"}.get(accented[1], accented[1])
    return Named(base, (accented[2] or "").strip())


def derivative_claims(text: str, found: Mapping[str, Found]) -> Iterator[Claim]:
    """A claim for each value that a text calls a derivative."""
    for called in called_derivatives(text):
        evidence, _, key = called.quote.partition(".")
        compare = found[evidence].derivatives.get(key) if evidence in found else None
        name = f"{'-' if called.minus else ''}{partial_name(str(called.top), str(called.bottom))}"
        what = f"{called.quote} = {name}"
        shown = rf"\texttt{{{escape(what)}}}"
        yield Claim(what, shown, "the derivative of what is defined", partial(_verdict, called, compare))


def _verdict(called: Called, compare: Compared | None) -> Verdict:
    if compare is not None:
        return compare(called.top, called.bottom, called.minus)
    note = (
        f"the text calls {called.quote} the derivative of {called.top} by {called.bottom}, but only evidence of the "
        f"kind values is compared with derivatives: quote it from there, with {called.top} = ... in its definitions"
    )
    return Verdict(False, 0, inf, 0.0, note)
