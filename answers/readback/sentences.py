"""Sentences beside the lines of a derivation, taken apart: what each says, with its formulas as they are printed.

A form is how such a sentence is worded. Its formulas stand between dollar signs in LaTeX, on a terminal as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MATHS = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$", re.DOTALL)
"""A formula in a sentence of LaTeX."""

FORMS = {
    "occurs": r"(?P<held>.+?) occurs in (?P<row>.+?)(?: (?P<only>only)| for every (?P<every>.+?))"
    r"(?:, in the determinant beside its cofactor)?(?:, with slope (?P<slope>.+?))?(?:: the contributions add up)?",
    "depends": r"(?P<row>.+?) depends on (?P<held>.+?) alone(?:, with slope (?P<slope>.+?))?",
    "added": r"(?P<held>.+?) is added to (?P<row>.+?) for every (?P<every>.+?)(?:: these signals add up)?",
    "shifts": r"(?P<held>.+?) shifts (?P<row>.+?) one for one(?:: it receives that signal unchanged)?",
    "one_term": r"Only one (?:term of the sum|factor of the product) in (?P<row>.+?) holds (?P<held>.+?)"
    r"(?:: its slope has the others)?",
    "kept": r"(?P<held>.+?) acts through (?P<through>.+?) alone, and (?P<partial>.+?) stays a symbol",
    "kept_full": r"(?P<held>.+?) acts through (?P<through>.+?); (?P<partial>.+?) stays a symbol",
    "reaches": r"(?P<held>.+?) acts on the result through (?P<through>.+?)",
    "acts": r"(?P<held>.+?) acts through (?P<through>.+?)(?:: what comes back on each way adds up)?"
    r"(?:; through (?P<closed>.+?) comes nothing, as that slope is 0)?",
    "reads": r"(?P<row>.+?) reads (?P<held>.+?) in its forward equation",
    "holds": r"(?P<row>.+?) holds (?P<held>.+?) where (?P<where>.+?)(?:: what all of these send back adds up)?",
    "moves": r"A change of (?P<held>.+?) moves every (?P<row>.+?): what all of them send back adds up",
    "repeated": r"(?P<held>.+?) occurs in (?P<row>.+?) more than once",
    "of_function": r"Differentiate the formula of (?P<function>.+?) by the [a-z, ]+? rules?",
    "differentiate": r"Differentiate (?P<row>.+?) by (?P<held>.+?)",
    "insert": r"Insert (?P<partials>[^a-z ].*?)",
    "is_one": r"(?P<sums>.+?) is (?P<number>\d+), as the targets sum to \d+",
    "in_value": r"Write it in the value of (?P<function>.+?) itself, which the forward pass has computed",
    "identity": r"(?P<names>\S+?) is the identity",
    "itself": r"(?P<names>\S+?) with respect to itself",
    "equation_of": r"The forward equation of (?P<names>.+?)",
    "no_path": r"No path (?:of the forward pass )?leads from (?P<from>.+?) to (?P<to>.+?)",
    "upstream": r"Given from upstream: (?P<given>.+?)",
    "at_times": r"Given at every time: (?P<names>.+?), the share of the loss that the outputs of that time have by "
    r"themselves",
    "kink": r"Where an element of (?P<held>.+?) is exactly (?P<place>.+?), the function has a kink and no derivative; "
    r"the convention, PyTorch.s as well, is to take (?P<value>.+?) there",
    "outside": r"(?P<names>.+?) reads as 0 outside its range",
    "lowest": r"(?P<names>.+?) is never the largest outside its range",
    "elements": r"All (?P<shape>.+?) elements of (?P<names>.+?)",
    "element": r"The one element of (?P<names>.+?)",
}
"""How sentences are worded that say something of formulas, by what they say."""

_FORMS = {kind: re.compile(form) for kind, form in FORMS.items()}


@dataclass(frozen=True)
class Statement:
    """What a sentence says, a ``kind`` of ``FORMS``, with its formulas; one of no kind has the ``formulas`` alone."""

    kind: str
    parts: dict[str, str | None]
    formulas: tuple[str, ...] = ()

    def part(self, name: str) -> str:
        """A formula, or a list of them."""
        return self.parts.get(name) or ""


def statements(text: str) -> Iterator[Statement]:
    """What the sentences of a text say, one after the other. Where nothing is told from a formula it is passed over."""
    for sentence in re.split(r"\.\s+", " ".join(text.split()).rstrip(".:")):
        plain = sentence.replace("$", "")
        for kind, form in _FORMS.items():
            if (found := form.fullmatch(plain)) is not None:
                yield Statement(kind, found.groupdict())
                break
        else:
            if formulas := tuple(MATHS.findall(sentence)):
                yield Statement("", {}, formulas)


def listed(text: str) -> list[str]:
    """The formulas of a list with commas, and an *and* before the last."""
    return [part for part in re.split(r", | and ", text) if part]
