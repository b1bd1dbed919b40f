"""How single rows of a forward definition depend on a tensor, all else that has a name kept as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from sympy import Indexed

from answers.reading import Unreadable, tree
from derive.expression import symbols
from derive.expression.matrices import inverse_name
from derive.expression.partials import Partial
from numeric.arrays.axes import stacked
from numeric.measuring import point as measured
from numeric.measuring.differences import Measured

Array = Any
MOVE = 1e-2
"""How far a tensor is moved where it is seen which rows read it, relative to its numbers."""


@dataclass(frozen=True)
class Element:
    """A tensor in a sentence, or an element of it: for each axis a letter, a number counted from 0, or None for all."""

    name: str
    places: tuple[str | int | None, ...]

    @classmethod
    def of(cls, node: tree.Node, base: int) -> Element:
        """What a formula names.

        Raises:
            Unreadable: it is more than an element.
        """
        name, subscripts = _named(node)
        places: list[str | int | None] = []
        for subscript in subscripts:
            if isinstance(subscript, tree.Place):
                places.append(subscript.letter)
            elif isinstance(subscript, tree.Number):
                places.append(int(subscript.value) - base)
            elif subscript is None:
                places.append(None)
            else:
                raise Unreadable("the element of a tensor at letters was expected", "")
        return cls(name, tuple(places))

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters, each once."""
        return tuple(dict.fromkeys(place for place in self.places if isinstance(place, str)))


def _named(node: tree.Node) -> tuple[str, tuple[tree.Node | None, ...]]:
    """The tensor that a formula names, or the inverse of one, with its subscripts.

    Raises:
        Unreadable: it names none.
    """
    inside, subscripts = (node.inside, node.subscripts) if isinstance(node, tree.Pick) else (node, None)
    if isinstance(inside, tree.Inverse) and isinstance(inside.inside, tree.Read):
        return inverse_name(inside.inside.name), subscripts or inside.inside.subscripts
    if isinstance(node, tree.Read):
        return node.name, node.subscripts
    raise Unreadable("a tensor or an element of one was expected", "")


@dataclass(frozen=True)
class Dependence:
    """What is measured of single rows at a point."""

    point: measured.Point

    def slope(self, row: str, held: str) -> Measured:
        """The derivative of a row by a tensor, other rows with names of their own kept as they are."""
        return self.point.partial(Partial(row, held, self._between(row, held)).name)

    def _between(self, row: str, held: str) -> tuple[str, ...]:
        chart, model = self.point.chart, self.point.model
        return tuple(
            other.name
            for other in model.rows
            if other.name not in (row, held)
            and other.tensor.role != "hidden"
            and chart.depends(row, other.name)
            and chart.depends(other.name, held)
        )

    def moved_by(self, held: str, top: str, *, directly: bool) -> frozenset[str]:
        """The rows that move when a tensor does, all others kept as they are, of those that a ``top`` depends on.

        Internal rows are among them where only what reads the tensor ``directly`` is meant; else they move along.
        """
        point = self.point
        model, chart = point.model, point.chart
        if model.cycle:
            return self._readers_in_time(held)
        rows = [row for row in model.rows if chart.depends(top, row.name) and chart.depends(row.name, held)]
        names = {*model.tensors, *(name for row in rows for name in chart.rows[row.name].reads)}
        base = {name: stacked(point.value(name), point.real) for name in names}
        here = base[held]
        step = MOVE * (numpy.abs(here) + MOVE) * numpy.random.default_rng(0).uniform(0.5, 1.0, here.shape)
        inside = [] if directly else [row.name for row in rows if row.tensor.role == "hidden" and row.name != top]
        found = set()
        for row in rows:
            if row.name == held or (row.name in inside):
                continue
            values = {**base, held: here + step}
            needed = [name for name in inside if chart.depends(row.name, name)]
            chart.compute([*needed, row.name], values, point.sizes, point.real)
            if not numpy.array_equal(values[row.name], base[row.name], equal_nan=True):
                found.add(row.name)
        return frozenset(found)

    def _readers_in_time(self, held: str) -> frozenset[str]:
        """The rows of a recurrence that read a tensor; of what a state is at first, those that read it earlier."""
        model = self.point.model
        started = {state for state, initial in model.initial if initial == held}
        found = set()
        for row in model.rows:
            for access in symbols.accesses(row.expression):
                name = symbols.name_of(access)
                earlier = isinstance(access, Indexed) and not access.indices[0].is_Symbol
                if name == held or (earlier and name in started):
                    found.add(row.name)
        return frozenset(found)


def where(row: Element, held: Element, shape: Sequence[int]) -> Array:
    """Where in the derivative of one by the other the places are those that the letters of both allow."""
    grids = numpy.indices(tuple(shape), sparse=True)
    holds = numpy.ones(tuple(shape), bool)
    first: dict[str, int] = {}
    for axis, place in enumerate((*row.places, *held.places)):
        if isinstance(place, int):
            holds &= grids[axis] == place
        elif place is not None and first.setdefault(place, axis) != axis:
            holds &= grids[axis] == grids[first[place]]
    return holds


def spread(value: Array, letters: Sequence[str], row: Element, held: Element, shape: Sequence[int]) -> Array:
    """A value with an axis for each of the letters, as one of the derivative of one by the other."""
    grids = numpy.indices(tuple(shape), sparse=True)
    first: dict[str, int] = {}
    for axis, place in enumerate((*row.places, *held.places)):
        if isinstance(place, str):
            first.setdefault(place, axis)
    places = tuple(grids[first[letter]] for letter in letters)
    return numpy.broadcast_to(value[places] if places else value, tuple(shape))
