"""What a text calls a derivative: equations with a derivative on one side and quoted values on another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from answers.contract.evidence import Comparing, Found
from answers.contract.item import Claim
from answers.contract.methods import Method
from answers.contract.sides import NAME, Derivative, Leaf, Named, Quoted, Side, named, read_side
from answers.latex.escape import escape
from numeric.checks.comparison import Comparison

QUOTE = r"\{\{\s*(?P<quote>[^{}]+?)\s*\}\}"
RELATION = r"(?:=|\\approx|\\equiv|\\doteq|\\simeq|≈|:=)"
WORD_OF_EQUALITY = r"\b(?:is(?: equal to)?|equals)\b"
OUTSIDE = re.compile(rf"\$\s*(?:{RELATION}|{WORD_OF_EQUALITY})\s*\$|\$?\s+{WORD_OF_EQUALITY}\s+\$?(?=[-−]?\s*\{{\{{)")
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

D = r"(?:\\partial|∂|\\mathrm\{d\}|\\operatorname\{d\}|(?<![A-Za-z\\])d)"
POWER = r"\s*\^\s*\{?\s*(\d)\s*\}?"
OF = r"(?:\s*\([^()]*\))?"
"""What a function is of, or where a derivative is taken, in brackets."""
BELOW = rf"{D}\s*{NAME}(?:{POWER})?(?:\s*{D}\s*{NAME}(?:{POWER})?)*"
FORMS = (
    re.compile(
        rf"\\[dt]?frac\s*\{{\s*{D}(?:{POWER})?\s*(?P<top>{NAME}){OF}\s*\}}\s*\{{\s*(?P<below>{BELOW})\s*\}}{OF}"
    ),
    re.compile(rf"\\[dt]?frac\s*\{{\s*{D}(?:{POWER})?\s*\}}\s*\{{\s*(?P<below>{BELOW})\s*\}}\s*(?P<top>{NAME}){OF}"),
    re.compile(rf"{D}(?:{POWER})?\s*(?P<top>{NAME}){OF}\s*/\s*\(?(?P<below>{BELOW})\)?{OF}"),
    re.compile(
        rf"(?:\\nabla|∇|\\partial|∂)(?:{POWER})?\s*_\s*\{{?\s*(?P<bottom>{NAME})\s*\}}?(?:{POWER})?\s*(?P<top>{NAME}){OF}"
    ),
    re.compile(rf"(?:\\nabla|∇)\s*(?P<top>{NAME})(?:\s*\(\s*(?P<bottom>{NAME})\s*\))?"),
    re.compile(rf"(?P<top>{NAME})\s*(?P<primes>'+|\^\s*\{{?(?:\s*\\prime)+\s*\}}?)\s*\((?P<bottom>{NAME})\)"),
)
"""How derivatives are written."""
IN_WORDS = re.compile(
    r"\b(?:gradient|derivative)"
    r"(?:\s+of\s+\$(?P<top>[^$]+)\$(?:,?\s+(?:with\s+respect\s+to|w\.?\s?r\.?\s?t\.?|by|in)\s+\$(?P<bottom>[^$]+)\$)?)?"
    rf"\s*(?:{WORD_OF_EQUALITY}|[=:])\s*\$?\s*(?P<minus>[-−]\s*)?{QUOTE}\s*(?![-+*/^\\\s]*(?:\w+\s+)?(?:\\|[-+*/^]|times\b))"
)
"""A derivative in words, and the value that it is said to have."""
LEADING = re.compile(r"^(?:[^\W\d_]{2,}[\s,:]+)+")
TRAILING = re.compile(r"[.,:)]?(?:\s+[^\W\d_]{2,}.*|[.,:)])?$", re.DOTALL)
"""Words and stops before and behind a side."""


@dataclass(frozen=True)
class Equation:
    """A side of a text that holds a derivative, or is one, and a side with quoted values that is equal to it."""

    left: Side
    right: Side


Knowing = Callable[[str], Comparing | None]
"""What compares the values of evidence of a name, if that evidence compares any."""


def equations_in(text: str, comparing: Knowing) -> Iterator[Equation]:
    """The equations of a text that say what a derivative is."""
    for found in IN_WORDS.finditer(text):
        top, bottom = (named(_plain(found[group])) if found[group] else None for group in ("top", "bottom"))
        quote = Quoted(found["quote"])
        known = comparing(quote.evidence)
        if known is not None and (top is None or known.knows(top)):
            derivative = Derivative(top, (bottom,) if bottom else ())
            yield Equation(Side.of(derivative), Side.of(quote, minus=found["minus"] is not None))
    joined = PLACE.sub("", CONTINUED.sub(" ", OUTSIDE.sub(" = ", SPACING.sub(" ", text))))
    start = 0
    for end in (*(found.start() for found in BREAK.finditer(joined)), len(joined)):
        yield from _in_chain(BREAK.sub("", joined[start:end]), comparing)
        start = end


def _in_chain(chain: str, comparing: Knowing) -> Iterator[Equation]:
    """Those of one chain of equations: its first side with a derivative, and every one of quoted values."""
    if "{{" not in chain:
        return
    evidence = {Quoted(found["quote"]).evidence for found in re.finditer(QUOTE, chain)}
    known = comparing(evidence.pop()) if len(evidence) == 1 else None
    texts = re.split(RELATION, chain)
    if len(texts) < 2:
        return
    sides = [side for text in texts if (side := _read(text, known)) is not None]
    held = [side for side in sides if _holds_derivative(side, known)]
    yield from (Equation(held[0], side) for side in sides if held and side.quotes and side not in held)


def _holds_derivative(side: Side, known: Comparing | None) -> bool:
    return bool(side.derivatives) or (known is not None and any(map(known.is_derivative, side.names)))


def _read(text: str, known: Comparing | None) -> Side | None:
    """A side as arithmetic of what the evidence knows, words around it left out; None if it is none."""
    leaves: dict[str, Leaf] = {}

    def mark(leaf: Leaf | None, written: str) -> str:
        if leaf is None:
            return written
        leaves[f"⟦{len(leaves)}⟧"] = leaf
        return f"⟦{len(leaves) - 1}⟧"

    plain = re.sub(QUOTE, lambda found: mark(Quoted(found["quote"]), found[0]), text)
    plain = _plain(plain)
    for form in FORMS:
        plain = form.sub(lambda found: mark(_derivative(found), found[0]), plain)
    if not leaves and known is None:
        return None
    without = LEADING.sub("", plain.strip())
    for shown in (plain, without, TRAILING.sub("", plain), TRAILING.sub("", without)):
        side = read_side(shown, leaves)
        if side is not None and all(known is not None and known.knows(name) for name in side.names):
            return side
    return None


def _plain(side: str) -> str:
    """A side without what only dresses it."""
    shown = SPACING.sub(" ", side)
    for _ in range(3):
        shown = DRESS.sub(lambda match: match.group(1) if match.group(1) != "d" else r"\partial ", shown)
        shown = ACCENT.sub(lambda match: f"{match.group(2)}_{match.group(1)}", shown)
    return re.sub(r"\{\s*(\\?[A-Za-z]+(?:_hat|_bar|_tilde)?)\s*\}(?=\s*_)", r"\1", shown).strip()


def _derivative(found: re.Match[str]) -> Derivative | None:
    """The derivative that a form has; None where its orders above and below differ."""
    groups = found.groupdict()
    top = named(found["top"])
    orders = [int(order) for order in found.groups() if order is not None and order.isdigit()]
    if groups.get("below") is not None:
        bottoms = tuple(_bottoms(found["below"]))
        order = int(orders[0]) if re.match(rf"(?:\\[dt]?frac\s*\{{\s*)?{D}{POWER}", found[0]) else 1
        return Derivative(top, bottoms) if len(bottoms) == order else None
    if groups.get("bottom") is None:
        return Derivative(top)
    primes = groups.get("primes") or ""
    order = max(primes.count("'") + primes.count("prime"), *orders, 1)
    return Derivative(top, (named(found["bottom"]),) * order)


def _bottoms(below: str) -> Iterator[Named]:
    """What a derivative is by, as its denominator has it: ``\\partial w^2 \\partial b`` is by w, w and b."""
    for part in re.finditer(rf"(?:{D}|d)\s*({NAME})(?:{POWER})?", below):
        yield from (named(part[1]),) * int(part[2] or 1)


def derivative_claims(text: str, found: Mapping[str, Found]) -> Iterator[Claim]:
    """A claim for each equation of a text that says what a derivative is."""

    def comparing(name: str) -> Comparing | None:
        return found[name].comparing if name in found else None

    for equation in equations_in(text, comparing):
        what = f"{equation.right.text} = {equation.left.text}"
        known = comparing(equation.right.quotes[0].evidence)
        yield Claim(
            what,
            rf"\texttt{{{escape(what)}}}",
            (Method("the derivative of what is defined"),),
            _checking(equation, known),
        )


def _checking(equation: Equation, known: Comparing | None) -> Callable[[], Comparison]:
    def verdict() -> Comparison:
        if known is not None:
            return known.verdict(equation.left, equation.right)
        (derivative, *_) = equation.left.derivatives
        note = (
            f"the text calls {equation.right.text} {_told(derivative)}, but only evidence of the kind values is "
            f"compared with derivatives: quote it from there, with {derivative.top} = ... in its definitions"
        )
        return Comparison.failed(note)

    return verdict


def _told(derivative: Derivative) -> str:
    by = " and ".join(map(str, derivative.bottoms))
    return f"the derivative of {derivative.top}{f' by {by}' if by else ''}"
