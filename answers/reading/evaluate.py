"""The value of a formula at a point, in NumPy.

Every index, bound or free, has an axis of its own in front of the axes of a value, so a sum is a sum along an axis.
A mask says at which places of these axes a part counts: what a condition, a case or a limit excludes is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy

from answers.reading import functions, tree
from answers.reading import windows as maps
from answers.reading.errors import NoValue, OutsideRange
from answers.reading.shapes import Bindings, Shape, is_unknown, resolve
from answers.reading.symbols import Axis, Function, Table, Tensor

Array = Any
SMALL = 1e-9
LARGEST = 1 << 22
"""A sum whose terms are more than this is added one by one."""


@dataclass(frozen=True, eq=False)
class Point:
    """The values of the tensors and partials of a table by name; ``sizes`` are lengths that no array shows."""

    table: Table
    arrays: Mapping[str, Array]
    sizes: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def lengths(self) -> dict[str, int]:
        """The lengths of axes by their names.

        Raises:
            NoValue: two arrays contradict each other, or one has other axes than the table says.
        """
        found = dict(self.sizes)
        for symbol in self.table.symbols:
            if isinstance(symbol, Tensor) and symbol.name in self.arrays:
                self._see(symbol.name, symbol.axes, found)
        for partial in self.table.partials:
            ends = [partial.top, *partial.bottom.split(",")]
            symbols = [self.table.by_name[name] for name in ends]
            axes = [axis for symbol in symbols if isinstance(symbol, Tensor) for axis in symbol.axes]
            if any(isinstance(axis, str) and axis not in found for axis in axes) and partial.name in self.arrays:
                self._see(partial.name, axes, found)
        return found

    def _see(self, name: str, axes: Sequence[Axis], found: dict[str, int]) -> None:
        shape = numpy.shape(self.arrays[name])
        if len(shape) != len(axes):
            raise NoValue(f"{name} has {len(shape)} axes here, not {len(axes)}")
        for axis, length in zip(axes, shape, strict=True):
            known = axis if isinstance(axis, int) else found.setdefault(axis, length)
            if known != length:
                raise NoValue(f"{name} has length {length} where {axis} is {known}")


class Evaluator:
    """Computes values of trees at one point."""

    def __init__(self, point: Point, bindings: Bindings, slots: Sequence[int], ranges: Mapping[int, Axis]) -> None:
        self.point, self.bindings, self.table = point, bindings, point.table
        self.dimension = {slot: at for at, slot in enumerate(slots)}
        self.count = len(slots)
        self.indices: dict[int, Array] = {}
        self.ranges = ranges
        for slot in ranges:
            self.indices[slot] = self._spread_out(self._range(ranges[slot], "a free index"), slot)

    def at(self, node: tree.Node) -> Array:
        """The value, with an axis for every index in front."""
        with numpy.errstate(all="ignore"):
            return self.value(node, numpy.ones((1,) * self.count, bool))

    def value(self, node: tree.Node, mask: Array) -> Array:
        return VALUES[type(node)](self, node, mask)

    # Lengths, ranges, shapes

    def length(self, axis: Axis) -> int | None:
        axis = resolve(axis, self.bindings)
        if isinstance(axis, int):
            return axis
        return self.point.lengths.get(axis)

    def known_length(self, axis: Axis, what: str) -> int:
        found = self.length(axis)
        if found is None:
            shown = resolve(axis, self.bindings)
            raise NoValue(f"the length of {what} is not known" + ("" if is_unknown(shown) else f": {shown}"))
        return found

    def _range(self, axis: Axis, what: str) -> Array:
        return numpy.arange(self.known_length(axis, f"the range of {what}")) + float(self.table.base)

    def _spread_out(self, values: Array, slot: int) -> Array:
        shape = [1] * self.count
        shape[self.dimension[slot]] = len(values)
        return numpy.asarray(values, float).reshape(shape)

    def shaped(self, value: Array, own: Shape, target: Shape) -> Array:
        """A value of one shape as one of another: numbers go with everything, a column of n is n × 1."""
        rank = len(target.axes)
        if len(own.axes) == rank:
            return value
        if own.is_scalar or not own.axes:
            return value.reshape(value.shape[: self.count] + (1,) * rank)
        if rank == 2:
            return value[..., None, :] if own.row else value[..., :, None]
        if len(own.axes) == 2 and rank == 1:
            return value[..., 0, :] if target.row else value[..., :, 0]
        raise NoValue(f"{own} is not {target}")

    def square(self, value: Array, own: Shape) -> Array:
        """A value as a matrix."""
        if not own.axes:
            return value[..., None, None]
        if len(own.axes) == 1:
            return value[..., None, :] if own.row else value[..., :, None]
        return value

    def parts(self, nodes: Sequence[tree.Node], target: Shape, mask: Array) -> Iterator[Array]:
        for node in nodes:
            yield self.shaped(self.value(node, mask), node.shape, target)

    # Nodes

    def number(self, node: tree.Number, _mask: Array) -> Array:
        return numpy.full((1,) * self.count, node.value)

    def a_length(self, node: tree.Length, _mask: Array) -> Array:
        return numpy.full((1,) * self.count, float(self.known_length(node.axis, "this axis")))

    def place(self, node: tree.Place, _mask: Array) -> Array:
        return self.indices[node.slot]

    def read(self, node: tree.Read, mask: Array) -> Array:
        if node.name not in self.point.arrays:
            raise NoValue(f"{node.name} has no value here")
        array = numpy.asarray(self.point.arrays[node.name], float)
        chosen = [axis for axis, subscript in enumerate(node.subscripts) if subscript is not None]
        if not chosen:
            return array.reshape((1,) * self.count + array.shape)
        array = numpy.moveaxis(array, chosen, range(len(chosen)))
        places, inside = [], None
        for at, subscript in enumerate(node.subscripts[axis] for axis in chosen):
            assert subscript is not None
            place, within = self.checked(self.value(subscript, mask), array.shape[at], node.name, mask)
            places.append(place)
            inside = within if inside is None else inside & within
        found = array[tuple(numpy.broadcast_arrays(*places))] if len(places) > 1 else array[places[0]]
        if inside is None or inside.all():
            return found
        return numpy.where(inside.reshape(inside.shape + (1,) * (found.ndim - self.count)), found, 0)

    def checked(self, subscript: Array, length: int, name: str, mask: Array) -> tuple[Array, Array]:
        """Subscripts as positions from 0, and where they lie inside; where they do not count they may lie anywhere."""
        position = subscript - self.table.base
        whole = numpy.rint(position)
        inside = (numpy.abs(position - whole) < SMALL) & (whole >= 0) & (whole < length)
        if not inside.all() and not self.counts_outside(name):
            wrong = ~inside & mask
            if wrong.any():
                first = float(numpy.broadcast_to(subscript, wrong.shape)[wrong][0])
                base = self.table.base
                raise OutsideRange(f"{name} is read at {first:g}, outside of {base} to {base + length - 1}")
        return numpy.clip(numpy.nan_to_num(whole), 0, length - 1).astype(int), inside

    def counts_outside(self, name: str) -> bool:
        symbol = self.table.by_name.get(name)
        if isinstance(symbol, Tensor):
            return symbol.outside
        return any(partial.outside for partial in self.table.partials if partial.name == name)

    def pick(self, node: tree.Pick, mask: Array) -> Array:
        value = self.value(node.inside, mask)
        for subscript in node.subscripts:
            place = self.value(subscript, mask)
            position, _ = self.checked(place, value.shape[self.count], "what stands in brackets", mask)
            lead = numpy.broadcast_shapes(value.shape[: self.count], position.shape)
            value = numpy.broadcast_to(value, lead + value.shape[self.count :])
            index = numpy.broadcast_to(position, lead).reshape(lead + (1,) * (value.ndim - self.count))
            value = numpy.take_along_axis(value, index, axis=self.count)
            value = value[(slice(None),) * self.count + (0,)]
        return value

    def slice(self, node: tree.Slice, mask: Array) -> Array:
        start, stop = (int(numpy.rint(self.value(end, mask)).flat[0]) for end in (node.start, node.stop))
        value = self.value(node.inside, mask)
        if not 0 <= start - self.table.base <= stop <= value.shape[self.count]:
            raise OutsideRange(f"rows {start} to {stop} of {value.shape[self.count]}")
        return value[(slice(None),) * self.count + (slice(start - self.table.base, stop),)]

    def sum(self, node: tree.Sum, mask: Array) -> Array:
        total: Array = 0
        for part in self.parts(node.terms, node.shape, mask):
            total = total + part
        return total

    def negative(self, node: tree.Negative, mask: Array) -> Array:
        return -self.value(node.inside, mask)

    def times(self, node: tree.Times, mask: Array) -> Array:
        result: Array = None
        own = mask
        rest = []
        for factor in node.factors:
            if isinstance(factor, tree.Compare | tree.Logic) and not factor.shape.axes:
                holds = self.value(factor, own)
                own = own & (holds != 0)
            else:
                rest.append(factor)
        for part in self.parts(rest, node.shape, own):
            result = part if result is None else result * part
        if own is mask:
            return result
        if result is None:
            return own.astype(float)
        kept = own.reshape(own.shape + (1,) * len(node.shape.axes))
        return numpy.where(kept, result, 0.0)

    def over(self, node: tree.Over, mask: Array) -> Array:
        top, bottom = self.parts((node.top, node.bottom), node.shape, mask)
        return top / bottom

    def matrix(self, node: tree.Matrix, mask: Array) -> Array:
        left = self.square(self.value(node.left, mask), node.left.shape)
        right = self.square(self.value(node.right, mask), node.right.shape)
        made = left @ right
        if not node.shape.axes:
            return made[..., 0, 0]
        if len(node.shape.axes) == 1:
            return made[..., 0, :] if node.shape.row else made[..., :, 0]
        return made

    def transpose(self, node: tree.Transpose, mask: Array) -> Array:
        value = self.value(node.inside, mask)
        return value if len(node.shape.axes) < 2 else numpy.swapaxes(value, -1, -2)

    def power(self, node: tree.Power, mask: Array) -> Array:
        base = self.value(node.inside, mask)
        exponent = self.shaped(self.value(node.exponent, mask), node.exponent.shape, node.shape)
        return numpy.power(base, exponent)

    def inverse(self, node: tree.Inverse, mask: Array) -> Array:
        return numpy.linalg.inv(self.value(node.inside, mask))

    def apply(self, node: tree.Apply, mask: Array) -> Array:
        parts = list(self.parts(node.arguments, node.shape, mask))
        if node.function in ("max", "min"):
            best = parts[0]
            for part in parts[1:]:
                best = numpy.maximum(best, part) if node.function == "max" else numpy.minimum(best, part)
            return best
        if node.function == "mod":
            return numpy.mod(numpy.rint(parts[0]), parts[1])
        own = self.table.by_name.get(node.function)
        function = own.value if isinstance(own, Function) else functions.ELEMENTWISE.get(node.function)
        if function is None:
            raise NoValue(f"the function {node.function} has no value here")
        return functions.apply(function, node.primes, parts[0])

    def reduce(self, node: tree.Reduce, mask: Array) -> Array:
        value = self.value(node.inside, mask)
        rank = len(node.inside.shape.axes)
        if rank == 0 and node.function in ("softmax", "logsoftmax"):
            return numpy.zeros_like(value) + (node.function == "softmax")
        if node.function == "diag" and rank == 2 and 1 in value.shape[-2:]:
            return functions.reduce("diag", value.reshape(value.shape[:-2] + (-1,)), 1)
        return functions.reduce(node.function, value, rank)

    def compare(self, node: tree.Compare, mask: Array) -> Array:
        left, right = self.parts((node.left, node.right), node.shape, mask)
        return COMPARISONS[node.sign](left, right).astype(float)

    def logic(self, node: tree.Logic, mask: Array) -> Array:
        parts = [part != 0 for part in self.parts(node.parts, node.shape, mask)]
        if node.kind == "not":
            return (~parts[0]).astype(float)
        result = parts[0]
        for part in parts[1:]:
            result = result & part if node.kind == "and" else result | part
        return result.astype(float)

    def cases(self, node: tree.Cases, mask: Array) -> Array:
        rank = len(node.shape.axes)
        left = mask.reshape(mask.shape + (1,) * rank)
        result: Array = 0.0
        for value, guard in node.branches:
            if guard is None:
                active = left
            else:
                lead = left.any(axis=tuple(range(self.count, self.count + rank))) if rank else left
                holds = self.shaped(self.value(guard, lead), guard.shape, node.shape) != 0
                active = left & holds
            lead = active.any(axis=tuple(range(self.count, self.count + rank))) if rank else active
            if lead.any():
                found = self.shaped(self.value(value, lead), value.shape, node.shape)
                result = numpy.where(active, found, result)
            left = left & ~active
        if left.any():
            raise NoValue("no case applies")
        return result + numpy.zeros((1,) * (self.count + rank))

    def undefined(self, node: tree.Undefined, mask: Array) -> Array:
        if mask.any():
            raise NoValue(f"this has no value: {node.words}")
        return numpy.full((1,) * self.count, numpy.nan)

    def ones(self, node: tree.Ones, _mask: Array) -> Array:
        lengths = tuple(self.known_length(axis, "𝟏") for axis in node.shape.axes)
        return numpy.full((1,) * self.count + lengths, float(node.value))

    def identity(self, node: tree.Identity, _mask: Array) -> Array:
        size = self.known_length(node.shape.axes[0], "the identity")
        return numpy.eye(size).reshape((1,) * self.count + (size, size))

    def basis(self, node: tree.Basis, mask: Array) -> Array:
        size = self.known_length(node.shape.axes[0], "this vector")
        place = self.value(node.place, mask) - self.table.base
        return (numpy.abs(numpy.arange(size) - place[..., None]) < SMALL).astype(float)

    def rows(self, node: tree.Rows, mask: Array) -> Array:
        values = [[self.value(entry, mask) for entry in line] for line in node.rows]
        entries = [entry for line in node.rows for entry in line]
        lead = numpy.broadcast_shapes(*(value.shape[: self.count] for line in values for value in line))
        if all(entry.shape.is_scalar for entry in entries):
            flat = [[numpy.broadcast_to(v.reshape(v.shape[: self.count]), lead) for v in line] for line in values]
            stacked = numpy.stack([numpy.stack(line, axis=-1) for line in flat], axis=-2)
            return stacked[..., 0] if len(node.shape.axes) == 1 else stacked
        full = [[numpy.broadcast_to(v, lead + v.shape[self.count :]) for v in line] for line in values]
        if len(full[0]) == 1:
            return numpy.concatenate([line[0] for line in full], axis=self.count)
        squares = [
            [self.square(v, entry.shape) for v, entry in zip(line, nodes, strict=True)]
            for line, nodes in zip(full, node.rows, strict=True)
        ]
        return numpy.concatenate([numpy.concatenate(line, axis=-1) for line in squares], axis=-2)

    def family(self, node: tree.Family, mask: Array) -> Array:
        axes, lengths = [], []
        for bound in node.bounds:
            _, _, first, last = self.limits(bound, mask)
            self.indices[bound.slot] = self._spread_out(numpy.arange(first, last + 1, dtype=float), bound.slot)
            axes.append(self.dimension[bound.slot])
            lengths.append(last - first + 1)
        value = self.value(node.body, mask)
        full = list(value.shape)
        for axis, length in zip(axes, lengths, strict=True):
            full[axis] = length
        moved = numpy.moveaxis(numpy.broadcast_to(value, full), axes, range(-len(axes), 0))
        for axis in sorted(axes):
            moved = numpy.expand_dims(moved, axis)
        return moved

    # Sums and other big signs

    def big(self, node: tree.Big, mask: Array) -> Array:
        if node.kind == "product":
            return self.product(node, mask)
        if node.kind == "sum":
            return self.added(node, 0, mask)
        return self.largest(node, mask)

    def limits(self, bound: tree.Bound, mask: Array) -> tuple[Array, Array, int, int]:
        """The limits at every place, and the smallest and largest where it counts."""
        if bound.low is None and bound.high is None:
            span = self._range(bound.axis, bound.letter)
            low, high = (numpy.full((1,) * self.count, end) for end in (span[0], span[-1]))
        elif bound.high is None:
            low = self.value(bound.low, mask)  # type: ignore[arg-type]
            high = numpy.full((1,) * self.count, self._range(bound.axis, bound.letter)[-1])
        else:
            high = self.value(bound.high, mask)
            low = numpy.full((1,) * self.count, float(self.table.base))
            if bound.low is not None:
                low = self.value(bound.low, mask)
        shown = [numpy.broadcast_to(end, numpy.broadcast_shapes(end.shape, mask.shape)) for end in (low, high)]
        active = [end[numpy.broadcast_to(mask, end.shape)] for end in shown]
        if active[0].size == 0:
            return low, high, 0, -1
        first, last = numpy.ceil(active[0].min() - SMALL), numpy.floor(active[1].max() + SMALL)
        if not numpy.isfinite(first) or not numpy.isfinite(last):
            raise NoValue("a sum without end")
        return low, high, int(first), int(last)

    def added(self, node: tree.Big, at: int, mask: Array) -> Array:
        if at == len(node.bounds):
            own = mask
            if node.condition is not None:
                own = mask & (self.value(node.condition, mask) != 0)
            value = self.value(node.body, own)
            return numpy.where(own.reshape(own.shape + (1,) * len(node.shape.axes)), value, 0.0)
        bound = node.bounds[at]
        low, high, first, last = self.limits(bound, mask)
        axis = self.dimension[bound.slot]
        numbers = numpy.arange(first, last + 1, dtype=float)
        if len(numbers) == 0:
            return numpy.zeros((1,) * (self.count + len(node.shape.axes)))
        if mask.size * len(numbers) <= LARGEST:
            return self.slice_of(node, at, mask, numbers, low, high).sum(axis=axis, keepdims=True)
        total: Array = 0
        for number in numbers:
            total = total + self.slice_of(node, at, mask, numpy.array([number]), low, high)
        return total

    def slice_of(self, node: tree.Big, at: int, mask: Array, numbers: Array, low: Array, high: Array) -> Array:
        bound = node.bounds[at]
        here = self._spread_out(numbers, bound.slot)
        self.indices[bound.slot] = here
        own = mask & (here >= low - SMALL) & (here <= high + SMALL)
        return self.added(node, at + 1, own)

    def largest(self, node: tree.Big, mask: Array) -> Array:
        """A maximum or the place of one; over several indices a place counts through all of them."""
        own, axes, counts, starts = mask, [], [], []
        for bound in node.bounds:
            low, high, first, last = self.limits(bound, own)
            here = self._spread_out(numpy.arange(first, last + 1, dtype=float), bound.slot)
            self.indices[bound.slot] = here
            own = own & (here >= low - SMALL) & (here <= high + SMALL)
            axes.append(self.dimension[bound.slot])
            counts.append(here.size)
            starts.append(first)
        if node.condition is not None:
            own = own & (self.value(node.condition, own) != 0)
        sign = -1.0 if node.kind in ("min", "argmin") else 1.0
        value = numpy.where(own, sign * self.value(node.body, own), -numpy.inf)
        full = list(value.shape)
        for axis, count in zip(axes, counts, strict=True):
            full[axis] = count
        value = numpy.moveaxis(numpy.broadcast_to(value, full), axes, range(-len(axes), 0))
        flat = value.reshape(value.shape[: value.ndim - len(axes)] + (-1,))
        if node.kind in ("max", "min"):
            best = sign * flat.max(axis=-1)
        else:
            best = flat.argmax(axis=-1)
            which = 0 if len(starts) == 1 else node.which
            if which is None:
                best = best + float(self.table.base)
            else:
                best = numpy.unravel_index(best, counts)[which] + float(starts[which])
        for axis in sorted(axes):
            best = numpy.expand_dims(best, axis)
        return best

    def product(self, node: tree.Big, mask: Array) -> Array:
        """A product from the first limit to the second as they are written, which may go down."""
        bound = node.bounds[0]
        if len(node.bounds) != 1 or bound.low is None or bound.high is None:
            return self.product_over(node, mask)
        low, high = self.value(bound.low, mask), self.value(bound.high, mask)
        down = _goes_down(bound, low, high, mask)
        start, stop = (high, low) if down else (low, high)
        first, last = int(numpy.rint(start.min())), int(numpy.rint(stop.max()))
        numbers = range(first, last + 1)
        result: Array = None
        for number in reversed(numbers) if down else numbers:
            self.indices[bound.slot] = self._spread_out(numpy.array([number]), bound.slot)
            own = mask & (number >= start - SMALL) & (number <= stop + SMALL)
            result = self.multiplied(result, self.value(node.body, own), own, node.shape)
        return self.neutral(node.shape) if result is None else result

    def product_over(self, node: tree.Big, mask: Array) -> Array:
        own, axes = mask, []
        for bound in node.bounds:
            low, high, first, last = self.limits(bound, own)
            here = self._spread_out(numpy.arange(first, last + 1, dtype=float), bound.slot)
            self.indices[bound.slot] = here
            own = own & (here >= low - SMALL) & (here <= high + SMALL)
            axes.append(self.dimension[bound.slot])
        if node.condition is not None:
            own = own & (self.value(node.condition, own) != 0)
        if node.shape.axes:
            raise NoValue("a product of matrices needs an order, from one limit to the other")
        value = numpy.where(own, self.value(node.body, own), 1.0)
        full = [max(a, b) for a, b in zip(value.shape, own.shape, strict=True)]
        return numpy.broadcast_to(value, full).prod(axis=tuple(axes), keepdims=True)

    def neutral(self, shape: Shape) -> Array:
        if len(shape.axes) == 2:
            return self.identity(tree.Identity(shape), None)
        return numpy.ones((1,) * (self.count + len(shape.axes)))

    def multiplied(self, result: Array, value: Array, own: Array, shape: Shape) -> Array:
        if len(shape.axes) == 1:
            raise NoValue("a product of vectors")
        kept = own.reshape(own.shape + (1,) * len(shape.axes))
        value = numpy.where(kept, value, self.neutral(shape))
        if result is None:
            return value
        return result @ value if shape.axes else result * value

    # Maps over space

    def wanted(self, shape: Shape) -> maps.Wanted:
        return tuple(self.length(axis) for axis in shape.axes)

    def space(self, node: tree.Node, mask: Array, wanted: maps.Wanted) -> Array:
        """A map whose lengths may be those that are wanted of it."""
        if isinstance(node, tree.Spread):
            return self.spread(node, mask, wanted)
        if isinstance(node, tree.Windows):
            return self.windows(node, mask, wanted)
        if isinstance(node, tree.Negative):
            return -self.space(node.inside, mask, wanted)
        if isinstance(node, tree.Times) and sum(bool(factor.shape.axes) for factor in node.factors) == 1:
            result: Array = 1.0
            for factor in node.factors:
                part = self.space(factor, mask, wanted) if factor.shape.axes else self.value(factor, mask)
                result = result * self.shaped(part, factor.shape, node.shape)
            return result
        return self.value(node, mask)

    def windows(self, node: tree.Windows, mask: Array, wanted: maps.Wanted | None = None) -> Array:
        wanted = wanted or self.wanted(node.shape)
        rank = len(node.shape.axes)
        right = self.space(node.right, mask, (None,) * rank)
        if node.kind == "convolve":
            left = self.space(node.left, mask, (None,) * rank)
            full = maps.convolve(left, right, rank)
            return full if None in wanted else maps.pad(full, (0,) * rank, wanted)
        lengths = tuple(
            None if want is None else want + kernel - 1
            for want, kernel in zip(wanted, right.shape[-rank:], strict=True)
        )
        return maps.correlate(self.space(node.left, mask, lengths), right, rank)

    def spread(self, node: tree.Spread, mask: Array, wanted: maps.Wanted | None = None) -> Array:
        rank = len(node.shape.axes)
        wanted = wanted or self.wanted(node.shape)
        if None in wanted:
            wanted = tuple(
                want if want is not None else own for want, own in zip(wanted, self.wanted(node.shape), strict=True)
            )
        numbers = [int(numpy.rint(self.value(number, mask)).flat[0]) for number in node.numbers]
        numbers = numbers * rank if len(numbers) == 1 else numbers
        if node.kind == "rot180":
            return maps.rot180(self.space(node.inside, mask, wanted), rank)
        if node.kind == "stride":
            before = tuple(None if n is None else (n - 1) * step + 1 for n, step in zip(wanted, numbers, strict=True))
            return maps.stride(self.space(node.inside, mask, before), numbers)
        inside = self.space(node.inside, mask, (None,) * rank)
        if node.kind == "dilate":
            return maps.dilate(inside, numbers)
        return (maps.pad if node.kind == "pad" else maps.crop)(inside, numbers, wanted)


def _goes_down(bound: tree.Bound, low: Array, high: Array, mask: Array) -> bool:
    """Whether a product goes from a large number to a small one: told by which limit moves, else by the numbers."""
    moving = [
        any(isinstance(part, tree.Place) for part in walk(end)) for end in (bound.low, bound.high) if end is not None
    ]
    if moving[0] != moving[1]:
        return moving[1]
    return bool((low[numpy.broadcast_to(mask, low.shape)] > high.min()).all()) if low.size else False


def walk(node: tree.Node) -> Iterator[tree.Node]:
    """A tree's nodes."""
    yield node
    for name in node.__slots__:
        yield from _inside(getattr(node, name))


def _inside(value: Any) -> Iterator[tree.Node]:
    if isinstance(value, tuple):
        for part in value:
            yield from _inside(part)
    elif isinstance(value, tree.Bound):
        for end in (value.low, value.high):
            if end is not None:
                yield from walk(end)
    elif isinstance(value, tree.Node):
        yield from walk(value)


COMPARISONS: dict[str, Callable[[Array, Array], Array]] = {
    "=": lambda a, b: numpy.abs(a - b) < SMALL, "≠": lambda a, b: numpy.abs(a - b) >= SMALL,
    "<": lambda a, b: a < b - SMALL, ">": lambda a, b: a > b + SMALL,
    "≤": lambda a, b: a <= b + SMALL, "≥": lambda a, b: a >= b - SMALL,
    "divides": lambda a, b: numpy.abs(b / a - numpy.rint(b / a)) < SMALL,
}  # fmt: skip

VALUES: dict[type, Any] = {
    tree.Number: Evaluator.number, tree.Length: Evaluator.a_length, tree.Place: Evaluator.place,
    tree.Read: Evaluator.read, tree.Pick: Evaluator.pick, tree.Slice: Evaluator.slice, tree.Sum: Evaluator.sum,
    tree.Negative: Evaluator.negative, tree.Times: Evaluator.times, tree.Over: Evaluator.over,
    tree.Matrix: Evaluator.matrix, tree.Transpose: Evaluator.transpose, tree.Power: Evaluator.power,
    tree.Inverse: Evaluator.inverse, tree.Apply: Evaluator.apply, tree.Reduce: Evaluator.reduce,
    tree.Compare: Evaluator.compare, tree.Logic: Evaluator.logic, tree.Cases: Evaluator.cases,
    tree.Undefined: Evaluator.undefined, tree.Big: Evaluator.big, tree.Ones: Evaluator.ones,
    tree.Identity: Evaluator.identity, tree.Basis: Evaluator.basis, tree.Rows: Evaluator.rows,
    tree.Family: Evaluator.family, tree.Windows: Evaluator.windows, tree.Spread: Evaluator.spread,
}  # fmt: skip
