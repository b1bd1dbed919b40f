"""Numbers as a text quotes them, read back and compared with those that were found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf

from answers.contract.item import Claim, Verdict

TOLERANCE = 1e-9
NUMBER = re.compile(r"(?P<sign>- ?)?(?:\\frac\{(?P<above>\d+)\}\{(?P<below>\d+)\}|(?P<decimal>\d+(?:\.\d+)?))")
POWER = re.compile(r" \\times 10\^\{(?P<power>-?\d+)\}")


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
    scale = (-1.0 if found["sign"] else 1.0) * 10.0 ** int(power["power"] if power else 0)
    if found["decimal"] is None:
        return scale * int(found["above"]) / int(found["below"]), 0.0
    exact = len(found["decimal"]) == 1 and power is None
    digits = len(found["decimal"].partition(".")[2])
    return scale * float(found["decimal"]), 0.0 if exact else abs(scale) * 0.5 * 10.0**-digits


def quoted_claim(what: str, said: Mapping[str, str], found: Mapping[str, float]) -> Claim:
    """The claim that every number that a text may quote is the one that was ``found``, rounded."""

    def verdict() -> Verdict:
        worst, note = 0.0, ""
        for name, value in found.items():
            try:
                stated, rounding = read_number(said[name])
            except ValueError as reason:
                return Verdict(False, len(found), inf, TOLERANCE, f"{name}: {reason}")
            excess = max(0.0, abs(stated - value) - rounding) / max(abs(value), 1e-300)
            if excess > worst:
                worst, note = excess, f"{name} is quoted as {said[name]}, found was {value:.6g}"
        return Verdict(worst <= TOLERANCE, len(found), worst, TOLERANCE, note if worst > TOLERANCE else "")

    return Claim(what, what, "what was found", verdict)
