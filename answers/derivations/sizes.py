"""Shapes, numbers of parameters and receptive fields of layers as they are printed, and their check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy
from sympy import Expr, Symbol

from answers.reading import Point, ReadingError, read
from answers.reading.tables import table_of
from derive.forward import Forward
from derive.network import Network
from derive.render import latex, shape_latex, shape_unicode, unicode
from derive.sizes import LayerSize, layer_sizes, total
from numeric.arrays.sizes import lengths
from numeric.checks.comparison import Comparison
from numeric.checks.layer_sizes import miscounted
from numeric.checks.tolerances import DOUBLE
from numeric.sampling.points import sample_sizes

Shown = Literal["shape", "parameters", "connections", "receptive_field"]
TITLES: Mapping[Shown, str] = {
    "shape": "Output",
    "parameters": "Parameters",
    "connections": "Connections",
    "receptive_field": "Receptive field",
}
NONE = "--"
"""What stands where there is no window."""


@dataclass(frozen=True)
class Sizes:
    """The sizes of the layers of a network, of one sample where it is of a batch."""

    network: Network
    batched: bool
    layers: tuple[LayerSize, ...]

    @classmethod
    def of(cls, network: Network) -> Sizes:
        """Those of a network."""
        return cls(network, network.batched, layer_sizes(network, batched=network.batched))

    def cells(self, layer: LayerSize, shown: Sequence[Shown], *, in_latex: bool) -> tuple[str, ...]:
        """What is printed of a layer."""
        return tuple(_cell(layer, what, in_latex) for what in shown)

    def totals(self, shown: Sequence[Shown], *, in_latex: bool) -> tuple[str, ...]:
        """The last line: what is added up."""
        sums = {
            "parameters": total(layer.parameters for layer in self.layers),
            "connections": total(layer.connections for layer in self.layers),
        }
        return tuple(_number(sums[what], in_latex) if what in sums else "" for what in shown)

    def has_letters(self, what: Shown) -> bool:
        """Whether what is printed of the layers is more than numbers."""
        return any(size.free_symbols for layer in self.layers for size in _values(layer, what))

    def input(self) -> tuple[str, tuple[Expr, ...]]:
        """The first input and its shape."""
        tensor = next(tensor for tensor in self.network.forward.given if tensor.role == "input")
        return tensor.name, self.network.conventions.of_sample(tensor.shape) if self.batched else tensor.shape

    def definitions(self, *, in_latex: bool) -> Iterator[str]:
        """The sizes that follow from others, by their formulas."""
        write = shape_latex if in_latex else shape_unicode
        for size, formula in self.network.forward.sizes:
            yield f"{write((size,))} = {write((formula,))}"


def _values(layer: LayerSize, what: Shown) -> tuple[Expr, ...]:
    """What a layer has of a kind; nothing where there is no window."""
    if what == "shape":
        return layer.shape
    if what == "receptive_field":
        return layer.field or ()
    return (layer.parameters if what == "parameters" else layer.connections,)


def _cell(layer: LayerSize, what: Shown, in_latex: bool) -> str:
    values = _values(layer, what)
    if what == "receptive_field" and layer.field is None:
        return NONE
    if what in ("shape", "receptive_field"):
        return (shape_latex if in_latex else shape_unicode)(values)
    return _number(values[0], in_latex)


def _number(value: Expr, in_latex: bool) -> str:
    """A formula, or a number in groups of three digits."""
    if not value.is_Integer:
        return latex(value) if in_latex else unicode(value)
    return f"{int(value):,}".replace(",", r"\," if in_latex else " ") if abs(value) >= 10_000 else str(value)


@dataclass(frozen=True)
class Stated:
    """What printed shapes say, at numbers for the sizes; ``names`` are the sizes as they are printed."""

    point: Point
    sizes: Mapping[Symbol, int]
    names: Mapping[str, int]

    @classmethod
    def of(cls, model: Forward, sizes: Mapping[Symbol, int]) -> Stated:
        """At these sizes of a forward definition."""
        point = Point(table_of(model), {}, {str(symbol): value for symbol, value in sizes.items()})
        names = {write(size): value for size, value in sizes.items() for write in (latex, unicode)}
        return cls(point, sizes, names)

    def lengths(self, shape: Sequence[Expr]) -> list[int]:
        """A shape in numbers."""
        return list(lengths(shape, self.sizes))

    def shape(self, text: str) -> list[float]:
        """The numbers that a printed shape says.

        Raises:
            ReadingError: it cannot be read.
        """
        return [self._length(part) for part in re.split(r"\\times|×", text)]

    def _length(self, text: str) -> float:
        plain = text.replace(r"\,", "").strip()
        if plain in self.names:
            return float(self.names[plain])
        if "\\" not in plain:
            # Names with a subscript of a subscript have no spelling in Unicode that is read.
            for name in sorted((name for name in self.names if len(name) > 1), key=len, reverse=True):
                plain = plain.replace(name, str(self.names[name]))
        if re.fullmatch(r"[\d ]+", plain):
            return float(plain.replace(" ", ""))
        return float(numpy.asarray(read(plain, self.point.table).last.value(self.point)))


def verdict(sizes: Sizes, shown: Sequence[Shown], printed: Sequence[Sequence[str]]) -> Comparison:
    """Whether the cells, read again, say what the layers have, and whether that is what is counted.

    The last row has the totals.
    """
    model = sizes.network.forward
    numbers = sample_sizes(model, 0)
    wrong = list(miscounted(sizes.network, batched=sizes.batched))
    if wrong:
        return Comparison.failed("; ".join(wrong[:3]), DOUBLE)
    found = [_stated(layer, numbers) for layer in sizes.layers]
    sums: dict[Shown, list[int]] = {"shape": [], "receptive_field": []}
    for what in ("parameters", "connections"):
        sums[what] = [sum(row[what][0] for row in found)]
    stated = Stated.of(model, numbers)
    points = 0
    for row, cells in zip([*found, sums], printed, strict=True):
        for what, cell in zip(shown, cells, strict=True):
            try:
                said = stated.shape(cell) if cell not in ("", NONE) else []
            except ReadingError as reason:
                return Comparison.failed(f"{TITLES[what]}: printed, but not read: {reason}", DOUBLE, points)
            points += len(said)
            if said != [float(value) for value in row[what]]:
                wanted = " × ".join(map(str, row[what])) or "nothing"
                return Comparison.failed(f"{TITLES[what]} is printed as {cell}, it is {wanted}", DOUBLE, points)
    return Comparison(0.0, DOUBLE, points)


def _stated(layer: LayerSize, numbers: Mapping[Symbol, int]) -> dict[Shown, list[int]]:
    """The sizes of a layer as numbers."""
    return {
        "shape": list(lengths(layer.shape, numbers)) or [1],
        "parameters": list(lengths((layer.parameters,), numbers)),
        "connections": list(lengths((layer.connections,), numbers)),
        "receptive_field": list(lengths(layer.field or (), numbers)),
    }
