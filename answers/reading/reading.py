"""A formula read: its sides as trees, and their values at points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import product
from typing import Any

import numpy

from answers.reading import syntax, tree
from answers.reading.conditions import guarded
from answers.reading.context import MOST, Context, Kind, Letter, Meaning
from answers.reading.errors import Ambiguous, Misshapen, NoValue, ReadingError, Unreadable
from answers.reading.evaluate import Evaluator
from answers.reading.grid import MOST_WORK
from answers.reading.macros import Macros
from answers.reading.meaning import meanings
from answers.reading.parsing import parse
from answers.reading.point import Point
from answers.reading.points import point_of
from answers.reading.shapes import NONE, Bindings, Shape, merge, resolve, same
from answers.reading.spelling import lookup
from answers.reading.symbols import Axis, Table
from answers.reading.tokens import tokens_of
from answers.reading.walks import bounds_in, walk

Array = Any
TOLERANCE = 1e-9
LITTLE = 1 << 17
"""How many numbers are computed to compare two readings."""
MOST_INDICES = 26
"""NumPy's arrays have so many axes, less some for those of values."""


@dataclass(frozen=True)
class Side:
    """One side of a chain: its tree, the lengths that it determines, its free indices with their ranges."""

    node: tree.Node
    bindings: Bindings = field(hash=False, default_factory=dict)
    letters: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    axes: tuple[Axis, ...] = ()
    kindness: tuple[str, ...] = ()

    @cached_property
    def shape(self) -> Shape:
        """The shape, with the lengths that were found."""
        own = self.node.shape
        return Shape(tuple(resolve(axis, self.bindings) for axis in own.axes), own.row)

    @cached_property
    def bound(self) -> tuple[int, ...]:
        """The slots of the indices of sums."""
        return tuple(bound.slot for node in walk(self.node) for bound in bounds_in(node))

    def value(
        self,
        point: Point,
        indices: Sequence[str] | None = None,
        ranges: Mapping[str, Axis] | None = None,
        most_work: int = MOST_WORK,
    ) -> Array:
        """The value at a point: an axis for each of the ``indices`` in order (its own if left out), then its shape.

        ``ranges`` are those of indices that the formula itself does not tell. ``most_work`` bounds how many numbers are
        computed.

        Raises:
            NoValue: something has no value there, or a range is not known.
            OutsideRange: a tensor is read where it has no elements.
        """
        try:
            return self._value(point, indices, ranges, most_work)
        except RecursionError:
            raise NoValue("the formula is nested too deeply") from None

    def _value(
        self, point: Point, indices: Sequence[str] | None, ranges: Mapping[str, Axis] | None, most_work: int
    ) -> Array:
        axes = dict(zip(self.letters, self.axes, strict=True)) | dict(ranges or {})
        slots = dict(zip(self.letters, self.slots, strict=True))
        wanted = list(self.letters if indices is None else indices)
        missing = [letter for letter in self.letters if letter not in wanted]
        if missing:
            raise NoValue(f"the value depends on {', '.join(missing)}")
        order = (*self.slots, *self.bound)
        if len(order) > MOST_INDICES:
            raise NoValue(f"{len(order)} indices; at most {MOST_INDICES} have values")
        evaluator = Evaluator(
            point, self.bindings, order, {slots[letter]: axes[letter] for letter in self.letters}, most_work
        )
        found = numpy.asarray(evaluator.at(self.node))
        found = found.reshape(found.shape[: len(self.slots)] + found.shape[len(order) :])
        lengths = [evaluator.known_length(axes[letter], f"the range of {letter}") for letter in self.letters]
        own = found.shape[len(self.slots) :]
        full = numpy.broadcast_to(found, (*lengths, *own))
        present = [self.letters.index(letter) for letter in wanted if letter in self.letters]
        moved = full.transpose(*present, *range(len(lengths), full.ndim))
        absent = [at for at, letter in enumerate(wanted) if letter not in self.letters]
        for at in absent:
            moved = numpy.expand_dims(moved, at)
        if not absent:
            return moved
        sizes = [evaluator.known_length(axes.get(letter, "?"), f"the range of {letter}") for letter in wanted]
        return numpy.broadcast_to(moved, (*sizes, *own))


@dataclass(frozen=True)
class Reading:
    """A formula: its sides with the relations between them. ``leading`` says that a relation stands in front."""

    text: str
    table: Table
    sides: tuple[Side, ...]
    signs: tuple[str, ...] = ()
    leading: bool = False
    fits: bool = True

    @property
    def last(self) -> Side:
        """The last side, which is the answer of a chain."""
        return self.sides[-1]

    @property
    def kindness(self) -> tuple[str, ...]:
        """Where the writer was taken kindly: sentences."""
        return tuple(dict.fromkeys(kind for side in self.sides for kind in side.kindness))


def read(
    text: str,
    table: Table,
    macros: Macros | None = None,
    shape: Shape | None = None,
    *,
    kind: Kind = "",
    left: bool = True,
    component: int | None = None,
) -> Reading:
    """Read a formula, or a chain of equations, in LaTeX or Unicode.

    ``macros`` are those of the text around it. ``shape`` is the shape that it must have, where that is known. ``kind``
    lets arrays side by side be an inner product, or be multiplied element by element. With ``left=False`` the left side
    of an equation may be what is not understood; it is left out then. ``component`` says which of several names on the
    left is meant, ``(m, n) = arg max_{m, n} z``.

    Raises:
        Unreadable: the text is no formula of the grammar and the table; with the place.
        Misshapen: its parts do not fit.
        Ambiguous: it has two readings that differ in value.
    """
    try:
        relation = syntax_of(text, table, macros)
        if component is not None:
            relation = syntax.of_component(relation, component, text)
        return understood(relation, text, table, shape, kind=kind, left=left)
    except RecursionError:
        raise Unreadable("this is nested too deeply", text, 0, len(text)) from None


def syntax_of(text: str, table: Table, macros: Macros | None = None) -> syntax.Relation:
    """What is written, before it is known what its names are, in which the words of the table are whole.

    Raises:
        Unreadable: the text is no formula of the grammar; with the place.
    """
    return parse(tokens_of(text, lookup(table).lexicon, macros), text)


def understood(
    relation: syntax.Relation,
    text: str,
    table: Table,
    shape: Shape | None = None,
    *,
    kind: Kind = "",
    left: bool = True,
) -> Reading:
    """What :func:`read` makes of a text, from its syntax on.

    Raises:
        Unreadable, Misshapen, Ambiguous: as :func:`read`.
    """
    context = Context(table, text, kind)
    context.read = partial(meanings, context)
    relation = syntax.without_sets(relation)
    options: list[list[Meaning]] = []
    for number, side in enumerate(relation.sides):
        try:
            options.append(context.read(side))
        except Unreadable:
            if left or number > 0 or len(relation.sides) == 1:
                raise
    if relation.guard is not None:
        options = [guarded(context, option, relation.guard) for option in options]
    signs = tuple(str(sign) for sign in relation.signs[len(relation.sides) - len(options) :])
    chosen, fits = _fitting(options, shape)
    if len(chosen) > 1:
        chosen = _different(chosen, context, text)
    sides = tuple(_side(meaning, context) for meaning in chosen[0])
    return Reading(text, table, sides, signs, relation.leading or len(options) < len(relation.sides), fits)


Choice = tuple[Meaning, ...]


def _fitting(options: list[list[Meaning]], shape: Shape | None) -> tuple[list[Choice], bool]:
    """The choices whose sides have one shape; if there are none, every choice of sides apart."""
    found: list[Choice] = []
    for choice in product(*options):
        bindings: Bindings | None = NONE
        first = choice[0].node.shape if shape is None else shape
        for meaning in choice:
            bindings = None if bindings is None else merge(bindings, meaning.bindings)
            if bindings is not None:
                bindings = _equal(first, meaning.node.shape, bindings)
        if bindings is not None:
            found.append(tuple(Meaning(meaning.node, bindings, meaning.kindness) for meaning in choice))
        if len(found) > MOST:
            break
    if found:
        return found, True
    if shape is not None and len(options) == 1:
        raise Misshapen(f"this is {options[0][0].node.shape}, where {shape} was expected")
    return list(product(*options))[:MOST], False


def _equal(left: Shape, right: Shape, bindings: Bindings) -> Bindings | None:
    if left.is_scalar and right.is_scalar:
        return bindings
    try:
        return same(left, right, bindings)
    except Misshapen:
        return None


def _letters(node: tree.Node, context: Context) -> Iterator[Letter]:
    if not context.free:
        return
    used = {part.slot for part in walk(node) if isinstance(part, tree.Place)}
    for letter in context.free.values():
        if letter.slot in used:
            yield letter


def _side(meaning: Meaning, context: Context) -> Side:
    letters = list(_letters(meaning.node, context))
    return Side(
        meaning.node,
        dict(meaning.bindings),
        tuple(letter.text for letter in letters),
        tuple(letter.slot for letter in letters),
        tuple(resolve(letter.axis, meaning.bindings) for letter in letters),
        meaning.kindness,
    )


def _different(choices: list[Choice], context: Context, text: str) -> list[Choice]:
    """One of the choices, if all have the same values at random points.

    Raises:
        Ambiguous: two differ.
    """
    least = min(len(_kindness(choice)) for choice in choices)
    points = [point_of(context.table, seed) for seed in range(2)]
    kept: tuple[Choice, list[list[Array] | None]] | None = None
    for choice in choices:
        if len(_kindness(choice)) > least:
            continue
        values = [_values(choice, context, point) for point in points]
        if all(value is None for value in values):
            continue
        if kept is None:
            kept = choice, values
        elif not _agree(values, kept[1]):
            shapes = {str(choice[-1].node.shape), str(kept[0][-1].node.shape)}
            what = "two values" if len(shapes) == 1 else f"values of two shapes, {' and '.join(sorted(shapes))}"
            raise Ambiguous(f"this can be read in two ways, with {what}; write brackets", text, 0, len(text))
    if kept is None:
        raise Ambiguous("this can be read in two ways, of which neither has a value to compare", text, 0, len(text))
    return [kept[0]]


def _kindness(choice: Choice) -> tuple[str, ...]:
    return tuple(kind for meaning in choice for kind in meaning.kindness)


def _values(choice: Choice, context: Context, point: Point) -> list[Array] | None:
    found = []
    for meaning in choice:
        side = _side(meaning, context)
        known = {letter: axis for letter, axis in zip(side.letters, side.axes, strict=True) if _has_length(axis, point)}
        ranges: dict[str, Axis] = {letter: 2 for letter in side.letters if letter not in known}
        try:
            found.append(side.value(point, ranges=ranges, most_work=LITTLE))
        except ReadingError:
            return None
    return found


def _has_length(axis: Axis, point: Point) -> bool:
    return isinstance(axis, int) or axis in point.lengths


def _agree(one: list[list[Array] | None], other: list[list[Array] | None]) -> bool:
    for left, right in zip(one, other, strict=True):
        if left is None or right is None:
            continue
        for a, b in zip(left, right, strict=True):
            if a.size != b.size or a.squeeze().shape != b.squeeze().shape:
                return False
            a, b = a.squeeze(), b.squeeze()
            scale = max(1.0, float(numpy.abs(a).max(initial=0))) if numpy.isfinite(a).all() else 1.0
            if not numpy.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * scale, equal_nan=True):
                return False
    return True
