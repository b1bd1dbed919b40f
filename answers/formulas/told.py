"""What a table says of the range of a function and of where it rises and falls, read back and compared with values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite

import numpy

from answers.reading import Point, ReadingError, Table, Tensor, read
from answers.reading.tables import spellings
from numeric.arrays.axes import Array

INTERVAL = re.compile(r"(?P<left>[\[(])(?P<low>.*), (?P<high>.*)(?P<right>[\])])")
PIECE = re.compile(
    r"(?:Everywhere|For \$(?P<where>[^$]*)\$) the slope is (?P<slope>0|positive|negative): "
    r"(?:constantly \$(?P<constant>[^$]*)\$|it (?P<verb>rises|falls) from \$(?P<start>[^$]*)\$ to \$(?P<end>[^$]*)\$)\."
)
VERBS = {"positive": "rises", "negative": "falls", "0": None}
LARGE = 10.0
"""Values beyond this stand for an infinite end."""
CLOSE = 1e-6
"""How far values may be from the ends of a range or of a piece, relative to them."""


@dataclass(frozen=True)
class Told:
    """The words and the interval of a function as they are printed, with its values and those of constants in it."""

    words: str
    interval: str
    variable: str
    values: Callable[[Array], Array]
    constants: Mapping[str, float]

    def wrong(self, grid: Array) -> Iterator[str]:
        """What is not so at the places of a grid, in words; of the ``grid`` the outer ends are far out."""
        try:
            yield from self._wrong_interval(grid)
            yield from self._wrong_words(grid)
        except ReadingError as reason:
            yield f"printed, but not read: {reason}"

    def _wrong_interval(self, grid: Array) -> Iterator[str]:
        found = INTERVAL.fullmatch(self.interval)
        if found is None:
            yield f"{self.interval} is no interval"
            return
        values = self.values(grid)
        for name, reached in (("low", numpy.nanmin(values)), ("high", numpy.nanmax(values))):
            if not _near(float(reached), self._number(found[name])):
                yield f"{found[name]} is printed, and the values get to {reached:.4g}"

    def _wrong_words(self, grid: Array) -> Iterator[str]:
        pieces = list(PIECE.finditer(self.words))
        if " ".join(piece[0] for piece in pieces) != self.words:
            yield f"{self.words} is not read"
            return
        covered = numpy.zeros(grid.shape, bool)
        for piece in pieces:
            low, high = self._ends(piece["where"])
            inside = grid[(grid > low) & (grid < high)]
            covered |= (grid >= low) & (grid <= high)
            inner = numpy.array([*([low] if isfinite(low) else []), *inside, *([high] if isfinite(high) else [])])
            values = self.values(inner)
            start, end = (self._number(piece[name] or piece["constant"]) for name in ("start", "end"))
            if piece["verb"] != VERBS[piece["slope"]]:
                yield f"the slope is said to be {piece['slope']} where it {piece['verb']}"
            if not _goes(values, piece["slope"]):
                yield f"the slope is not {piece['slope']} {piece['where'] or 'everywhere'}"
            if not (_near(float(values[0]), start) and _near(float(values[-1]), end)):
                yield f"it goes from {values[0]:.4g} to {values[-1]:.4g} there"
        if not covered.all():
            yield "nothing is said of some numbers"

    def _ends(self, where: str | None) -> tuple[float, float]:
        """Between which numbers the variable is: ``z < 0``, ``0 < z``, ``0 < z < 1``; anywhere if nothing is said."""
        if where is None:
            return -inf, inf
        reading = read(where, self._table)
        numbers = [float(side.value(self._point)) for side in reading.sides]
        place = next(at for at, side in enumerate(reading.sides) if numpy.isnan(float(side.value(self._point))))
        low, high = -inf, inf
        for at, sign in enumerate(reading.signs):
            other, above = (numbers[at], sign in "<≤") if at + 1 == place else (numbers[at + 1], sign in ">≥")
            low, high = (other, high) if above else (low, other)
        return low, high

    def _number(self, text: str) -> float:
        return float(read(text, self._table).last.value(self._point))

    @property
    def _table(self) -> Table:
        return Table(tuple(Tensor(name, spellings(name)) for name in (self.variable, *self.constants)))

    @property
    def _point(self) -> Point:
        return Point(self._table, {self.variable: numpy.nan, **self.constants})


def _goes(values: Array, slope: str) -> bool:
    """Whether values rise, fall or stay as a slope says, up to rounding."""
    finite = values[numpy.isfinite(values)]
    steps, scale = numpy.diff(finite), CLOSE**2 * max(1.0, float(numpy.abs(finite).max(initial=0.0)))
    if slope == "0":
        return bool((numpy.abs(steps) <= scale).all())
    toward = steps if slope == "positive" else -steps
    return bool((toward >= -scale).all() and (toward > 0).any())


def _near(reached: float, end: float) -> bool:
    """Whether an extreme of values is an end; large values stand for an infinite one."""
    if not isfinite(end):
        return abs(reached) > LARGE and numpy.sign(reached) == numpy.sign(end)
    return abs(reached - end) <= CLOSE * max(1.0, abs(end))
