"""Reads the formulas that are printed of a derivation, and compares each with what is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

import numpy
from sympy import Indexed, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from answers.readback.printed import Printed
from answers.reading import Function, Index, Misshapen, Point, Reading, Side, Table, Tensor, read, tree
from answers.reading import functions as elementwise
from answers.reading.symbols import Symbol as TableSymbol
from answers.reading.tables import point_at, spellings, table_of
from answers.reading.walks import walk
from derive.building.known import OUTSIDE
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.multivariate import slope_name
from derive.expression.partials import partial_name, partial_named
from derive.expression.scalar import ScalarFunction
from derive.render.names import parse_name
from numeric import ArrayError
from numeric.arrays.functions import formula_of, stand_in_of_several
from numeric.arrays.layout import as_matrix
from numeric.checks.checking import places_of, unknown_functions
from numeric.checks.comparison import floor_of, largest, relative_error
from numeric.checks.elements import TIMES_FOR_CONDITIONS
from numeric.checks.tolerances import DOUBLE, NOISE
from numeric.measuring import point as measured
from numeric.measuring.differences import EPSILON, Measured
from numeric.sampling.points import sample

Array = Any
KNOWN = {"sigma": "σ"}
"""Functions that the reader knows by other names."""
TRIED = numpy.linspace(-3.0, 3.0, 14)
POINTS = 2
"""At how many points each formula is compared, those of the check first."""
TOLERANCE = 1e-7
"""The relative error that is allowed: constants in a formula are printed with all their digits."""


class Unequal(Exception):
    """A formula that was read and does not say what it should."""

    def __init__(self, reason: str, error: float = inf) -> None:
        self.error = error
        super().__init__(reason)


class Drowned(Unequal):
    """A formula that rounding moves further than what it should be at a point, which so tells nothing of it."""


def _letters_in(function: ScalarFunction) -> set[Symbol]:
    """The letters of a function's formula beside its variable."""
    found: set[Symbol] = function.formula.free_symbols - {function.variable}
    return found


def names_in(side: Side) -> set[str]:
    """The tensors and partials that a side reads, and the slopes of functions at them: ``dsigma/dz``."""
    nodes = list(walk(side.node))
    slopes = {
        f"d{node.function}/d{argument.name}"
        for node in nodes
        if isinstance(node, tree.Apply) and node.primes == 1
        for argument in node.arguments
        if isinstance(argument, tree.Read)
    }
    return slopes | _reads(side)


def spelt(name: str) -> tuple[str, ...]:
    """How the name of a function is written: that of a word as it is, too, without the values of its constants."""
    parsed = parse_name(name)
    plain = parsed.is_word and not parsed.primes
    words = (name,) if name.isalpha() else (parsed.stem + parsed.number,) if plain else ()
    return tuple(dict.fromkeys((*spellings(name), *words)))


def _reads(side: Side) -> set[str]:
    return {node.name for node in walk(side.node) if isinstance(node, tree.Read)}


@dataclass(frozen=True)
class Reader:
    """Reads what is printed of a derivation; at given ``sizes``, if there are some."""

    derivation: Derivation
    sizes: tuple[tuple[str, int], ...] = ()

    def error(self, printed: Printed, reading: Reading) -> float:
        """The worst relative error of a formula over the points.

        Raises:
            ReadingError: it has no value.
            Unequal: it is not what it should be.
        """
        if printed.variable:
            return self._of_function(reading, printed)
        compare = self._of_cell if printed.cell else self._of_equation
        if printed.key:
            self._require_key(printed)
        worst = self._worst(lambda place: compare(reading, place, printed))
        return max([worst, *(self._at_kink(reading, place, printed) for place in self._kinks_of(reading, printed))])

    def _worst(self, error_at: Callable[[measured.Point], float]) -> float:
        """The worst error over the points; others are taken for those at which rounding is all there is.

        Raises:
            Drowned: it is at each of them.
        """
        errors: list[float] = []
        drowned: Drowned | None = None
        for place in (*self.places, *self.every_place[len(self.places) :]):
            if len(errors) == len(self.places):
                break
            try:
                errors.append(error_at(place))
            except Drowned as reason:
                drowned = reason
        if not errors and drowned is not None:
            raise drowned
        return max(errors)

    def _kinks_of(self, reading: Reading, printed: Printed) -> tuple[measured.Point, ...]:
        """The points at kinks at which a formula is compared with the result, which says what holds there.

        Nothing is measured there, so a formula that reads a partial has no value.
        """
        answers = reading.sides if printed.cell else reading.sides[1:]
        is_result = printed.cell or self.named(reading.sides[0]) == {self.derivation.quantity.name}
        reads = {name for side in answers for name in self._measured(side)}
        if not (printed.final and is_result and self._has_kinks) or any(map(partial_named, reads)):
            return ()
        return self._kinks

    @cached_property
    def _has_kinks(self) -> bool:
        return any(relation.has(Indexed, AppliedUndef) for relation in self.derivation.result.atoms(Relational))

    @cached_property
    def _kinks(self) -> tuple[measured.Point, ...]:
        """Points at which conditions are at their boundaries."""
        if self.sizes:
            return ()
        return tuple(place.point.fork() for place in places_of(self.derivation.forward, 0, 3) if place.kink)[:POINTS]

    def _at_kink(self, reading: Reading, place: measured.Point, printed: Printed) -> float:
        quantity = self.derivation.quantity
        truth = place.expression(self.derivation.result, quantity.indices, quantity.shape)
        point = point_at(place, reading.table)
        noise = EPSILON * float(numpy.abs(truth).max(initial=0.0))
        sides = reading.sides if printed.cell else reading.sides[1:]
        return max(self._compared(side, point, truth, noise)[0] for side in sides)

    def named(self, side: Side) -> set[str]:
        """The tensors and partials that a side reads, second derivatives by the names of gradients as rows."""
        return {self._seconds.get(name, name) for name in names_in(side)}

    @cached_property
    def _seconds(self) -> Mapping[str, str]:
        """Second derivatives as they are read, and as partials of the rows that gradients are."""
        model = self.derivation.forward
        return {
            f"d({partial})/d{by}": partial_name(row, by) for row, partial in model.gradients for by in model.tensors
        }

    def _measured(self, side: Side) -> set[str]:
        return {self._seconds.get(name, name) for name in _reads(side)}

    @cached_property
    def places(self) -> tuple[measured.Point, ...]:
        """The points of the check at which no condition is at its boundary, or points of the given sizes."""
        if self.sizes:
            model, numbers = self.derivation.forward, {symbols.size(name): size for name, size in self.sizes}
            drawn = (sample(model, seed, numbers) for seed in range(POINTS * TIMES_FOR_CONDITIONS))
            return tuple(measured.Point(model, arrays, numbers) for arrays in drawn)
        return self.every_place[:POINTS]

    @cached_property
    def every_place(self) -> tuple[measured.Point, ...]:
        """All points of the check away from boundaries: what is flat at some, as a hinge is, moves at another."""
        if self.sizes:
            return self.places
        return tuple(place.point.fork() for place in places_of(self.derivation.forward, 0, 3) if not place.kink)

    def read(self, printed: Printed) -> Reading:
        """The text with the table of the derivation, its letters in the ranges that the left side gives them.

        Where values are joined, a letter of a part stands on the right for places in the whole, which is longer: then
        the uses contradict each other, and only the left side says which range is meant.
        """
        table = self.table(printed)
        if printed.variable:
            return read(printed.text, table.with_symbols((Tensor(printed.variable, (printed.variable,)),)))
        try:
            return read(printed.text, table, component=printed.component)
        except Misshapen:
            left = read(printed.text.partition("=")[0], table).last if "=" in printed.text else None
            if left is None or not left.letters:
                raise
        ranges = zip(left.letters, left.axes, strict=True)
        return read(printed.text, self.table(printed, tuple(Index(name, (name,), axis) for name, axis in ranges)))

    def table(self, printed: Printed, indices: tuple[Index, ...] = ()) -> Table:
        """The table of the forward definition; the text says what counts as 0 outside, and what never is the largest.

        A step on the way may leave that to the line that is printed last.
        """
        if printed.final and not printed.behind:
            zero, lowest = self._named_in(printed.zero), self._named_in(printed.lowest)
        else:
            model = self.derivation.forward
            tensors = frozenset(model.tensors)
            zero, lowest = tensors | {f"d{top}/d{by}" for top in tensors for by in tensors}, frozenset()
        return self._table(zero, lowest, indices)

    def _table(
        self, zero: frozenset[str], lowest: frozenset[str] = frozenset(), indices: tuple[Index, ...] = ()
    ) -> Table:
        derivation = self.derivation
        extra: tuple[TableSymbol, ...] = (*self.functions, *indices)
        return table_of(
            derivation.forward,
            derivation.layout,
            derivation.index_base,
            zero,
            extra,
            self._partials,
            self._units,
            lowest,
        )

    @cached_property
    def _units(self) -> frozenset[str]:
        """The lengths of axes that are 1 at the given sizes."""
        lengths = {length for tensor in self.derivation.forward.tensors.values() for length in tensor.shape}
        return frozenset(str(length) for length in lengths if self.sizes and self.places[0].shape((length,)) == (1,))

    def _named_in(self, symbols_said: tuple[str, ...]) -> frozenset[str]:
        """The tensors and partials that symbols stand for."""
        nodes = (read(symbol, self._table(frozenset())).last.node for symbol in symbols_said)
        return frozenset(node.name for node in nodes if isinstance(node, tree.Read))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions of the forward definition, with what they make of numbers."""
        model = self.derivation.forward
        names = [*(function.name for function in model.functions), *unknown_functions(model)]
        # What stands for equations that are not there is not printed.
        return tuple(self._function(name, model.functions) for name in names if not name.startswith(OUTSIDE))

    def _function(self, name: str, declared: Sequence[ScalarFunction]) -> Function:
        letters = {str(letter) for letter in _letters_in(formula_of(name, declared))}
        return Function(name, spelt(name), self._value_of(name, declared), tuple(sorted(letters)))

    def _value_of(self, name: str, declared: Sequence[ScalarFunction]) -> Callable[..., Array]:
        """The function by its formula; what the reader itself knows by that name if that is the same."""
        function = formula_of(name, declared)

        def value(argument: Array, *others: Array, slopes: tuple[int, ...] = (), **letters: Array) -> Array:
            if numpy.iscomplexobj(argument):
                raise TypeError("a formula is evaluated at real numbers")
            if others:
                return self._of_several(name, (argument, *others), slopes)
            given = {symbols.scalar(letter): number for letter, number in letters.items()}
            return self.places[0].formula(function.formula, {function.variable: argument, **given})

        if _letters_in(function):
            return value
        known = elementwise.ELEMENTWISE.get(elementwise.elementwise_name(KNOWN.get(name, name)) or "")
        same = known is not None and numpy.allclose(known(TRIED), value(TRIED), rtol=1e-12, atol=1e-12)
        return known if known is not None and same else value

    def _of_several(self, name: str, arguments: tuple[Array, ...], slopes: tuple[int, ...]) -> Array:
        """An unknown function of several numbers, or a slope of it by those at places."""
        for place in slopes:
            name = slope_name(name, place)
        variables, formula = stand_in_of_several(name, len(arguments))
        return self.places[0].formula(formula, dict(zip(variables, numpy.broadcast_arrays(*arguments), strict=True)))

    @cached_property
    def _partials(self) -> tuple[str, ...]:
        """The partials that the derivation writes, by their names."""
        names: set[str] = set()
        for step in self.derivation.steps:
            names |= {step.quantity.name, *symbols.names_in(step.expression)}
        names |= {self.derivation.quantity.name, *symbols.names_in(self.derivation.result)}
        return tuple(sorted(name for name in names if partial_named(name) is not None))

    def _of_function(self, reading: Reading, printed: Printed) -> float:
        """The worst error of a function's formula, at numbers."""
        left, right = self._two_sides(reading)
        values = [
            [float(side.value(Point(reading.table, {printed.variable: number}))) for side in (left, right)]
            for number in TRIED
        ]
        truth, value = numpy.array(values).T
        return self.difference(value, truth, EPSILON)

    def _two_sides(self, reading: Reading) -> tuple[Side, Side]:
        if reading.leading or reading.signs != ("=",):
            raise Unequal("an equation was expected")
        return reading.sides[0], reading.sides[1]

    def _of_equation(self, reading: Reading, place: measured.Point, printed: Printed) -> float:
        if reading.leading or len(reading.sides) < 2:
            raise Unequal("an equation was expected")
        if wrong := [sign for sign in reading.signs if sign != "="]:
            raise Unequal(f"an equation was expected, not {wrong[0]}")
        first, *others = reading.sides
        point = point_at(place, reading.table)
        ranges = dict(zip(first.letters, first.axes, strict=True))
        truth = first.value(point, first.letters, ranges)
        if printed.shape:
            quantities = (self.derivation.quantity, *(step.quantity for step in self.derivation.steps))
            lengths = _lengths(first, truth, any(quantity.at for quantity in quantities))
            self._require_shape(printed, lengths, point, elements=bool(first.letters))
        noise, named = self._noise(first, place, truth), self.named(first)
        values = (other.value(point, first.letters, ranges) for other in others)
        return max(
            self.difference(value, truth, noise, lambda: self.rounding(named, place, final=printed.final))
            for value in values
        )

    def _noise(self, side: Side, place: measured.Point, truth: Array) -> float:
        """How far rounding moves what is measured."""
        found = [self._noise_of(name, place) for name in self._measured(side)]
        return max([*found, EPSILON * float(numpy.abs(truth).max(initial=0.0))])

    def _noise_of(self, name: str, place: measured.Point) -> float:
        """How far rounding moves what is measured of a partial; a tensor is computed."""
        return float(place.partial(name).noise.max(initial=0.0)) if partial_named(name) else 0.0

    def rounding(self, names: set[str], place: measured.Point, *, final: bool = True) -> float:
        """How far rounding moves what the derivation says of a quantity: in its result, or in any step on the way.

        A cancellation in a right formula loses digits there as it does in the text: w(1 - w) where w is nearly 1.
        """
        derivation = self.derivation
        stated = [(step.quantity, step.expression) for step in derivation.steps]
        stated = [(derivation.quantity, derivation.result), *(stated if not final else ())]
        found = (
            place.rounding(expression, quantity.indices, quantity.shape)
            for quantity, expression in stated
            if names == {quantity.name}
        )
        return max((largest(numpy.nan_to_num(one, nan=0.0, posinf=0.0)) for one in found), default=0.0)

    def _of_cell(self, reading: Reading, place: measured.Point, printed: Printed) -> float:
        quantity = self.derivation.quantity
        truth = place.value(quantity.name)
        if self.derivation.forward.holds_places(quantity.name):
            truth = truth + self.derivation.index_base
        point = point_at(place, reading.table)
        noise = self._noise_of(quantity.name, place)
        errors = []
        for side in reading.sides:
            error, lengths = self._compared(
                side, point, truth, noise, lambda: self.rounding({quantity.name}, place, final=printed.final)
            )
            errors.append(error)
            if printed.shape:
                self._require_shape(printed, lengths, point)
        return max(errors)

    def _compared(
        self, side: Side, point: Point, truth: Array, noise: float, rounding: Callable[[], float] = float
    ) -> tuple[float, Sequence[int]]:
        """The error of what a side says the derivation's quantity is, and the shape of that as it is printed."""
        quantity = self.derivation.quantity
        if side.letters or (quantity.indices and not side.shape.axes):
            letters = tuple(str(index) for index in quantity.indices)
            ranges: Mapping[str, Any] = dict(zip(letters, truth.shape, strict=True))
            return self.difference(side.value(point, letters, ranges), truth, noise, rounding), truth.shape
        whole = as_matrix(truth, quantity.name, self.derivation.forward, self.derivation.layout)
        lengths = whole.shape if whole.shape[1] > 1 or not truth.ndim else whole.shape[:1]
        return self.difference(_as_matrix(side, point), whole, noise, rounding), lengths

    def _require_key(self, printed: Printed) -> None:
        """The heading of the row must be what the quantity is the gradient by."""
        node = read(printed.key, self._table(frozenset())).last.node
        partial = self.derivation.quantity.partial
        if partial is None or not isinstance(node, tree.Read) or node.name != partial.bottom:
            raise Unequal(f"{self.derivation.quantity.name} stands in the row of {printed.key}")

    def _require_shape(self, printed: Printed, lengths: Sequence[int], point: Point, *, elements: bool = False) -> None:
        """The shape beside a formula must be that of its left side; ``elements`` have no letter along one place."""
        sizes = [read(size, point.table).last for size in re.split(r"\\times|×", printed.shape)]
        values = [size.value(point) for size in sizes]
        if any(value.size != 1 for value in values):
            raise Unequal(f"the shape beside it is {printed.shape}, in which the name of a tensor stands for a length")
        said = [round(float(value.item())) for value in values]
        plain = _several if elements else _plain
        if plain(said) != plain(lengths):
            raise Unequal(
                f"the shape beside it is {printed.shape}, {_product(said)} here, and it has {_product(lengths)}"
            )

    def difference(self, value: Array, truth: Array, noise: float, rounding: Callable[[], float] = float) -> float:
        """The relative error of an array; Unequal where it is too large. A single 0 stands for zeros of any shape.

        ``rounding`` is what cancelling terms may be off by, and is asked only where the error is too large without it.

        Raises:
            Unequal: the error is too large.
            Drowned: it is too large but for rounding, and what it should be is no larger than that.
        """
        if value.size == 1 and not value.any():
            value = numpy.zeros(truth.shape)
        if value.shape != truth.shape and value.squeeze().shape != truth.squeeze().shape:
            raise Unequal(
                f"the text says an array of {_product(value.shape)}, and {_product(truth.shape)} is what it should be"
            )
        value, truth = value.reshape(truth.shape), numpy.asarray(truth)
        floor = floor_of(Measured(truth, numpy.full(truth.shape, noise)), DOUBLE)
        try:
            error = relative_error(value, truth, floor)
            rounded = rounding() if error > TOLERANCE else 0.0
            beside = relative_error(value, truth, numpy.maximum(floor, NOISE * rounded / TOLERANCE))
        except ArrayError as reason:
            raise Unequal(str(reason)) from None
        if beside > TOLERANCE or (error > TOLERANCE and largest(truth) <= NOISE * rounded):
            kind = Unequal if beside > TOLERANCE else Drowned
            raise kind(f"what the text says differs by {error:.0e} from what is measured", error)
        return beside


def _as_matrix(side: Side, point: Point) -> Array:
    value = side.value(point)
    if value.ndim == 2:
        return value
    return value.reshape((1, -1) if side.shape.row else (-1, 1))


def _lengths(side: Side, value: Array, at_times: bool) -> tuple[int, ...]:
    """The shape of a left side as it is printed: a column by its length, a row with one row; at a time that of then."""
    own = value.shape[len(side.letters) :] if side.shape.axes and at_times else value.shape
    return (1, *own) if side.shape.row else own


def _plain(lengths: Sequence[int]) -> tuple[int, ...]:
    """Lengths without those of a single column, and 1 for a number, as shapes are printed.

    Of a derivative with more axes only those of several places count.
    """
    kept = _several(lengths) if len(lengths) > 2 else tuple(lengths) or (1,)
    return kept[:1] if len(kept) == 2 and kept[1] == 1 else kept


def _several(lengths: Sequence[int]) -> tuple[int, ...]:
    """The lengths of axes of several places."""
    return tuple(length for length in lengths if length != 1)


def _product(lengths: Sequence[int]) -> str:
    return " × ".join(map(str, lengths)) or "1"
