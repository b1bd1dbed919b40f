"""The evidence ``regions``: the regions of the plane on which a small network is affine, drawn and counted."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from typing import Any, Literal

import numpy
from numpy.typing import NDArray
from pydantic import Field, model_validator

from answers.contract.evidence import Evidence, Found
from answers.contract.given import Numbers
from answers.contract.item import Claim, Context
from answers.contract.methods import PATTERNS, Method
from answers.errors import HomeworkContentError
from answers.formulas.pattern import Stage, bending, stages
from answers.formulas.polygons import Region, regions
from answers.latex.plotting import axis
from answers.latex.sheet import Area, Plot, Plots
from derive.network import Network
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import DOUBLE, STEPWISE
from numeric.expression.forward import program, run_from

Values = NDArray[numpy.float64]

GRID = 160


class Regions(Evidence):
    """``count``: how many regions the window has; ``units``, and ``most``: what their lines could cut at most.

    The network has two inputs and sizes that are numbers. Its weights are those that are given, or random ones.
    """

    kind: Literal["regions"]
    network: str
    weights: dict[str, Numbers] = Field(default_factory=dict, description="parameters by name; random if left out")
    seed: int = 0
    low: float = -2.0
    high: float = 2.0

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Regions:
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got {self.low:g} and {self.high:g}")
        return self

    def find(self, context: Context) -> Found:
        network = context.network(self.network)
        found = stages(network)
        arrays = self._arrays(network)
        parts = regions(network.forward, arrays, found, self.low, self.high)
        units = sum(len(run_from(network.forward, arrays, {})[stage.block.reads]) for stage in bending(found))
        first = len(run_from(network.forward, arrays, {})[next(bending(found)).block.reads])
        values = {"count": str(len(parts)), "units": str(units), "first": str(first), "most": str(_most(first))}
        caption = f"The {len(parts)} regions of the window; the darker, the more units are active."
        claim = Claim(
            f"regions of {self.network}",
            f"{len(parts)} regions",
            (PATTERNS, Method("the network inside each region")),
            lambda: regions_verdict(network, arrays, found, parts, (self.low, self.high)),
        )
        return Found(values, (Plots((self._plot(network, parts),), caption),), (claim,))

    def _arrays(self, network: Network) -> dict[str, Values]:
        generator = numpy.random.default_rng(self.seed)
        arrays = {}
        for tensor in network.forward.given:
            if not all(length.is_Integer for length in tensor.shape):
                raise HomeworkContentError(f"the sizes of the network {self.network} must be numbers, such as x:2")
            shape = tuple(int(length) for length in tensor.shape)
            if tensor.role == "input" and shape != (2,):
                raise HomeworkContentError(f"regions are drawn for 2 inputs, {tensor.name} has {shape}")
            scale = numpy.sqrt(2 / shape[1]) if len(shape) == 2 else 1.0
            arrays[tensor.name] = numpy.asarray(
                self.weights.get(tensor.name, scale * generator.normal(size=shape)), dtype=numpy.float64
            )
            if arrays[tensor.name].shape != shape:
                raise HomeworkContentError(f"{tensor.name} has shape {shape}, given was {arrays[tensor.name].shape}")
        return arrays

    def _plot(self, network: Network, parts: list[Region]) -> Plot:
        active = [sum(part.pattern) for part in parts]
        step = 0.5 / (max(active) - min(active) or 1)
        areas = tuple(
            Area(tuple((float(x), float(y)) for x, y in part.corners.round(6)), 0.08 + step * (number - min(active)))
            for part, number in zip(parts, active, strict=True)
        )
        name = network.blocks[0].reads
        return replace(
            Plot(axis(self.low, self.high, f"${name}_1$"), axis(self.low, self.high, f"${name}_2$"), ()),
            areas=areas,
            width=7.0,
            height=7.0,
        )


def _most(lines: int) -> int:
    """The largest number of regions into which so many lines cut the plane."""
    return 1 + lines + comb(lines, 2)


def regions_verdict(
    network: Network,
    arrays: dict[str, Values],
    found: tuple[Stage, ...],
    parts: list[Region],
    window: tuple[float, float],
) -> Comparison:
    """Compare the regions with the network: its patterns on a grid, its values inside each region, the total area.

    Every pattern on the grid must be that of a region, and every region's own must occur at its centre.
    """
    low, high = window
    ticks = numpy.linspace(low, high, GRID + 2)[1:-1]
    grid = numpy.stack(numpy.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    known = {part.pattern for part in parts}
    if len(known) < len(parts):
        return Comparison.failed("two regions have the same pattern", DOUBLE, len(parts))
    seen, _ = _patterns(network, arrays, found, grid)
    strange = {tuple(row) for row in seen.tolist()} - known
    if strange:
        return Comparison.failed(f"{len(strange)} patterns on the grid are in no region", DOUBLE, len(grid))
    uncovered = abs(sum(part.area for part in parts) / (high - low) ** 2 - 1)
    if uncovered > STEPWISE:
        return Comparison(uncovered, STEPWISE, len(parts), "the areas of the regions do not add up to the window")
    worst = 0.0
    for part in parts:
        inside = (part.corners + part.centre) / 2
        patterns, outputs = _patterns(network, arrays, found, inside)
        if {tuple(row) for row in patterns.tolist()} != {part.pattern}:
            return Comparison.failed(f"the network has another pattern near {part.centre}", DOUBLE, len(grid))
        expected = numpy.array([part.value(at) for at in inside])
        worst = max(worst, relative_error(outputs, expected, max(1.0, largest(expected))))
    note = "" if worst <= DOUBLE else "the affine map of a region is not the network"
    return Comparison(worst, DOUBLE, len(grid), note)


def _patterns(
    network: Network, arrays: dict[str, Values], found: tuple[Stage, ...], points: Values
) -> tuple[NDArray[numpy.int64], Values]:
    """The pattern at each point, one a row, and the outputs there."""
    chart = program(network.forward)
    source, output = found[0].block.reads, found[-1].block.value
    values: dict[str, Any] = {name: array[..., None] for name, array in arrays.items()}
    values[source] = points.T
    wanted = [output, *(stage.block.reads for stage in bending(found))]
    chart.compute(chart.needed(wanted, values), values, {}, numpy.float64)
    sides = [(values[stage.block.reads][..., None] > numpy.array(stage.sides)).sum(axis=-1) for stage in bending(found)]
    return numpy.concatenate(sides).T, numpy.broadcast_to(values[output], (len(values[output]), len(points))).T
