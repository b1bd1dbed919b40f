"""What the sentences of a derivation say, compared with what is measured of its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy
from sympy.concrete.expr_with_limits import ExprWithLimits

from answers.readback.dependence import Dependence, Element, spread, where
from answers.readback.printed import Printed
from answers.readback.reader import Reader, Unequal, names_in
from answers.readback.sentences import Statement, listed, statements
from answers.reading import Index, Point, Reading, ReadingError, Side, Table, read, syntax
from answers.reading.reading import syntax_of, understood
from answers.reading.shapes import resolve
from answers.reading.tables import point_at
from answers.reading.walks import bounds_in, walk
from derive.expression.partials import partial_named
from numeric.measuring import point as measured
from numeric.measuring.differences import EPSILON, Measured

Array = Any
TINY = 1e-9
"""What is smaller, beside the largest of its kind, counts as 0 where it is asked whether there is a slope."""
ROUNDINGS, LEAST = 100, 1e-14
"""So many times what rounding does, and this beside numbers of about 1, is no slope."""


@dataclass
class Sayings:
    """Reads the sentences of one derivation, in their order; ``rights`` is what the lines so far have on the right."""

    reader: Reader
    rights: set[str] = field(default_factory=set)

    def line(self, reading: Reading) -> None:
        """Take note of what a line reads."""
        for side in reading.sides[1:]:
            self.rights |= self.reader.named(side)

    def error(self, printed: Printed) -> float:
        """The worst relative error of what the sentences of a text say.

        Raises:
            ReadingError: a formula cannot be read.
            Unequal: something is not as it is said.
        """
        return max((self._error(one, printed) for one in statements(printed.text)), default=0.0)

    def _error(self, statement: Statement, printed: Printed) -> float:
        if not statement.kind:
            return max(self._of_formula(text) for text in statement.formulas)
        check = CHECKS.get(statement.kind)
        if check is None:
            self._names(statement)
            return 0.0
        return check(self, statement, printed) or 0.0

    @cached_property
    def _point(self) -> measured.Point:
        return self.reader.places[0]

    @cached_property
    def _table(self) -> Table:
        return self.reader.table(Printed("", "a sentence", final=False))

    @cached_property
    def _dependence(self) -> Dependence:
        return Dependence(self._point)

    def _named(self, text: str) -> Reading | None:
        """What a name of a tensor, a partial or a size stands for; None for that of a function or an index.

        Raises:
            ReadingError: it is nothing of the kind.
        """
        try:
            return read(text, self._table)
        except ReadingError:
            if re.fullmatch(r"[a-z]", text):
                return None
            read(f"{text}(0)", self._table)
            return None

    def _names(self, statement: Statement) -> None:
        for text in statement.parts.values():
            for one in listed(text or ""):
                self._named(one)

    def _of_formula(self, text: str) -> float:
        """A formula in a sentence that is worded in no known way: if it is an equation, it must hold."""
        found = self._named(text)
        if found is None or set(found.signs) != {"="} or found.leading:
            return 0.0
        first, *others = found.sides
        point = point_at(self._point, found.table)
        ranges = dict(zip(first.letters, first.axes, strict=True))
        truth = first.value(point, first.letters, ranges)
        return max(self.reader.difference(o.value(point, first.letters, ranges), truth, 0.0) for o in others)

    def _element(self, text: str) -> tuple[Element, Side]:
        side = read(text, self._table).last
        return Element.of(side.node, self._table.base), side

    def _value(self, text: str, letters: Mapping[str, Any]) -> tuple[Array, list[str]]:
        """The value of a formula, with an axis for each of the letters that it has."""
        table = self._table.with_symbols(Index(name, (name,), axis) for name, axis in letters.items())
        side = read(text, table).last
        own = [letter for letter in letters if letter in side.letters]
        value = side.value(point_at(self._point, table), own, dict(letters))
        return numpy.asarray(value, dtype=float), own

    def _pair(self, statement: Statement) -> tuple[Element, Element, dict[str, Any], Measured]:
        """A row and the tensor that it holds, the lengths of their letters, and the derivative of one by the other."""
        row, above = self._element(statement.part("row"))
        held, below = self._element(statement.part("held"))
        letters = dict(zip(above.letters, above.axes, strict=True)) | dict(zip(below.letters, below.axes, strict=True))
        return row, held, letters, self._dependence.slope(row.name, held.name)

    def _sloped(self, statement: Statement, slope: str, *, alone: bool = True) -> float:
        """The slope of one element by the other, and that there is none between elements at other places."""
        row, held, letters, found = self._pair(statement)
        truth = found.value
        inside = where(row, held, truth.shape)
        noise = max(float(found.noise.max(initial=0.0)), EPSILON * float(numpy.abs(truth).max(initial=0.0)))
        if alone:
            self.reader.difference(numpy.where(inside, truth, 0.0), truth, noise)
        if not slope:
            slopes = (Dependence(place).slope(row.name, held.name) for place in self.reader.every_place)
            if not any(_is_there(one).any() for one in slopes):
                raise Unequal(f"{statement.part('row')} does not depend on {statement.part('held')}")
            return 0.0
        value, own = self._value(slope, letters)
        said = numpy.where(inside, spread(value, own, row, held, truth.shape), 0.0)
        return self.reader.difference(said, numpy.where(inside, truth, 0.0), noise)

    def _require_every(self, statement: Statement) -> None:
        """The letters that are named are those of the row which the tensor has not."""
        row, held = (self._element(statement.part(part))[0] for part in ("row", "held"))
        more = set(row.letters) - set(held.letters)
        if set(listed(statement.part("every"))) != more:
            raise Unequal(f"{statement.part('row')} has the letters {', '.join(sorted(more)) or 'none'} more")

    def _occurs(self, statement: Statement, printed: Printed) -> float:
        self._require_every(statement)
        return self._sloped(statement, statement.part("slope"))

    def _depends(self, statement: Statement, printed: Printed) -> float:
        row, held = (self._element(statement.part(part))[0] for part in ("row", "held"))
        if set(held.letters) - set(row.letters):
            raise Unequal(f"{statement.part('row')} depends on {statement.part('held')} at several places")
        return self._sloped(statement, statement.part("slope"))

    def _added(self, statement: Statement, printed: Printed) -> float:
        self._require_every(statement)
        return self._sloped(statement, "1")

    def _shifts(self, statement: Statement, printed: Printed) -> float:
        return self._sloped(statement, "1")

    def _one_term(self, statement: Statement, printed: Printed) -> float:
        return self._sloped(statement, "", alone=False)

    def _repeated(self, statement: Statement, printed: Printed) -> float:
        return self._sloped(statement, "", alone=False)

    def _moves(self, statement: Statement, printed: Printed) -> None:
        row, held, _, found = self._pair(statement)
        inside = where(row, held, found.value.shape)
        if not numpy.array_equal(found.value != 0, inside):
            raise Unequal(f"a change of {statement.part('held')} moves other elements than {statement.part('row')}")

    def _holds(self, statement: Statement, printed: Printed) -> None:
        """Where it is not held the complex step leaves a slope exactly at 0, however small the others are."""
        row, held, letters, found = self._pair(statement)
        lengths = {**letters, **self._bound(printed, row.name, letters), **self._ranges(statement)}
        one = "1[" if "[" in statement.part("held") else r"\mathbf{1}["
        value, own = self._value(f"{one}{', '.join(listed(statement.part('where')))}]", lengths)
        more = tuple(axis for axis, letter in enumerate(own) if letter not in letters)
        kept = [letter for letter in own if letter in letters]
        said = spread(value.any(axis=more) if more else value != 0, kept, row, held, found.value.shape)
        inside = where(row, held, found.value.shape)
        if not numpy.array_equal(said & inside, found.value != 0):
            raise Unequal(f"{statement.part('row')} holds {statement.part('held')} at other places")

    def _ranges(self, statement: Statement) -> dict[str, Any]:
        """The lengths of the letters of which a sentence says how far they run: ``1 <= q <= k``."""
        found: dict[str, Any] = {}
        for text in listed(statement.part("where")):
            relation = syntax_of(text, self._table)
            signs = [str(sign) for sign in relation.signs]
            letter = relation.sides[1] if len(signs) == 2 else None
            if not isinstance(letter, syntax.Word) or signs[0] != "≤" or signs[1] not in ("≤", "<"):
                continue
            first, last = (self._place(end, text) for end in (relation.sides[0], relation.sides[2]))
            if first != self._table.base:
                raise Unequal(f"{letter.text} begins at {first}, where indices begin at {self._table.base}")
            found[letter.text] = last - first + (signs[1] == "≤")
        return found

    def _place(self, side: Any, text: str) -> int:
        """The value of an end of a range."""
        return int(understood(syntax.Relation([side], []), text, self._table).last.value(self._at))

    @cached_property
    def _at(self) -> Point:
        return point_at(self._point, self._table)

    def _bound(self, printed: Printed, name: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """The lengths of the letters of sums in the row that a sentence names, and in the line beside it."""
        row = self._point.model.row[name]
        limits = (limit for part in row.expression.atoms(ExprWithLimits) for limit in part.limits)
        found: dict[str, Any] = {str(k): self._point.shape((high - low + 1,))[0] for k, low, high in limits}
        for side in self._beside(printed):
            for node in walk(side.node):
                for bound in bounds_in(node):
                    found[bound.letter] = resolve(bound.axis, side.bindings)
                    if bound.high is not None:
                        point = point_at(self._point, self._table)
                        found[bound.letter] = int(Side(bound.high, side.bindings).value(point)) + 1 - self._table.base
        return {letter: length for letter, length in found.items() if letter not in known}

    def _beside(self, printed: Printed) -> tuple[Side, ...]:
        if not printed.beside:
            return ()
        return self.reader.read(Printed(printed.beside, "the line", final=False)).sides

    def _acts(self, statement: Statement, printed: Printed) -> None:
        self._act(statement, [*listed(statement.part("through")), *listed(statement.part("closed"))], directly=False)
        for one in listed(statement.part("closed")):
            row = self._element(one)[0]
            held = self._element(statement.part("held"))[0]
            if _is_there(self._dependence.slope(row.name, held.name)).any():
                raise Unequal(f"something comes through {one}")
        for one in listed(statement.part("through")):
            self._sloped(Statement("", {"row": one, "held": statement.part("held")}), "")

    def _kept(self, statement: Statement, printed: Printed) -> None:
        self._named(statement.part("partial"))
        self._reach(statement)

    def _reach(self, statement: Statement) -> None:
        """All ways from a tensor to the result pass through one row."""
        row, held = (self._element(statement.part(part))[0].name for part in ("through", "held"))
        chart = self._point.chart
        if row not in (self._top, *chart.passed(self._top, held)):
            raise Unequal(f"{statement.part('held')} acts in other ways than through {statement.part('through')}")

    def _reaches(self, statement: Statement, printed: Printed) -> None:
        self._act(statement, statement.part("through").split(" and "), directly=True)

    def _act(self, statement: Statement, through: list[str], *, directly: bool) -> None:
        held = self._element(statement.part("held"))[0].name
        said = {self._element(one)[0].name for one in through}
        places = map(Dependence, self.reader.every_place)
        moved = frozenset().union(*(place.moved_by(held, self._top, directly=directly) for place in places))
        if said != moved:
            raise Unequal(f"{statement.part('held')} acts through {', '.join(sorted(moved)) or 'nothing'}")

    @property
    def _top(self) -> str:
        partial = self.reader.derivation.quantity.partial
        return self.reader.derivation.quantity.name if partial is None else partial.top

    def _reads(self, statement: Statement, printed: Printed) -> None:
        row, held = (self._element(statement.part(part))[0].name for part in ("row", "held"))
        places = map(Dependence, self.reader.every_place)
        if not any(row in place.moved_by(held, row, directly=True) for place in places):
            raise Unequal(f"{statement.part('row')} does not read {statement.part('held')}")

    def _differentiate(self, statement: Statement, printed: Printed) -> None:
        row, held = (self._element(statement.part(part))[0].name for part in ("row", "held"))
        sides = self._beside(printed)
        named = map(partial_named, self.reader.named(sides[0]) if sides else ())
        ends = {partial.ends for partial in named if partial is not None}
        if sides and (row, held) not in ends:
            raise Unequal(f"the line beside it is not about {statement.part('row')} by {statement.part('held')}")

    def _insert(self, statement: Statement, printed: Printed) -> None:
        for one in listed(statement.part("partials")):
            reading = self._named(one)
            names = set() if reading is None else names_in(reading.last)
            if not names or not names <= self.rights:
                raise Unequal(f"there is no {one} to be inserted")

    def _is_one(self, statement: Statement, printed: Printed) -> float:
        errors = [0.0]
        for one in listed(statement.part("sums")):
            value = read(one, self._table).last.value(point_at(self._point, self._table))
            errors.append(self.reader.difference(value, numpy.full(value.shape, float(statement.part("number"))), 0.0))
        return max(errors)

    def _identity(self, statement: Statement, printed: Printed) -> float:
        names = names_in(read(statement.part("names"), self._table).last)
        if self._point.model.cycle or len(names) != 1:
            return 0.0
        found = self._point.partial(names.pop())
        side = round(float(numpy.sqrt(found.value.size)))
        value = numpy.eye(side).reshape(found.value.shape)
        return self.reader.difference(value, found.value, float(found.noise.max(initial=0.0)))

    def _upstream(self, statement: Statement, printed: Printed) -> float:
        errors = [0.0]
        for one in statement.part("given").split(" and "):
            if " = " in one:
                errors.append(self._of_formula(one))
                continue
            name, turned, other = one.partition(", the transpose of ")
            if turned:
                point = point_at(self._point, self._table)
                value, truth = (_as_column(read(text, self._table).last.value(point)) for text in (name, other))
                errors.append(self.reader.difference(value, truth.T, 0.0))
                continue
            for name in one.split(", the direct share of "):
                self._named(name)
        return max(errors)

    def _elements(self, statement: Statement, printed: Printed) -> None:
        """How many elements there are along each axis."""
        said = [round(float(read(one, self._table).last.value(point_at(self._point, self._table))))
                for one in re.split(r"\\times|×", statement.part("shape"))]  # fmt: skip
        shape = self._point.shape(self.reader.derivation.shape)
        if [length for length in said if length != 1] != [length for length in shape if length != 1]:
            raise Unequal(f"{' × '.join(map(str, shape))} elements are printed")
        self._named(statement.part("names"))

    def _kink(self, statement: Statement, printed: Printed) -> None:
        name = self._element(statement.part("held"))[0].name
        derivation, place = self.reader.derivation, self._point
        limit, value = (float(read(statement.part(part), self._table).last.value(point_at(place, self._table)))
                        for part in ("place", "value"))  # fmt: skip
        given = {tensor.name: place.value(tensor.name) for tensor in place.model.given}
        at = measured.Point(place.model, given | {name: numpy.full(place.value(name).shape, limit)}, place.sizes)
        found = at.expression(derivation.result, derivation.quantity.indices, derivation.quantity.shape)
        found = numpy.diagonal(found) if found.ndim == 2 else found
        if not numpy.array_equal(found, numpy.full(found.shape, value)):
            raise Unequal(f"{statement.part('value')} is said to be taken at the kink, and {found.flat[0]:g} is")


def _as_column(value: Array) -> Array:
    """A vector with its second axis: the values of rows have theirs."""
    return value.reshape(-1, 1) if value.ndim < 2 else value


def _is_there(found: Measured) -> Array:
    """Where a slope is not 0, but for rounding."""
    sizes = numpy.abs(found.value)
    noise = ROUNDINGS * float(found.noise.max(initial=0.0))
    return sizes > max(TINY * float(sizes.max(initial=0.0)), noise, LEAST)


Check = Callable[[Sayings, Statement, Printed], float | None]
CHECKS: Mapping[str, Check] = {
    "occurs": Sayings._occurs,
    "depends": Sayings._depends,
    "added": Sayings._added,
    "shifts": Sayings._shifts,
    "one_term": Sayings._one_term,
    "repeated": Sayings._repeated,
    "moves": Sayings._moves,
    "holds": Sayings._holds,
    "acts": Sayings._acts,
    "kept": Sayings._kept,
    "kept_full": Sayings._kept,
    "reaches": Sayings._reaches,
    "reads": Sayings._reads,
    "differentiate": Sayings._differentiate,
    "insert": Sayings._insert,
    "is_one": Sayings._is_one,
    "identity": Sayings._identity,
    "upstream": Sayings._upstream,
    "kink": Sayings._kink,
    "elements": Sayings._elements,
}
"""How what a sentence says is compared; of those that are not here the names are read."""
