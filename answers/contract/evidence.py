"""Evidence: a computation of ours whose result a text quotes, and the numbers of a text, compared with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from answers.contract.item import Claim, Context
from answers.contract.methods import FOUND
from answers.contract.model import Strict
from answers.contract.sides import Named, Side
from answers.errors import HomeworkContentError
from answers.latex.sheet import Block
from derive.errors import nearest
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DOUBLE

NUMBER = re.compile(r"(?P<sign>- ?)?(?:\\frac\{(?P<above>\d+)\}\{(?P<below>\d+)\}|(?P<decimal>\d+(?:\.\d+)?))")
POWER = re.compile(r"\s*(?:\\times|\\cdot)\s*10\^\{(?P<power>-?\d+)\}|[eE](?P<exponent>[-+]?\d+)")
QUOTE = re.compile(r"\{\{([^{}]+)\}\}")
"""A quotation in a text."""


class Comparing(Protocol):
    """Compares the two sides of an equation of a text, of which one is called a derivative."""

    def knows(self, name: Named) -> bool:
        """Whether a name of the text is one of the evidence."""
        ...

    def is_derivative(self, name: Named) -> bool:
        """Whether a name is that of no value but of a derivative: L_w, where L is defined and w is given."""
        ...

    def verdict(self, left: Side, right: Side) -> Comparison:
        """Whether the two sides have one value, here and at places nearby."""
        ...


@dataclass(frozen=True)
class Found:
    """What a computation found: values by name for the text (LaTeX or plain), figures, and claims.

    Of the values those in ``percent`` are shares that are printed in percent, without the sign; ``plain`` ones are
    numbers that are none. ``comparing`` holds equations of the text about its values against derivatives, where it
    knows any.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    claims: tuple[Claim, ...] = ()
    comparing: Comparing | None = None
    percent: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()


class Evidence(Strict):
    """A kind of evidence. Each kind is one module of ``answers.evidence`` that defines one subclass."""

    kind: str

    def find(self, context: Context) -> Found:
        """Do the computation; the same options give the same result."""
        raise TypeError(f"{type(self).__name__} does not say what it finds")


def quoted(text: str, found: Mapping[str, Found]) -> str:
    """The text with ``{{name.value}}`` replaced by the values that were found.

    Raises:
        HomeworkContentError: the text quotes something that no evidence provides.
    """
    values = {f"{name}.{key}": value for name, piece in found.items() for key, value in piece.values.items()}

    def value(match: re.Match[str]) -> str:
        name = match.group(1).strip()
        if name not in values:
            near = nearest(name, values) if values else "there is no evidence beside it"
            raise HomeworkContentError(f"the text quotes {name}, which no evidence provides; {near}")
        return values[name]

    return QUOTE.sub(value, text)


def read_number(text: str) -> tuple[float, float]:
    """The number that a text in LaTeX maths states, and how far it may be off: half a unit of its last digit.

    A fraction and a single digit are exact.

    Raises:
        ValueError: the text is no number.
    """
    found = NUMBER.match(text)
    rest = text[found.end() :] if found else ""
    power = POWER.fullmatch(rest)
    if found is None or (rest and power is None):
        raise ValueError(f"{text!r} is no number that is read back")
    exponent = int(power["power"] or power["exponent"]) if power else 0
    scale = (-1.0 if found["sign"] else 1.0) * 10.0**exponent
    if found["decimal"] is None:
        return scale * int(found["above"]) / int(found["below"]), 0.0
    exact = len(found["decimal"]) == 1 and power is None
    digits = len(found["decimal"].partition(".")[2])
    return scale * float(found["decimal"]), 0.0 if exact else abs(scale) * 0.5 * 10.0**-digits


def quoted_claim(what: str, said: Mapping[str, str], found: Mapping[str, float]) -> Claim:
    """The claim that every number that a text may quote is the one that was ``found``, rounded."""

    def verdict() -> Comparison:
        worst, note = 0.0, ""
        for name, value in found.items():
            try:
                stated, rounding = read_number(said[name])
            except ValueError as reason:
                return Comparison.failed(f"{name}: {reason}", DOUBLE, len(found))
            excess = max(0.0, abs(stated - value) - rounding) / max(abs(value), 1e-300)
            if excess > worst:
                worst, note = excess, f"{name} is quoted as {said[name]}, found was {value:.6g}"
        return Comparison(worst, DOUBLE, len(found), note if worst > DOUBLE else "")

    return Claim(what, what, (FOUND,), verdict)
