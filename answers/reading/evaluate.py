"""The value of a formula at a point, in NumPy.

Every index, bound or free, has an axis of its own in front of the axes of a value, so a sum is a sum along an axis.
A mask says at which places of these axes a part counts: what a condition, a case or a limit excludes is not read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy

from answers.reading import functions, tree
from answers.reading.errors import NoValue, OutsideRange
from answers.reading.grid import SMALL
from answers.reading.space import Space
from answers.reading.sums import Sums
from answers.reading.symbols import Function, Tensor
from answers.reading.walks import walk

Array = Any


STEP = 1e-3
"""How far an element is moved in differences, relative to it, or to this where it is smaller."""
EACH = 100
"""As how many numbers a part counts that is computed once more."""


class Evaluator(Sums, Space):
    """Computes values of trees at one point."""

    def value(self, node: tree.Node, mask: Array) -> Array:
        self.work += mask.size + EACH
        if self.work > self.most_work:
            raise NoValue("the sums of this formula have too many terms together")
        return VALUES[type(node)](self, node, mask)

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
        shift = self.before(node)
        if shift is not None:
            array = numpy.concatenate([numpy.asarray(shift, float)[None], array])
        array = numpy.moveaxis(array, chosen, range(len(chosen)))
        places, inside = [], None
        for at, subscript in enumerate(node.subscripts[axis] for axis in chosen):
            assert subscript is not None
            wanted = self.value(subscript, mask) + (at == 0 and shift is not None)
            place, within = self.checked(wanted, array.shape[at], node.name, mask)
            places.append(place)
            inside = within if inside is None else inside & within
        found = array[tuple(numpy.broadcast_arrays(*places))] if len(places) > 1 else array[places[0]]
        if inside is None or inside.all():
            return found
        missing = -numpy.inf if self.extreme and self.never_largest(node.name) else 0.0
        return numpy.where(inside.reshape(inside.shape + (1,) * (found.ndim - self.count)), found, missing)

    def before(self, node: tree.Read) -> Array | None:
        """What stands before the first time, where a time is read: a state, or no slope of it by what follows."""
        if node.subscripts[0] is None:
            return None
        partial = self.table.partial.get(node.name)
        symbol = self.table.by_name.get(node.name if partial is None else partial.top)
        if not isinstance(symbol, Tensor) or not symbol.before:
            return None
        if partial is None:
            return self.point.arrays[symbol.before]
        return None if partial.bottom == symbol.before else numpy.zeros(self.point.arrays[node.name].shape[1:])

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

    def never_largest(self, name: str) -> bool:
        symbol = self.table.by_name.get(name)
        return isinstance(symbol, Tensor) and symbol.lowest

    def counts_outside(self, name: str) -> bool:
        symbol = self.table.by_name.get(name)
        if isinstance(symbol, Tensor):
            return symbol.outside or (symbol.lowest and self.extreme)
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
        rest: list[tree.Node] = []
        conditions: list[tree.Node] = []
        for factor in node.factors:
            is_condition = isinstance(factor, tree.Compare | tree.Logic) and not factor.shape.axes
            (conditions if is_condition else rest).append(factor)
        # Where ranges say that nothing is read, the conditions on what is read there say nothing.
        for factor in sorted(conditions, key=_reads):
            own = own & (self.value(factor, own) != 0)
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

    def matrix_power(self, node: tree.MatrixPower, mask: Array) -> Array:
        """A power of a matrix, a whole number from 0 on wherever the value counts."""
        base, exponent = self.value(node.inside, mask), self.value(node.exponent, mask)
        counts = numpy.rint(exponent)
        last = int(
            counts.max(initial=0.0, where=numpy.broadcast_to(mask, numpy.broadcast_shapes(mask.shape, counts.shape)))
        )
        power = numpy.broadcast_to(numpy.eye(base.shape[-1]), base.shape)
        result = numpy.where((counts == 0)[..., None, None], power, 0.0)
        for number in range(1, last + 1):
            power = power @ base
            result = numpy.where((counts == number)[..., None, None], power, result)
        return result

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
        if node.function in functions.PAIRWISE:
            return functions.PAIRWISE[node.function](*parts)
        own = self.table.by_name.get(node.function)
        function: Callable[..., Array] | None = (
            own.value if isinstance(own, Function) else functions.ELEMENTWISE.get(node.function)
        )
        if function is None:
            raise NoValue(f"the function {node.function} has no value here")
        if isinstance(own, Function) and own.letters:
            function = partial(function, **{name: self.letter(name) for name in own.letters})
        if len(parts) > 1 or node.slopes:
            return function(*parts, slopes=node.slopes)
        derived = None if isinstance(own, Function) else functions.DERIVED.get((node.function, node.primes))
        return functions.apply(function, node.primes, parts[0]) if derived is None else derived(parts[0])

    def derivative(self, node: tree.Derivative, mask: Array) -> Array:
        """Differences of four values to both sides of every element, of which that is taken which is meant."""
        point = self.point
        base = numpy.asarray(point.arrays[node.name], float)
        slopes = []
        try:
            for place in range(base.size):
                step = STEP * max(abs(float(base.flat[place])), STEP)
                values = []
                for times in (-2, -1, 1, 2):
                    moved = base.copy()
                    moved.flat[place] += times * step
                    self.point = point.beside({node.name: moved})
                    values.append(self.value(node.inside, mask))
                slopes.append((values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step))
        finally:
            self.point = point
        found = numpy.stack(slopes, axis=-1).reshape((*slopes[0].shape, *base.shape))
        places = [
            self.checked(self.value(subscript, mask), length, node.name, mask)
            for subscript, length in zip(node.subscripts, base.shape, strict=True)
        ]
        lead = numpy.broadcast_shapes(found.shape[: self.count], *(place.shape for place, _ in places))
        found = numpy.broadcast_to(found, lead + base.shape)
        chosen = found[(*numpy.indices(lead, sparse=True), *(place for place, _ in places))]
        inside = numpy.ones((1,) * self.count, bool)
        for _, within in places:
            inside = inside & within
        return numpy.where(inside, chosen, 0.0)

    def letter(self, name: str) -> Array:
        """The value of a letter that stands in the formula of a function."""
        if name not in self.point.arrays:
            raise NoValue(f"{name} has no value here")
        return numpy.asarray(self.point.arrays[name], float)

    def reduce(self, node: tree.Reduce, mask: Array) -> Array:
        value = self.value(node.inside, mask)
        rank = len(node.inside.shape.axes)
        if rank == 0 and node.function in ("softmax", "logsoftmax"):
            return numpy.zeros_like(value) + (node.function == "softmax")
        if node.function == "diag" and rank == 2 and 1 in value.shape[-2:]:
            return functions.reduce("diag", value.reshape(value.shape[:-2] + (-1,)), 1)
        if node.function in ("softmax", "logsoftmax") and rank == 2 and self.table.along != -1:
            turned = numpy.moveaxis(value, self.table.along, -1)
            return numpy.moveaxis(functions.reduce(node.function, turned, rank), -1, self.table.along)
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
            parts = [line[0] for line in full]
            if len(node.shape.axes) == 1:
                parts = [part.reshape((*part.shape[: self.count], -1)) for part in parts]
            return numpy.concatenate(parts, axis=self.count)
        squares = [
            [self.square(v, entry.shape) for v, entry in zip(line, nodes, strict=True)]
            for line, nodes in zip(full, node.rows, strict=True)
        ]
        return numpy.concatenate([numpy.concatenate(line, axis=-1) for line in squares], axis=-2)


def _reads(node: tree.Node) -> bool:
    """Whether a node reads tensors."""
    return any(isinstance(one, tree.Read) for one in walk(node))


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
    tree.MatrixPower: Evaluator.matrix_power,
    tree.Inverse: Evaluator.inverse, tree.Apply: Evaluator.apply, tree.Reduce: Evaluator.reduce,
    tree.Compare: Evaluator.compare, tree.Logic: Evaluator.logic, tree.Cases: Evaluator.cases,
    tree.Undefined: Evaluator.undefined, tree.Big: Evaluator.big, tree.Ones: Evaluator.ones,
    tree.Identity: Evaluator.identity, tree.Basis: Evaluator.basis, tree.Rows: Evaluator.rows,
    tree.Family: Evaluator.family, tree.Windows: Evaluator.windows, tree.Spread: Evaluator.spread,
    tree.Derivative: Evaluator.derivative,
}  # fmt: skip
