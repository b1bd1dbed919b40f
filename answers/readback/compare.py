"""What is printed of a derivation, read and compared with what is measured at the points of the check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf, prod
from typing import Any

import numpy

from answers.readback.case import CaseReader, CaseSayings
from answers.readback.printed import Printed
from answers.readback.reader import Reader, Unequal
from answers.readback.sayings import Sayings
from answers.reading import ReadingError, read
from answers.reading.tables import point_at
from derive.derivation import Derivation
from derive.expression.partials import partial_named
from numeric import ArrayError

Array = Any


@dataclass(frozen=True)
class Difference:
    """A printed formula that cannot be read, or that is not what is measured, and how large the error is."""

    printed: Printed
    reason: str
    error: float = inf


@dataclass(frozen=True)
class ReadBack:
    """What the text of a derivation says: the number of formulas, the worst error, what is wrong, the quantities."""

    formulas: int
    error: float
    differences: tuple[Difference, ...]
    quantities: frozenset[str] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether every formula was read and is right. A derivation of which nothing was read is not."""
        return self.formulas > 0 and not self.differences


def read_back(derivation: Derivation, printed: Iterable[Printed]) -> ReadBack:
    """Read the formulas that are printed of a derivation, and compare them with what is measured.

    Both sides of an equation are computed from the text, at points where every tensor has the value that the forward
    definition gives it and every partial the one that is measured on it. A cell is compared with what is measured of
    the derivation's quantity. At large sizes it is compared with the derivation's own expressions.

    Raises:
        ArrayError: no point away from kinks was found.
    """
    if derivation.general is not None:
        reader = CaseReader(derivation)
        return _read_back(reader, printed, CaseSayings(reader))
    return _read_back(Reader(derivation), printed)


def _read_back(reader: Reader, printed: Iterable[Printed], sayings: Sayings | None = None) -> ReadBack:
    formulas, worst = 0, 0.0
    quantities: set[str] = set()
    differences: list[Difference] = []
    sayings = sayings or Sayings(reader)
    for one in printed:
        try:
            if one.said:
                worst = max(worst, sayings.error(one))
                continue
            formulas += 1
            reading = reader.read(one)
            sayings.line(reading)
            worst = max(worst, reader.error(one, reading))
            quantities |= {reader.derivation.quantity.name} if one.cell else reader.named(reading.sides[0])
        except (ReadingError, ArrayError) as reason:
            differences.append(Difference(one, f"printed, but not read: {reason}"))
        except Unequal as reason:
            differences.append(Difference(one, f"read back: {reason}", reason.error))
    return ReadBack(formulas, worst, tuple(differences), frozenset(quantities))


def read_back_elements(derivation: Derivation, printed: Sequence[Printed], sizes: Mapping[str, int]) -> ReadBack:
    """Read the equations of all elements at given sizes: each stands there once, and is what is measured."""
    reader = Reader(derivation, tuple(sizes.items()))
    result = _read_back(reader, printed)
    wanted = prod(reader.places[0].shape(derivation.shape))
    equations = [one.text for one in printed if not one.said]
    lefts = {text.partition("=")[0].strip() for text in equations}
    if len(lefts) == len(equations) == wanted:
        return result
    told = f"{len(equations)} equations of {len(lefts)} elements, not {wanted}"
    count = Difference(Printed("", "the elements"), told)
    return replace(result, differences=(*result.differences, count))


def read_back_matrix(derivation: Derivation, rows: Sequence[Sequence[str]], sizes: Mapping[str, int]) -> ReadBack:
    """Read a Jacobian that is printed as a matrix at given sizes: row by row the elements of what is differentiated."""
    reader = Reader(derivation, tuple(sizes.items()))
    name = derivation.quantity.name
    where = Printed("", "the matrix")
    errors: list[float] = []
    try:
        table = reader.table(where)
        readings = [[read(cell, table) for cell in row] for row in rows]
        for place in reader.places:
            point = point_at(place, table)
            value = [[float(reading.last.value(point)) for reading in row] for row in readings]
            if len({len(row) for row in value}) > 1:
                raise Unequal("its rows have different lengths")
            truth = place.value(name)
            named = partial_named(name)
            above = 0 if named is None else len(derivation.forward.tensors[named.top].shape)
            laid_out = truth.reshape(prod(truth.shape[:above]), -1)
            noise = float(place.partial(name).noise.max(initial=0.0))
            rounding = partial(reader.rounding, {name}, place)
            errors.append(reader.difference(numpy.array(value), laid_out, noise, rounding))
    except (ReadingError, ArrayError) as reason:
        return ReadBack(1, inf, (Difference(where, f"printed, but not read: {reason}"),))
    except Unequal as reason:
        return ReadBack(1, inf, (Difference(where, f"read back: {reason}", reason.error),))
    return ReadBack(1, max(errors), (), frozenset((name,)))
