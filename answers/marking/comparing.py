"""Whether what was written is what is measured: its elements put in the order of the quantity's axes, then compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Literal

import numpy

from answers.reading import NoValue, Point, ReadingError
from answers.reading.reading import Reading, Side
from answers.reading.shapes import Bindings, is_unknown, resolve, unify
from answers.reading.symbols import Axis
from answers.reading.tables import axis_of
from answers.reading.tree import Node, Pick, Place, Read, Transpose
from answers.reading.walks import walk
from derive.derivation import Derivation
from derive.expression.partials import partial_named

Array = Any
TOLERANCE = 1e-7

Manner = Literal["right", "transposed", "loose"]
"""How the elements must be taken to be the quantity's: as they are, in the other layout, or kindly."""


@dataclass(frozen=True)
class Arrangement:
    """One way to take the elements of a side as those of the quantity.

    ``order`` are the axes of the quantity that the letters, then the side's own axes, run along. ``diagonal`` says that
    only the elements on the diagonal are written; ``summed`` are letters that are added over though no sum is written.
    """

    manner: Manner
    letters: tuple[str, ...]
    order: tuple[int, ...]
    diagonal: bool = False
    summed: tuple[str, ...] = ()
    reason: str = ""

    def array(self, side: Side, point: Point, axes: Sequence[Axis]) -> Array:
        """The elements in the order of the quantity's axes.

        Raises:
            ReadingError: the side has no value there.
        """
        full = [point.lengths[axis] if isinstance(axis, str) else axis for axis in axes]
        if len(self.order) != len(axes) and not self.diagonal:
            axes = without_ones(axes)
        if not self.letters and not self.diagonal:
            side = with_lengths(side, [axes[at] for at in self.order])
        known = dict(zip(side.letters, side.axes, strict=True))
        ranges = {
            letter: axes[at]
            for letter, at in zip(self.letters, self.order, strict=False)
            if is_unknown(known.get(letter, "?"))
        }
        value = value_of(side, point, (*self.letters, *self.summed), ranges)
        first = len(self.letters)
        value = value.sum(axis=tuple(range(first, first + len(self.summed))))
        if self.diagonal:
            return numpy.diag(numpy.broadcast_to(numpy.reshape(value, -1), (full[0],)))
        if len(self.order) != value.ndim:
            lengths = [point.lengths[axis] if isinstance(axis, str) else axis for axis in axes]
            due = [lengths[at] for at in self.order]
            if value.size != numpy.prod(due):
                raise NoValue(f"this has {value.size} elements, not {' × '.join(map(str, due))}")
            value = numpy.reshape(value, due)
        value = numpy.transpose(value, numpy.argsort(self.order))
        return value if len(self.order) == len(full) else numpy.reshape(value, full)


def value_of(
    side: Side, point: Point, indices: Sequence[str] | None = None, ranges: Mapping[str, Axis] | None = None
) -> Array:
    """The value of a side at a point.

    Raises:
        ReadingError: it has none there, whatever the reason.
    """
    try:
        return numpy.asarray(side.value(point, indices, ranges))
    except ReadingError:
        raise
    except (ValueError, IndexError, numpy.linalg.LinAlgError) as error:
        raise NoValue(f"this has no value here: {error}") from error


def with_lengths(side: Side, axes: Sequence[Axis]) -> Side:
    """A side whose own lengths are those given where it does not tell them: I is the identity that fits."""
    found: Bindings | None = side.bindings
    for own, axis in zip(side.node.shape.axes, axes, strict=False):
        if found is not None and is_unknown(resolve(own, found)):
            found = unify(own, axis, found)
    return side if found is None or found is side.bindings else replace(side, bindings=found)


def without_ones(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """The axes that have more than one place, which are those that letters run along."""
    return tuple(axis for axis in axes if axis != 1)


@dataclass(frozen=True)
class Target:
    """What is asked for: its axes, and whether the derivative of a number is laid out as a row.

    ``rows`` says that vectors are rows. ``summable`` are axes of parameters, over which sums are understood.
    """

    name: str
    axes: tuple[Axis, ...]
    turned: bool
    rows: bool
    summable: frozenset[Axis] = frozenset()

    @staticmethod
    def of(derivation: Derivation, *, rows: bool, instead: str = "") -> Target:
        """The quantity of a derivation, or a partial in its place."""
        name = instead or derivation.quantity.name
        shape = derivation.forward.shape_of(instead) if instead else derivation.quantity.shape
        partial = partial_named(name)
        number = partial is not None and not derivation.forward.shape_of(partial.top)
        turned = derivation.layout == "numerator" and number and not rows
        parameters = [tensor for tensor in derivation.forward.given if tensor.role == "parameter"]
        summable = frozenset(axis_of(length) for tensor in parameters for length in tensor.shape)
        return Target(name, tuple(axis_of(length) for length in shape), turned, rows, summable)


def arrangements(side: Side, target: Target, indices: Sequence[str], first: Sequence[str]) -> list[Arrangement]:
    """Every way to take the elements of a side as those of the quantity, the strictest first.

    ``indices`` name the letters of an answer for one element; ``first`` are those of a left side, in order; where
    neither says so, as in a formula without a left side, letters are in the order of the alphabet. Axes of one place
    may be left out.
    """
    found = _arrangements(side, target, indices, first)
    if not found and 1 in target.axes:
        found = _arrangements(side, replace(target, axes=without_ones(target.axes)), indices, first)
    return found


def _arrangements(side: Side, target: Target, indices: Sequence[str], first: Sequence[str]) -> list[Arrangement]:
    named = tuple(dict.fromkeys(first or indices))
    free = side.letters
    if not free and not named:
        return list(_whole(side, target))
    extra = tuple(letter for letter in free if named and letter not in named)
    if extra and not all(_repeated(side, letter, target) for letter in extra):
        return []
    letters = tuple(letter for letter in named if letter in free) if named else free
    found = list(_by_letters(side, target, letters, named, first or indices))
    if len(named) > len(letters):
        found += _by_letters(side, target, named, named, first or indices)
    if not letters:
        found = [*_whole(side, target), *found]
    if not extra:
        return found
    reason = f"no sum is written over {', '.join(extra)}, which stand for places twice"
    return [Arrangement("loose", a.letters, a.order, a.diagonal, extra, reason) for a in found if a.manner == "right"]


def _by_letters(
    side: Side, target: Target, letters: tuple[str, ...], named: tuple[str, ...], order: Sequence[str]
) -> Iterator[Arrangement]:
    """The letters along some axes of the quantity, the side's own axes along the rest."""
    rank, own = len(target.axes), side.shape.axes
    ranges = dict(zip(side.letters, side.axes, strict=True))
    if len(letters) == 1 and not own and rank == 2 and target.axes[0] == target.axes[1]:
        manner: Manner = "right" if len(set(order)) < 2 else "loose"
        yield Arrangement(
            manner, letters, (0,), diagonal=True, reason="the elements beside the diagonal are not written"
        )
    if len(letters) + len(own) != rank:
        return
    fitting = []
    for places in permutations(range(rank), len(letters)):
        rest = [at for at in range(rank) if at not in places]
        lengths = [ranges.get(letter, "?") for letter in letters]
        pairs = [*zip(lengths, (target.axes[at] for at in places), strict=True)]
        pairs += zip(own, (target.axes[at] for at in rest), strict=True)
        if all(is_unknown(one) or one == other for one, other in pairs):
            fitting.append((places, (*places, *rest)))
    for places, whole in fitting:
        run = [letters[at] for at in numpy.argsort(places)]
        ordered = run == list(letters if named else sorted(letters))
        turned = len(own) == 1 and side.shape.row != target.rows
        manner = "right" if (ordered or rank > 2) and not turned else "transposed"
        yield Arrangement(manner, letters, whole)


def _whole(side: Side, target: Target) -> Iterator[Arrangement]:
    """A side without letters: its own axes are those of the quantity, in order or turned over."""
    own, rank = side.shape.axes, len(target.axes)
    straight: Manner = "transposed" if target.turned else "right"
    turned: Manner = "right" if target.turned else "transposed"
    if rank == 0:
        if side.shape.is_scalar:
            yield Arrangement("right", (), ())
    elif rank == 1:
        if len(own) == 1 and own == target.axes:
            yield Arrangement(straight if side.shape.row == target.rows else turned, (), (0,))
        elif len(own) == 2 and set(own) == {1, target.axes[0]}:
            yield Arrangement(straight if (own[0] == 1) == target.rows else turned, (), (0,))
        elif not own and target.axes == (1,):
            yield Arrangement("right", (), (0,))
    elif rank == 2:
        if _matches(side, target.axes):
            yield Arrangement(straight, (), (0, 1))
        if _matches(side, target.axes[::-1]):
            yield Arrangement(turned, (), (1, 0))
        if target.axes[0] == target.axes[1] and own in ((), target.axes[:1]):
            reason = "a vector is read as the matrix with it on the diagonal"
            yield Arrangement("loose", (), (0,), diagonal=True, reason=reason)
    elif own == target.axes:
        yield Arrangement("right", (), tuple(range(rank)))


def _matches(side: Side, axes: Sequence[Axis]) -> bool:
    shape = side.shape
    if len(shape.axes) > 2:
        return False
    return all(is_unknown(one) or one == other for one, other in zip(shape.matrix, axes, strict=True)) and (
        len(shape.axes) == 2 or 1 in axes
    )


def _repeated(side: Side, letter: str, target: Target) -> bool:
    """Whether an index stands below two names at least, as in a sum that is not written, and runs over no samples."""
    slot, axis = dict(zip(side.letters, zip(side.slots, side.axes, strict=True), strict=True))[letter]
    twice = sum(isinstance(node, Place) and node.slot == slot for node in walk(side.node)) > 1
    return twice and axis in target.summable


def needs_order(side: Side, target: Target) -> bool:
    """Whether it must be told which axes of the quantity the letters of a side run along."""
    alone = len(side.letters) == 1 and not side.shape.axes and len(without_ones(target.axes)) == 1
    return bool(side.letters) and not alone


def letters_of_left_side(reading: Reading, target: Target) -> tuple[str, ...]:
    """The letters that the first side of a chain puts in order, none if it says nothing of them.

    They stand below the quantity, or else below whatever else has just the letters of the answer: the first side as a
    whole, a derivative by the same tensor, or that tensor.
    """
    if len(reading.sides) < 2:
        return ()
    first, free = reading.sides[0].node, frozenset(reading.last.letters)
    name, letters = _lettered(first)
    if name == target.name or (name and frozenset(letters) == free):
        return letters
    bottom = _bottom(target.name)
    for node in walk(first):
        name, letters = _lettered(node)
        own = letters[-len(free) :]
        if name and (name == target.name or _bottom(name) == bottom) and frozenset(own) == free:
            return own
    return ()


def _lettered(node: Node) -> tuple[str, tuple[str, ...]]:
    """The tensor or partial that a node is an element of, with the letters in the order of its axes; "" for others."""
    inside, below = (node.inside, _letters_of(node.subscripts)) if isinstance(node, Pick) else (node, ())
    while isinstance(inside, Transpose):
        inside, below = inside.inside, below[::-1]
    return (inside.name, (*_letters_of(inside.subscripts), *below)) if isinstance(inside, Read) else ("", ())


def _letters_of(subscripts: Sequence[Node | None]) -> tuple[str, ...]:
    return tuple(place.letter for place in subscripts if isinstance(place, Place))


def _bottom(name: str) -> str:
    """What a partial is by; the name itself of what is none."""
    partial = partial_named(name)
    return name if partial is None else partial.bottom


def agrees(one: Array, other: Array, tolerance: float = TOLERANCE) -> bool:
    """Whether two arrays are equal at the scale of the larger numbers in them."""
    one, other = numpy.asarray(one), numpy.asarray(other)
    if one.shape != other.shape or not (numpy.isfinite(one).all() and numpy.isfinite(other).all()):
        return False
    scale = max(float(numpy.abs(one).max(initial=0.0)), float(numpy.abs(other).max(initial=0.0)))
    return bool(numpy.abs(one - other).max(initial=0.0) <= tolerance * scale)
