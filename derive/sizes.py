"""How large what each layer computes is, how many parameters it has, and what of the input it sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import sympy
from sympy import Add, Expr, Indexed, KroneckerDelta, Mul, S, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.conventions import Conventions
from derive.expression import symbols, walks
from derive.expression.affine import affine
from derive.forward import Forward, Row
from derive.network import Network


@dataclass(frozen=True)
class Window:
    """What one element sees along an axis of an input: ``extent`` places, ``jump`` further for each of its own."""

    axis: int
    extent: Expr
    jump: Expr


Seen = Mapping[int, Window]
"""For axes of a tensor the windows of their elements in the input; an axis that is not there has none."""


@dataclass(frozen=True)
class LayerSize:
    """A layer with the shape of what it computes and the number of its parameters, each counted where it is first read.

    ``connections`` are the products of a weight with a value, borders counted in full. ``field`` is what of the input
    one element sees along each axis of space, None where that is no window.
    """

    label: str
    value: str
    shape: tuple[Expr, ...]
    parameters: Expr
    connections: Expr
    field: tuple[Expr, ...] | None


def layer_sizes(network: Network, *, batched: bool = False) -> tuple[LayerSize, ...]:
    """The layers of a network in their order, without its loss; those of one sample where it is of a batch."""
    return tuple(_sizes(network, batched))


def total(sizes: Iterable[Expr]) -> Expr:
    """Numbers of all layers together."""
    whole: Expr = sympy.expand(Add(*sizes))
    return whole


def _sizes(network: Network, batched: bool) -> Iterator[LayerSize]:
    model = network.forward
    counted: set[str] = set()
    fields = _Fields(model, batched, network.conventions)
    pending = list(model.rows)
    for block in network.blocks:
        if block.of_loss or block.value == "l":
            continue
        place = next((place for place, row in enumerate(pending) if row.name == block.value), len(pending) - 1)
        rows, pending = pending[: place + 1], pending[place + 1 :]
        read = [name for name in _parameters(model, rows) if name not in counted]
        counted |= set(read)
        yield LayerSize(
            block.label,
            block.value,
            _of_sample(model.tensors[block.value].shape, network, batched=batched),
            Add(*(Mul(*model.tensors[name].shape) for name in read)),
            Add(*(connections(row, network, batched=batched) for row in rows)),
            fields.of(block.value),
        )


def _parameters(model: Forward, rows: Iterable[Row]) -> Iterator[str]:
    """The parameters that rows read, in the order in which they are given."""
    read = {symbols.name_of(access) for row in rows for access in symbols.accesses(row.expression)}
    yield from (tensor.name for tensor in model.given if tensor.role == "parameter" and tensor.name in read)


def _of_sample(shape: tuple[Expr, ...], network: Network, *, batched: bool) -> tuple[Expr, ...]:
    return tuple(shape[axis] for axis in axes_of_sample(shape, network, batched=batched))


def axes_of_sample(shape: tuple[Expr, ...], network: Network, *, batched: bool) -> tuple[int, ...]:
    """The axes of a tensor without that of the samples of a batch, where it has one."""
    every = tuple(range(len(shape)))
    if not batched or not shape:
        return every
    read = next(tensor.shape for tensor in network.forward.given if tensor.role == "input")
    place = network.conventions.sample_axis
    return network.conventions.of_sample(every) if shape[place] == read[place] else every


def connections(row: Row, network: Network, *, batched: bool) -> Expr:
    """How many products of a weight with something else a row adds up, over all of its elements of one sample."""
    shape = row.tensor.shape
    lengths = {row.indices[axis]: shape[axis] for axis in axes_of_sample(shape, network, batched=batched)}
    return Add(*(_products(term, lengths, network.forward) for term in _terms(row.expression)))


def _terms(expression: Expr) -> Iterator[Expr]:
    """The sums in an expression, and the products that are in none; in the other factors of a product too."""
    if isinstance(expression, Sum | Mul | Indexed):
        yield expression
    if isinstance(expression, Sum | Indexed):
        return
    inside = (part for part in expression.args if isinstance(part, Expr))
    for part in inside:
        if not isinstance(expression, Mul) or not isinstance(part, Sum | Indexed):
            yield from _terms(part)


def _products(term: Expr, lengths: Mapping[Symbol, Expr], model: Forward) -> Expr:
    if isinstance(term, Mul) and any(isinstance(factor, Sum) for factor in term.args):
        return Add(*(_products(factor, lengths, model) for factor in term.args if isinstance(factor, Sum)))
    known, body = dict(lengths), term
    while isinstance(body, Sum):
        known |= {letter: high - low + 1 for letter, low, high in body.limits}
        body = body.function
    if isinstance(body, Add):
        return Add(*(_products(part, known, model) for part in body.args))
    factors = [factor for factor in Mul.make_args(body) if isinstance(factor, Indexed)]
    weights = [factor for factor in factors if _is_weight(symbols.name_of(factor), model)]
    if not weights or len(factors) == len(weights):
        return S.Zero
    # A delta fixes one letter, so that it is not counted along its axis.
    for delta in body.atoms(KroneckerDelta):
        fixed = next((letter for letter in lengths if letter in walks.free_symbols(delta)), None)
        if fixed is not None:
            known.pop(fixed, None)
    return Mul(*known.values())


def _is_weight(name: str, model: Forward) -> bool:
    return name in model.tensors and model.tensors[name].is_weight


@dataclass
class _Fields:
    """What the elements of each tensor see of the first input of space."""

    model: Forward
    batched: bool
    conventions: Conventions
    known: dict[str, Seen | None] = field(default_factory=dict)
    space: int = 0

    def of(self, name: str) -> tuple[Expr, ...] | None:
        """The extents of what an element sees along the axes of space of the input; None where that is no window."""
        seen = self._seen(name)
        if not seen or self.space == 0:
            return None
        extents = {window.axis: window.extent for window in seen.values()}
        return tuple(extents[axis] for axis in sorted(extents)) if len(extents) == self.space else None

    def _seen(self, name: str) -> Seen | None:
        if name not in self.known:
            row = self.model.row.get(name)
            self.known[name] = self._of_given(name) if row is None else self._of_row(row)
        return self.known[name]

    def _of_given(self, name: str) -> Seen | None:
        """The axes of a picture or a sequence beside that of its channels, each of which sees itself."""
        tensor = self.model.tensors[name]
        axes = self.conventions.space(len(tensor.shape), batched=self.batched)
        if tensor.role != "input" or not axes or tensor.domain != "real":
            return {}
        self.space = len(axes)
        return {axis: Window(axis, S.One, S.One) for axis in axes}

    def _of_row(self, row: Row) -> Seen | None:
        found: dict[int, Window] = {}
        whole = False
        ranges = _ranges(row.expression)
        for access in symbols.accesses(row.expression):
            if not isinstance(access, Indexed) or symbols.name_of(access) not in self.model.tensors:
                continue
            seen = self._seen(symbols.name_of(access))
            if seen is None:
                return None
            for axis, window in seen.items():
                moved = self._moved(row, access.indices[axis], window, ranges)
                if moved is None:
                    whole = True
                else:
                    place, wider = moved
                    found[place] = _wider(found.get(place), wider)
        # What sees all of space and has no axis of it, such as a mean, widens no window that stands beside it.
        return None if whole and found else found

    def _moved(
        self, row: Row, subscript: Expr, window: Window, ranges: Mapping[Symbol, Expr]
    ) -> tuple[int, Window] | None:
        """On which axis of a row the places of a subscript move, and what they see; None if it is no window."""
        # Places of a maximum are seen where the maximum was found.
        plain = subscript.xreplace(dict.fromkeys(subscript.atoms(Indexed), S.Zero))
        letters = [letter for letter in row.indices if letter in walks.free_symbols(plain)]
        if len(letters) != 1:
            return None
        line = affine(plain, (*letters, *ranges))
        if line is None:
            return None
        extent = window.extent
        for letter, slope in line.slopes.items():
            if letter in ranges:
                extent += window.jump * slope * (ranges[letter] - 1)
        jump = window.jump * line.slopes[letters[0]]
        return row.indices.index(letters[0]), Window(window.axis, sympy.expand(extent), sympy.expand(jump))


def _wider(one: Window | None, other: Window) -> Window:
    """The wider of two windows; of letters the one that has more of them."""
    if one is None or one.extent == other.extent:
        return other
    difference = one.extent - other.extent
    return other if difference.is_negative or (difference.is_positive is None and other.extent.free_symbols) else one


def _ranges(expression: Expr) -> dict[Symbol, Expr]:
    """The letters that are bound in an expression, with how many values each takes."""
    found: dict[Symbol, Expr] = {}
    for part in expression.atoms(ExprWithLimits):
        for letter, low, high in part.limits:
            found[letter] = high - low + 1
    return found
