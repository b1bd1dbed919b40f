"""What cannot be read, and why: the place, what stands near it, what was expected."""

from __future__ import annotations

NEAR = 18
"""How many characters before and behind a place are shown."""
LONGEST_PLACE = 60
"""How many of the place itself."""


class ReadingError(ValueError):
    """A formula that cannot be read or has no value."""


class Unreadable(ReadingError):
    """A text that is no formula of the grammar and the table; from ``start`` to ``end`` it is not understood."""

    def __init__(self, reason: str, text: str = "", start: int | None = None, end: int | None = None) -> None:
        self.reason = reason
        self.text = text
        self.start = start
        self.end = start if end is None else end
        super().__init__(self._message())

    @property
    def near(self) -> str:
        """The text around the place, which stands between angle marks."""
        if self.start is None or self.end is None:
            return ""
        before = self.text[max(0, self.start - NEAR) : self.start]
        behind = self.text[self.end : self.end + NEAR]
        place = self.text[self.start : self.end]
        if len(place) > LONGEST_PLACE:
            place = f"{place[: LONGEST_PLACE // 2]} ... {place[-LONGEST_PLACE // 2 :]}"
        return f"{before}»{place}«{behind}"

    def placed(self, text: str, start: int, end: int) -> Unreadable:
        """The same with its place, if it has none yet."""
        return self if self.start is not None else type(self)(self.reason, text, start, end)

    def _message(self) -> str:
        if self.start is None:
            return self.reason
        return f"{self.reason} (character {self.start + 1}: {self.near})"


class Misshapen(Unreadable):
    """Shapes that do not fit: a product, a sum or an equation of what cannot be multiplied, added or equal."""


class Ambiguous(Unreadable):
    """A text with two readings that differ in value."""


class OutsideRange(ReadingError):
    """A formula that reads a tensor where it has no elements."""


class NoValue(ReadingError):
    """A formula that reads what the point has no value for, or that says in words that it is undefined."""
