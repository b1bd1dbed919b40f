"""What a text says that its signs mean, read back and compared with what the reader takes them for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from answers.latex.sheet import Legend
from answers.readback.printed import Printed
from answers.readback.reader import TOLERANCE, Reader
from answers.reading import ReadingError, tree
from answers.reading.legends import legend
from answers.reading.walks import walk
from derive.derivation import Derivation
from numeric.checks.comparison import Comparison

SYMBOL = r"(?:\$[^$]+\$|\b\w\b)"
ZERO = re.compile(rf"({SYMBOL}(?: and {SYMBOL})*),? (?:which )?counts? as 0 outside")
"""What says which maps count as 0 where they have no places."""


@dataclass(frozen=True)
class Said:
    """What a text says of its signs: what holds for all of them, and an equation for each."""

    convention: str
    equations: tuple[str, ...]

    @classmethod
    def of(cls, block: Legend) -> Said:
        """What a block of a sheet says."""
        return cls(block.latex, tuple(formula for formula, _ in block.entries))

    @classmethod
    def on_terminal(cls, text: str) -> Said:
        """What ``gradsheet derive`` says, in LaTeX or Unicode."""
        convention, *lines = text.splitlines()
        return cls(convention, tuple(re.split(r"\s{2,}", line.strip())[0] for line in lines))

    @property
    def zero(self) -> frozenset[str]:
        """The maps of which it says that they count as 0 outside."""
        found = ZERO.search(self.convention)
        return frozenset() if found is None else frozenset(re.findall(r"\w", found[1].replace(" and ", " ")))


def signs_in(derivation: Derivation, printed: Iterable[Printed]) -> frozenset[str]:
    """The signs for maps in what is printed of a derivation, by the names of what they do.

    Raises:
        ReadingError: it cannot be read.
    """
    reader = Reader(derivation)
    formulas = (one for one in printed if not one.said)
    nodes = (node for one in formulas for side in reader.read(one).sides for node in walk(side.node))
    return frozenset(node.kind for node in nodes if isinstance(node, tree.Windows | tree.Spread))


def signs_mean(said: Said, shown: Sequence[tuple[Derivation, Sequence[Printed]]]) -> Comparison:
    """Whether every sign in what is ``shown`` is said to mean what the reader takes it for, and no other sign is."""
    wrong: list[str] = []
    known: list[str] = []
    base = shown[0][0].index_base
    for equation in said.equations:
        try:
            found = legend(equation, base, outside=said.zero)
        except ReadingError as reason:
            wrong.append(f"{equation}: printed, but not read: {reason}")
            continue
        known.append(found.operation)
        if not found.agrees:
            wrong.append(f"{equation}: {found.reason}")
    try:
        used = frozenset().union(*(signs_in(derivation, printed) for derivation, printed in shown))
    except ReadingError as reason:
        return Comparison.failed(f"printed, but not read: {reason}")
    wrong += [f"nothing says what {sign} is" for sign in sorted(used.difference(known))]
    wrong += [f"{sign} is explained, and nothing has it" for sign in sorted(set(known) - used)]
    wrong += [f"{sign} is explained twice" for sign in sorted(set(known)) if known.count(sign) > 1]
    return Comparison(float(bool(wrong)), TOLERANCE, len(said.equations), "; ".join(wrong))
