"""What reading one formula keeps in mind: the table, the letters in scope, and the alternatives that parts have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal, NamedTuple

from answers.reading import tree
from answers.reading.errors import Misshapen, Unreadable
from answers.reading.shapes import NONE, Bindings, merge
from answers.reading.spelling import Lookup, lookup
from answers.reading.symbols import Axis, Table

MOST = 24
"""More alternatives than this are not followed."""

LONGEST = 30_000
"""More parts than this are not read: where arguments may end at several places, a text has many readings."""


class Meaning(NamedTuple):
    """One way to read a part: the tree, what it says of unknown lengths, and where it takes the writer kindly."""

    node: tree.Node
    bindings: Bindings = NONE
    kindness: tuple[str, ...] = ()


Kind = Literal["", "inner", "elementwise"]
"""How two vectors side by side may be read: not at all, as their inner product, element by element."""

KIND: tuple[Kind, ...] = ("inner", "elementwise")
"""Those that take the writer kindly, in the order in which they are tried."""


@dataclass(slots=True)
class Letter:
    """An index in scope."""

    text: str
    slot: int
    axis: Axis


@dataclass
class Context:
    """One formula being read."""

    table: Table
    text: str
    kind: Kind = ""
    known: Lookup = field(init=False)
    scopes: list[dict[str, Letter]] = field(default_factory=lambda: [{}])
    slots: int = 0
    unknowns: int = 0
    placing: int = 0
    parts: int = 0
    matched: dict[tuple[str, int], tuple[Any, Any]] = field(default_factory=dict)
    read: Callable[[Any], list[Meaning]] = field(init=False)

    def __post_init__(self) -> None:
        self.known = lookup(self.table)

    @property
    def free(self) -> dict[str, Letter]:
        """The letters that no sum binds, in the order of their appearance."""
        return self.scopes[0]

    def unknown(self) -> str:
        """A length that is still to be found."""
        self.unknowns += 1
        return f"?{self.unknowns}"

    def count(self) -> None:
        """Note that a part is read.

        Raises:
            Unreadable: there were too many.
        """
        self.parts += 1
        if self.parts > LONGEST:
            raise Unreadable("this is too long, or has too many readings", self.text, 0, len(self.text))

    def letter(self, text: str) -> Letter | None:
        """The index of this name in scope."""
        for scope in reversed(self.scopes):
            if text in scope:
                return scope[text]
        return None

    def free_letter(self, text: str, axis: Axis | None = None) -> Letter:
        """A new index that no sum binds."""
        self.slots += 1
        letter = self.free[text] = Letter(text, self.slots - 1, axis or self.unknown())
        return letter

    def bind(self, text: str) -> Letter:
        """A new index in the innermost scope."""
        self.slots += 1
        letter = self.scopes[-1][text] = Letter(text, self.slots - 1, self.unknown())
        return letter

    @contextmanager
    def scope(self) -> Iterator[None]:
        """A scope of bound letters."""
        self.scopes.append({})
        try:
            yield
        finally:
            self.scopes.pop()

    @contextmanager
    def places(self) -> Iterator[None]:
        """Where letters that stand for nothing else are indices."""
        self.placing += 1
        try:
            yield
        finally:
            self.placing -= 1

    def wrong(self, reason: str, start: int, end: int) -> Unreadable:
        """An error at a place."""
        return Unreadable(reason, self.text, start, end)


def one(node: tree.Node) -> list[Meaning]:
    """A part that can be read in one way only."""
    return [Meaning(node)]


def joined(
    parts: Sequence[list[Meaning]], make: Callable[[list[tree.Node], Bindings], Iterable[Meaning]]
) -> list[Meaning]:
    """Every way in which parts make a whole.

    Raises:
        Misshapen: there is none; the reason is that of the last.
    """
    if all(len(part) == 1 for part in parts):
        combinations: Iterable[tuple[Meaning, ...]] = (tuple(part[0] for part in parts),)
    else:
        combinations = product(*parts)
    found: list[Meaning] = []
    error: Misshapen | None = None
    for combination in combinations:
        bindings: Bindings | None = NONE
        kindness: tuple[str, ...] = ()
        for meaning in combination:
            bindings = None if bindings is None else merge(bindings, meaning.bindings)
            kindness += meaning.kindness
        if bindings is None:
            continue
        try:
            made = make([meaning.node for meaning in combination], bindings)
            found += [Meaning(m.node, m.bindings, kindness + m.kindness) if kindness else m for m in made]
        except Misshapen as reason:
            error = reason
        if len(found) > MOST:
            break
    if not found:
        raise error or Misshapen("the lengths of axes contradict each other")
    return found
