"""Legends are equations: what a text says that ⋆, ∗, pad, crop, dilate, rot180 and stride mean, checked by ``windows``.

Such an equation has an element of what the sign makes on its left, ``(a ⋆ b)_x`` or ``pad_p(a)_x``, and on its right
what that element is, where a and b count as 0 outside. Elements that the left side does not reach must be 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy

from answers.reading import tree
from answers.reading.errors import NoValue, Unreadable
from answers.reading.evaluate import Evaluator
from answers.reading.grid import SMALL
from answers.reading.macros import Macros
from answers.reading.point import Point
from answers.reading.reading import Reading, read
from answers.reading.symbols import Size, Table, Tensor

Array = Any
MAPS = ("a", "b")
LENGTHS = (("n", "N", "H", "L"), ("m", "M", "W"), ("D", "R"))
"""The letters for the lengths of the first map, axis by axis."""
NUMBERS = ("p", "s", "d", "k")
"""The letters for the numbers below a sign."""
SAMPLES: tuple[Mapping[str, int], ...] = ({"p": 1, "s": 2, "d": 3, "k": 2}, {"p": 2, "s": 3, "d": 2, "k": 1})
LONG, SHORT = (7, 6, 5), (3, 4, 2)


@dataclass(frozen=True)
class Legend:
    """What an equation says of a sign: ``operation`` is its name here; ``reason`` is empty if the equation is right."""

    operation: str
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the equation says what the reader takes the sign for."""
        return not self.reason


def legend(text: str, base: int = 0, macros: Macros | None = None, outside: frozenset[str] = frozenset(MAPS)) -> Legend:
    """What an equation says of a sign for maps over space, and whether that is what the reader takes it for.

    The maps in ``outside`` count as 0 there; others must not be read there.

    Raises:
        Unreadable: the text is no equation that defines such a sign.
    """
    error: Unreadable | None = None
    for rank in (1, 2, 3):
        table = _table(rank, base, outside)
        try:
            reading = read(text, table, macros)
            return _compared(reading, table, rank)
        except Unreadable as reason:
            error = error or reason
    assert error is not None
    raise error


def _table(rank: int, base: int, outside: frozenset[str]) -> Table:
    maps = [
        Tensor(name, (name,), tuple(f"{name}{axis}" for axis in range(rank)), outside=name in outside) for name in MAPS
    ]
    lengths = [Size(f"a{axis}", LENGTHS[axis]) for axis in range(rank)]
    numbers = [Size(name, (name,)) for name in NUMBERS]
    return Table((*maps, *lengths, *numbers), (), base, convolutions=True)


def _compared(reading: Reading, table: Table, rank: int) -> Legend:
    if len(reading.sides) != 2:
        raise Unreadable("an equation with two sides was expected", reading.text, 0, len(reading.text))
    left = reading.sides[0].node
    if not isinstance(left, tree.Pick) or not isinstance(left.inside, tree.Windows | tree.Spread):
        raise Unreadable("an element of what a sign makes was expected on the left", reading.text, 0, len(reading.text))
    if len(left.subscripts) != rank:
        raise Unreadable(
            f"{len(left.subscripts)} subscripts where there are {rank} axes", reading.text, 0, len(reading.text)
        )
    for number, values in enumerate(SAMPLES):
        try:
            reason = _difference(reading, left, _point(table, rank, values, number))
        except NoValue as error:
            reason = f"the equation has no value: {error}"
        if reason:
            return Legend(left.inside.kind, reason)
    return Legend(left.inside.kind)


def _point(table: Table, rank: int, values: Mapping[str, int], seed: int) -> Point:
    generator = numpy.random.default_rng(seed)
    sizes = dict(values)
    arrays = {}
    for name, lengths in zip(MAPS, (LONG, SHORT), strict=True):
        shape = tuple(length + seed for length in lengths[:rank])
        arrays[name] = generator.uniform(0.5, 1.5, shape)
        sizes |= {f"{name}{axis}": length for axis, length in enumerate(shape)}
    return Point(table, arrays, sizes)


def _difference(reading: Reading, left: tree.Pick, point: Point) -> str:
    """Where the two sides differ, in words; empty if they do not."""
    made = _alone(left.inside, point)
    letters = reading.sides[0].letters
    count = max(made.shape)
    ranges: dict[str, Any] = dict.fromkeys(letters, count)
    right = reading.sides[1].value(point, letters, ranges)
    places = _places(reading, left.subscripts, point, letters, count)
    reached = numpy.zeros(made.shape, bool)
    for at in product(range(count), repeat=len(letters)):
        place = tuple(part[at] - point.table.base for part in places)
        whole = tuple(round(float(part)) for part in place)
        inside = all(0 <= n < size for n, size in zip(whole, made.shape, strict=True))
        if not inside or any(abs(part - n) > SMALL for part, n in zip(place, whole, strict=True)):
            continue
        reached[whole] = True
        if abs(right[at] - made[whole]) > 1e-9:
            return f"at {_shown(whole, point)} it is {made[whole]:.4g}, and the equation says {right[at]:.4g}"
    if numpy.abs(made[~reached]).max(initial=0) > 1e-9:
        whole = tuple(int(n) for n in numpy.argwhere(~reached & (numpy.abs(made) > 1e-9))[0])
        return f"the equation does not say what it is at {_shown(whole, point)}"
    return ""


def _shown(place: Sequence[int], point: Point) -> str:
    return ", ".join(str(n + point.table.base) for n in place)


def _alone(node: tree.Node, point: Point) -> Array:
    """The value of what holds no index."""
    return Evaluator(point, {}, (), {}).at(node)


def _places(
    reading: Reading, subscripts: Sequence[tree.Node], point: Point, letters: Sequence[str], count: int
) -> list[Array]:
    """The subscripts of the left side at all values of its letters."""
    side = reading.sides[0]
    evaluator = Evaluator(point, {}, side.slots, dict.fromkeys(side.slots, count))
    shape = (count,) * len(letters)
    return [numpy.broadcast_to(evaluator.at(subscript), shape) for subscript in subscripts]
