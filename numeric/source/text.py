"""Pieces of Python source: how tightly they bind, their sign, and the shape of their arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from sympy import Expr

Shape = tuple[Expr, ...]


class Level(IntEnum):
    """How tightly source binds, the loosest first. A matrix product inside ``*`` is always bracketed."""

    COMPARISON = 0
    SUM = 1
    MATRIX_PRODUCT = 2
    PRODUCT = 3
    POWER = 4
    ATOM = 5


@dataclass(frozen=True)
class Text:
    """Source without its sign, and what a neighbour must know of it.

    ``shape`` is that of the array that the source evaluates to, () for a number. ``whole`` marks an array of
    truth values or integers: a factor as it is, but no term of a sum.
    """

    code: str
    level: Level = Level.ATOM
    shape: Shape = ()
    negative: bool = False
    whole: bool = False

    @property
    def source(self) -> str:
        """The source with its sign."""
        return f"-{self.code}" if self.negative else self.code

    def inside(self, level: Level) -> str:
        """The source with its sign, in brackets if it binds less tightly than ``level``."""
        own = min(self.level, Level.SUM) if self.negative else self.level
        return self.source if own >= level else f"({self.source})"


def broadcast(shapes: Iterable[Shape]) -> Shape:
    """The shape to which arrays of these shapes are broadcast, aligned on the right."""
    result: Shape = ()
    for shape in shapes:
        rank = max(len(result), len(shape))
        padded = [(*[1] * (rank - len(known)), *known) for known in (result, shape)]
        result = tuple(b if a == 1 else a for a, b in zip(*padded, strict=True))
    return result


def real(text: Text) -> Text:
    """The text as an array of real numbers."""
    if not text.whole:
        return text
    code = f"1.0 * {replace(text, negative=False).inside(Level.PRODUCT)}"
    return Text(code, Level.PRODUCT, text.shape, text.negative)


def negated(text: Text) -> Text:
    """The text with the other sign."""
    if text.negative:
        return replace(text, negative=False)
    plain = real(text)
    return Text(plain.inside(Level.PRODUCT), max(plain.level, Level.PRODUCT), plain.shape, negative=True)


def added(terms: Sequence[Text]) -> Text:
    """A sum: terms with a plus sign first, so that ``y_hat - y`` begins with no sign."""
    if len(terms) == 1:
        return terms[0]
    ordered = sorted((real(term) for term in terms), key=lambda term: term.negative)
    first, *others = ordered
    code = first.source if first.negative else first.inside(Level.SUM)
    for term in others:
        sign = "-" if term.negative else "+"
        # Behind a minus sign a sum needs brackets; a product does not.
        code += f" {sign} {replace(term, negative=False).inside(Level.MATRIX_PRODUCT)}"
    return Text(code, Level.SUM, broadcast(term.shape for term in terms))


def multiplied(above: Sequence[Text], below: Sequence[Text] = (), divisor: str = "") -> Text:
    """An elementwise product and quotient, arrays that divide put through the pattern ``divisor``."""
    negative = sum(text.negative for text in (*above, *below)) % 2 == 1
    top = [replace(text, negative=False) for text in above if text.code != "1"]
    shape = broadcast(text.shape for text in (*above, *below))
    if len(top) == 1 and not below and top[0].shape == shape:
        return negated(top[0]) if negative else top[0]
    if negative:
        top.sort(key=lambda text: text.whole)  # truth values take no minus sign
        top[:1] = [real(text) for text in top[:1]]
    code = " * ".join(text.inside(Level.PRODUCT) for text in top) or "1"
    arrays = [replace(text, negative=False) for text in below if text.shape]
    numbers = [replace(text, negative=False) for text in below if not text.shape]
    for group in (arrays, numbers):
        if group:
            under = " * ".join(text.inside(Level.PRODUCT) for text in group)
            whole = group[0].inside(Level.POWER) if len(group) == 1 else f"({under})"
            if divisor and group is arrays:
                whole = divisor.format(group[0].source if len(group) == 1 else under)
            code += f" / {whole}"
    factors = [text for text in above if text.shape]
    return Text(
        code,
        Level.PRODUCT,
        shape,
        negative,
        whole=bool(factors) and not below and all(text.whole for text in factors),
    )


def matrix_product(left: Text, right: Text) -> Text:
    """``left @ right`` by the rules of arrays of one and two axes."""
    left, right = real(left), real(right)
    before = left.source if left.level is Level.MATRIX_PRODUCT and not left.negative else left.inside(Level.POWER)
    code = f"{before} @ {right.inside(Level.POWER)}"
    return Text(code, Level.MATRIX_PRODUCT, left.shape[:-1] + right.shape[1:])


def called(pattern: str, *arguments: Text) -> Text:
    """A call by its pattern, elementwise in its arguments."""
    shape = broadcast(argument.shape for argument in arguments)
    return Text(pattern.format(*(real(argument).source for argument in arguments)), Level.ATOM, shape)


def method(text: Text, call: str, shape: Shape) -> Text:
    """A method or a subscript behind the text: ``.T``, ``.sum(axis=0)``, ``[:, None]``."""
    return Text(text.inside(Level.ATOM) + call, Level.ATOM, shape, whole=text.whole)
