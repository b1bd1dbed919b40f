"""Sizes of layers, counted: arrays at small sizes, and the places that windows read, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

from sympy import Expr, Indexed, Integer, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.conventions import USUAL, Conventions
from derive.expression import symbols, walks
from derive.expression.affine import affine
from derive.forward import Forward, Row, Tensor
from derive.network import Network
from derive.sizes import LayerSize, connections, layer_sizes
from numeric.arrays.sizes import lengths
from numeric.checks.connections import Counting
from numeric.measuring.point import Point
from numeric.sampling.points import sample, sample_sizes


def miscounted(network: Network, *, batched: bool) -> Iterator[str]:
    """What of the sizes of a network's layers is not what is counted, in words.

    Shapes and parameters are counted on arrays; where sizes are large numbers, on those of the network with letters, at
    small ones. Windows are counted at the numbers as they stand.
    """
    base = network if network.general is None else network.general.network
    yield from _on_arrays(base, batched)
    numbers = sample_sizes(network.forward, 0)
    windows = Windows(network.forward, numbers, network.conventions, batched=batched)
    joined = {block.value for block in network.blocks if block.meeting == "join"}
    for row in network.forward.rows:
        # Values one after the other are no windows: each is read at places of its own, and ends before the next.
        yield from () if row.name in joined else windows.unfilled(row)
    for layer in layer_sizes(network, batched=batched):
        yield from windows.misfits(layer)


def _on_arrays(network: Network, batched: bool) -> Iterator[str]:
    model = network.forward
    sizes = sample_sizes(model, 0)
    point = Point(model, sample(model, 0, sizes), sizes)
    layers = layer_sizes(network, batched=batched)
    elements = sum(point.value(name).size for name in network.parameters)
    counted = sum(lengths((layer.parameters,), sizes)[0] for layer in layers if layer.parameters != 0)
    if elements != counted:
        yield f"{elements} parameters, not {counted}"
    for layer in layers:
        whole = point.value(layer.value).shape
        shape = network.conventions.of_sample(whole) if batched else whole
        if shape != lengths(layer.shape, sizes):
            yield f"{layer.value} has the shape {shape}, not {lengths(layer.shape, sizes)}"
    counting = Counting(model, point, sizes, _samples(network, batched))
    for row in _layer_rows(network):
        pairs = counting.pairs(row)
        stated = lengths((connections(row, network, batched=batched),), sizes)[0]
        if pairs and stated not in pairs:
            yield f"{row.name} has {max(pairs)} pairs of a weight and what it is multiplied with, not {stated}"


def uncounted(network: Network, *, batched: bool) -> tuple[str, ...]:
    """The values whose connections no count can confirm: they rest on the formula alone."""
    base = network if network.general is None else network.general.network
    model, sizes = base.forward, sample_sizes(base.forward, 0)
    counting = Counting(model, Point(model, sample(model, 0, sizes), sizes), sizes, _samples(base, batched))
    return tuple(row.name for row in _layer_rows(base) if counting.weights_read(row) and not counting.pairs(row))


def _layer_rows(network: Network) -> Iterator[Row]:
    """The rows of the layers of a network, without those of its loss."""
    for row in network.forward.rows:
        if row.tensor.role == "loss":
            return
        yield row


def _samples(network: Network, batched: bool) -> int | None:
    """The axis of the samples of a batch, None where there is none."""
    return network.conventions.sample_axis if batched else None


class Windows:
    """The places that rows read along their axes, enumerated at given sizes, in the axes of its conventions."""

    def __init__(
        self, model: Forward, sizes: Mapping[Symbol, int], conventions: Conventions = USUAL, *, batched: bool = False
    ) -> None:
        self.model = model
        self.conventions, self.batched = conventions, batched
        self.sizes = dict(sizes)
        self._seen: dict[tuple[str, int, int], frozenset[int]] = {}

    @cached_property
    def _numbers(self) -> dict[Expr, Expr]:
        return {symbol: Integer(value) for symbol, value in self.sizes.items()}

    def misfits(self, layer: LayerSize) -> Iterator[str]:
        """Where a layer sees other places of the input than it is said to, or a window where it is said to see none."""
        found = tuple(self._extent(layer.value, axis) for axis in self._axes(self.model.row[layer.value]))
        if layer.field is None:
            if found and len(found) == self._space and not self.sees_beyond(layer.value):
                yield f"{layer.value} sees {found} places, and is said to have no window"
            return
        extents = tuple(lengths(layer.field, self.sizes))
        if found != extents:
            yield f"{layer.value} sees {found} places, not {extents}"

    @cached_property
    def _space(self) -> int:
        """The number of axes of space of the inputs."""
        inputs = (tensor for tensor in self.model.given if tensor.role == "input" and tensor.domain == "real")
        return max((len(self._space_of(tensor)) for tensor in inputs), default=0)

    def _space_of(self, tensor: Tensor) -> tuple[int, ...]:
        return self.conventions.space(len(tensor.shape), batched=self.batched)

    def sees_beyond(self, name: str) -> bool:
        """Whether a value reads places of an input that do not move with its own: all of them, as a mean does."""
        row = self.model.row.get(name)
        if row is None:
            return False
        moving = {(other, axis) for along in range(len(row.indices)) for other, axis, _ in self._read(row, along, 0)}
        for access in symbols.accesses(row.expression):
            other = symbols.name_of(access)
            if not isinstance(access, Indexed) or other not in self.model.tensors:
                continue
            if self.sees_beyond(other):
                return True
            for axis, subscript in enumerate(access.indices):
                spatial = bool(self.seen(other, axis, 0))
                if spatial and ((other, axis) not in moving or not set(row.indices) & walks.free_symbols(subscript)):
                    return True
        return False

    def _read(self, row: Row, axis: int, place: int) -> Iterator[tuple[str, int, frozenset[int]]]:
        return self.reads(row, axis, place, data=True)

    def unfilled(self, row: Row) -> Iterator[str]:
        """Where the last window of a row does not fit, or one more would."""
        for axis, length in enumerate(lengths(row.tensor.shape, self.sizes)):
            first = {(name, other): min(places) for name, other, places in self.reads(row, axis, 0)}
            behind = {(name, other): max(places) for name, other, places in self.reads(row, axis, length)}
            for name, other, places in self.reads(row, axis, length - 1):
                room = lengths(self.model.tensors[name].shape, self.sizes)[other] + max(0, -first[name, other])
                # Padding that keeps a size has one more place behind where the kernel is even.
                if max(places) > room or behind[name, other] < room:
                    yield f"{row.name} has {length} places along axis {axis}, which its windows do not fill"

    def reads(
        self, row: Row, axis: int, place: int, *, data: bool = False
    ) -> Iterator[tuple[str, int, frozenset[int]]]:
        """The tensors and their axes that a row reads at a place of its own axis, with the places there.

        Those that depend on ``data``, as the place of a maximum does, only if they are asked for.
        """
        letter = row.indices[axis]
        ranges = {k: (low, high) for part in row.expression.atoms(ExprWithLimits) for k, low, high in part.limits}
        others = dict.fromkeys(row.indices, Integer(0)) | {letter: Integer(place)}
        for access in symbols.accesses(row.expression):
            if not isinstance(access, Indexed) or symbols.name_of(access) not in self.model.tensors:
                continue
            for other, subscript in enumerate(access.indices):
                if not data and subscript.atoms(Indexed):
                    continue
                plain = subscript.xreplace({read: Integer(0) for read in subscript.atoms(Indexed)})
                free = walks.free_symbols(plain)
                if (
                    affine(plain, [letter]) is None
                    or letter not in free
                    or any(index in free for index in row.indices if index != letter)
                ):
                    continue
                at = plain.xreplace({**self._numbers, **others})
                bound = [k for k in ranges if k in free]
                spans = [range(*self._limits(ranges[k])) for k in bound]
                values = (at.xreplace(dict(zip(bound, map(Integer, m), strict=True))) for m in product(*spans))
                yield symbols.name_of(access), other, frozenset(int(value) for value in values)

    def _limits(self, limits: tuple[Expr, Expr]) -> tuple[int, int]:
        low, high = (int(bound.xreplace(self._numbers)) for bound in limits)
        return low, high + 1

    def _axes(self, row: Row) -> Iterator[int]:
        """The axes of a row along which what it sees of an input is a window."""
        for axis in range(len(row.indices)):
            if self.seen(row.name, axis, 0):
                yield axis

    def seen(self, name: str, axis: int, place: int) -> frozenset[int]:
        """The places of an input along its axes of space that an element sees; none where it is no window."""
        key = name, axis, place
        if key not in self._seen:
            row = self.model.row.get(name)
            if row is None:
                tensor = self.model.tensors[name]
                spatial = tensor.role == "input" and axis in self._space_of(tensor)
                self._seen[key] = frozenset({place}) if spatial else frozenset()
            else:
                found = (
                    self.seen(other, there, at)
                    for other, there, places in self.reads(row, axis, place, data=True)
                    for at in places
                )
                self._seen[key] = frozenset().union(*found)
        return self._seen[key]

    def _extent(self, name: str, axis: int) -> int:
        places = self.seen(name, axis, 0)
        return max(places) - min(places) + 1
